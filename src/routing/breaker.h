// A circuit breaker for one provider: while it fails, nobody waits for it.
//
//   closed ── failures in a row, or too high a rate of them in a window ──▶ open
//   open ── its rest is over ──▶ half-open: one request probes
//   half-open ── the probe succeeds ──▶ closed;  it fails ──▶ open
//
//   auto pass = breaker.Enter(now_ns);
//   if (!pass) …skip this candidate; pass.error() says when to ask again…
//   …
//   pass->Report(Health::kWell, now_ns);   // without this line: nothing learnt
//
// What counts as ill: no connection, a closed one, a timeout, 500 and above, a malformed answer. A 429 is
// a limit, not an illness, and a 400 is the request's own fault: neither counts.
//
// Shared by all cores. Entering a closed breaker is one atomic load; a report takes a short lock.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string_view>

#include "routing/journey.h"

namespace proviso::routing {

struct BreakerRule {
  int failures_in_a_row = 5;
  /// Opens when at least this part of `samples_min` or more reports in `window` were failures.
  int failure_percent = 50;
  int samples_min = 20;
  std::chrono::milliseconds window{30'000};
  /// The rest before a probe.
  std::chrono::milliseconds rest{15'000};

  bool operator==(const BreakerRule&) const = default;
};

enum class BreakerState : std::uint8_t { kClosed, kOpen, kHalfOpen };

/// "closed", "open", "half-open".
[[nodiscard]] std::string_view NameOf(BreakerState state);

enum class Health : std::uint8_t {
  kWell,     ///< It answered, whatever it said.
  kIll,      ///< It did not do its part.
  kUnknown,  ///< Nothing learnt: the caller left, a limit of ours.
};

/// What an attempt's failure says about the provider.
[[nodiscard]] Health HealthOf(const AttemptFailure& failure);

class Breaker : public std::enable_shared_from_this<Breaker> {
 public:
  /// The right to one attempt. Reports kUnknown at its end if nothing was reported, so that a lost probe
  /// leaves its place to another. Keeps its breaker alive.
  class Pass {
   public:
    Pass(Pass&& other) noexcept = default;
    Pass& operator=(Pass&& other) noexcept;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass();
    /// Once; further reports do nothing.
    void Report(Health health, std::int64_t now_ns);

   private:
    friend class Breaker;
    enum class Kind : std::uint8_t { kOrdinary, kProbe };
    Pass(std::shared_ptr<Breaker> breaker, Kind kind) : breaker_(std::move(breaker)), kind_(kind) {}
    std::shared_ptr<Breaker> breaker_;  // shared: outlives the provider's entry; null once reported
    Kind kind_;
  };

  /// Why there is no pass.
  struct Resting {
    std::chrono::milliseconds ask_again_in{0};
  };

  struct View {
    BreakerState state = BreakerState::kClosed;
    int failures_in_a_row = 0;
    int window_failures = 0;
    int window_samples = 0;
    std::int64_t opened_times = 0;
    std::chrono::milliseconds probe_in{0};  ///< While open.
  };

  [[nodiscard]] static std::shared_ptr<Breaker> Make(const BreakerRule& rule);

  [[nodiscard]] std::expected<Pass, Resting> Enter(std::int64_t now_ns);
  [[nodiscard]] View Look(std::int64_t now_ns) const;
  /// A new rule from now on; what was learnt stays.
  void Change(const BreakerRule& rule);

 private:
  // The window is a ring of parts; a part that is too old is emptied when it is met.
  static constexpr std::int64_t kParts = 10;
  struct Part {
    std::int64_t number = -1;
    int samples = 0;
    int failures = 0;
  };

  explicit Breaker(const BreakerRule& rule) : rule_(rule) {}
  void Take(Pass::Kind kind, Health health, std::int64_t now_ns);
  void Learn(Health health, std::int64_t now_ns);
  void Open(std::int64_t now_ns);
  [[nodiscard]] std::int64_t PartNumber(std::int64_t now_ns) const;
  [[nodiscard]] Part WindowSum(std::int64_t now_ns) const;

  alignas(64) std::atomic<BreakerState> state_{BreakerState::kClosed};
  mutable std::mutex mutex_;  // guards all below; state_ is written under it
  BreakerRule rule_;
  std::array<Part, kParts> parts_{};
  int failures_in_a_row_ = 0;
  bool probing_ = false;
  std::int64_t rests_until_ns_ = 0;
  std::int64_t opened_times_ = 0;
};

}  // namespace proviso::routing
