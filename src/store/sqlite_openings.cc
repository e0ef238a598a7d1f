#include "store/sqlite_openings.h"

#include <algorithm>

namespace proviso::store {
namespace {

using base::ErrorCode;
using base::Fail;

// An index has 64 bits and SQLite's integers have 63 and a sign: an opening past 2^63 is refused.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE subject_key (subject BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE opening (
  entry INTEGER PRIMARY KEY CHECK (entry >= 0),
  subject BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
)sql"};

constexpr DatabaseFormat kFormat = {.application_id = 0x50764F70, .migrations = kMigrations};  // "PvOp"

base::Status RunOnce(base::Result<Statement> statement) {
  if (!statement) return std::unexpected(statement.error());
  auto ran = statement->Run();
  if (!ran) return std::unexpected(ran.error());
  return {};
}

}  // namespace

base::Result<std::unique_ptr<SqliteOpenings>> SqliteOpenings::Open(const std::filesystem::path& path) {
  auto database = Database::Open(path, kFormat);
  if (!database) return std::unexpected(database.error());
  if (auto set = database->RunScript("PRAGMA secure_delete = ON;"); !set) return std::unexpected(set.error());
  return std::unique_ptr<SqliteOpenings>(new SqliteOpenings(std::move(*database)));
}

base::Status SqliteOpenings::Put(std::span<const record::SealedSubjectKey> keys,
                                 std::span<const record::SealedOpening> openings) {
  const std::lock_guard lock(mutex_);
  auto transaction = database_.Begin();
  if (!transaction) return std::unexpected(transaction.error());
  for (const record::SealedSubjectKey& key : keys) {
    auto put = database_.Prepare("INSERT OR REPLACE INTO subject_key VALUES (?, ?)");
    if (put) put->Blob(key.subject).Blob(key.sealed);
    if (auto ran = RunOnce(std::move(put)); !ran) return ran;
  }
  for (const record::SealedOpening& opening : openings) {
    auto put = database_.Prepare("INSERT OR REPLACE INTO opening VALUES (?, ?, ?)");
    if (put)
      put->Integer(static_cast<std::int64_t>(opening.index)).Blob(opening.subject).Blob(opening.sealed);
    if (auto ran = RunOnce(std::move(put)); !ran) return ran;
  }
  return transaction->Commit();
}

base::Result<record::SealedOpening> SqliteOpenings::Get(std::uint64_t index) {
  const std::lock_guard lock(mutex_);
  auto select = database_.Prepare("SELECT subject, sealed FROM opening WHERE entry = ?");
  if (!select) return std::unexpected(select.error());
  const auto row = select->Integer(static_cast<std::int64_t>(index)).Step();
  if (!row) return std::unexpected(row.error());
  if (*row == StepOutcome::kDone) {
    return Fail(ErrorCode::kNotFound, "no opening for entry " + std::to_string(index));
  }
  const base::Bytes subject = select->BlobAt(0);
  record::SealedOpening opening{index, {}, select->BlobAt(1)};
  if (subject.size() != opening.subject.size())
    return Fail(ErrorCode::kCorrupt, "openings: a subject of odd length");
  std::ranges::copy(subject, opening.subject.begin());
  return opening;
}

base::Result<record::SealedSubjectKey> SqliteOpenings::SubjectKey(const record::SubjectTag& subject) {
  const std::lock_guard lock(mutex_);
  auto select = database_.Prepare("SELECT sealed FROM subject_key WHERE subject = ?");
  if (!select) return std::unexpected(select.error());
  const auto row = select->Blob(subject).Step();
  if (!row) return std::unexpected(row.error());
  if (*row == StepOutcome::kDone) {
    return Fail(ErrorCode::kNotFound, "no key for subject " + base::ToHex(subject));
  }
  return record::SealedSubjectKey{subject, select->BlobAt(0)};
}

base::Status SqliteOpenings::DestroySubject(const record::SubjectTag& subject) {
  const std::lock_guard lock(mutex_);
  {
    auto remove = database_.Prepare("DELETE FROM subject_key WHERE subject = ?");
    if (remove) remove->Blob(subject);
    if (auto ran = RunOnce(std::move(remove)); !ran) return ran;
  }
  // The journal still has pages with the key; this empties it.
  return database_.RunScript("PRAGMA wal_checkpoint(TRUNCATE);");
}

}  // namespace proviso::store
