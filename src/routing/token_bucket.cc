#include "routing/token_bucket.h"

#include <algorithm>

#include "routing/limits.h"

namespace proviso::routing {

namespace {

constexpr std::int64_t kScale = 60'000'000;  // microseconds of a minute
constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kUsPerMs = 1'000;

}  // namespace

TokenBucket::TokenBucket(std::int64_t per_minute, std::int64_t now_ns)
    : per_minute_(per_minute), level_(per_minute * kScale), filled_us_(now_ns / kNsPerUs) {}

std::int64_t TokenBucket::full() const {
  return per_minute_ * kScale;
}

void TokenBucket::Refill(std::int64_t now_ns) {
  const std::int64_t now_us = now_ns / kNsPerUs;
  if (now_us <= filled_us_) return;
  const std::int64_t elapsed_us = now_us - filled_us_;
  filled_us_ = now_us;
  // More than it can lack is not multiplied out: level is at least -full (Charge), so two minutes fill it.
  level_ = elapsed_us >= 2 * kScale ? full() : std::min(full(), level_ + elapsed_us * per_minute_);
}

std::int64_t TokenBucket::Level(std::int64_t now_ns) {
  Refill(now_ns);
  // Rounded down, also below 0.
  return level_ >= 0 ? level_ / kScale : -((-level_ + kScale - 1) / kScale);
}

std::chrono::milliseconds TokenBucket::WaitFor(std::int64_t amount, std::int64_t now_ns) {
  Refill(now_ns);
  const std::int64_t lacking = amount * kScale - level_;
  if (lacking <= 0) return std::chrono::milliseconds(0);
  const std::int64_t us = (lacking + per_minute_ - 1) / per_minute_;
  return std::chrono::milliseconds((us + kUsPerMs - 1) / kUsPerMs);
}

void TokenBucket::Charge(std::int64_t amount, std::int64_t now_ns) {
  Refill(now_ns);
  // An overdraft of more than a minute's worth would be paid for no longer than that.
  const std::int64_t bounded = std::clamp(amount, -per_minute_, 2 * per_minute_);
  level_ = std::clamp(level_ - bounded * kScale, -full(), full());
}

void TokenBucket::Resize(std::int64_t per_minute, std::int64_t now_ns) {
  Refill(now_ns);
  per_minute_ = per_minute;
  level_ = std::clamp(level_, -full(), full());
}

}  // namespace proviso::routing
