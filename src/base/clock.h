// Time is passed in, never taken: tests own it, and no room reads the system clock by itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::base {

/// Wall time for people and records; monotonic time for order, deadlines and latency.
/// Implementations may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01T00:00:00Z. May jump, in both directions.
  [[nodiscard]] virtual std::int64_t WallMs() const = 0;
  /// Nanoseconds from an arbitrary start. Never goes back.
  [[nodiscard]] virtual std::int64_t MonotonicNs() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t WallMs() const override;
  [[nodiscard]] std::int64_t MonotonicNs() const override;
};

/// A clock that stands still until told otherwise.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::int64_t wall_ms) : wall_ms_(wall_ms) {}
  [[nodiscard]] std::int64_t WallMs() const override { return wall_ms_; }
  [[nodiscard]] std::int64_t MonotonicNs() const override { return monotonic_ns_; }
  /// Moves both times forward.
  void AdvanceMs(std::int64_t ms) {
    wall_ms_ += ms;
    monotonic_ns_ += ms * 1'000'000;
  }

 private:
  std::atomic<std::int64_t> wall_ms_;
  std::atomic<std::int64_t> monotonic_ns_{0};
};

/// "2026-02-28T09:30:00.000Z" (RFC 3339, UTC, milliseconds) and back. The reader also accepts
/// whole seconds, and a bare date as its midnight.
[[nodiscard]] std::string FormatUtc(std::int64_t wall_ms);
[[nodiscard]] Result<std::int64_t> ParseUtc(std::string_view text);

}  // namespace proviso::base
