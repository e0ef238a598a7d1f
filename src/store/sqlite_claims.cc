#include "store/sqlite_claims.h"

#include <algorithm>

namespace proviso::store {

namespace {

using routing::Claimed;

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE claim (
  key BLOB PRIMARY KEY,
  request BLOB NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_expiry ON claim (expires_ms);
)sql"};

constexpr DatabaseFormat kFormat = {.application_id = 0x5076436C, .migrations = kMigrations};  // "PvCl"

base::Result<std::int64_t> RunOnce(base::Result<Statement> statement) {
  if (!statement) return std::unexpected(statement.error());
  return statement->Run();
}

}  // namespace

base::Result<std::unique_ptr<SqliteClaims>> SqliteClaims::Open(const std::filesystem::path& path) {
  auto database = Database::Open(path, kFormat);
  if (!database) return std::unexpected(database.error());
  return std::unique_ptr<SqliteClaims>(new SqliteClaims(std::move(*database)));
}

base::Result<Claimed> SqliteClaims::WhoseIs(const routing::Claim& claim, std::int64_t now_ms) {
  auto select = database_.Prepare("SELECT request FROM claim WHERE key = ? AND expires_ms > ?");
  if (!select) return std::unexpected(select.error());
  const auto row = select->Blob(claim.key).Integer(now_ms).Step();
  if (!row) return std::unexpected(row.error());
  if (*row == StepOutcome::kDone) return Claimed::kNew;
  return std::ranges::equal(select->BlobAt(0), claim.request) ? Claimed::kSameRequest
                                                              : Claimed::kOtherRequest;
}

base::Result<Claimed> SqliteClaims::Take(const routing::Claim& claim, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  auto transaction = database_.Begin();
  if (!transaction) return std::unexpected(transaction.error());
  auto whose = WhoseIs(claim, now_ms);
  if (!whose || *whose != Claimed::kNew) return whose;
  auto put = database_.Prepare("INSERT OR REPLACE INTO claim VALUES (?, ?, ?)");
  if (put) put->Blob(claim.key).Blob(claim.request).Integer(claim.expires_ms);
  if (auto ran = RunOnce(std::move(put)); !ran) return std::unexpected(ran.error());
  if (auto committed = transaction->Commit(); !committed) return std::unexpected(committed.error());
  return Claimed::kNew;
}

base::Status SqliteClaims::Release(const base::Digest& key) {
  const std::lock_guard lock(mutex_);
  auto remove = database_.Prepare("DELETE FROM claim WHERE key = ?");
  if (remove) remove->Blob(key);
  if (auto ran = RunOnce(std::move(remove)); !ran) return std::unexpected(ran.error());
  return {};
}

base::Result<std::size_t> SqliteClaims::Forget(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  auto remove = database_.Prepare("DELETE FROM claim WHERE expires_ms <= ?");
  if (remove) remove->Integer(now_ms);
  const auto removed = RunOnce(std::move(remove));
  if (!removed) return std::unexpected(removed.error());
  return static_cast<std::size_t>(*removed);
}

}  // namespace proviso::store
