// Bytes and their text forms: hexadecimal and base64 (RFC 4648). Decoders are strict: wrong
// alphabet, wrong padding or non-zero trailing bits are refused, so that one value has one text.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proviso::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// A SHA-256 value. Hashing itself is in `keys`.
using Digest = std::array<std::uint8_t, 32>;

/// Borrows text as bytes, and bytes as text. No copy; lives as long as the argument's storage.
[[nodiscard]] ByteView AsBytes(std::string_view text);
[[nodiscard]] std::string_view AsText(ByteView bytes);

/// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string ToHex(ByteView bytes);
/// Accepts lower and upper case; fails on odd length or another character.
[[nodiscard]] Result<Bytes> FromHex(std::string_view text);

/// Standard alphabet with padding.
[[nodiscard]] std::string ToBase64(ByteView bytes);
[[nodiscard]] Result<Bytes> FromBase64(std::string_view text);

}  // namespace proviso::base
