#include "record/internal/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/file.h"

namespace proviso::record::internal {

base::Result<DirectoryLock> DirectoryLock::Take(const std::filesystem::path& file) {
  DirectoryLock lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) {
    return base::Fail(base::ErrorCode::kIo, "create " + file.string() + ": " + base::ErrnoText(errno));
  }
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    return base::Fail(
        base::ErrorCode::kConflict,
        file.string() + ": another process writes this log; give each replica a directory of its own");
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

}  // namespace proviso::record::internal
