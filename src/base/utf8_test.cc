#include "base/utf8.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdint>
#include <random>
#include <string>

namespace proviso::base {
namespace {

TEST(Utf8, KnowsTheEdgesOfEachLength) {
  struct Row {
    std::string_view text;
    bool valid;
  };
  constexpr Row kRows[] = {
      {"", true},
      {"plain", true},
      {"exactly8", true},
      {"\x7F", true},
      {"\x80", false},
      {"\xC1\xBF", false},  // overlong
      {"\xC2\x80", true},
      {"\xDF\xBF", true},
      {"\xE0\x9F\xBF", false},  // overlong
      {"\xE0\xA0\x80", true},
      {"\xED\x9F\xBF", true},
      {"\xED\xA0\x80", false},  // a surrogate
      {"\xEF\xBF\xBF", true},
      {"\xF0\x8F\xBF\xBF", false},  // overlong
      {"\xF0\x90\x80\x80", true},
      {"\xF4\x8F\xBF\xBF", true},
      {"\xF4\x90\x80\x80", false},  // past U+10FFFF
      {"\xF5\x80\x80\x80", false},
      {"12345678\xE2\x82", false},  // cut short
      {"1234567\xE2\x82\xAC", true},
  };
  for (const Row& row : kRows) EXPECT_EQ(IsUtf8(row.text), row.valid) << testing::PrintToString(row.text);
}

TEST(Utf8, AgreesWithSimdjsonOnEveryPairOfBytesInSeveralPlaces) {
  for (const std::string_view before : {"", "1234567", "12345678", "\xE2\x82", "\xF0\x9F\x98"}) {
    for (unsigned first = 0; first < 256; ++first) {
      for (unsigned second = 0; second < 256; ++second) {
        std::string text(before);
        text += static_cast<char>(first);
        text += static_cast<char>(second);
        for (const std::string_view after : {"", "\x80", "\x80\x80"}) {
          const std::string whole = text + std::string(after);
          ASSERT_EQ(IsUtf8(whole), simdjson::validate_utf8(whole)) << testing::PrintToString(whole);
        }
      }
    }
  }
}

TEST(Utf8, AgreesWithSimdjsonOnMadeUpBytes) {
  std::mt19937 random(1);
  constexpr std::string_view kPieces[] = {"ascii text ", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto pieces = random() % 12; pieces > 0; --pieces) text += kPieces[random() % 4];
    if (!text.empty() && random() % 2 == 0) text[random() % text.size()] = static_cast<char>(random());
    ASSERT_EQ(IsUtf8(text), simdjson::validate_utf8(text)) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace proviso::base
