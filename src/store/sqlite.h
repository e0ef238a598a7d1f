// SQLite, as little of it as Proviso needs, with errors as values.
//
//   constexpr std::string_view kSteps[] = {"CREATE TABLE pet (name TEXT PRIMARY KEY, age INTEGER) STRICT;"};
//   auto database = Database::Open(path, {.application_id = 0x50657473, .migrations = kSteps});
//   auto transaction = database->Begin();
//   auto insert = database->Prepare("INSERT INTO pet VALUES (?, ?)");
//   auto done = insert->Text("rex").Integer(3).Run();
//   auto committed = transaction->Commit();   // without this line: rolled back
//
// Every database is opened the same way: write-ahead journal, synchronous=FULL (a commit survives
// power loss), foreign keys on, readable by its owner only, and a bounded wait for other processes'
// locks. SQL texts are constants; values travel only as bound parameters.
//
// A Database and everything made from it belong to one thread at a time; the owner locks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace proviso::store {

namespace internal {
struct Connection;
}  // namespace internal

/// What a database file is for, and how it came to its present shape.
struct DatabaseFormat {
  /// Marks the file as this kind (SQLite's `application_id`); another kind's file is refused.
  std::int32_t application_id = 0;
  /// SQL scripts; the i-th takes `user_version` i to i+1. Only ever appended to.
  std::span<const std::string_view> migrations;
};

enum class StepOutcome : std::uint8_t { kRow, kDone };

/// A prepared statement on loan from its connection's cache: parameters are bound left to right,
/// then it is stepped. Going out of scope resets it and gives it back. Borrows the Database.
class Statement {
 public:
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Each binds the next parameter; a failure is kept and comes out of Step or Run. Copies.
  Statement& Integer(std::int64_t value);
  Statement& Text(std::string_view value);
  Statement& Blob(base::ByteView value);
  Statement& Null();

  /// The next row, or the end. A violated constraint is kConflict, a lock that another process
  /// holds too long is kUnavailable, a full disk kIo, a damaged file kCorrupt.
  [[nodiscard]] base::Result<StepOutcome> Step();
  /// Steps to the end and gives the number of rows that an INSERT, UPDATE or DELETE changed.
  [[nodiscard]] base::Result<std::int64_t> Run();

  /// Columns of the current row, from 0. A null reads as 0 or empty.
  [[nodiscard]] std::int64_t IntegerAt(int column) const;
  [[nodiscard]] std::string TextAt(int column) const;
  [[nodiscard]] base::Bytes BlobAt(int column) const;
  [[nodiscard]] bool IsNullAt(int column) const;

 private:
  friend class Database;
  Statement(internal::Connection& connection, std::string_view sql, sqlite3_stmt* statement)
      : connection_(&connection), sql_(sql), statement_(statement) {}
  void Keep(int code);

  internal::Connection* connection_;
  std::string_view sql_;  // the cache's key; a constant, see Database::Prepare
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
  int first_failure_ = 0;
};

/// BEGIN IMMEDIATE: the write lock is taken at the start, so nothing read inside can be stale.
/// Rolls back when it goes out of scope uncommitted. Borrows the Database.
class Transaction {
 public:
  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&& other) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Durable when it returns. On failure everything is rolled back.
  [[nodiscard]] base::Status Commit();

 private:
  friend class Database;
  explicit Transaction(internal::Connection& connection) : connection_(&connection) {}
  internal::Connection* connection_;  // null once over
};

/// One connection to one file.
class Database {
 public:
  /// Opens or creates `path` and brings it to the newest version of `format`, in one transaction.
  /// Refuses (kConflict) a file of another kind, and one that a newer Proviso has written.
  [[nodiscard]] static base::Result<Database> Open(const std::filesystem::path& path,
                                                   const DatabaseFormat& format);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Compiles `sql` once; later calls with the same text reuse it. `sql` must be a constant that
  /// outlives the database (a string literal).
  [[nodiscard]] base::Result<Statement> Prepare(std::string_view sql);
  [[nodiscard]] base::Result<Transaction> Begin();
  /// Runs a constant script of several statements.
  [[nodiscard]] base::Status RunScript(std::string_view sql);

 private:
  explicit Database(std::unique_ptr<internal::Connection> connection);
  std::unique_ptr<internal::Connection> connection_;
};

}  // namespace proviso::store
