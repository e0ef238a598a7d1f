// The files of a log (C2SP `tlog-tiles`): tiles of 256 hashes, bundles of 256 entries.
//
//   tile/<level>/<number>[.p/<width>]      hashes of the nodes at level 8 × level
//   tile/entries/<number>[.p/<width>]      entries, each after its length in two bytes
//
// A number is written in groups of three digits, all but the last with an x before it:
// 1234067 is x001/x234/067. A tile is partial only at the right edge of a tree; its width says
// how many hashes or entries it has.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/limits.h"
#include "record/merkle.h"

namespace proviso::record {

/// One tile or bundle. `width` is 1 to 256; below 256 it is partial.
struct TileName {
  enum class Kind : std::uint8_t { kHashes, kEntries };
  Kind kind = Kind::kHashes;
  unsigned level = 0;  ///< 0 to 7 for hashes; 0 for entries
  std::uint64_t number = 0;
  std::uint64_t width = kTileWidth;

  bool operator==(const TileName&) const = default;
};

/// "tile/0/x001/067.p/5", the one way to write this name.
[[nodiscard]] std::string TilePath(const TileName& tile);
/// Reads a path strictly: no leading zero groups, no width of 0 or 256, nothing else around it.
[[nodiscard]] base::Result<TileName> ParseTilePath(std::string_view path);

/// The width that the tile `number` of `level` has in a tree of `size` entries; 0 for none.
[[nodiscard]] std::uint64_t TileWidthIn(std::uint64_t size, unsigned level, std::uint64_t number);

/// The entries of a bundle, one after another with their lengths.
[[nodiscard]] std::string EncodeBundle(std::span<const std::string> entries);
/// Exactly `width` entries and nothing after; views into `bundle`. The error says which entry and
/// at which byte.
[[nodiscard]] base::Result<std::vector<std::string_view>> DecodeBundle(std::string_view bundle,
                                                                       std::uint64_t width);

/// Gets the bytes of a path relative to the log ("checkpoint", "tile/0/000"): from a directory,
/// from a peer, from memory. kNotFound when there is none.
using Fetch = std::function<base::Result<std::string>(std::string_view path)>;

/// Reads the files under `directory`, which is copied.
[[nodiscard]] Fetch FetchFromDirectory(std::string directory);

/// The bundle `number` of the tree of `size` entries. When the partial one is gone, the beginning
/// of the full one that replaced it.
[[nodiscard]] base::Result<std::string> FetchBundle(const Fetch& fetch, std::uint64_t size,
                                                    std::uint64_t number);
/// The bytes of one entry.
[[nodiscard]] base::Result<std::string> FetchEntry(const Fetch& fetch, std::uint64_t size,
                                                   std::uint64_t index);
/// The hashes of a tile, in the same way; its length is checked.
[[nodiscard]] base::Result<std::string> FetchTile(const Fetch& fetch, std::uint64_t size, unsigned level,
                                                  std::uint64_t number);

/// Complete nodes of the tree of `size` entries, from its tiles. Keeps the tiles it has read, so
/// it suits one proof or one edge, not a walk over a whole log. Not for several threads at once.
class TileNodes {
 public:
  TileNodes(std::uint64_t size, Fetch fetch) : size_(size), fetch_(std::move(fetch)) {}

  [[nodiscard]] base::Result<Hash> Node(unsigned level, std::uint64_t index);
  /// Borrows this object.
  [[nodiscard]] NodeReader reader() {
    return [this](unsigned level, std::uint64_t index) { return Node(level, index); };
  }

 private:
  base::Result<const std::string*> Tile(unsigned level, std::uint64_t number);

  std::uint64_t size_;
  Fetch fetch_;
  std::map<std::pair<unsigned, std::uint64_t>, std::string> tiles_;
};

}  // namespace proviso::record
