// Held calls in one SQLite file, shared by every process of one machine: the gateway waits, the
// command line decides.
//
// Sealed under the key, each with the id of its hold as context, so that none opens in another
// place: the statement (the call, its arguments, who asked), what it takes to decide it again, reasons and
// approval notes. In clear: ids, application, states, times, who decided and how. Every change is one
// immediate transaction with synchronous=FULL: what was answered survives kill -9 and power loss.
#pragma once

#include <mutex>

#include "keys/sealed.h"
#include "oversight/hold_store.h"
#include "store/sqlite.h"

namespace proviso::store {

class SqliteHolds final : public oversight::HoldStore {
 public:
  /// Opens or creates `path`. Takes a key of its own, derived from `key`.
  [[nodiscard]] static base::Result<SqliteHolds> Open(const std::filesystem::path& path,
                                                      const keys::SealingKey& key);
  /// For handing over right after Open, before any thread uses it.
  SqliteHolds(SqliteHolds&& other) noexcept;

  [[nodiscard]] base::Status Insert(const oversight::Hold& hold,
                                    const oversight::HoldBounds& bounds) override;
  [[nodiscard]] base::Result<oversight::Hold> Get(std::string_view id) override;
  [[nodiscard]] base::Result<oversight::Hold> Change(std::string_view id,
                                                     const oversight::HoldRule& rule) override;
  [[nodiscard]] base::Result<std::vector<oversight::Hold>> List(const oversight::HoldFilter& filter) override;
  [[nodiscard]] base::Result<std::vector<std::string>> Due(std::int64_t now_ms) override;
  [[nodiscard]] base::Result<oversight::HoldChanges> ChangesSince(std::int64_t version) override;
  [[nodiscard]] base::Result<std::size_t> Forget(std::int64_t before_ms) override;

 private:
  SqliteHolds(Database database, keys::SealingKey key);
  [[nodiscard]] base::Result<oversight::Hold> Read(std::string_view id);
  [[nodiscard]] base::Result<std::vector<oversight::Decision>> ReadDecisions(std::string_view id);
  [[nodiscard]] base::Status Write(const oversight::Hold& hold, oversight::HoldState from);
  /// A hold under other terms: statement, and what was decided on the one before.
  [[nodiscard]] base::Status WriteAnew(const oversight::Hold& hold);
  [[nodiscard]] base::Status WriteDecision(const oversight::Hold& hold);
  [[nodiscard]] base::Status CheckRoom(std::string_view application, const oversight::HoldBounds& bounds);

  std::mutex mutex_;  // one thread in the database at a time
  Database database_;
  keys::SealingKey key_;
};

}  // namespace proviso::store
