#include "cli/subprocess.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "base/file.h"
#include "cli/limits.h"

namespace proviso::cli {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(const SubprocessPlan& plan) {
  std::vector<std::string> all;
  for (const auto& [name, value] : plan.environment) all.push_back(name + "=" + value);
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view ours(*one);
    const bool replaced = std::ranges::any_of(
        plan.environment, [ours](const auto& added) { return ours.starts_with(added.first + "="); });
    if (!replaced) all.emplace_back(ours);
  }
  return all;
}

/// Between fork and exec only async-signal-safe calls are allowed.
[[noreturn]] void Become(char* const* arguments, char* const* environment, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  execvpe(arguments[0], arguments, environment);
  _exit(127);
}

}  // namespace

base::Result<Subprocess> Subprocess::Start(const SubprocessPlan& plan) {
  int output = -1;
  if (!plan.output_file.empty()) {
    output = open(plan.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0)
      return base::Fail(base::ErrorCode::kIo, plan.output_file.string() + ": " + base::ErrnoText(errno));
  }
  const std::vector<char*> arguments = Pointers(plan.command);
  const std::vector<std::string> environment = EnvironmentWith(plan);
  const std::vector<char*> environment_pointers = Pointers(environment);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) Become(arguments.data(), environment_pointers.data(), output, parent);
  const int why = errno;
  if (output >= 0) close(output);
  if (child < 0)
    return base::Fail(base::ErrorCode::kIo, plan.command.front() + ": cannot start: " + base::ErrnoText(why));
  return Subprocess(child);
}

std::optional<int> Subprocess::ExitCode() {
  int status = 0;
  if (!exit_code_ && pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return exit_code_;
}

void Subprocess::End() {
  if (pid_ <= 0 || ExitCode()) return;
  kill(pid_, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + kChildEndWait;
  while (!ExitCode()) {
    if (std::chrono::steady_clock::now() > until) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace proviso::cli
