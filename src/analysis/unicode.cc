#include "analysis/internal/unicode.h"

#include <cstddef>

namespace proviso::analysis {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool IsScalar(char32_t code) {
  return code < 0xD800 || (code >= 0xE000 && code <= 0x10FFFF);
}

struct Decoded {
  char32_t code;
  std::size_t length;
};

Decoded DecodeOne(std::string_view rest) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (length == 0 || lead >= 0xF8 || rest.size() < length) return {kReplacement, 1};
  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {kReplacement, 1};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || !IsScalar(code)) return {kReplacement, 1};
  return {code, length};
}

}  // namespace

std::u32string DecodeUtf8(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const Decoded one = DecodeOne(utf8);
    out.push_back(one.code);
    utf8.remove_prefix(one.length);
  }
  return out;
}

void AppendUtf8(std::string& out, char32_t code) {
  if (!IsScalar(code)) code = kReplacement;
  const auto add = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto tail = [&](unsigned shift) { add(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    add(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    add(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace proviso::analysis
