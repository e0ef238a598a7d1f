#include "routing/allowance.h"

#include <algorithm>

#include "routing/limits.h"

namespace proviso::routing {

namespace {

using std::chrono::milliseconds;

/// How soon a request may ask again that others' reservations keep out.
constexpr milliseconds kWhileReserved{1'000};

/// Rolls of a period between a lease and its use; more than one is a clock that jumps.
constexpr int kLeaseTriesMax = 4;

std::string Quoted(Quantity quantity, std::int64_t amount) {
  if (quantity != Quantity::kMoney) return std::to_string(amount) + " " + std::string(NameOf(quantity));
  constexpr std::int64_t kMicro = 1'000'000;
  std::string fraction = std::to_string(kMicro + amount % kMicro).substr(1);
  fraction.erase(std::max<std::size_t>(2, fraction.find_last_not_of('0') + 1));
  return "money " + std::to_string(amount / kMicro) + "." + fraction;
}

std::string TooLarge(std::string_view limit) {
  return "This request may need more than this key's whole limit of " + std::string(limit) +
         ". Send less, or ask for fewer output tokens.";
}

void ChangeRate(std::optional<TokenBucket>& bucket, std::int64_t per_minute, std::int64_t now_ns) {
  if (per_minute == 0) {
    bucket.reset();
  } else if (bucket) {
    bucket->Resize(per_minute, now_ns);
  } else {
    bucket.emplace(per_minute, now_ns);
  }
}

}  // namespace

Reservation::~Reservation() {
  if (account_ != nullptr) (void)Settle(bound_);
}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (account_ != nullptr) (void)Settle(bound_);
  account_ = std::move(other.account_);
  bound_ = other.bound_;
  wall_ms_ = other.wall_ms_;
  return *this;
}

Owes Reservation::Settle(const Amounts& cost) {
  if (account_ == nullptr) return Owes::kNothing;
  Amounts charged = cost;
  charged[Quantity::kRequests] = bound_[Quantity::kRequests];
  const Owes owes = account_->SettleFor(bound_, charged, wall_ms_);
  account_.reset();
  return owes;
}

void Reservation::GiveBack() {
  (void)Settle({});
}

Account::Account(std::string key_id, const KeyLimits& limits, BudgetStore& store, const base::Clock& clock)
    : key_id_(std::move(key_id)),
      store_(store),
      clock_(clock),
      rates_{Bucket{Quantity::kRequests, std::nullopt}, Bucket{Quantity::kTokens, std::nullopt}},
      budgets_{Budget(Span::kDay, {}), Budget(Span::kMonth, {})} {
  Change(limits);
}

void Account::Change(const KeyLimits& limits) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now_ns = clock_.MonotonicNs();
  ChangeRate(rates_[0].bucket, limits.requests_per_minute, now_ns);
  ChangeRate(rates_[1].bucket, limits.tokens_per_minute, now_ns);
  budgets_[0].Change(limits.per_day);
  budgets_[1].Change(limits.per_month);
}

std::optional<LimitReached> Account::CheckRates(const Amounts& bound, std::int64_t now_ns) {
  std::optional<LimitReached> worst;
  for (auto& [quantity, bucket] : rates_) {
    if (!bucket) continue;
    LimitReached reached{.quantity = quantity, .span = Span::kMinute, .limit = bucket->per_minute()};
    if (bound[quantity] > reached.limit) {
      reached.cure = LimitReached::Cure::kSmaller;
      reached.message = TooLarge(Quoted(quantity, reached.limit) + " per minute");
      return reached;
    }
    reached.renews_in = bucket->WaitFor(bound[quantity], now_ns);
    if (reached.renews_in.count() == 0) continue;
    reached.message = "This key's limit of " + Quoted(quantity, reached.limit) +
                      " per minute is reached. Try again in " +
                      std::to_string((reached.renews_in.count() + 999) / 1'000) + " s.";
    if (!worst || reached.renews_in > worst->renews_in) worst = std::move(reached);
  }
  return worst;
}

LimitReached Account::Describe(const Obstacle& obstacle, const Budget& budget, std::int64_t wall_ms) const {
  LimitReached reached{.quantity = obstacle.quantity,
                       .span = budget.span(),
                       .limit = budget.limit(obstacle.quantity),
                       .renews_in = milliseconds(budget.ends_ms() - wall_ms)};
  const std::string limit =
      Quoted(obstacle.quantity, reached.limit) + " per " + std::string(NameOf(reached.span));
  switch (obstacle.kind) {
    case Obstacle::Kind::kTooLarge:
      reached.cure = LimitReached::Cure::kSmaller;
      reached.message = TooLarge(limit);
      break;
    case Obstacle::Kind::kReserved:
      reached.renews_in = kWhileReserved;
      reached.message = "What is left of this key's budget of " + limit +
                        " is reserved by requests under way. Try again when they are done.";
      break;
    case Obstacle::Kind::kUsedUp:
    case Obstacle::Kind::kNoLease:
      reached.message = "This key's budget of " + limit + " cannot cover this request. It renews at " +
                        base::FormatUtc(budget.ends_ms()) + ".";
      break;
  }
  return reached;
}

Attempted Account::TryReserve(const Amounts& bound) {
  const std::int64_t now_ns = clock_.MonotonicNs();
  const std::int64_t wall_ms = clock_.WallMs();
  const std::lock_guard lock(mutex_);
  if (auto reached = CheckRates(bound, now_ns)) {
    times_limited_.fetch_add(1, std::memory_order_relaxed);
    return std::move(*reached);
  }
  bool lease_runs_out = false;
  for (Budget& budget : budgets_) {
    budget.Roll(wall_ms);
    const auto obstacle = budget.Check(bound, wall_ms);
    if (!obstacle) continue;
    if (obstacle->kind != Obstacle::Kind::kNoLease) {
      times_limited_.fetch_add(1, std::memory_order_relaxed);
      return Describe(*obstacle, budget, wall_ms);
    }
    lease_runs_out = true;
  }
  if (lease_runs_out) return LeaseRunsOut{};
  for (Budget& budget : budgets_) budget.Reserve(bound);
  for (auto& [quantity, bucket] : rates_) {
    if (bucket) bucket->Charge(bound[quantity], now_ns);
  }
  return Reservation(shared_from_this(), bound, wall_ms);
}

base::Result<Attempted> Account::ReserveWithLease(const Amounts& bound) {
  const std::lock_guard lock(lease_mutex_);
  for (int i = 0; i < kLeaseTriesMax; ++i) {
    Attempted attempted = TryReserve(bound);
    if (!std::holds_alternative<LeaseRunsOut>(attempted)) return attempted;
    for (Budget& budget : budgets_) {
      if (auto taken = TakeLease(budget, bound); !taken) return std::unexpected(taken.error());
    }
  }
  return base::Fail(base::ErrorCode::kUnavailable, "budget: others spend each lease first; try again");
}

/// The caller has lease_mutex_.
base::Status Account::TakeLease(Budget& budget, const Amounts& bound) {
  std::unique_lock lock(mutex_);
  const std::int64_t wall_ms = clock_.WallMs();
  budget.Roll(wall_ms);
  const auto obstacle = budget.Check(bound, wall_ms);
  if (!obstacle || obstacle->kind != Obstacle::Kind::kNoLease) return {};
  const BudgetName name{key_id_, budget.period()};
  const LeaseRequest request = budget.Asks(bound);
  lock.unlock();
  const auto lease = store_.Take(name, request);
  if (!lease) return base::Within("budget", lease.error());
  lock.lock();
  budget.Took(name.period, *lease, wall_ms);
  return {};
}

base::Status Account::MoveToStore(Budget& budget, Move move) {
  std::unique_lock lock(mutex_);
  const BudgetName name{key_id_, budget.period()};
  const Amounts amounts = move == Move::kDebt ? budget.TakeDebt() : budget.TakeLeft();
  if (amounts == Amounts{}) return {};
  lock.unlock();
  const auto total = store_.Add(name, amounts);
  lock.lock();
  if (!total) {
    budget.PutBack(name.period, amounts);
    return base::Within("budget", total.error());
  }
  budget.Added(name.period, *total);
  return {};
}

base::Status Account::PayDebt() {
  const std::lock_guard lock(lease_mutex_);
  for (Budget& budget : budgets_) {
    if (auto moved = MoveToStore(budget, Move::kDebt); !moved) return moved;
  }
  return {};
}

base::Status Account::GiveBackLeases() {
  const std::lock_guard lock(lease_mutex_);
  for (Budget& budget : budgets_) {
    if (auto moved = MoveToStore(budget, Move::kLeft); !moved) return moved;
  }
  return {};
}

Owes Account::SettleFor(const Amounts& bound, const Amounts& cost, std::int64_t reserved_ms) {
  const std::int64_t now_ns = clock_.MonotonicNs();
  const std::lock_guard lock(mutex_);
  for (auto& [quantity, bucket] : rates_) {
    if (bucket) bucket->Charge(cost[quantity] - bound[quantity], now_ns);
  }
  bool owes = false;
  for (Budget& budget : budgets_) {
    budget.Settle(bound, cost, reserved_ms);
    owes = owes || budget.Owes();
  }
  return owes ? Owes::kSomething : Owes::kNothing;
}

std::optional<Standing> Account::StandingOf(Quantity quantity) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now_ns = clock_.MonotonicNs();
  for (auto& [of, bucket] : rates_) {
    if (of != quantity || !bucket) continue;
    return Standing{.limit = bucket->per_minute(),
                    .remaining = std::max<std::int64_t>(0, bucket->Level(now_ns)),
                    .renews_in = bucket->WaitFor(bucket->per_minute(), now_ns)};
  }
  const std::int64_t wall_ms = clock_.WallMs();
  for (Budget& budget : budgets_) {
    if (budget.limit(quantity) == 0) continue;
    budget.Roll(wall_ms);
    return Standing{.limit = budget.limit(quantity),
                    .remaining = budget.Remaining(quantity),
                    .renews_in = milliseconds(budget.ends_ms() - wall_ms)};
  }
  return std::nullopt;
}

void Allowances::Configure(const std::map<std::string, KeyLimits>& limits) {
  const std::lock_guard lock(mutex_);
  std::erase_if(accounts_, [&limits](const auto& entry) {
    const auto found = limits.find(entry.first);
    return found == limits.end() || found->second.HasNone();
  });
  for (const auto& [key_id, of_key] : limits) {
    if (of_key.HasNone()) continue;
    auto& account = accounts_[key_id];
    if (account == nullptr) {
      account = std::make_shared<Account>(key_id, of_key, store_, clock_);
    } else {
      account->Change(of_key);
    }
  }
}

std::shared_ptr<Account> Allowances::Find(std::string_view key_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(key_id);
  return found == accounts_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Account>> Allowances::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Account>> all;
  for (const auto& [key_id, account] : accounts_) all.push_back(account);
  return all;
}

base::Status Allowances::GiveBackLeases() {
  base::Status status;
  for (const auto& account : All()) {
    auto given = account->GiveBackLeases();
    if (!given && status) status = std::move(given);
  }
  return status;
}

}  // namespace proviso::routing
