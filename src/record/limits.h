// Bounds of this room.
#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso::record {

/// Hashes in a full tile, and entries in a full bundle (C2SP `tlog-tiles`).
inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr unsigned kTileHeight = 8;

/// Highest level of a tile: 256^8 entries are more than 64 bits can count.
inline constexpr unsigned kTileLevelMax = 7;

/// Largest entry: its length has two bytes in a bundle.
inline constexpr std::size_t kEntryBytesMax = 65'535;

/// Longest value of one field.
inline constexpr std::size_t kFieldValueBytesMax = 16'384;

/// Largest opening, sealed: a subject's record key and all values of one entry.
inline constexpr std::size_t kOpeningBytesMax = 131'072;

/// Largest bundle: 256 entries with their lengths.
inline constexpr std::size_t kBundleBytesMax = kTileWidth * (kEntryBytesMax + 2);

/// Largest checkpoint with all its signature lines.
inline constexpr std::size_t kCheckpointBytesMax = 65'536;

/// Longest origin (the first line of a checkpoint).
inline constexpr std::size_t kOriginBytesMax = 255;

/// Most hashes in one proof: one for each bit of a size, and the one that starts it.
inline constexpr std::size_t kProofHashesMax = 65;

}  // namespace proviso::record
