// The disk under the write-ahead log, as an interface: so that tests can make it fail the way disks
// fail, at a chosen write or sync.
#pragma once

#include <filesystem>
#include <memory>

#include "base/bytes.h"

namespace proviso::record {

/// A file of fixed length, written in place. One thread at a time.
class SegmentFile {
 public:
  virtual ~SegmentFile() = default;
  [[nodiscard]] virtual base::Status WriteAt(std::uint64_t offset, base::ByteView bytes) = 0;
  /// Makes everything written durable (fdatasync). After a failure nothing is known.
  [[nodiscard]] virtual base::Status Sync() = 0;
};

class Storage {
 public:
  virtual ~Storage() = default;
  /// Makes `path` a durable file of `bytes` zeros, allocated, replacing what is there.
  [[nodiscard]] virtual base::Status Allocate(const std::filesystem::path& path, std::uint64_t bytes) = 0;
  [[nodiscard]] virtual base::Result<std::unique_ptr<SegmentFile>> OpenSegment(
      const std::filesystem::path& path) = 0;
  /// Renames and syncs the directory.
  [[nodiscard]] virtual base::Status Rename(const std::filesystem::path& from,
                                            const std::filesystem::path& to) = 0;
  /// Writes a file whole, by rename. kDurable syncs it and its directory before returning.
  enum class Sync : std::uint8_t { kDurable, kLater };
  [[nodiscard]] virtual base::Status WriteFile(const std::filesystem::path& path, std::string_view content,
                                               Sync sync) = 0;
  /// Makes earlier kLater writes under `directory` durable.
  [[nodiscard]] virtual base::Status SyncAll(const std::filesystem::path& directory) = 0;
};

/// The real one; lives as long as the process.
[[nodiscard]] Storage& RealStorage();

}  // namespace proviso::record
