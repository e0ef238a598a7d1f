// The real binary on a home, as a process.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "home.h"
#include "record/entry.h"

namespace proviso::scenarios {

class Process {
 public:
  /// Starts `proviso serve` and waits until it serves.
  explicit Process(const Home& home);
  /// Kills what is left.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void Signal(int signal) const;
  /// Waits for the end, at most ten seconds; the exit code, or 128 and the signal.
  int Wait();
  /// What it wrote to standard error so far.
  [[nodiscard]] std::string Log() const;

 private:
  const Home& home_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

/// What a record says when nobody has it open.
struct ReadRecord {
  std::string broken;  ///< "" when it verifies
  std::vector<std::uint64_t> open_intents;
  /// How many INTENTs there are for a request, by its digest in hexadecimal.
  std::map<std::string, std::size_t> intents_of;
  std::vector<std::string> outcomes;
  /// How terms came into force, and the authorities of requests, as entries say.
  std::vector<std::string> policies;
  std::vector<std::string> authorities;
};
[[nodiscard]] ReadRecord ReadRecordOf(const Home& home);

}  // namespace proviso::scenarios
