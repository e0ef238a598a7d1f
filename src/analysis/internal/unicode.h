// UTF-8 to scalar values and back, for patterns and for literals of scripts.
#pragma once

#include <string>
#include <string_view>

namespace proviso::analysis {

/// The scalar values of UTF-8. What is not UTF-8 becomes U+FFFD, byte by byte: Cedar reads no such text.
[[nodiscard]] std::u32string DecodeUtf8(std::string_view utf8);

/// A surrogate or a value past U+10FFFF is written as U+FFFD.
void AppendUtf8(std::string& out, char32_t code);

}  // namespace proviso::analysis
