// The keys of subjects in use, so that a request reads the store at most once for a person.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "record/openings.h"

namespace proviso::record::internal {

/// A key that may still have to reach the store. Shared by the cache and by the entries on their
/// way, because a key can leave the cache (Forget) while entries sealed under it are queued.
struct SubjectKeyInUse {
  SubjectTag tag{};
  keys::SealingKey key;
  SealedSubjectKey sealed;
  std::atomic<bool> stored;

  SubjectKeyInUse(const SubjectTag& subject, keys::SealingKey subject_key, SealedSubjectKey sealed_key,
                  bool in_store)
      : tag(subject), key(std::move(subject_key)), sealed(std::move(sealed_key)), stored(in_store) {}
};

/// Safe from any thread.
class SubjectKeys {
 public:
  SubjectKeys(OpeningStore& store, const keys::SealingKey& gateway_key)
      : store_(store), gateway_key_(gateway_key) {}

  /// The subject's key: from the cache, from the store, or a new one.
  [[nodiscard]] base::Result<std::shared_ptr<SubjectKeyInUse>> For(std::string_view subject);
  /// The next For makes a new key, whatever the store still has. Call Destroyed when it has not.
  void Forget(const SubjectTag& tag);
  void Destroyed(const SubjectTag& tag);

 private:
  base::Result<std::shared_ptr<SubjectKeyInUse>> Load(const SubjectTag& tag);
  void MakeRoom();

  OpeningStore& store_;
  const keys::SealingKey& gateway_key_;
  std::mutex mutex_;
  std::map<SubjectTag, std::shared_ptr<SubjectKeyInUse>> cache_;
  std::set<SubjectTag> forgotten_;
};

}  // namespace proviso::record::internal
