#include "store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <utility>

#include "base/file.h"
#include "store/limits.h"

namespace proviso::store {

using base::ErrorCode;
using base::Fail;

namespace internal {

struct Connection {
  sqlite3* handle = nullptr;
  std::string path;
  // Statements at rest, by their text. A text in use twice at once is compiled twice.
  std::multimap<std::string_view, sqlite3_stmt*> idle;

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    for (const auto& [sql, statement] : idle) sqlite3_finalize(statement);
    sqlite3_close(handle);
  }
};

}  // namespace internal

namespace {

using internal::Connection;

constexpr int kWalTries = 200;
constexpr int kWalRetryMs = 10;

ErrorCode CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xFF) {  // the primary code; the rest refines it
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kUnavailable;
    case SQLITE_CONSTRAINT:
      return ErrorCode::kConflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return ErrorCode::kIo;
    case SQLITE_TOOBIG:
      return ErrorCode::kLimit;
    default:
      return ErrorCode::kInternal;
  }
}

std::unexpected<base::Error> Failure(const Connection& connection, int code) {
  // The handle's message is about its latest call; for another code, say what the code means.
  const bool current = connection.handle != nullptr && sqlite3_extended_errcode(connection.handle) == code;
  const char* const text = current ? sqlite3_errmsg(connection.handle) : sqlite3_errstr(code);
  return Fail(CodeOf(code), connection.path + ": " + text + " (SQLite code " + std::to_string(code) + ")");
}

base::Status Run(Connection& connection, const std::string& sql) {
  const int code = sqlite3_exec(connection.handle, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Failure(connection, code);
  return {};
}

// Creates the file before SQLite does, so that it, its journal and its shared memory (which SQLite
// gives the same mode) are never readable by others.
base::Status CreateForOwnerOnly(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return Fail(ErrorCode::kIo, path + ": " + base::ErrnoText(errno));
  ::close(descriptor);
  return {};
}

// Changing the journal needs the file alone and does not wait for it by itself; once one process
// has done it, the others find it done.
base::Status UseWriteAheadLog(Connection& connection) {
  for (int tries = 0;; ++tries) {
    auto done = Run(connection, "PRAGMA journal_mode = WAL;");
    if (done || done.error().code != ErrorCode::kUnavailable || tries == kWalTries) return done;
    sqlite3_sleep(kWalRetryMs);
  }
}

base::Status Configure(Connection& connection) {
  sqlite3_extended_result_codes(connection.handle, 1);
  sqlite3_busy_timeout(connection.handle, kBusyWaitMs);
  sqlite3_db_config(connection.handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (auto done = UseWriteAheadLog(connection); !done) return done;
  return Run(connection, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
}

base::Result<std::int64_t> ReadInteger(Database& database, std::string_view sql) {
  auto statement = database.Prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto step = statement->Step();
  if (!step) return std::unexpected(step.error());
  return statement->IntegerAt(0);
}

base::Status Migrate(Database& database, const std::string& path, const DatabaseFormat& format) {
  const auto kind = ReadInteger(database, "PRAGMA application_id");
  if (!kind) return std::unexpected(kind.error());
  const auto version = ReadInteger(database, "PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  const auto tables = ReadInteger(database, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());

  const bool fresh = *kind == 0 && *version == 0 && *tables == 0;
  if (!fresh && *kind != format.application_id) {
    return Fail(ErrorCode::kConflict, path + ": this is a database of another kind; name another file");
  }
  const auto newest = static_cast<std::int64_t>(format.migrations.size());
  if (*version > newest) {
    return Fail(ErrorCode::kConflict, path + ": written by a newer Proviso (format " +
                                          std::to_string(*version) + ", this one knows " +
                                          std::to_string(newest) + "); upgrade this installation");
  }
  for (const auto script : format.migrations.subspan(static_cast<std::size_t>(*version))) {
    if (auto done = database.RunScript(script); !done) return done;
  }
  if (*version == newest && !fresh) return {};
  // PRAGMA takes no bound parameters; both values are our own integers.
  return database.RunScript("PRAGMA application_id = " + std::to_string(format.application_id) +
                            "; PRAGMA user_version = " + std::to_string(newest) + ";");
}

}  // namespace

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);  // repeats the last step's code, which Step has already reported
  sqlite3_clear_bindings(statement_);
  connection_->idle.emplace(sql_, statement_);
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      sql_(other.sql_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_),
      first_failure_(other.first_failure_) {}

void Statement::Keep(int code) {
  if (first_failure_ == SQLITE_OK) first_failure_ = code;
}

Statement& Statement::Integer(std::int64_t value) {
  Keep(sqlite3_bind_int64(statement_, next_parameter_++, value));
  return *this;
}

Statement& Statement::Text(std::string_view value) {
  const char* const begin = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  Keep(
      sqlite3_bind_text64(statement_, next_parameter_++, begin, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::Blob(base::ByteView value) {
  if (value.empty()) {
    Keep(sqlite3_bind_zeroblob(statement_, next_parameter_++, 0));
  } else {
    Keep(sqlite3_bind_blob64(statement_, next_parameter_++, value.data(), value.size(), SQLITE_TRANSIENT));
  }
  return *this;
}

Statement& Statement::Null() {
  Keep(sqlite3_bind_null(statement_, next_parameter_++));
  return *this;
}

base::Result<StepOutcome> Statement::Step() {
  if (first_failure_ != SQLITE_OK) return Failure(*connection_, first_failure_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return StepOutcome::kRow;
  if (code == SQLITE_DONE) return StepOutcome::kDone;
  return Failure(*connection_, code);
}

base::Result<std::int64_t> Statement::Run() {
  for (;;) {
    const auto step = Step();
    if (!step) return std::unexpected(step.error());
    if (*step == StepOutcome::kDone) return sqlite3_changes64(connection_->handle);
  }
}

std::int64_t Statement::IntegerAt(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::TextAt(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

base::Bytes Statement::BlobAt(int column) const {
  const auto* const blob = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (blob == nullptr) return {};
  return {blob, blob + sqlite3_column_bytes(statement_, column)};
}

bool Statement::IsNullAt(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Transaction::~Transaction() {
  // Some failures (a full disk) have already rolled back; a second ROLLBACK only says so.
  if (connection_ != nullptr) (void)store::Run(*connection_, "ROLLBACK;");
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

base::Status Transaction::Commit() {
  if (auto done = store::Run(*connection_, "COMMIT;"); !done) return done;
  connection_ = nullptr;
  return {};
}

Database::Database(std::unique_ptr<internal::Connection> connection) : connection_(std::move(connection)) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

base::Result<Database> Database::Open(const std::filesystem::path& path, const DatabaseFormat& format) {
  auto connection = std::make_unique<internal::Connection>();
  connection->path = path.string();
  if (auto created = CreateForOwnerOnly(connection->path); !created) {
    return std::unexpected(created.error());
  }
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(connection->path.c_str(), &connection->handle, kFlags, nullptr);
  if (code != SQLITE_OK) return Failure(*connection, code);
  if (auto done = Configure(*connection); !done) return std::unexpected(done.error());

  Database database(std::move(connection));
  auto transaction = database.Begin();
  if (!transaction) return std::unexpected(transaction.error());
  if (auto done = Migrate(database, path.string(), format); !done) return std::unexpected(done.error());
  if (auto done = transaction->Commit(); !done) return std::unexpected(done.error());
  return database;
}

base::Result<Statement> Database::Prepare(std::string_view sql) {
  if (const auto found = connection_->idle.find(sql); found != connection_->idle.end()) {
    sqlite3_stmt* const statement = found->second;
    connection_->idle.erase(found);
    return Statement(*connection_, sql, statement);
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_->handle, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Failure(*connection_, code);
  return Statement(*connection_, sql, statement);
}

base::Result<Transaction> Database::Begin() {
  if (auto begun = store::Run(*connection_, "BEGIN IMMEDIATE;"); !begun) {
    return std::unexpected(begun.error());
  }
  return Transaction(*connection_);
}

base::Status Database::RunScript(std::string_view sql) {
  return store::Run(*connection_, std::string(sql));
}

}  // namespace proviso::store
