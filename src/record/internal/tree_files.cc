#include "record/internal/tree_files.h"

#include "base/file.h"

namespace proviso::record::internal {
namespace {

using Kind = TileName::Kind;

constexpr std::size_t kRowBytes = kTileWidth * sizeof(Hash);

}  // namespace

base::Result<TreeFiles> TreeFiles::Open(std::filesystem::path directory, std::uint64_t size,
                                        Storage& storage) {
  TreeFiles files(std::move(directory), storage);
  if (auto loaded = files.Load(size); !loaded) return std::unexpected(loaded.error());
  return files;
}

base::Status TreeFiles::Load(std::uint64_t size) {
  const Fetch fetch = FetchFromDirectory(directory_.string());
  TileNodes nodes(size, fetch);
  auto edge = TreeEdge::Read(size, nodes.reader());
  if (!edge) return std::unexpected(edge.error());
  edge_ = std::move(*edge);
  for (unsigned level = 0; level <= kTileLevelMax; ++level) {
    const std::uint64_t hashes = size >> (kTileHeight * level);
    for (std::uint64_t i = hashes / kTileWidth * kTileWidth; i < hashes; ++i) {
      const auto hash = nodes.Node(kTileHeight * level, i);
      if (!hash) return std::unexpected(hash.error());
      rows_.at(level) += base::AsText(*hash);
    }
  }
  const std::uint64_t width = size % kTileWidth;
  if (width == 0) return {};
  auto bundle = FetchBundle(fetch, size, size / kTileWidth);
  if (!bundle) return std::unexpected(bundle.error());
  bundle_ = std::move(*bundle);
  return {};
}

base::Status TreeFiles::Append(std::string_view entry) {
  const std::uint64_t index = edge_.size();
  bundle_ += static_cast<char>(entry.size() >> 8U);
  bundle_ += static_cast<char>(entry.size() & 0xFFU);
  bundle_ += entry;
  edge_.Append(LeafHash(base::AsBytes(entry)), [this](unsigned level, std::uint64_t, const Hash& hash) {
    if (level % kTileHeight == 0) rows_.at(level / kTileHeight) += base::AsText(hash);
  });
  const std::uint64_t size = index + 1;
  if (size % kTileWidth != 0) return {};
  if (auto wrote = WriteFull({Kind::kEntries, 0, index / kTileWidth, kTileWidth}, bundle_); !wrote)
    return wrote;
  bundle_.clear();
  bundle_width_written_ = 0;
  for (unsigned level = 0; level <= kTileLevelMax && rows_.at(level).size() == kRowBytes; ++level) {
    const std::uint64_t number = (size >> (kTileHeight * level)) / kTileWidth - 1;
    if (auto wrote = WriteFull({Kind::kHashes, level, number, kTileWidth}, rows_.at(level)); !wrote)
      return wrote;
    rows_.at(level).clear();
    row_width_written_.at(level) = 0;
  }
  return {};
}

base::Status TreeFiles::WriteFull(const TileName& name, std::string_view content) {
  const std::filesystem::path path = directory_ / TilePath(name);
  if (auto wrote = storage_->WriteFile(path, content, Storage::Sync::kLater); !wrote) return wrote;
  outgrown_.push_back(path.string() + ".p");
  return {};
}

base::Status TreeFiles::WritePartial(TileName name, std::string_view content, std::uint64_t width,
                                     std::uint64_t& written) {
  if (width == 0 || width == written) return {};
  name.width = width;
  written = width;
  return storage_->WriteFile(directory_ / TilePath(name), content, Storage::Sync::kLater);
}

base::Status TreeFiles::WritePartials() {
  const std::uint64_t size = edge_.size();
  const TileName bundle{Kind::kEntries, 0, size / kTileWidth, 0};
  if (auto wrote = WritePartial(bundle, bundle_, size % kTileWidth, bundle_width_written_); !wrote)
    return wrote;
  for (unsigned level = 0; level <= kTileLevelMax; ++level) {
    const std::string& row = rows_.at(level);
    const TileName tile{Kind::kHashes, level, (size >> (kTileHeight * level)) / kTileWidth, 0};
    auto wrote = WritePartial(tile, row, row.size() / sizeof(Hash), row_width_written_.at(level));
    if (!wrote) return wrote;
  }
  return {};
}

void TreeFiles::RemoveOutgrown() {
  std::error_code ignored;  // what cannot be removed now only takes room
  for (const auto& path : outgrown_) std::filesystem::remove_all(path, ignored);
  outgrown_.clear();
}

}  // namespace proviso::record::internal
