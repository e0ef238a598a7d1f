// The gateway in this process: the real rooms on a real home, with what only tests change.
#pragma once

#include <memory>
#include <vector>

#include "client.h"
#include "gateway/core_state.h"
#include "home.h"
#include "record/entry.h"
#include "upstreams/limits.h"

namespace proviso::scenarios {

struct RunningOptions {
  upstreams::Timeouts timeouts = {};   ///< of the pools
  record::Storage* storage = nullptr;  ///< the record's disk; null for the real one
  std::size_t queue_entries_max = 65'536;
};

/// One entry with its values.
struct Recorded {
  record::Entry entry;
  record::FieldValues values;
  [[nodiscard]] std::string At(record::Field field) const;
};

class Running {
 public:
  explicit Running(const Home& home, RunningOptions options = {});
  /// Ends everything, and checks that the record verifies and that no INTENT is without OUTCOME.
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] record::Log& log();
  [[nodiscard]] oversight::Desk& desk();
  [[nodiscard]] gateway::Metrics& metrics();
  [[nodiscard]] routing::Providers& providers();
  /// As SIGHUP does.
  void Reload();
  /// Every entry so far, in order.
  [[nodiscard]] std::vector<Recorded> Record();
  /// The outcomes ("answered", "refused", …) of the OUTCOME entries, in order.
  [[nodiscard]] std::vector<std::string> Outcomes();
  /// Says that the record may be broken at the end.
  void ExpectBrokenRecord();
  std::size_t Drain(std::chrono::milliseconds deadline);

 private:
  struct Parts;
  void CheckRecord();
  std::unique_ptr<Parts> parts_;
};

}  // namespace proviso::scenarios
