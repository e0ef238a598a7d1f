// What an API key may use: rates by the minute, budgets by the day and the month.
//
//   const auto account = allowances.Find(key_id);                      // null: no limit
//   auto reserved = account->TryReserve(bound);                        // never blocks
//   if (std::holds_alternative<LeaseRunsOut>(reserved)) …ReserveWithLease(bound) on a worker…
//   if (auto* reached = std::get_if<LimitReached>(&reserved)) …429, reached->message…
//   …send…
//   if (reservation.Settle(cost) == Owes::kSomething) …account->PayDebt() on a worker, before the last byte…
//
// A reservation is the most that the request can cost, taken from every rate and budget at once or not at
// all, so that any number of requests at once stay within the limits. It is settled with what the provider
// reported. One that is never settled stays charged whole: what is unknown counts.
//
// Budgets are spent from leases (budget_store.h). Rates are this process's own and begin full.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "routing/budget.h"
#include "routing/token_bucket.h"

namespace proviso::routing {

/// 0 is no limit; the rates are at most kRateMax, the budgets at most kBudgetMax.
struct KeyLimits {
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;
  Amounts per_day = {};
  Amounts per_month = {};

  [[nodiscard]] bool HasNone() const { return *this == KeyLimits{}; }
  [[nodiscard]] bool LimitsMoney() const {
    return per_day[Quantity::kMoney] > 0 || per_month[Quantity::kMoney] > 0;
  }
  bool operator==(const KeyLimits&) const = default;
};

/// Why a request may not go.
struct LimitReached {
  enum class Cure : std::uint8_t {
    kWait,     ///< It may pass after `renews_in`.
    kSmaller,  ///< It asks for more than the whole limit: it will never pass.
  };
  Quantity quantity = Quantity::kRequests;
  Span span = Span::kMinute;
  std::int64_t limit = 0;
  Cure cure = Cure::kWait;
  std::chrono::milliseconds renews_in{0};
  std::string message = {};  ///< For the caller: which limit, how large, when it renews.
};

/// A lease must be taken before this request may go; nothing was reserved.
struct LeaseRunsOut {};

/// Whether a settlement passed what was leased, so that the store must learn of it.
enum class Owes : std::uint8_t { kNothing, kSomething };

/// What an answer's headers tell of one quantity: of the rate if there is one, otherwise of the day's
/// budget, otherwise of the month's.
struct Standing {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  std::chrono::milliseconds renews_in{0};
};

class Account;

/// What one request holds. Goes out of scope unsettled: stays charged. One thread at a time.
class Reservation {
 public:
  ~Reservation();
  Reservation(Reservation&&) noexcept = default;
  Reservation& operator=(Reservation&& other) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  [[nodiscard]] const Amounts& bound() const { return bound_; }
  /// Charges `cost` in place of the bound; the request itself stays counted once. A second call does nothing.
  Owes Settle(const Amounts& cost);
  /// Nothing was sent: tokens and money go back, the request stays counted.
  void GiveBack();

 private:
  friend class Account;
  Reservation(std::shared_ptr<Account> account, const Amounts& bound, std::int64_t wall_ms)
      : account_(std::move(account)), bound_(bound), wall_ms_(wall_ms) {}
  std::shared_ptr<Account> account_;  // shared: a request outlives a reload; null once settled
  Amounts bound_;
  std::int64_t wall_ms_;
};

using Attempted = std::variant<Reservation, LimitReached, LeaseRunsOut>;

/// One key's rates and budgets. Any thread.
class Account : public std::enable_shared_from_this<Account> {
 public:
  /// `store` and `clock` must outlive it.
  Account(std::string key_id, const KeyLimits& limits, BudgetStore& store, const base::Clock& clock);

  /// Waits for nothing but a short lock.
  [[nodiscard]] Attempted TryReserve(const Amounts& bound);
  /// As TryReserve, taking leases from the store as need be: blocks, and never gives LeaseRunsOut. Fails
  /// when the store does: then nothing may be sent.
  [[nodiscard]] base::Result<Attempted> ReserveWithLease(const Amounts& bound);
  /// Writes what was spent beyond the leases. Blocks.
  [[nodiscard]] base::Status PayDebt();
  /// Gives the store what is left of the leases. Blocks; for an orderly end.
  [[nodiscard]] base::Status GiveBackLeases();

  /// Nothing for a quantity without a limit.
  [[nodiscard]] std::optional<Standing> StandingOf(Quantity quantity);
  /// How often this key met one of its limits.
  [[nodiscard]] std::int64_t times_limited() const { return times_limited_.load(std::memory_order_relaxed); }
  [[nodiscard]] const std::string& key_id() const { return key_id_; }
  /// New limits from now on; what was used stays used.
  void Change(const KeyLimits& limits);

 private:
  friend class Reservation;
  enum class Move : std::uint8_t { kDebt, kLeft };
  struct Bucket {
    Quantity quantity;
    std::optional<TokenBucket> bucket;
  };

  [[nodiscard]] std::optional<LimitReached> CheckRates(const Amounts& bound, std::int64_t now_ns);
  [[nodiscard]] LimitReached Describe(const Obstacle& obstacle, const Budget& budget,
                                      std::int64_t wall_ms) const;
  [[nodiscard]] base::Status TakeLease(Budget& budget, const Amounts& bound);
  [[nodiscard]] base::Status MoveToStore(Budget& budget, Move move);
  Owes SettleFor(const Amounts& bound, const Amounts& cost, std::int64_t reserved_ms);

  const std::string key_id_;
  BudgetStore& store_;
  const base::Clock& clock_;
  std::mutex lease_mutex_;  // one thread at the store; taken before mutex_
  std::mutex mutex_;        // guards all below; not held while the store is asked
  std::array<Bucket, 2> rates_;
  std::array<Budget, 2> budgets_;
  std::atomic<std::int64_t> times_limited_{0};
};

/// All accounts by key id. Any thread.
class Allowances {
 public:
  /// `store` and `clock` must outlive this and every account.
  Allowances(BudgetStore& store, const base::Clock& clock) : store_(store), clock_(clock) {}

  /// The configuration's keys from now on; those that stay keep what they have used.
  void Configure(const std::map<std::string, KeyLimits>& limits);
  /// Null when the key has no limits. Shared: a request under way outlives a reload.
  [[nodiscard]] std::shared_ptr<Account> Find(std::string_view key_id) const;
  /// Sorted by key id.
  [[nodiscard]] std::vector<std::shared_ptr<Account>> All() const;
  /// Every account's GiveBackLeases; the first error.
  [[nodiscard]] base::Status GiveBackLeases();

 private:
  BudgetStore& store_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Account>, std::less<>> accounts_;
};

}  // namespace proviso::routing
