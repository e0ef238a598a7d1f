// Used idempotency keys in one SQLite file, shared by every process of one machine: digests and times.
#pragma once

#include <memory>
#include <mutex>

#include "routing/claim_store.h"
#include "store/sqlite.h"

namespace proviso::store {

/// Safe from any thread: one at a time is inside.
class SqliteClaims final : public routing::ClaimStore {
 public:
  /// Opens or creates `path`.
  [[nodiscard]] static base::Result<std::unique_ptr<SqliteClaims>> Open(const std::filesystem::path& path);

  [[nodiscard]] base::Result<routing::Claimed> Take(const routing::Claim& claim,
                                                    std::int64_t now_ms) override;
  [[nodiscard]] base::Status Release(const base::Digest& key) override;
  [[nodiscard]] base::Result<std::size_t> Forget(std::int64_t now_ms) override;

 private:
  explicit SqliteClaims(Database database) : database_(std::move(database)) {}
  [[nodiscard]] base::Result<routing::Claimed> WhoseIs(const routing::Claim& claim, std::int64_t now_ms);

  std::mutex mutex_;
  Database database_;
};

}  // namespace proviso::store
