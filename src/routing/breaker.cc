#include "routing/breaker.h"

#include <algorithm>

namespace proviso::routing {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

/// Rounded up, so that whoever asks again at that time is not too early.
std::chrono::milliseconds UntilMs(std::int64_t then_ns, std::int64_t now_ns) {
  return std::chrono::milliseconds(std::max<std::int64_t>(0, (then_ns - now_ns + kNsPerMs - 1) / kNsPerMs));
}

}  // namespace

std::string_view NameOf(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed:
      return "closed";
    case BreakerState::kOpen:
      return "open";
    case BreakerState::kHalfOpen:
      return "half-open";
  }
  return "";
}

Health HealthOf(const AttemptFailure& failure) {
  if (failure.kind != Failure::kStatus || failure.status >= 500) return Health::kIll;
  if (failure.status == 429) return Health::kUnknown;
  return Health::kWell;
}

Breaker::Pass& Breaker::Pass::operator=(Pass&& other) noexcept {
  Report(Health::kUnknown, 0);
  breaker_ = std::move(other.breaker_);
  kind_ = other.kind_;
  return *this;
}

Breaker::Pass::~Pass() {
  Report(Health::kUnknown, 0);
}

void Breaker::Pass::Report(Health health, std::int64_t now_ns) {
  if (breaker_ == nullptr) return;
  breaker_->Take(kind_, health, now_ns);
  breaker_.reset();
}

std::shared_ptr<Breaker> Breaker::Make(const BreakerRule& rule) {
  return std::shared_ptr<Breaker>(new Breaker(rule));
}

std::expected<Breaker::Pass, Breaker::Resting> Breaker::Enter(std::int64_t now_ns) {
  if (state_.load(std::memory_order_acquire) == BreakerState::kClosed) {
    return Pass(shared_from_this(), Pass::Kind::kOrdinary);
  }
  const std::lock_guard lock(mutex_);
  const BreakerState state = state_.load(std::memory_order_relaxed);
  if (state == BreakerState::kClosed) return Pass(shared_from_this(), Pass::Kind::kOrdinary);
  if (state == BreakerState::kOpen && now_ns < rests_until_ns_) {
    return std::unexpected(Resting{UntilMs(rests_until_ns_, now_ns)});
  }
  if (probing_) return std::unexpected(Resting{std::min(rule_.rest, std::chrono::milliseconds(1'000))});
  state_.store(BreakerState::kHalfOpen, std::memory_order_release);
  probing_ = true;
  return Pass(shared_from_this(), Pass::Kind::kProbe);
}

void Breaker::Take(Pass::Kind kind, Health health, std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (kind == Pass::Kind::kOrdinary) {
    // Who entered before it opened says nothing about whether the rest did it good.
    if (state_.load(std::memory_order_relaxed) == BreakerState::kClosed) Learn(health, now_ns);
    return;
  }
  probing_ = false;
  switch (health) {
    case Health::kWell:
      failures_in_a_row_ = 0;
      parts_ = {};
      state_.store(BreakerState::kClosed, std::memory_order_release);
      return;
    case Health::kIll:
      ++failures_in_a_row_;
      Open(now_ns);
      return;
    case Health::kUnknown:
      return;  // half-open, with the probe's place free
  }
}

void Breaker::Learn(Health health, std::int64_t now_ns) {
  if (health == Health::kUnknown) return;
  const std::int64_t number = PartNumber(now_ns);
  Part& part = parts_.at(static_cast<std::size_t>(number % kParts));
  if (part.number != number) part = {number, 0, 0};
  ++part.samples;
  if (health == Health::kWell) {
    failures_in_a_row_ = 0;
    return;
  }
  ++part.failures;
  ++failures_in_a_row_;
  const Part sum = WindowSum(now_ns);
  const bool rate_too_high =
      sum.samples >= rule_.samples_min && sum.failures * 100 >= rule_.failure_percent * sum.samples;
  if (rate_too_high || failures_in_a_row_ >= rule_.failures_in_a_row) Open(now_ns);
}

void Breaker::Open(std::int64_t now_ns) {
  rests_until_ns_ = now_ns + rule_.rest.count() * kNsPerMs;
  ++opened_times_;
  state_.store(BreakerState::kOpen, std::memory_order_release);
}

std::int64_t Breaker::PartNumber(std::int64_t now_ns) const {
  return std::max<std::int64_t>(0, now_ns) /
         std::max<std::int64_t>(1, rule_.window.count() * kNsPerMs / kParts);
}

Breaker::Part Breaker::WindowSum(std::int64_t now_ns) const {
  Part sum;
  const std::int64_t newest = PartNumber(now_ns);
  for (const Part& part : parts_) {
    if (part.number < 0 || part.number <= newest - kParts || part.number > newest) continue;
    sum.samples += part.samples;
    sum.failures += part.failures;
  }
  return sum;
}

Breaker::View Breaker::Look(std::int64_t now_ns) const {
  const std::lock_guard lock(mutex_);
  const Part sum = WindowSum(now_ns);
  View view{.state = state_.load(std::memory_order_relaxed),
            .failures_in_a_row = failures_in_a_row_,
            .window_failures = sum.failures,
            .window_samples = sum.samples,
            .opened_times = opened_times_};
  if (view.state == BreakerState::kOpen) view.probe_in = UntilMs(rests_until_ns_, now_ns);
  return view;
}

void Breaker::Change(const BreakerRule& rule) {
  const std::lock_guard lock(mutex_);
  if (rule.window != rule_.window) parts_ = {};  // parts of another length cannot be added up
  rule_ = rule;
}

}  // namespace proviso::routing
