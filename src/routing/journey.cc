#include "routing/journey.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/clock.h"
#include "routing/limits.h"

namespace proviso::routing {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kNsPerMs = 1'000'000;

/// Our credential, our address or our model name does not serve at this provider; another one may.
constexpr std::array kElsewhereOnly = {401, 403, 404};

std::optional<std::int64_t> ReadNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty() || text.front() == '-') return std::nullopt;
  // All digits, and more than 64 bits hold: a long wait, not an unreadable one.
  if (failure == std::errc::result_out_of_range) return std::numeric_limits<std::int64_t>::max();
  return failure == std::errc() ? std::optional(value) : std::nullopt;
}

milliseconds Bounded(std::int64_t ms) {
  return std::clamp(milliseconds(ms), milliseconds(0), kRetryAfterMax);
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" as "1994-11-06T08:49:37Z"; empty when it has another shape.
std::string IsoOfImfFixdate(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return "";
  const auto month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return "";
  const std::string number = std::to_string(month / 3 + 1);
  std::string iso(text.substr(12, 4));
  iso.append(number.size() == 1 ? "-0" : "-").append(number).append("-").append(text.substr(5, 2));
  return iso.append("T").append(text.substr(17, 8)).append("Z");
}

}  // namespace

std::string_view NameOf(Failure failure) {
  switch (failure) {
    case Failure::kConnect:
      return "connect";
    case Failure::kClosed:
      return "closed";
    case Failure::kTimedOut:
      return "timeout";
    case Failure::kStatus:
      return "status";
    case Failure::kMalformed:
      return "malformed";
  }
  return "";
}

Journey::Journey(const Route& route, Plan plan, std::int64_t deadline_ns)
    : route_(&route), plan_(std::move(plan)), deadline_ns_(deadline_ns) {}

const std::string* Journey::candidate() const {
  return place_ < plan_.size() ? &plan_[place_] : nullptr;
}

std::span<const std::string> Journey::candidates() const {
  return std::span(plan_).subspan(place_);
}

void Journey::Skip() {
  if (place_ < plan_.size()) ++place_;
  attempts_here_ = 0;
}

void Journey::KeepOnlyThis() {
  if (place_ < plan_.size()) plan_.resize(place_ + 1);
}

bool Journey::MayTryAgain(const AttemptFailure& failure) const {
  switch (failure.kind) {
    case Failure::kConnect:
    case Failure::kClosed:
      return true;
    case Failure::kTimedOut:   // it would most likely cost the same wait again
    case Failure::kMalformed:  // what answers so is not what the configuration says it is
      return false;
    case Failure::kStatus:
      return std::ranges::find(route_->retries.statuses, failure.status) != route_->retries.statuses.end();
  }
  return false;
}

bool Journey::MayTryElsewhere(const AttemptFailure& failure) const {
  if (failure.kind != Failure::kStatus) return true;
  return MayTryAgain(failure) || std::ranges::find(kElsewhereOnly, failure.status) != kElsewhereOnly.end();
}

milliseconds Journey::WaitFor(const AttemptFailure& failure, std::uint64_t random) const {
  if (failure.retry_after) return *failure.retry_after;
  milliseconds full = route_->retries.backoff;
  for (int i = 1; i < attempts_here_ && full < route_->retries.backoff_max; ++i) full *= 2;
  full = std::min(full, route_->retries.backoff_max);
  const auto half = full / 2;
  return half + milliseconds(Dice(random).Below(static_cast<std::uint64_t>((full - half).count()) + 1));
}

Step Journey::MoveOn(std::int64_t now_ns) {
  Skip();
  const bool in_time = deadline_ns_ == 0 || now_ns < deadline_ns_;
  if (candidate() == nullptr || !in_time) return {Next::kGiveUp, {}};
  return {Next::kNextCandidate, {}};
}

Step Journey::Failed(const AttemptFailure& failure, Released released, std::int64_t now_ns,
                     std::uint64_t random) {
  ++attempts_;
  ++attempts_here_;
  if (released == Released::kSomething || !MayTryElsewhere(failure) || attempts_ >= kAttemptsMax) {
    return {Next::kGiveUp, {}};
  }
  if (!MayTryAgain(failure) || attempts_here_ >= route_->retries.attempts) return MoveOn(now_ns);
  const milliseconds wait = WaitFor(failure, random);
  if (failure.retry_after && wait > route_->retries.retry_after_max) return MoveOn(now_ns);
  const bool in_time = deadline_ns_ == 0 || now_ns + wait.count() * kNsPerMs < deadline_ns_;
  if (!in_time) return MoveOn(now_ns);
  return {Next::kSameCandidate, wait};
}

std::optional<milliseconds> ReadRetryAfter(std::string_view retry_after_ms, std::string_view retry_after,
                                           std::int64_t now_wall_ms) {
  if (const auto ms = ReadNumber(retry_after_ms)) return Bounded(*ms);
  if (const auto seconds = ReadNumber(retry_after)) {
    return Bounded(std::min(*seconds, std::int64_t{kRetryAfterMax.count()}) * 1'000);
  }
  const std::string iso = IsoOfImfFixdate(retry_after);
  if (iso.empty()) return std::nullopt;
  const auto at_ms = base::ParseUtc(iso);
  if (!at_ms) return std::nullopt;
  return Bounded(*at_ms - now_wall_ms);
}

}  // namespace proviso::routing
