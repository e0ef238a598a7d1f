// A child process that is kept alive: started, its output written to a file, started again after a
// pause when it ends, and ended with the gateway.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "daemon/configuration.h"
#include "gateway/event_log.h"

namespace proviso::daemon {

class Child {
 public:
  /// Starts at once. The child gets no standard input, its output goes to `output_file`, it does not
  /// inherit our descriptors, and the kernel ends it should we die.
  Child(ChildSetup setup, std::filesystem::path output_file, gateway::EventLog& events);
  /// Ends the child: SIGTERM, and after kPatience SIGKILL.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  void Supervise();
  [[nodiscard]] int Start();

  const ChildSetup setup_;
  const std::filesystem::path output_file_;
  gateway::EventLog& events_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace proviso::daemon
