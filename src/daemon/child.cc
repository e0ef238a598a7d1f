#include "daemon/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "base/file.h"

namespace proviso::daemon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{500};
constexpr milliseconds kLongestPause{30'000};
constexpr milliseconds kLook{100};
constexpr milliseconds kPatience{5'000};

/// Between fork and exec only async-signal-safe calls are allowed.
[[noreturn]] void Become(char* const* arguments, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  // Not every library marks its sockets to close: a caller's connection must not live on in a child.
  close_range(STDERR_FILENO + 1, ~0U, 0);
  signal(SIGPIPE, SIG_DFL);  // we ignore it, and what is ignored is inherited
  execvp(arguments[0], arguments);
  _exit(127);
}

}  // namespace

Child::Child(ChildSetup setup, std::filesystem::path output_file, gateway::EventLog& events)
    : setup_(std::move(setup)), output_file_(std::move(output_file)), events_(events) {
  thread_ = std::thread([this] { Supervise(); });
}

Child::~Child() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

int Child::Start() {
  const int output = open(output_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::vector<char*> arguments;
  arguments.reserve(setup_.command.size() + 1);
  for (const std::string& argument : setup_.command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) Become(arguments.data(), output, parent);
  if (output >= 0) close(output);
  if (child < 0)
    events_.Write(gateway::Severity::kError, "child_not_started",
                  {{"child", setup_.name}, {"why", base::ErrnoText(errno)}});
  return child;
}

void Child::Supervise() {
  milliseconds pause = kFirstPause;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const pid_t child = Start();
    const auto started = std::chrono::steady_clock::now();
    events_.Write(gateway::Severity::kInfo, "child_started",
                  {{"child", setup_.name}, {"pid", std::to_string(child)}});
    int status = 0;
    bool ended = child < 0;
    while (!ended && !wake_.wait_for(lock, kLook, [this] { return stop_; })) {
      ended = waitpid(child, &status, WNOHANG) == child;
    }
    if (stop_ && !ended) {
      kill(child, SIGTERM);
      const auto until = std::chrono::steady_clock::now() + kPatience;
      while (waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > until) kill(child, SIGKILL);
        std::this_thread::sleep_for(milliseconds(20));
      }
      return;
    }
    if (stop_) return;
    events_.Write(
        gateway::Severity::kWarning, "child_ended",
        {{"child", setup_.name}, {"status", std::to_string(status)}, {"output", output_file_.string()}});
    if (std::chrono::steady_clock::now() - started > kLongestPause) pause = kFirstPause;
    wake_.wait_for(lock, pause, [this] { return stop_; });
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace proviso::daemon
