#include "base/utf8.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace proviso::base {
namespace {

/// What may follow a first byte: how many bytes, and the range of the first of them. The range is what
/// excludes overlong forms (E0, F0), surrogates (ED) and codes past U+10FFFF (F4).
struct Sequence {
  std::uint8_t length_bytes;
  std::uint8_t second_min;
  std::uint8_t second_max;
};

constexpr Sequence SequenceOf(std::size_t first) {
  if (first >= 0xC2 && first <= 0xDF) return {.length_bytes = 2, .second_min = 0x80, .second_max = 0xBF};
  if (first == 0xE0) return {.length_bytes = 3, .second_min = 0xA0, .second_max = 0xBF};
  if (first == 0xED) return {.length_bytes = 3, .second_min = 0x80, .second_max = 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {.length_bytes = 3, .second_min = 0x80, .second_max = 0xBF};
  if (first == 0xF0) return {.length_bytes = 4, .second_min = 0x90, .second_max = 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {.length_bytes = 4, .second_min = 0x80, .second_max = 0xBF};
  if (first == 0xF4) return {.length_bytes = 4, .second_min = 0x80, .second_max = 0x8F};
  return {.length_bytes = 0, .second_min = 0, .second_max = 0};
}

constexpr std::array<Sequence, 256> Sequences() {
  std::array<Sequence, 256> table{};
  for (std::size_t first = 0; first < table.size(); ++first) table[first] = SequenceOf(first);
  return table;
}
constexpr std::array<Sequence, 256> kSequences = Sequences();

bool StartsWithAscii(std::string_view eight_or_more) {
  std::uint64_t word = 0;
  std::memcpy(&word, eight_or_more.data(), sizeof word);
  return (word & 0x8080808080808080U) == 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  std::size_t at = 0;
  const auto byte = [text](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
  while (at < text.size()) {
    while (text.size() - at >= 8 && StartsWithAscii(text.substr(at))) at += 8;
    if (at == text.size()) return true;
    if (byte(at) < 0x80) {
      ++at;
      continue;
    }
    const Sequence sequence = kSequences[byte(at)];
    if (sequence.length_bytes == 0 || text.size() - at < sequence.length_bytes) return false;
    if (byte(at + 1) < sequence.second_min || byte(at + 1) > sequence.second_max) return false;
    for (std::size_t i = 2; i < sequence.length_bytes; ++i) {
      if ((byte(at + i) & 0xC0U) != 0x80) return false;
    }
    at += sequence.length_bytes;
  }
  return true;
}

}  // namespace proviso::base
