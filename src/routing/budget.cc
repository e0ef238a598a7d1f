#include "routing/budget.h"

#include <algorithm>

#include "base/clock.h"
#include "routing/limits.h"

namespace proviso::routing {

namespace {

using std::chrono::sys_days;

std::int64_t MsOf(sys_days day) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(day.time_since_epoch()).count();
}

}  // namespace

std::string_view NameOf(Span span) {
  switch (span) {
    case Span::kMinute:
      return "minute";
    case Span::kDay:
      return "day";
    case Span::kMonth:
      return "month";
  }
  return "";
}

void Budget::Roll(std::int64_t wall_ms) {
  if (!period_.empty() && wall_ms >= begins_ms_ && wall_ms < ends_ms_) return;
  const auto today = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(wall_ms)));
  const std::string date = base::FormatUtc(wall_ms);
  if (span_ == Span::kMonth) {
    const std::chrono::year_month_day now(today);
    const auto month = now.year() / now.month();
    begins_ms_ = MsOf(sys_days(month / 1));
    ends_ms_ = MsOf(sys_days((month + std::chrono::months(1)) / 1));
    period_ = date.substr(0, 7);
  } else {
    begins_ms_ = MsOf(today);
    ends_ms_ = MsOf(today + std::chrono::days(1));
    period_ = date.substr(0, 10);
  }
  left_ = {};
  reserved_ = {};
  total_ = {};
  asked_ms_.reset();
}

/// Signed: a limit that was lowered below what is leased leaves less than is left.
std::int64_t Budget::Available(Quantity quantity) const {
  return left_[quantity] + limit_[quantity] - total_[quantity];
}

std::int64_t Budget::Remaining(Quantity quantity) const {
  return std::max<std::int64_t>(0, Available(quantity));
}

std::optional<Obstacle> Budget::Check(const Amounts& bound, std::int64_t wall_ms) const {
  const bool asked_lately =
      asked_ms_ && wall_ms >= *asked_ms_ && wall_ms - *asked_ms_ < kAskAgainAfter.count();
  for (const Quantity quantity : kEveryQuantity) {
    if (!Counts(quantity)) continue;
    if (bound[quantity] > limit_[quantity]) return Obstacle{Obstacle::Kind::kTooLarge, quantity};
    if (Available(quantity) < bound[quantity] && asked_lately) {
      const bool may_return = Available(quantity) + reserved_[quantity] >= bound[quantity];
      return Obstacle{may_return ? Obstacle::Kind::kReserved : Obstacle::Kind::kUsedUp, quantity};
    }
  }
  for (const Quantity quantity : kEveryQuantity) {
    if (!Counts(quantity)) continue;
    const bool leased = asked_ms_ && left_[quantity] >= bound[quantity];
    if (!leased || Available(quantity) < bound[quantity]) return Obstacle{Obstacle::Kind::kNoLease, quantity};
  }
  return std::nullopt;
}

void Budget::Reserve(const Amounts& bound) {
  for (const Quantity quantity : kEveryQuantity) {
    if (!Counts(quantity)) continue;
    left_[quantity] -= bound[quantity];
    reserved_[quantity] += bound[quantity];
  }
}

void Budget::Settle(const Amounts& bound, const Amounts& cost, std::int64_t reserved_ms) {
  if (reserved_ms < begins_ms_ || reserved_ms >= ends_ms_) return;
  for (const Quantity quantity : kEveryQuantity) {
    if (!Counts(quantity)) continue;
    // A limit that came while the request was under way did not see its reservation.
    const std::int64_t seen = std::min(bound[quantity], reserved_[quantity]);
    reserved_[quantity] -= seen;
    left_[quantity] += seen - cost[quantity];
  }
}

LeaseRequest Budget::Asks(const Amounts& bound) const {
  LeaseRequest request{{}, {}, limit_};
  for (const Quantity quantity : kEveryQuantity) {
    if (!Counts(quantity)) continue;
    const std::int64_t least = std::max<std::int64_t>(0, bound[quantity] - left_[quantity]);
    request.least[quantity] = least;
    request.wanted[quantity] = least == 0 ? 0 : std::max(least, limit_[quantity] / kLeasesPerBudget);
  }
  return request;
}

void Budget::Took(const std::string& period, const Lease& lease, std::int64_t wall_ms) {
  if (period != period_) return;  // leased for a time that is over: lost, which counts too much
  for (const Quantity quantity : kEveryQuantity) left_[quantity] += lease.granted[quantity];
  total_ = lease.total;
  asked_ms_ = wall_ms;
}

bool Budget::Owes() const {
  return std::ranges::any_of(kEveryQuantity, [this](Quantity quantity) { return left_[quantity] < 0; });
}

Amounts Budget::TakeDebt() {
  Amounts debt;
  for (const Quantity quantity : kEveryQuantity) {
    debt[quantity] = std::max<std::int64_t>(0, -left_[quantity]);
    left_[quantity] += debt[quantity];
  }
  return debt;
}

Amounts Budget::TakeLeft() {
  Amounts left;
  for (const Quantity quantity : kEveryQuantity) {
    left[quantity] = -std::max<std::int64_t>(0, left_[quantity]);
    left_[quantity] += left[quantity];
  }
  return left;
}

void Budget::Added(const std::string& period, const Amounts& total) {
  if (period == period_) total_ = total;
}

void Budget::PutBack(const std::string& period, const Amounts& amounts) {
  if (period != period_) return;
  for (const Quantity quantity : kEveryQuantity) left_[quantity] -= amounts[quantity];
}

void Budget::Change(const Amounts& limit) {
  limit_ = limit;
  asked_ms_.reset();  // a quantity that had no limit may have a total in the store
}

}  // namespace proviso::routing
