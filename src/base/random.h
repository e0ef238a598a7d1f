// Randomness from the operating system, and the identifiers made of it.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace proviso::base {

/// Fills `out` from getrandom(2). Aborts the process if the kernel cannot give randomness:
/// nothing here is safe to run without it.
void FillRandom(std::span<std::uint8_t> out);

/// "<prefix>_" and 26 characters of Crockford base32: 48 bits of wall time, then 80 random
/// bits, so that ids sort by time and cannot be guessed. Example: "dec_01kh3v8m2x…".
[[nodiscard]] std::string NewId(std::string_view prefix, std::int64_t wall_ms);

}  // namespace proviso::base
