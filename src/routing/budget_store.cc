#include "routing/budget_store.h"

#include <algorithm>

#include "routing/limits.h"

namespace proviso::routing {

Lease GrantLease(const LeaseRequest& request, const Amounts& total) {
  Lease lease{{}, total};
  const auto room = [&](Quantity quantity) {
    return std::max<std::int64_t>(0, request.limit[quantity] - total[quantity]);
  };
  for (const Quantity quantity : kEveryQuantity) {
    if (request.least[quantity] > room(quantity)) return lease;
  }
  for (const Quantity quantity : kEveryQuantity) {
    lease.granted[quantity] = std::min(request.wanted[quantity], room(quantity));
    lease.total[quantity] += lease.granted[quantity];
  }
  return lease;
}

Amounts AddToTotal(const Amounts& total, const Amounts& amounts) {
  Amounts sum;
  for (const Quantity quantity : kEveryQuantity) {
    sum[quantity] = std::clamp<std::int64_t>(total[quantity] + amounts[quantity], 0, kBudgetMax);
  }
  return sum;
}

base::Result<Lease> MemoryBudgetStore::Take(const BudgetName& name, const LeaseRequest& request) {
  const std::lock_guard lock(mutex_);
  Amounts& total = totals_[name];
  Lease lease = GrantLease(request, total);
  total = lease.total;
  return lease;
}

base::Result<Amounts> MemoryBudgetStore::Add(const BudgetName& name, const Amounts& amounts) {
  const std::lock_guard lock(mutex_);
  Amounts& total = totals_[name];
  total = AddToTotal(total, amounts);
  return total;
}

}  // namespace proviso::routing
