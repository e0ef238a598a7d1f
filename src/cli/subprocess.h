// A child process that ends with us: by its destructor, or by the kernel should we die first.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace proviso::cli {

struct SubprocessPlan {
  std::vector<std::string> command;  ///< A program (looked up in PATH) and its arguments.
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< Added to ours, or instead.
  std::filesystem::path output_file = {};                             ///< For both outputs; empty: ours.
};

class Subprocess {
 public:
  /// Starts it without input and in a process group of its own: a Ctrl-C at the terminal comes to us
  /// alone. A program that cannot be run is kIo here or an exit code of 127 later.
  [[nodiscard]] static base::Result<Subprocess> Start(const SubprocessPlan& plan);
  ~Subprocess() { End(); }
  Subprocess(Subprocess&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), exit_code_(other.exit_code_) {}
  Subprocess& operator=(Subprocess&&) = delete;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  /// Its exit code (128 and the signal's number for a signal) once it has ended; does not wait.
  [[nodiscard]] std::optional<int> ExitCode();
  /// SIGTERM, and after kChildEndWait SIGKILL; returns when it has ended.
  void End();

 private:
  explicit Subprocess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = 0;
  std::optional<int> exit_code_;
};

}  // namespace proviso::cli
