// A rate limit: so many a minute, refilled evenly, with a full minute's worth as its burst.
#pragma once

#include <chrono>
#include <cstdint>

namespace proviso::routing {

/// Not for several threads at once; the owner locks. Times are monotonic nanoseconds.
class TokenBucket {
 public:
  /// Full. `per_minute` is 1 to kRateMax.
  TokenBucket(std::int64_t per_minute, std::int64_t now_ns);

  [[nodiscard]] std::int64_t per_minute() const { return per_minute_; }
  /// What can be taken now; negative after Charge took more than there was.
  [[nodiscard]] std::int64_t Level(std::int64_t now_ns);
  /// The wait until `amount` can be taken: 0 if it can be now. `amount` is at most per_minute.
  [[nodiscard]] std::chrono::milliseconds WaitFor(std::int64_t amount, std::int64_t now_ns);
  /// Takes, whether it is there or not; a negative amount gives back, up to full.
  void Charge(std::int64_t amount, std::int64_t now_ns);
  /// Another rate; what is in it stays, up to the new full.
  void Resize(std::int64_t per_minute, std::int64_t now_ns);

 private:
  void Refill(std::int64_t now_ns);
  [[nodiscard]] std::int64_t full() const;

  std::int64_t per_minute_;
  std::int64_t level_;  // in 1/60'000'000 of one, so that a microsecond's refill is a whole number
  std::int64_t filled_us_;
};

}  // namespace proviso::routing
