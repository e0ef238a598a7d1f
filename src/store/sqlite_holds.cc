#include "store/sqlite_holds.h"

#include <algorithm>

#include "oversight/limits.h"

namespace proviso::store {
namespace {

using base::ErrorCode;
using base::Fail;
using oversight::Decision;
using oversight::Hold;
using oversight::HoldState;
using oversight::Verdict;

// The first migration. `version` numbers every change of every hold, in commit order, because the
// write lock is held from taking the number to the commit.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE latest (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO latest VALUES (1, 0);
CREATE TABLE hold (
  id TEXT PRIMARY KEY,
  application TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'expired', 'released', 'void')),
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  void_reason TEXT NOT NULL,
  version INTEGER NOT NULL,
  statement BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX hold_by_version ON hold (version, id, state);
CREATE INDEX hold_by_state ON hold (state, id);
CREATE INDEX hold_pending ON hold (expires_ms, application, state, id) WHERE state IN ('waiting', 'approved');
CREATE TABLE decision (
  hold TEXT NOT NULL REFERENCES hold (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  person TEXT NOT NULL,
  key_name TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'deny')),
  signed_ms INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  reason BLOB NOT NULL,
  note BLOB NOT NULL,
  PRIMARY KEY (hold, position),
  UNIQUE (hold, person, verdict)
) STRICT;
)sql",
                                            R"sql(
ALTER TABLE hold ADD COLUMN question BLOB;
ALTER TABLE hold ADD COLUMN permitted_under BLOB;
)sql"};

constexpr DatabaseFormat kFormat = {.application_id = 0x50764864, .migrations = kMigrations};  // "PvHd"

// What a sealed value is and where it belongs; a value moved elsewhere does not open.
std::string StatementContext(std::string_view id) {
  return "proviso.hold.statement\n" + std::string(id);
}
std::string QuestionContext(std::string_view id) {
  return "proviso.hold.question\n" + std::string(id);
}
std::string PermittedContext(std::string_view id) {
  return "proviso.hold.permitted_under\n" + std::string(id);
}
std::string ReasonContext(std::string_view id, std::string_view person) {
  return "proviso.hold.reason\n" + std::string(id) + "\n" + std::string(person);
}
std::string NoteContext(std::string_view id, std::string_view person) {
  return "proviso.hold.note\n" + std::string(id) + "\n" + std::string(person);
}

std::unexpected<base::Error> NotFound(std::string_view id) {
  return Fail(ErrorCode::kNotFound, "no held call " + std::string(id));
}

base::Status Once(base::Result<std::int64_t> rows, std::string_view what) {
  if (!rows) return std::unexpected(rows.error());
  if (*rows == 1) return {};
  return Fail(ErrorCode::kConflict, std::string(what) + ": another process was faster");
}

base::Result<std::vector<std::string>> Ids(Statement& select) {
  std::vector<std::string> ids;
  for (;;) {
    const auto step = select.Step();
    if (!step) return std::unexpected(step.error());
    if (*step == StepOutcome::kDone) return ids;
    ids.push_back(select.TextAt(0));
  }
}

/// "" for what an earlier format did not have.
base::Result<std::string> OpenIfThere(const keys::SealingKey& key, const base::Bytes& sealed,
                                      const std::string& context) {
  if (sealed.empty()) return std::string();
  return key.Open(sealed, context);
}

base::Result<std::int64_t> NextVersion(Database& database) {
  auto update = database.Prepare("UPDATE latest SET version = version + 1 WHERE one = 1 RETURNING version");
  if (!update) return std::unexpected(update.error());
  const auto step = update->Step();
  if (!step) return std::unexpected(step.error());
  if (*step == StepOutcome::kDone) return Fail(ErrorCode::kCorrupt, "the table of held calls has no version");
  const std::int64_t version = update->IntegerAt(0);
  const auto rest = update->Run();
  if (!rest) return std::unexpected(rest.error());
  return version;
}

}  // namespace

SqliteHolds::SqliteHolds(Database database, keys::SealingKey key)
    : database_(std::move(database)), key_(std::move(key)) {}

SqliteHolds::SqliteHolds(SqliteHolds&& other) noexcept
    : database_(std::move(other.database_)), key_(std::move(other.key_)) {}

base::Result<SqliteHolds> SqliteHolds::Open(const std::filesystem::path& path, const keys::SealingKey& key) {
  auto database = Database::Open(path, kFormat);
  if (!database) return std::unexpected(database.error());
  return SqliteHolds(*std::move(database), key.Derive("proviso.holds"));
}

base::Status SqliteHolds::CheckRoom(std::string_view application, const oversight::HoldBounds& bounds) {
  auto count = database_.Prepare(
      "SELECT count(*), count(*) FILTER (WHERE application = ?) FROM hold INDEXED BY hold_pending "
      "WHERE state IN ('waiting', 'approved')");
  if (!count) return std::unexpected(count.error());
  const auto step = count->Text(application).Step();
  if (!step) return std::unexpected(step.error());
  return CheckBounds(static_cast<std::size_t>(count->IntegerAt(0)),
                     static_cast<std::size_t>(count->IntegerAt(1)), bounds);
}

base::Status SqliteHolds::Insert(const Hold& hold, const oversight::HoldBounds& bounds) {
  const base::Bytes sealed = key_.Seal(hold.statement, StatementContext(hold.id));
  const base::Bytes question = key_.Seal(hold.question, QuestionContext(hold.id));
  const std::lock_guard lock(mutex_);
  auto transaction = database_.Begin();
  if (!transaction) return std::unexpected(transaction.error());
  if (auto checked = CheckRoom(hold.application, bounds); !checked) return checked;
  const auto version = NextVersion(database_);
  if (!version) return std::unexpected(version.error());
  auto insert = database_.Prepare("INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)");
  if (!insert) return std::unexpected(insert.error());
  insert->Text(hold.id).Text(hold.application).Text(Name(hold.state));
  insert->Integer(hold.created_ms).Integer(hold.expires_ms).Integer(hold.changed_ms);
  insert->Text(hold.void_reason).Integer(*version).Blob(sealed).Blob(question);
  if (auto done = Once(insert->Run(), hold.id); !done) return done;
  return transaction->Commit();
}

base::Result<std::vector<Decision>> SqliteHolds::ReadDecisions(std::string_view id) {
  auto select = database_.Prepare(
      "SELECT person, key_name, verdict, signed_ms, received_ms, reason, note FROM decision "
      "WHERE hold = ? ORDER BY position");
  if (!select) return std::unexpected(select.error());
  select->Text(id);
  std::vector<Decision> decisions;
  for (;;) {
    const auto step = select->Step();
    if (!step) return std::unexpected(step.error());
    if (*step == StepOutcome::kDone) return decisions;
    const std::string person = select->TextAt(0);
    auto reason = key_.Open(select->BlobAt(5), ReasonContext(id, person));
    if (!reason) return base::Within(id, reason.error());
    auto note = key_.Open(select->BlobAt(6), NoteContext(id, person));
    if (!note) return base::Within(id, note.error());
    const bool approves = select->TextAt(2) == Name(Verdict::kApprove);
    decisions.push_back({.person = person,
                         .key_name = select->TextAt(1),
                         .verdict = approves ? Verdict::kApprove : Verdict::kDeny,
                         .signed_ms = select->IntegerAt(3),
                         .received_ms = select->IntegerAt(4),
                         .reason = *std::move(reason),
                         .note = *std::move(note)});
  }
}

base::Result<Hold> SqliteHolds::Read(std::string_view id) {
  auto select = database_.Prepare(
      "SELECT application, state, created_ms, expires_ms, changed_ms, void_reason, statement, question, "
      "permitted_under FROM hold "
      "WHERE id = ?");
  if (!select) return std::unexpected(select.error());
  const auto step = select->Text(id).Step();
  if (!step) return std::unexpected(step.error());
  if (*step == StepOutcome::kDone) return NotFound(id);
  const auto state = oversight::ParseHoldState(select->TextAt(1));
  if (!state) return base::Within(id, state.error());
  auto statement = key_.Open(select->BlobAt(6), StatementContext(id));
  if (!statement) return base::Within(id, statement.error());
  auto question = OpenIfThere(key_, select->BlobAt(7), QuestionContext(id));
  if (!question) return base::Within(id, question.error());
  auto permitted_under = OpenIfThere(key_, select->BlobAt(8), PermittedContext(id));
  if (!permitted_under) return base::Within(id, permitted_under.error());
  auto decisions = ReadDecisions(id);
  if (!decisions) return std::unexpected(decisions.error());
  return Hold{.id = std::string(id),
              .application = select->TextAt(0),
              .statement = *std::move(statement),
              .created_ms = select->IntegerAt(2),
              .expires_ms = select->IntegerAt(3),
              .state = *state,
              .changed_ms = select->IntegerAt(4),
              .void_reason = select->TextAt(5),
              .decisions = *std::move(decisions),
              .question = *std::move(question),
              .permitted_under = *std::move(permitted_under)};
}

base::Result<Hold> SqliteHolds::Get(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return Read(id);
}

base::Status SqliteHolds::WriteDecision(const Hold& hold) {
  const Decision& decision = hold.decisions.back();
  auto insert = database_.Prepare("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  insert->Text(hold.id).Integer(static_cast<std::int64_t>(hold.decisions.size()));
  insert->Text(decision.person).Text(decision.key_name).Text(Name(decision.verdict));
  insert->Integer(decision.signed_ms).Integer(decision.received_ms);
  insert->Blob(key_.Seal(decision.reason, ReasonContext(hold.id, decision.person)));
  insert->Blob(key_.Seal(decision.note, NoteContext(hold.id, decision.person)));
  return Once(insert->Run(), hold.id);
}

base::Status SqliteHolds::Write(const Hold& hold, HoldState from) {
  const auto version = NextVersion(database_);
  if (!version) return std::unexpected(version.error());
  auto update = database_.Prepare(
      "UPDATE hold SET state = ?, changed_ms = ?, void_reason = ?, version = ? WHERE id = ? AND state = ?");
  if (!update) return std::unexpected(update.error());
  update->Text(Name(hold.state)).Integer(hold.changed_ms).Text(hold.void_reason).Integer(*version);
  return Once(update->Text(hold.id).Text(Name(from)).Run(), hold.id);
}

base::Status SqliteHolds::WriteAnew(const Hold& hold) {
  auto update = database_.Prepare("UPDATE hold SET statement = ?, permitted_under = ? WHERE id = ?");
  if (!update) return std::unexpected(update.error());
  update->Blob(key_.Seal(hold.statement, StatementContext(hold.id)));
  update->Blob(key_.Seal(hold.permitted_under, PermittedContext(hold.id)));
  if (auto done = Once(update->Text(hold.id).Run(), hold.id); !done) return done;
  if (!hold.decisions.empty()) return {};
  auto erase = database_.Prepare("DELETE FROM decision WHERE hold = ?");
  if (!erase) return std::unexpected(erase.error());
  const auto erased = erase->Text(hold.id).Run();
  return erased ? base::Status() : std::unexpected(erased.error());
}

base::Result<Hold> SqliteHolds::Change(std::string_view id, const oversight::HoldRule& rule) {
  const std::lock_guard lock(mutex_);
  auto transaction = database_.Begin();
  if (!transaction) return std::unexpected(transaction.error());
  auto hold = Read(id);
  if (!hold) return hold;
  auto change = rule(*hold);
  if (!change) return std::unexpected(change.error());
  const HoldState from = hold->state;
  const bool anew = change->statement || change->permitted_under;
  ReplaceBy(*change, *hold);
  if (auto written = Write(*hold, from); !written) return std::unexpected(written.error());
  if (anew) {
    if (auto written = WriteAnew(*hold); !written) return std::unexpected(written.error());
  }
  if (change->decision) {
    hold->decisions.push_back(*std::move(change->decision));
    if (auto written = WriteDecision(*hold); !written) return std::unexpected(written.error());
  }
  if (auto done = transaction->Commit(); !done) return std::unexpected(done.error());
  return hold;
}

base::Result<std::vector<Hold>> SqliteHolds::List(const oversight::HoldFilter& filter) {
  const std::lock_guard lock(mutex_);
  // Two texts, so that asking for one state walks its index and not the whole history.
  auto select = database_.Prepare(
      filter.state ? "SELECT id FROM hold WHERE id > ?1 AND state = ?2 AND (?3 = '' OR application = ?3) "
                     "ORDER BY id LIMIT ?4"
                   : "SELECT id FROM hold WHERE id > ?1 AND ?2 = '' AND (?3 = '' OR application = ?3) "
                     "ORDER BY id LIMIT ?4");
  if (!select) return std::unexpected(select.error());
  select->Text(filter.after_id).Text(filter.state ? Name(*filter.state) : "").Text(filter.application);
  select->Integer(static_cast<std::int64_t>(std::min(filter.max, oversight::kListMax)));
  const auto ids = Ids(*select);
  if (!ids) return std::unexpected(ids.error());
  std::vector<Hold> holds;
  for (const auto& id : *ids) {
    auto hold = Read(id);
    // Another process may have forgotten it between the two reads.
    if (!hold && hold.error().code == ErrorCode::kNotFound) continue;
    if (!hold) return std::unexpected(hold.error());
    holds.push_back(*std::move(hold));
  }
  return holds;
}

base::Result<std::vector<std::string>> SqliteHolds::Due(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  auto select = database_.Prepare(
      "SELECT id FROM hold INDEXED BY hold_pending "
      "WHERE state IN ('waiting', 'approved') AND expires_ms <= ? "
      "ORDER BY expires_ms LIMIT ?");
  if (!select) return std::unexpected(select.error());
  select->Integer(now_ms).Integer(static_cast<std::int64_t>(oversight::kListMax));
  return Ids(*select);
}

base::Result<oversight::HoldChanges> SqliteHolds::ChangesSince(std::int64_t version) {
  const std::lock_guard lock(mutex_);
  auto select =
      database_.Prepare("SELECT id, state, version FROM hold WHERE version > ? ORDER BY version LIMIT ?");
  if (!select) return std::unexpected(select.error());
  select->Integer(version).Integer(static_cast<std::int64_t>(oversight::kChangesMax));
  oversight::HoldChanges changes = {.version = version, .changed = {}};
  for (;;) {
    const auto step = select->Step();
    if (!step) return std::unexpected(step.error());
    if (*step == StepOutcome::kDone) return changes;
    const auto state = oversight::ParseHoldState(select->TextAt(1));
    if (!state) return std::unexpected(state.error());
    changes.changed.push_back({.id = select->TextAt(0), .state = *state});
    changes.version = select->IntegerAt(2);
  }
}

base::Result<std::size_t> SqliteHolds::Forget(std::int64_t before_ms) {
  const std::lock_guard lock(mutex_);
  auto erase =
      database_.Prepare("DELETE FROM hold WHERE state NOT IN ('waiting', 'approved') AND changed_ms < ?");
  if (!erase) return std::unexpected(erase.error());
  const auto erased = erase->Integer(before_ms).Run();
  if (!erased) return std::unexpected(erased.error());
  return static_cast<std::size_t>(*erased);
}

}  // namespace proviso::store
