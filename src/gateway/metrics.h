// Counters of one core, summed when somebody asks. Written by the core's thread only, read by any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proviso::gateway {

enum class Count : std::uint8_t {
  kRequestsPermitted,
  kRequestsHeld,
  kRequestsForbidden,
  kRequestsRefused,  ///< Before any decision: not authenticated, malformed, unknown model, …
  kCallsReleased,
  kCallsHeld,
  kCallsWithheld,
  kUpstreamFailures,
  kBrokenAnswers,
  kCallersLeft,
  kAnswers,
  kAnswerMilliseconds,
  kRecordFailures,
  kLast,  ///< How many there are.
};

class CoreMetrics {
 public:
  void Add(Count count, std::uint64_t by = 1) {
    auto& counter = counters_[static_cast<std::size_t>(count)];
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t Get(Count count) const {
    return counters_[static_cast<std::size_t>(count)].load(std::memory_order_relaxed);
  }

 private:
  alignas(64) std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Count::kLast)> counters_{};
};

class Metrics {
 public:
  explicit Metrics(std::size_t cores);
  [[nodiscard]] CoreMetrics& core(std::size_t index) { return *cores_[index]; }
  [[nodiscard]] std::uint64_t Sum(Count count) const;
  /// The text exposition format of Prometheus, version 0.0.4. `durable` is the record's position.
  [[nodiscard]] std::string Render(std::uint64_t durable) const;

 private:
  std::vector<std::unique_ptr<CoreMetrics>> cores_;
};

}  // namespace proviso::gateway
