// Grows the public files of a log: bundles, tiles, partial ones at the right edge.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "record/storage.h"
#include "record/tiles.h"

namespace proviso::record::internal {

/// One thread at a time. After an error the object is of no use.
class TreeFiles {
 public:
  /// Continues the tree of `size` entries under `directory`. kCorrupt when its files do not have
  /// the lengths that they must have.
  [[nodiscard]] static base::Result<TreeFiles> Open(std::filesystem::path directory, std::uint64_t size,
                                                    Storage& storage);

  /// Adds an entry; writes the bundle and the tiles that it fills.
  [[nodiscard]] base::Status Append(std::string_view entry);
  /// Writes the partial bundle and tiles of the tree as it is. Call before signing its root.
  [[nodiscard]] base::Status WritePartials();
  /// Removes partial files whose full ones stand. Call once a checkpoint that needs none of them
  /// is public.
  void RemoveOutgrown();

  [[nodiscard]] const TreeEdge& edge() const { return edge_; }

 private:
  TreeFiles(std::filesystem::path directory, Storage& storage)
      : directory_(std::move(directory)), storage_(&storage) {}
  base::Status Load(std::uint64_t size);
  base::Status WriteFull(const TileName& name, std::string_view content);
  base::Status WritePartial(TileName name, std::string_view content, std::uint64_t width,
                            std::uint64_t& written);

  std::filesystem::path directory_;
  Storage* storage_;
  TreeEdge edge_;
  std::string bundle_;                               ///< of the entries after the last full bundle
  std::array<std::string, kTileLevelMax + 1> rows_;  ///< hashes after the last full tile, by level
  std::uint64_t bundle_width_written_ = 0;
  std::array<std::uint64_t, kTileLevelMax + 1> row_width_written_{};
  std::vector<std::filesystem::path> outgrown_;
};

}  // namespace proviso::record::internal
