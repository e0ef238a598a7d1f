// Where budgets are kept over restarts. Owned here, implemented by `store` (SQLite) and, for tests, by
// MemoryBudgetStore; budget_store_contract.h is what each implementation must do.
//
// What is kept for a key and a period is the total that its gateways have *leased*: taken durably before
// any of it was spent. A gateway that ends in order gives back what is left of its leases; one that
// crashes does not, so a crash counts too much and never too little.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/result.h"
#include "routing/amounts.h"

namespace proviso::routing {

/// One budget in one period: "desk-1" in "2026-11-22", or in "2026-11".
struct BudgetName {
  std::string key_id;
  std::string period;

  auto operator<=>(const BudgetName&) const = default;
};

/// What is asked for of each quantity; a quantity without a limit asks for 0.
struct LeaseRequest {
  Amounts least;   ///< All of these, or nothing.
  Amounts wanted;  ///< At least `least`; as much of it as the limit leaves.
  Amounts limit;
};

struct Lease {
  Amounts granted;  ///< All 0 when `least` would have passed a limit.
  Amounts total;    ///< What is leased now, by everybody.
};

/// Every operation is durable when it returns, may block, and may be called from any thread; several
/// processes may share one store.
class BudgetStore {
 public:
  virtual ~BudgetStore() = default;

  [[nodiscard]] virtual base::Result<Lease> Take(const BudgetName& name, const LeaseRequest& request) = 0;
  /// Adds what was spent beyond the leases, whatever the limit; negative amounts are given back. No total
  /// falls below 0. Gives the total.
  [[nodiscard]] virtual base::Result<Amounts> Add(const BudgetName& name, const Amounts& amounts) = 0;
};

/// The answer to a request for a lease when `total` is leased already. For implementations.
[[nodiscard]] Lease GrantLease(const LeaseRequest& request, const Amounts& total);
/// `total` with `amounts` added, each between 0 and kBudgetMax. For implementations.
[[nodiscard]] Amounts AddToTotal(const Amounts& total, const Amounts& amounts);

/// Forgets everything at its end.
class MemoryBudgetStore final : public BudgetStore {
 public:
  [[nodiscard]] base::Result<Lease> Take(const BudgetName& name, const LeaseRequest& request) override;
  [[nodiscard]] base::Result<Amounts> Add(const BudgetName& name, const Amounts& amounts) override;

 private:
  std::mutex mutex_;
  std::map<BudgetName, Amounts> totals_;
};

}  // namespace proviso::routing
