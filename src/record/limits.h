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

/// Largest disclosure.
inline constexpr std::size_t kDisclosureBytesMax = 4U << 20U;

/// Subject keys kept in memory; beyond it, those that the store has are read again.
inline constexpr std::size_t kSubjectKeysMax = 65'536;

/// Longest name of a subject.
inline constexpr std::size_t kSubjectBytesMax = 1'024;

/// Entries that may wait to be published, or their openings to reach the store, before appending
/// fails: a store that does not answer must not eat the memory.
inline constexpr std::uint64_t kUnpublishedEntriesMax = 262'144;

/// Smallest segment of the write-ahead log: any frame must fit.
inline constexpr std::size_t kSegmentBytesMin = 1U << 20U;

/// Longest time between an entry's durability and the checkpoint that covers it.
inline constexpr std::int64_t kCheckpointIntervalMsMax = 1'000;

}  // namespace proviso::record
