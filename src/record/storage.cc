#include "record/storage.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/file.h"

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Status;
using std::filesystem::path;

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<base::Error> IoError(std::string_view doing, const path& where) {
  return Fail(ErrorCode::kIo, std::string(doing) + " " + where.string() + ": " + base::ErrnoText(errno));
}

Status WriteFully(int fd, std::uint64_t offset, base::ByteView bytes, const path& where) {
  while (!bytes.empty()) {
    const ssize_t wrote = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return IoError("write", where);
    offset += static_cast<std::uint64_t>(wrote);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

Status SyncDirectory(const path& directory) {
  const Descriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return IoError("sync directory", directory);
  return {};
}

class RealSegment final : public SegmentFile {
 public:
  RealSegment(int fd, path where) : fd_(fd), path_(std::move(where)) {}
  Status WriteAt(std::uint64_t offset, base::ByteView bytes) override {
    return WriteFully(fd_.get(), offset, bytes, path_);
  }
  Status Sync() override {
    if (fdatasync(fd_.get()) != 0) return IoError("sync", path_);
    return {};
  }

 private:
  Descriptor fd_;
  path path_;
};

class Disk final : public Storage {
 public:
  Status Allocate(const path& where, std::uint64_t bytes) override {
    const Descriptor fd(open(where.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (fd.get() < 0) return IoError("create", where);
    // Zeros are written, not only reserved: a later sync then has no metadata to write.
    const base::Bytes zeros(1U << 20U);
    for (std::uint64_t at = 0; at < bytes; at += zeros.size()) {
      const std::size_t count = std::min<std::uint64_t>(zeros.size(), bytes - at);
      if (auto wrote = WriteFully(fd.get(), at, base::ByteView(zeros).first(count), where); !wrote)
        return wrote;
    }
    if (fsync(fd.get()) != 0) return IoError("sync", where);
    return {};
  }

  base::Result<std::unique_ptr<SegmentFile>> OpenSegment(const path& where) override {
    const int fd = open(where.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return IoError("open", where);
    return std::make_unique<RealSegment>(fd, where);
  }

  Status Rename(const path& from, const path& to) override {
    if (rename(from.c_str(), to.c_str()) != 0) return IoError("rename to", to);
    return SyncDirectory(to.parent_path());
  }

  Status WriteFile(const path& where, std::string_view content, Sync sync) override {
    std::error_code failure;
    std::filesystem::create_directories(where.parent_path(), failure);
    if (failure)
      return Fail(ErrorCode::kIo, "create " + where.parent_path().string() + ": " + failure.message());
    if (sync == Sync::kDurable) return base::WriteFileAtomically(where, content);
    const path unfinished = where.string() + ".new";
    {
      const Descriptor fd(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
      if (fd.get() < 0) return IoError("create", unfinished);
      if (auto wrote = WriteFully(fd.get(), 0, base::AsBytes(content), unfinished); !wrote) return wrote;
    }
    if (rename(unfinished.c_str(), where.c_str()) != 0) return IoError("rename to", where);
    return {};
  }

  Status SyncAll(const path& directory) override {
    const Descriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || syncfs(fd.get()) != 0) return IoError("sync", directory);
    return {};
  }
};

}  // namespace

Storage& RealStorage() {
  static Disk disk;
  return disk;
}

}  // namespace proviso::record
