#include "cedar/internal/utf8.h"

#include <cstdint>

namespace proviso::cedar::internal {
namespace {

/// The length that a first byte announces, and the smallest code that may take it.
struct Lead {
  std::size_t length_bytes;
  char32_t bits;
  char32_t code_min;
};

std::optional<Lead> ReadLead(std::uint8_t byte) {
  if (byte < 0x80) return Lead{1, byte, 0};
  if ((byte & 0xE0U) == 0xC0) return Lead{2, byte & 0x1FU, 0x80};
  if ((byte & 0xF0U) == 0xE0) return Lead{3, byte & 0x0FU, 0x800};
  if ((byte & 0xF8U) == 0xF0) return Lead{4, byte & 0x07U, 0x10000};
  return std::nullopt;
}

}  // namespace

std::optional<Character> FirstCharacter(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto lead = ReadLead(static_cast<std::uint8_t>(text[0]));
  if (!lead || text.size() < lead->length_bytes) return std::nullopt;
  char32_t code = lead->bits;
  for (std::size_t i = 1; i < lead->length_bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xC0U) != 0x80) return std::nullopt;
    code = (code << 6U) | (byte & 0x3FU);
  }
  if (code < lead->code_min || !IsScalarValue(code)) return std::nullopt;
  return Character{code, lead->length_bytes};
}

void AppendUtf8(std::string& out, char32_t code) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((static_cast<std::uint32_t>(code) >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::optional<std::size_t> FindInvalidUtf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto character = FirstCharacter(text.substr(at));
    if (!character) return at;
    at += character->length_bytes;
  }
  return std::nullopt;
}

}  // namespace proviso::cedar::internal
