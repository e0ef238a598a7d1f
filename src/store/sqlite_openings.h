// The record's openings in SQLite: sealed before they come here, so this file is of no use to a thief
// without the gateway's sealing key, and of none to anybody once a subject's key is destroyed.
#pragma once

#include <memory>
#include <mutex>

#include "record/openings.h"
#include "store/sqlite.h"

namespace proviso::store {

/// A record::OpeningStore in one file. Safe from any thread: one at a time is inside.
class SqliteOpenings final : public record::OpeningStore {
 public:
  /// Opens or creates `path`. Deleted rows are overwritten (secure_delete), and the journal is
  /// emptied after a key was destroyed.
  [[nodiscard]] static base::Result<std::unique_ptr<SqliteOpenings>> Open(const std::filesystem::path& path);

  [[nodiscard]] base::Status Put(std::span<const record::SealedSubjectKey> keys,
                                 std::span<const record::SealedOpening> openings) override;
  [[nodiscard]] base::Result<record::SealedOpening> Get(std::uint64_t index) override;
  [[nodiscard]] base::Result<record::SealedSubjectKey> SubjectKey(const record::SubjectTag& subject) override;
  [[nodiscard]] base::Status DestroySubject(const record::SubjectTag& subject) override;

 private:
  explicit SqliteOpenings(Database database) : database_(std::move(database)) {}

  std::mutex mutex_;
  Database database_;
};

}  // namespace proviso::store
