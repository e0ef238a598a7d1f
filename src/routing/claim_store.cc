#include "routing/claim_store.h"

namespace proviso::routing {

base::Result<Claimed> MemoryClaimStore::Take(const Claim& claim, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = claims_.find(claim.key);
  if (found == claims_.end() || found->second.expires_ms <= now_ms) {
    claims_.insert_or_assign(claim.key, claim);
    return Claimed::kNew;
  }
  return found->second.request == claim.request ? Claimed::kSameRequest : Claimed::kOtherRequest;
}

base::Status MemoryClaimStore::Release(const base::Digest& key) {
  const std::lock_guard lock(mutex_);
  claims_.erase(key);
  return {};
}

base::Result<std::size_t> MemoryClaimStore::Forget(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(claims_, [now_ms](const auto& entry) { return entry.second.expires_ms <= now_ms; });
}

}  // namespace proviso::routing
