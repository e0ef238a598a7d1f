#include "oversight/visible_text.h"

#include <array>
#include <cstdint>

#include "base/json_writer.h"

namespace proviso::oversight {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15: categories Cc, Cf, Zl, Zp, Cs, Co, spaces other than U+0020, variation selectors,
// fillers and blanks (Default_Ignorable_Code_Point and look-alikes of nothing).
constexpr std::array kDeceptive = {
    Range{0x0000, 0x001F},   Range{0x007F, 0x00A0},   Range{0x00AD, 0x00AD},   Range{0x034F, 0x034F},
    Range{0x0600, 0x0605},   Range{0x061C, 0x061C},   Range{0x06DD, 0x06DD},   Range{0x070F, 0x070F},
    Range{0x0890, 0x0891},   Range{0x08E2, 0x08E2},   Range{0x115F, 0x1160},   Range{0x1680, 0x1680},
    Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F},   Range{0x2000, 0x200F},   Range{0x2028, 0x202F},
    Range{0x205F, 0x206F},   Range{0x2800, 0x2800},   Range{0x3000, 0x3000},   Range{0x3164, 0x3164},
    Range{0xD800, 0xDFFF},   Range{0xE000, 0xF8FF},   Range{0xFDD0, 0xFDEF},   Range{0xFE00, 0xFE0F},
    Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFF},   Range{0x110BD, 0x110BD},
    Range{0x110CD, 0x110CD}, Range{0x13430, 0x1345F}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE0FFF}, Range{0xF0000, 0x10FFFF}};

struct Decoded {
  char32_t code_point;
  std::size_t bytes;
};

constexpr char32_t kReplacement = 0xFFFD;

// RFC 3629. A byte that begins no well-formed sequence is one replacement character.
Decoded DecodeAt(std::string_view text, std::size_t at) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return {kReplacement, 1};
  char32_t code_point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[at + i]);
    if ((next & 0xC0U) != 0x80U) return {kReplacement, 1};
    code_point = code_point << 6U | (next & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest.at(length) || surrogate || code_point > 0x10FFFF) return {kReplacement, 1};
  return {code_point, length};
}

void AppendUnit(std::string& out, std::uint32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kDigits[(unit >> shift) & 0xFU];
}

void AppendEscape(std::string& out, char32_t code_point) {
  if (code_point < 0x10000) {
    AppendUnit(out, code_point);
    return;
  }
  const std::uint32_t rest = code_point - 0x10000;
  AppendUnit(out, 0xD800U + (rest >> 10U));
  AppendUnit(out, 0xDC00U + (rest & 0x3FFU));
}

}  // namespace

bool IsDeceptive(char32_t code_point) {
  for (const auto& range : kDeceptive) {
    if (code_point <= range.last) return code_point >= range.first;
  }
  return false;
}

std::string MakeVisible(std::string_view text, Backslashes backslashes) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto [code_point, bytes] = DecodeAt(text, at);
    if (code_point == kReplacement || IsDeceptive(code_point)) {
      AppendEscape(out, code_point);
    } else {
      if (code_point == U'\\' && backslashes == Backslashes::kDouble) out += '\\';
      out.append(text, at, bytes);
    }
    at += bytes;
  }
  return out;
}

std::string VisibleJsonString(std::string_view text) {
  return MakeVisible(base::JsonString(text), Backslashes::kKeep);
}

}  // namespace proviso::oversight
