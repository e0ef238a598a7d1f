#include "analysis/internal/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

#include "analysis/limits.h"
#include "base/file.h"

namespace proviso::analysis {
namespace {

using Clock = std::chrono::steady_clock;

class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd() { Close(); }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<base::Error> SystemFailure(std::string_view what) {
  return base::Fail(base::ErrorCode::kIo, std::string(what) + ": " + base::ErrnoText(errno));
}

/// The input as a file in memory: nothing has to be written while the program runs, and a program that does
/// not read it causes no SIGPIPE.
base::Result<OwnedFd> InputFile(std::string_view input) {
  OwnedFd file(::memfd_create("script", MFD_CLOEXEC));
  if (file.get() < 0) return SystemFailure("a file in memory for a script");
  while (!input.empty()) {
    const ssize_t written = ::write(file.get(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return SystemFailure("writing a script to memory");
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return SystemFailure("a file in memory for a script");
  return file;
}

struct Pipe {
  OwnedFd read;
  OwnedFd write;
};

base::Result<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return SystemFailure("a pipe to a solver");
  return Pipe{OwnedFd(ends[0]), OwnedFd(ends[1])};
}

class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// errno's value, or 0.
  int Spawn(const std::vector<std::string>& command, int input, int output, int errors, pid_t& child) {
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<std::string> environment = {"LC_ALL=C"};
    for (const char* name : {"PATH", "LD_LIBRARY_PATH"}) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
      if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    }
    std::vector<char*> variables;
    for (std::string& variable : environment) variables.push_back(variable.data());
    variables.push_back(nullptr);
    return ::posix_spawnp(&child, arguments[0], &actions_, &attributes_, arguments.data(), variables.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// From outside: what runs between fork and exec in a process with threads must not be ours. The program has
/// run for microseconds by then.
void Bound(pid_t child, const ChildLimits& limits) {
  const auto set = [&](__rlimit_resource what, std::int64_t most) {
    const rlimit bound{static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
    ::prlimit(child, what, &bound, nullptr);
  };
  set(RLIMIT_AS, limits.memory_bytes_max);
  set(RLIMIT_CPU, limits.time_ms_max / 1000 + 2);
  set(RLIMIT_CORE, 0);
}

class Conversation {
 public:
  Conversation(pid_t child, OwnedFd output, OwnedFd errors, const ChildLimits& limits)
      : child_(child),
        output_(std::move(output)),
        errors_(std::move(errors)),
        output_bytes_max_(limits.output_bytes_max),
        deadline_(Clock::now() + std::chrono::milliseconds(limits.time_ms_max)) {}

  ChildEnd Run() {
    const bool is_within = ReadAll() && WaitForExit();
    if (!is_within) {
      ::kill(child_, SIGKILL);
      while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
    return std::move(end_);
  }

 private:
  /// Milliseconds that are left, 0 for none.
  [[nodiscard]] int Left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
  }

  bool ReadAll() {
    while (output_.get() >= 0 || errors_.get() >= 0) {
      const int left = Left();
      if (left == 0) return OutOfTime();
      std::array<pollfd, 2> waits{pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0}};
      if (::poll(waits.data(), waits.size(), left) < 0 && errno != EINTR) return OutOfTime();
      if (waits[0].revents != 0 && !ReadOutput()) return false;
      if (waits[1].revents != 0) ReadErrors();
    }
    return true;
  }

  bool ReadOutput() {
    const ssize_t count = ::read(output_.get(), buffer_.data(), buffer_.size());
    if (count == 0 || (count < 0 && errno != EINTR)) output_.Close();
    if (count > 0) end_.output.append(buffer_.data(), static_cast<std::size_t>(count));
    if (end_.output.size() <= output_bytes_max_) return true;
    end_.kind = ChildEnd::Kind::kTooMuchOutput;
    return false;
  }

  void ReadErrors() {
    const ssize_t count = ::read(errors_.get(), buffer_.data(), buffer_.size());
    if (count == 0 || (count < 0 && errno != EINTR)) errors_.Close();
    if (count <= 0) return;
    const std::size_t room = kSolverErrorsBytesMax - end_.errors.size();
    end_.errors.append(buffer_.data(), std::min(static_cast<std::size_t>(count), room));
  }

  /// It has closed its outputs: it ends in a moment, or is killed when its time has passed.
  bool WaitForExit() {
    for (auto pause = std::chrono::microseconds(50);; pause = std::min(pause * 2, kLongestPause)) {
      int status = 0;
      const pid_t waited = ::waitpid(child_, &status, WNOHANG);
      if (waited == child_) {
        const bool was_signalled = WIFSIGNALED(status);
        end_.kind = was_signalled ? ChildEnd::Kind::kSignalled : ChildEnd::Kind::kExited;
        end_.code = was_signalled ? WTERMSIG(status) : WEXITSTATUS(status);
        return true;
      }
      // Somebody else reaps the children of this process: how it ended is not known, what it said is.
      if (waited < 0 && errno != EINTR) return true;
      if (Left() == 0) return OutOfTime();
      std::this_thread::sleep_for(pause);
    }
  }

  bool OutOfTime() {
    end_.kind = ChildEnd::Kind::kOutOfTime;
    return false;
  }

  static constexpr std::chrono::microseconds kLongestPause{2000};

  pid_t child_;
  OwnedFd output_;
  OwnedFd errors_;
  std::size_t output_bytes_max_;
  Clock::time_point deadline_;
  ChildEnd end_;
  std::array<char, 65536> buffer_;
};

}  // namespace

base::Result<ChildEnd> RunChild(const std::vector<std::string>& command, std::string_view input,
                                const ChildLimits& limits) {
  auto file = InputFile(input);
  if (!file) return std::unexpected(file.error());
  auto output = MakePipe();
  if (!output) return std::unexpected(output.error());
  auto errors = MakePipe();
  if (!errors) return std::unexpected(errors.error());
  pid_t child = -1;
  const int failure =
      SpawnPlan().Spawn(command, file->get(), output->write.get(), errors->write.get(), child);
  if (failure == ENOENT || failure == EACCES || failure == ENOEXEC) {
    return base::Fail(base::ErrorCode::kNotFound, command[0] + ": " + base::ErrnoText(failure));
  }
  if (failure != 0) {
    return base::Fail(base::ErrorCode::kIo, "starting " + command[0] + ": " + base::ErrnoText(failure));
  }
  Bound(child, limits);
  file->Close();
  output->write.Close();
  errors->write.Close();
  return Conversation(child, std::move(output->read), std::move(errors->read), limits).Run();
}

}  // namespace proviso::analysis
