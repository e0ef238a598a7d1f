// What reading and navigating JSON share: string escapes and positions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace proviso::base::internal {

/// Undoes the escapes of a string's inside, which the reader has already found valid.
[[nodiscard]] std::string Unescape(std::string_view inside);

/// "line L, column C", both from 1, columns in bytes.
[[nodiscard]] std::string LineAndColumn(std::string_view text, std::size_t offset);

/// Four hexadecimal digits at `at`, or -1.
[[nodiscard]] int HexUnit(std::string_view text, std::size_t at);

}  // namespace proviso::base::internal
