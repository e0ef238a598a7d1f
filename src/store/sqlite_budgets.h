// Leased budgets in one SQLite file, shared by every process of one machine. In clear: key ids, periods
// and totals.
#pragma once

#include <memory>
#include <mutex>

#include "routing/budget_store.h"
#include "store/sqlite.h"

namespace proviso::store {

/// Safe from any thread: one at a time is inside.
class SqliteBudgets final : public routing::BudgetStore {
 public:
  /// Opens or creates `path`.
  [[nodiscard]] static base::Result<std::unique_ptr<SqliteBudgets>> Open(const std::filesystem::path& path);

  [[nodiscard]] base::Result<routing::Lease> Take(const routing::BudgetName& name,
                                                  const routing::LeaseRequest& request) override;
  [[nodiscard]] base::Result<routing::Amounts> Add(const routing::BudgetName& name,
                                                   const routing::Amounts& amounts) override;

 private:
  explicit SqliteBudgets(Database database) : database_(std::move(database)) {}
  [[nodiscard]] base::Result<routing::Amounts> Read(const routing::BudgetName& name);
  [[nodiscard]] base::Status Write(const routing::BudgetName& name, const routing::Amounts& total);

  std::mutex mutex_;
  Database database_;
};

}  // namespace proviso::store
