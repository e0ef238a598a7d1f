#include "record/tiles.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/file.h"

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Result;

constexpr std::uint64_t kGroup = 1000;
constexpr std::size_t kHashBytes = sizeof(Hash);
constexpr std::size_t kPathBytesMax = 64;

std::string ThreeDigits(std::uint64_t value) {
  std::string digits = std::to_string(value);
  return std::string(3 - digits.size(), '0') + digits;
}

std::string NumberPath(std::uint64_t number) {
  std::string path = ThreeDigits(number % kGroup);
  for (number /= kGroup; number > 0; number /= kGroup)
    path.insert(0, "x" + ThreeDigits(number % kGroup) + "/");
  return path;
}

std::optional<std::uint64_t> Decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Takes everything up to the next slash, and the slash.
std::string_view TakePart(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return part;
}

std::optional<TileName> Parse(std::string_view path) {
  TileName tile;
  if (TakePart(path) != "tile") return std::nullopt;
  const std::string_view level = TakePart(path);
  if (level == "entries") {
    tile.kind = TileName::Kind::kEntries;
  } else if (level.size() == 1 && level[0] >= '0' && level[0] <= '7') {
    tile.level = static_cast<unsigned>(level[0] - '0');
  } else {
    return std::nullopt;
  }
  const auto partial = path.find(".p/");
  if (partial != std::string_view::npos) {
    const auto width = Decimal(path.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    tile.width = *width;
    path = path.substr(0, partial);
  }
  std::string digits;
  while (!path.empty()) {
    std::string_view group = TakePart(path);
    if (!path.empty() && group.starts_with('x')) group.remove_prefix(1);
    if (group.size() != 3) return std::nullopt;
    digits += group;
  }
  const auto number = Decimal(digits);
  if (!number) return std::nullopt;
  tile.number = *number;
  return tile;
}

}  // namespace

std::string TilePath(const TileName& tile) {
  std::string path = "tile/";
  path += tile.kind == TileName::Kind::kEntries ? "entries" : std::to_string(tile.level);
  path += "/" + NumberPath(tile.number);
  if (tile.width < kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

Result<TileName> ParseTilePath(std::string_view path) {
  const auto tile = path.size() <= kPathBytesMax ? Parse(path) : std::nullopt;
  // Writing it again is the check that there is one spelling only.
  if (!tile || TilePath(*tile) != path) {
    return Fail(ErrorCode::kInvalid, "not a tile's path; write tile/<level>/<number>[.p/<width>]: " +
                                         std::string(path.substr(0, kPathBytesMax)));
  }
  return *tile;
}

std::uint64_t TileWidthIn(std::uint64_t size, unsigned level, std::uint64_t number) {
  const unsigned shift = kTileHeight * level;
  const std::uint64_t hashes = shift < 64 ? size >> shift : 0;
  if (number > hashes / kTileWidth) return 0;
  return std::min(kTileWidth, hashes - number * kTileWidth);
}

std::string EncodeBundle(std::span<const std::string> entries) {
  std::string bundle;
  for (const std::string& entry : entries) {
    bundle += static_cast<char>(entry.size() >> 8U);
    bundle += static_cast<char>(entry.size() & 0xFFU);
    bundle += entry;
  }
  return bundle;
}

Result<std::vector<std::string_view>> DecodeBundle(std::string_view bundle, std::uint64_t width) {
  std::vector<std::string_view> entries;
  std::size_t at = 0;
  const auto cut = [&] {
    return Fail(ErrorCode::kCorrupt, "bundle: ends inside entry " + std::to_string(entries.size()) + " of " +
                                         std::to_string(width) + ", at byte " + std::to_string(at));
  };
  while (entries.size() < width) {
    if (bundle.size() - at < 2) return cut();
    const std::size_t length = std::size_t{static_cast<unsigned char>(bundle[at])} << 8U |
                               static_cast<unsigned char>(bundle[at + 1]);
    if (bundle.size() - at - 2 < length) return cut();
    entries.push_back(bundle.substr(at + 2, length));
    at += 2 + length;
  }
  if (at != bundle.size()) {
    return Fail(ErrorCode::kCorrupt, "bundle: " + std::to_string(bundle.size() - at) + " bytes after its " +
                                         std::to_string(width) + " entries, at byte " + std::to_string(at));
  }
  return entries;
}

Fetch FetchFromDirectory(std::string directory) {
  return [directory = std::move(directory)](std::string_view path) {
    return base::ReadFile(directory + "/" + std::string(path), kBundleBytesMax);
  };
}

Result<Hash> TileNodes::Node(unsigned level, std::uint64_t index) {
  const unsigned tile_level = level / kTileHeight;
  const unsigned height = level % kTileHeight;
  // The node is the root of `count` hashes of one tile.
  const std::uint64_t count = std::uint64_t{1} << height;
  const std::uint64_t first = index << height;
  const auto tile = Tile(tile_level, first / kTileWidth);
  if (!tile) return std::unexpected(tile.error());
  const std::size_t begin = (first % kTileWidth) * kHashBytes;
  if ((*tile)->size() < begin + count * kHashBytes) {
    return Fail(ErrorCode::kInvalid, "no complete node " + std::to_string(index) + " at level " +
                                         std::to_string(level) + " in a tree of " + std::to_string(size_));
  }
  std::vector<Hash> row(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(base::AsBytes(**tile).begin() + static_cast<std::ptrdiff_t>(begin + i * kHashBytes),
                kHashBytes, row[i].begin());
  }
  for (; row.size() > 1; row.resize(row.size() / 2)) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
  }
  return row[0];
}

Result<const std::string*> TileNodes::Tile(unsigned level, std::uint64_t number) {
  const auto found = tiles_.find({level, number});
  if (found != tiles_.end()) return &found->second;
  auto bytes = FetchTile(fetch_, size_, level, number);
  if (!bytes) return std::unexpected(bytes.error());
  return &tiles_.emplace(std::pair(level, number), std::move(*bytes)).first->second;
}

Result<std::string> FetchBundle(const Fetch& fetch, std::uint64_t size, std::uint64_t number) {
  TileName name{TileName::Kind::kEntries, 0, number, TileWidthIn(size, 0, number)};
  if (name.width == 0)
    return Fail(ErrorCode::kNotFound, "no bundle " + std::to_string(number) + " in the tree");
  auto bundle = fetch(TilePath(name));
  if (bundle || name.width == kTileWidth) return bundle;
  const std::uint64_t width = std::exchange(name.width, kTileWidth);
  auto full = fetch(TilePath(name));
  if (!full) return bundle;
  const auto entries = DecodeBundle(*full, kTileWidth);
  if (!entries) return base::Within(TilePath(name), entries.error());
  const std::string_view last = (*entries)[width - 1];
  full->resize(static_cast<std::size_t>(last.data() + last.size() - full->data()));
  return full;
}

Result<std::string> FetchEntry(const Fetch& fetch, std::uint64_t size, std::uint64_t index) {
  if (index >= size) {
    return Fail(ErrorCode::kNotFound, "entry " + std::to_string(index) + " is not in the tree of " +
                                          std::to_string(size) + " entries");
  }
  const std::uint64_t number = index / kTileWidth;
  const auto bundle = FetchBundle(fetch, size, number);
  if (!bundle) return bundle;
  const auto entries = DecodeBundle(*bundle, TileWidthIn(size, 0, number));
  if (!entries) return base::Within("bundle " + std::to_string(number), entries.error());
  return std::string((*entries)[index % kTileWidth]);
}

Result<std::string> FetchTile(const Fetch& fetch, std::uint64_t size, unsigned level, std::uint64_t number) {
  const std::uint64_t width = TileWidthIn(size, level, number);
  TileName name{TileName::Kind::kHashes, level, number, width};
  auto bytes = width == 0 ? Result<std::string>(std::string()) : fetch(TilePath(name));
  if (!bytes && width < kTileWidth) {
    // A log may drop a partial tile once the full one stands.
    name.width = kTileWidth;
    if (auto full = fetch(TilePath(name)); full) bytes = full->substr(0, width * kHashBytes);
  }
  if (!bytes) return base::Within(TilePath(name), bytes.error());
  if (bytes->size() != width * kHashBytes) {
    return Fail(ErrorCode::kCorrupt, TilePath(name) + ": has " + std::to_string(bytes->size()) +
                                         " bytes, not " + std::to_string(width * kHashBytes));
  }
  return bytes;
}

}  // namespace proviso::record
