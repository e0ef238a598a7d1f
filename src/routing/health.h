// What is known of each provider: its breaker, and counts for /metrics and `proviso upstreams status`.
// Outlives a reload of the configuration: what was learnt of a provider stays while its name does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "routing/breaker.h"

namespace proviso::routing {

/// What happened around the attempts. Any thread.
enum class Event : std::uint8_t {
  kAttempt,       ///< A request was sent, or was to be sent.
  kAnswer,        ///< An answer came, good or not the provider's fault.
  kRetry,         ///< Tried again here.
  kFallbackFrom,  ///< Left for the next candidate after a failure.
  kSkippedOpen,   ///< Not tried: the breaker was open.
  kSkippedTerms,  ///< Not tried: the terms do not permit it.
};
inline constexpr std::size_t kEvents = 6;

class Provider {
 public:
  Provider(std::string name, const BreakerRule& rule)
      : name_(std::move(name)), breaker_(Breaker::Make(rule)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Breaker& breaker() const { return *breaker_; }

  void Add(Event event) { events_[static_cast<std::size_t>(event)].fetch_add(1, kRelaxed); }
  void AddFailure(Failure failure) { failures_[static_cast<std::size_t>(failure)].fetch_add(1, kRelaxed); }
  /// From the request's last byte to the answer's first.
  void AddLatency(std::chrono::nanoseconds latency);

  struct View {
    std::string name;
    Breaker::View breaker = {};
    std::array<std::int64_t, kEvents> events{};
    std::array<std::int64_t, kFailures> failures{};
    std::int64_t latency_microseconds = 0;  ///< Summed over `latencies`.
    std::int64_t latencies = 0;

    [[nodiscard]] std::int64_t Of(Event event) const { return events[static_cast<std::size_t>(event)]; }
    [[nodiscard]] std::int64_t Of(Failure failure) const {
      return failures[static_cast<std::size_t>(failure)];
    }
  };
  [[nodiscard]] View Look(std::int64_t now_ns) const;

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  std::string name_;
  std::shared_ptr<Breaker> breaker_;  // shared with the passes under way
  std::array<std::atomic<std::int64_t>, kEvents> events_{};
  std::array<std::atomic<std::int64_t>, kFailures> failures_{};
  std::atomic<std::int64_t> latency_microseconds_{0};
  std::atomic<std::int64_t> latencies_{0};
};

/// All providers by name. Any thread.
class Providers {
 public:
  /// The configuration's providers from now on; those that stay keep what was learnt of them.
  void Configure(const std::map<std::string, BreakerRule>& rules);
  /// Null when there is no such provider. Shared: a request under way outlives a reload.
  [[nodiscard]] std::shared_ptr<Provider> Find(std::string_view name) const;
  /// Sorted by name.
  [[nodiscard]] std::vector<Provider::View> Look(std::int64_t now_ns) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Provider>, std::less<>> providers_;
};

}  // namespace proviso::routing
