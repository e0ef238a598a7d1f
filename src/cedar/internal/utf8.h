// Characters of UTF-8 text, one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace proviso::cedar::internal {

/// A character and how many bytes it took.
struct Character {
  char32_t code;
  std::size_t length_bytes;
};

/// The first character of `text`; nothing if it is empty or does not begin with valid UTF-8
/// (overlong forms, surrogates and values past U+10FFFF are not valid).
[[nodiscard]] std::optional<Character> FirstCharacter(std::string_view text);

/// `code` is a scalar value.
void AppendUtf8(std::string& out, char32_t code);

[[nodiscard]] constexpr bool IsScalarValue(char32_t code) {
  return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

/// The offset of the first byte that is not valid UTF-8, or nothing.
[[nodiscard]] std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

}  // namespace proviso::cedar::internal
