#include "store/sqlite_budgets.h"

namespace proviso::store {

namespace {

using routing::Quantity;

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE budget (
  key_id TEXT NOT NULL,
  period TEXT NOT NULL,
  requests INTEGER NOT NULL CHECK (requests >= 0),
  tokens INTEGER NOT NULL CHECK (tokens >= 0),
  money INTEGER NOT NULL CHECK (money >= 0),
  PRIMARY KEY (key_id, period)
) STRICT, WITHOUT ROWID;
)sql"};

constexpr DatabaseFormat kFormat = {.application_id = 0x50764275, .migrations = kMigrations};  // "PvBu"

}  // namespace

base::Result<std::unique_ptr<SqliteBudgets>> SqliteBudgets::Open(const std::filesystem::path& path) {
  auto database = Database::Open(path, kFormat);
  if (!database) return std::unexpected(database.error());
  return std::unique_ptr<SqliteBudgets>(new SqliteBudgets(std::move(*database)));
}

base::Result<routing::Amounts> SqliteBudgets::Read(const routing::BudgetName& name) {
  auto select =
      database_.Prepare("SELECT requests, tokens, money FROM budget WHERE key_id = ? AND period = ?");
  if (!select) return std::unexpected(select.error());
  const auto row = select->Text(name.key_id).Text(name.period).Step();
  if (!row) return std::unexpected(row.error());
  if (*row == StepOutcome::kDone) return routing::Amounts{};
  return routing::Amounts{{select->IntegerAt(0), select->IntegerAt(1), select->IntegerAt(2)}};
}

base::Status SqliteBudgets::Write(const routing::BudgetName& name, const routing::Amounts& total) {
  auto put = database_.Prepare("INSERT OR REPLACE INTO budget VALUES (?, ?, ?, ?, ?)");
  if (!put) return std::unexpected(put.error());
  put->Text(name.key_id).Text(name.period);
  for (const Quantity quantity : routing::kEveryQuantity) put->Integer(total[quantity]);
  auto ran = put->Run();
  if (!ran) return std::unexpected(ran.error());
  return {};
}

base::Result<routing::Lease> SqliteBudgets::Take(const routing::BudgetName& name,
                                                 const routing::LeaseRequest& request) {
  const std::lock_guard lock(mutex_);
  auto transaction = database_.Begin();
  if (!transaction) return std::unexpected(transaction.error());
  const auto total = Read(name);
  if (!total) return std::unexpected(total.error());
  routing::Lease lease = routing::GrantLease(request, *total);
  if (lease.granted == routing::Amounts{}) return lease;
  if (auto written = Write(name, lease.total); !written) return std::unexpected(written.error());
  if (auto committed = transaction->Commit(); !committed) return std::unexpected(committed.error());
  return lease;
}

base::Result<routing::Amounts> SqliteBudgets::Add(const routing::BudgetName& name,
                                                  const routing::Amounts& amounts) {
  const std::lock_guard lock(mutex_);
  auto transaction = database_.Begin();
  if (!transaction) return std::unexpected(transaction.error());
  const auto total = Read(name);
  if (!total) return std::unexpected(total.error());
  const routing::Amounts sum = routing::AddToTotal(*total, amounts);
  if (auto written = Write(name, sum); !written) return std::unexpected(written.error());
  if (auto committed = transaction->Commit(); !committed) return std::unexpected(committed.error());
  return sum;
}

}  // namespace proviso::store
