// One key's budget for a day or a month (UTC), spent from leases. No lock, no store: Account has these.
//
// Invariant: what the store has as leased is never less than what this process spent, reservations
// included, except for what Owes() tells of.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "routing/budget_store.h"

namespace proviso::routing {

enum class Span : std::uint8_t { kMinute, kDay, kMonth };

/// "minute", "day", "month".
[[nodiscard]] std::string_view NameOf(Span span);

/// What stands against a request.
struct Obstacle {
  enum class Kind : std::uint8_t {
    kTooLarge,  ///< More than the whole limit: it will never pass.
    kUsedUp,    ///< Nothing before the period ends.
    kReserved,  ///< Requests under way hold it and may give some of it back.
    kNoLease,   ///< Ask the store.
  };
  Kind kind = Kind::kNoLease;
  Quantity quantity = Quantity::kRequests;
};

class Budget {
 public:
  /// `span` is a day or a month. A quantity with limit 0 has none and is not counted.
  Budget(Span span, const Amounts& limit) : span_(span), limit_(limit) {}

  /// Comes first at each use: a new period begins with nothing leased.
  void Roll(std::int64_t wall_ms);
  /// Nothing when `bound` can be reserved.
  [[nodiscard]] std::optional<Obstacle> Check(const Amounts& bound, std::int64_t wall_ms) const;
  void Reserve(const Amounts& bound);
  /// Ends a reservation made at `reserved_ms`: `cost` was used of its `bound`. One of an earlier period
  /// changes nothing.
  void Settle(const Amounts& bound, const Amounts& cost, std::int64_t reserved_ms);

  /// What to ask the store for, so that `bound` could be reserved.
  [[nodiscard]] LeaseRequest Asks(const Amounts& bound) const;
  /// The store's answer to what was asked in `period`.
  void Took(const std::string& period, const Lease& lease, std::int64_t wall_ms);

  /// Whether more was spent than leased.
  [[nodiscard]] bool Owes() const;
  /// What the store must add (debts) or may take back (leases left), moved out of this budget; all 0 if
  /// there is none.
  [[nodiscard]] Amounts TakeDebt();
  [[nodiscard]] Amounts TakeLeft();
  /// The store did, and its total is now this; or it did not, and `amounts` stay here.
  void Added(const std::string& period, const Amounts& total);
  void PutBack(const std::string& period, const Amounts& amounts);

  void Change(const Amounts& limit);

  [[nodiscard]] Span span() const { return span_; }
  [[nodiscard]] const std::string& period() const { return period_; }
  [[nodiscard]] std::int64_t ends_ms() const { return ends_ms_; }
  [[nodiscard]] std::int64_t limit(Quantity quantity) const { return limit_[quantity]; }
  /// What can still be reserved, as far as is known here; 0 or more.
  [[nodiscard]] std::int64_t Remaining(Quantity quantity) const;

 private:
  [[nodiscard]] bool Counts(Quantity quantity) const { return limit_[quantity] > 0; }
  [[nodiscard]] std::int64_t Available(Quantity quantity) const;

  Span span_;
  Amounts limit_;
  std::string period_;
  std::int64_t begins_ms_ = 0;
  std::int64_t ends_ms_ = 0;
  Amounts left_;      // of this process's leases; negative: owed
  Amounts reserved_;  // in reservations under way; out of left_
  Amounts total_;     // leased by everybody, when the store was last asked
  std::optional<std::int64_t> asked_ms_;
};

}  // namespace proviso::routing
