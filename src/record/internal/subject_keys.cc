#include "record/internal/subject_keys.h"

#include "record/limits.h"

namespace proviso::record::internal {

using Key = std::shared_ptr<SubjectKeyInUse>;

base::Result<Key> SubjectKeys::For(std::string_view subject) {
  const SubjectTag tag = TagOf(subject, gateway_key_);
  const std::lock_guard lock(mutex_);
  if (const auto found = cache_.find(tag); found != cache_.end()) return found->second;
  auto key = Load(tag);
  if (!key) return key;
  if (cache_.size() >= kSubjectKeysMax) MakeRoom();
  cache_.emplace(tag, *key);
  return key;
}

base::Result<Key> SubjectKeys::Load(const SubjectTag& tag) {
  auto sealed =
      forgotten_.contains(tag) ? base::Fail(base::ErrorCode::kNotFound, "shredded") : store_.SubjectKey(tag);
  if (sealed) {
    auto key = UnsealSubjectKey(*sealed, gateway_key_);
    if (!key) return std::unexpected(key.error());
    return std::make_shared<SubjectKeyInUse>(tag, std::move(*key), std::move(*sealed), true);
  }
  if (sealed.error().code != base::ErrorCode::kNotFound) {
    return base::Fail(base::ErrorCode::kUnavailable, "reading a subject's key: " + sealed.error().message);
  }
  NewSubjectKey made = MakeSubjectKey(tag, gateway_key_);
  return std::make_shared<SubjectKeyInUse>(tag, std::move(made.key), std::move(made.sealed), false);
}

/// Only keys that the store has can be forgotten and read again.
void SubjectKeys::MakeRoom() {
  std::erase_if(cache_, [](const auto& item) { return item.second->stored.load(); });
}

void SubjectKeys::Forget(const SubjectTag& tag) {
  const std::lock_guard lock(mutex_);
  cache_.erase(tag);
  forgotten_.insert(tag);
}

void SubjectKeys::Destroyed(const SubjectTag& tag) {
  const std::lock_guard lock(mutex_);
  forgotten_.erase(tag);
}

}  // namespace proviso::record::internal
