// Bounds of this room.
#pragma once

#include <cstddef>

namespace proviso::keys {

/// Largest signed note, text and signatures (the bound that Go's note package uses too).
inline constexpr std::size_t kNoteBytesMax = 1'000'000;

/// Most signature lines on one note.
inline constexpr std::size_t kNoteSignaturesMax = 100;

/// Longest name of a key.
inline constexpr std::size_t kKeyNameBytesMax = 255;

/// An AWS signature's header, and how many headers it may name.
inline constexpr std::size_t kAuthorizationBytesMax = 4096;
inline constexpr std::size_t kSignedHeadersMax = 64;

}  // namespace proviso::keys
