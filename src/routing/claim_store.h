// Where it is kept which idempotency keys were used. Owned here, implemented by `store` (SQLite) and, for
// tests, by MemoryClaimStore; claim_store_contract.h is what each implementation must do.
//
// A claim is a digest of who asked with which key, and a digest of what was asked: no key, no content.
#pragma once

#include <map>
#include <mutex>

#include "base/bytes.h"
#include "base/result.h"

namespace proviso::routing {

struct Claim {
  base::Digest key{};      ///< Of the API key's id and the idempotency key.
  base::Digest request{};  ///< Of all that decides on the answer.
  std::int64_t expires_ms = 0;

  bool operator==(const Claim&) const = default;
};

enum class Claimed : std::uint8_t {
  kNew,           ///< Nobody had it; it is this caller's now.
  kSameRequest,   ///< It was used for this request.
  kOtherRequest,  ///< It was used for another one.
};

/// Every operation is durable when it returns, may block, and may be called from any thread; several
/// processes may share one store.
class ClaimStore {
 public:
  virtual ~ClaimStore() = default;

  /// A claim that expired counts as none.
  [[nodiscard]] virtual base::Result<Claimed> Take(const Claim& claim, std::int64_t now_ms) = 0;
  /// Nothing was done under the claim: the key may be used again. Without effect when there is none.
  [[nodiscard]] virtual base::Status Release(const base::Digest& key) = 0;
  /// Removes what expired; gives how many.
  [[nodiscard]] virtual base::Result<std::size_t> Forget(std::int64_t now_ms) = 0;
};

/// Forgets everything at its end.
class MemoryClaimStore final : public ClaimStore {
 public:
  [[nodiscard]] base::Result<Claimed> Take(const Claim& claim, std::int64_t now_ms) override;
  [[nodiscard]] base::Status Release(const base::Digest& key) override;
  [[nodiscard]] base::Result<std::size_t> Forget(std::int64_t now_ms) override;

 private:
  std::mutex mutex_;
  std::map<base::Digest, Claim> claims_;
};

}  // namespace proviso::routing
