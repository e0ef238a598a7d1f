#include <gtest/gtest.h>

#include <random>
#include <string>

#include "cedar/internal/evaluator.h"

namespace proviso::cedar {
namespace {

/// One character of a pattern each; `*` is a wildcard.
Pattern PatternOf(std::string_view text) {
  Pattern pattern;
  for (const char c : text) {
    pattern.push_back(c == '*' ? PatternElement{PatternElement::Kind::kWildcard}
                               : PatternElement{PatternElement::Kind::kCharacter, static_cast<char32_t>(c)});
  }
  return pattern;
}

/// The definition: whether the first t characters match the first p elements, from the ends of neither.
bool Defined(const Pattern& pattern, std::string_view text) {
  std::vector<bool> row(text.size() + 1, false);
  row[0] = true;
  for (const PatternElement& element : pattern) {
    std::vector<bool> next(text.size() + 1, false);
    const bool wildcard = element.kind == PatternElement::Kind::kWildcard;
    next[0] = wildcard && row[0];
    for (std::size_t t = 1; t <= text.size(); ++t) {
      next[t] = wildcard ? row[t] || next[t - 1]
                         : row[t - 1] && element.character == static_cast<char32_t>(text[t - 1]);
    }
    row = std::move(next);
  }
  return row[text.size()];
}

std::string MadeOf(std::mt19937& random, std::string_view characters, std::size_t length) {
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += characters[random() % characters.size()];
  return out;
}

TEST(Like, IsAsDefinedOnShortTexts) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const Pattern pattern = PatternOf(MadeOf(random, "aab*", random() % 8));
    const std::string text = MadeOf(random, "ab", random() % 12);
    ASSERT_EQ(internal::Matches(pattern, text), Defined(pattern, text)) << text;
  }
}

TEST(Like, IsAsDefinedWhereGoingBackWouldCostTooMuch) {
  std::mt19937 random(2);
  const auto run = [&random](std::size_t length) {
    std::string out(length, 'a');
    if (random() % 3 == 0) out[random() % length] = 'b';
    return out;
  };
  int matched = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::string pattern = random() % 2 == 0 ? "*" : "aa*";
    for (auto runs = 1 + random() % 3; runs > 0; --runs) pattern += run(30 + random() % 40) + "*";
    if (random() % 2 == 0) pattern += run(40);
    const std::string text = run(100 + random() % 200) + run(100);
    const bool defined = Defined(PatternOf(pattern), text);
    ASSERT_EQ(internal::Matches(PatternOf(pattern), text), defined) << pattern << "\n" << text;
    matched += defined ? 1 : 0;
  }
  EXPECT_GT(matched, 500);
  EXPECT_LT(matched, 2'500);
}

TEST(Like, TakesLinearTimeWhateverThePattern) {
  const std::string text(4U << 20U, 'a');
  EXPECT_FALSE(internal::Matches(PatternOf("*" + std::string(1U << 20U, 'a') + "b"), text));
  EXPECT_TRUE(internal::Matches(PatternOf("*" + std::string(1U << 20U, 'a')), text));
  EXPECT_FALSE(
      internal::Matches(PatternOf("*" + std::string(1'000, 'a') + "b*" + std::string(1'000, 'a')), text));
}

TEST(Like, CountsBytesThatAreNotUtf8AsReplacementCharacters) {
  Pattern pattern = PatternOf("*" + std::string(60, 'a') + "?*");
  pattern[61].character = 0xFFFD;
  std::string text(400, 'a');
  EXPECT_FALSE(internal::Matches(pattern, text));
  text[300] = '\xFF';
  EXPECT_TRUE(internal::Matches(pattern, text));
}

}  // namespace
}  // namespace proviso::cedar
