// One process at a time writes a log.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace proviso::record::internal {

/// Holds an exclusive lock on a file until it goes, or the process does.
class DirectoryLock {
 public:
  /// kConflict when another process, or another log in this one, holds it.
  [[nodiscard]] static base::Result<DirectoryLock> Take(const std::filesystem::path& file);
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace proviso::record::internal
