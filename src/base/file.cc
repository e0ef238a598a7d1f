#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace proviso::base {
namespace {

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

std::unexpected<Error> IoError(std::string_view doing, const std::filesystem::path& path) {
  const int number = errno;
  const ErrorCode code = number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
  return Fail(code, std::string(doing) + " " + path.string() + ": " + ErrnoText(number));
}

Status WriteAll(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t wrote = write(fd, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return IoError("write", path);
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (fsync(fd) != 0) return IoError("sync", path);
  return {};
}

Status SyncDirectory(const std::filesystem::path& directory) {
  const Descriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return IoError("sync directory", directory);
  return {};
}

}  // namespace

std::string ErrnoText(int error_number) {
  return std::system_category().message(error_number);
}

Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t bytes_max) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return IoError("open", path);
  std::string content;
  constexpr std::size_t kChunk = 64U << 10U;
  while (true) {
    const std::size_t had = content.size();
    content.resize(had + kChunk);
    const ssize_t got = read(fd.get(), content.data() + had, kChunk);
    if (got < 0 && errno != EINTR) return IoError("read", path);
    content.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return content;
    if (content.size() > bytes_max) {
      return Fail(ErrorCode::kLimit, path.string() + ": larger than " + std::to_string(bytes_max) + " bytes");
    }
  }
}

Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content, FileMode mode) {
  std::string temporary = path.string() + ".XXXXXX";
  const Descriptor fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0) return IoError("create", temporary);
  Status status;
  if (fchmod(fd.get(), static_cast<mode_t>(mode)) != 0) status = IoError("chmod", temporary);
  if (status) status = WriteAll(fd.get(), content, temporary);
  if (status && rename(temporary.c_str(), path.c_str()) != 0) status = IoError("rename to", path);
  if (!status) {
    unlink(temporary.c_str());
    return status;
  }
  return SyncDirectory(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

Result<std::vector<std::filesystem::path>> ListFiles(const std::filesystem::path& directory,
                                                     std::string_view suffix) {
  std::error_code failure;
  std::vector<std::filesystem::path> found;
  for (std::filesystem::recursive_directory_iterator it(directory, failure), end; !failure && it != end;
       it.increment(failure)) {
    if (it->is_regular_file(failure) && it->path().string().ends_with(suffix)) found.push_back(it->path());
  }
  if (failure) return Fail(ErrorCode::kIo, "list " + directory.string() + ": " + failure.message());
  std::ranges::sort(found);
  return found;
}

}  // namespace proviso::base
