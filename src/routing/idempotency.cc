#include "routing/idempotency.h"

#include <algorithm>

#include "keys/digest.h"

namespace proviso::routing {

using base::ErrorCode;

namespace {

Repeated Because(Repeated::Why why) {
  switch (why) {
    case Repeated::Why::kUnderWay:
      return {why, "Idempotency-Key: the first request with this key is still under way. Try again later."};
    case Repeated::Why::kOtherRequest:
      return {why,
              "Idempotency-Key: this key was used for another request. Use a new key for each request, and "
              "the same key only to send the same request again."};
    case Repeated::Why::kNotKept:
      return {why,
              "Idempotency-Key: a request with this key was already begun, and its answer is not kept. It is "
              "not executed a second time; use a new key to ask again."};
    case Repeated::Why::kOtherTerms:
      return {why,
              "Idempotency-Key: the request with this key was answered under terms that are no longer in "
              "force. Use a new key to ask again."};
  }
  return {};
}

/// A separator that no key id and no idempotency key can hold.
base::Digest DigestOf(std::string_view key_id, std::string_view key) {
  std::string joined(key_id);
  joined.push_back('\0');
  joined.append(key);
  return keys::Sha256(joined);
}

}  // namespace

base::Status CheckIdempotencyKey(std::string_view text) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
  if (!text.empty() && text.size() <= kIdempotencyKeyBytesMax && std::ranges::all_of(text, visible))
    return {};
  return base::Fail(ErrorCode::kInvalid, "Idempotency-Key: must be 1 to " +
                                             std::to_string(kIdempotencyKeyBytesMax) +
                                             " visible ASCII characters, such as a UUID");
}

std::size_t KeptAnswer::bytes() const {
  std::size_t sum = body.size() + decision_id.size();
  for (const auto& [name, value] : headers) sum += name.size() + value.size();
  return sum;
}

Idempotency::Ticket::Ticket(Ticket&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), key_(other.key_) {}

Idempotency::Ticket::~Ticket() {
  if (owner_ != nullptr) owner_->DropKey(key_);
}

void Idempotency::Ticket::Finish(KeptAnswer answer) {
  if (owner_ != nullptr) std::exchange(owner_, nullptr)->Finish(key_, std::move(answer));
}

base::Status Idempotency::Ticket::Release() {
  if (owner_ == nullptr) return {};
  Idempotency& owner = *std::exchange(owner_, nullptr);
  // First in the store: a request that comes between finds the key still under way.
  base::Status released = owner.store_.Release(key_);
  owner.DropKey(key_);
  return released;
}

base::Result<std::variant<std::monostate, Replay, Repeated>> Idempotency::Enter(const base::Digest& key,
                                                                                const base::Digest& request,
                                                                                const base::Digest& terms) {
  const std::int64_t now_ms = clock_.WallMs();
  const std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found != entries_.end() && found->second.answer != nullptr && found->second.expires_ms <= now_ms) {
    Drop(found);
    found = entries_.end();
  }
  if (found == entries_.end()) {
    if (entries_.size() >= bounds_.keys_max && !kept_.empty()) Drop(entries_.find(kept_.front()));
    if (entries_.size() >= bounds_.keys_max) {
      return base::Fail(ErrorCode::kLimit, "Idempotency-Key: too many requests with a key are under way");
    }
    entries_.emplace(key, Entry{.request = request,
                                .terms = terms,
                                .expires_ms = now_ms + bounds_.lifetime.count(),
                                .place = kept_.end()});
    return std::monostate{};
  }
  const Entry& entry = found->second;
  if (entry.request != request) return Because(Repeated::Why::kOtherRequest);
  if (entry.answer == nullptr) return Because(Repeated::Why::kUnderWay);
  if (entry.terms != terms) return Because(Repeated::Why::kOtherTerms);
  return entry.answer;
}

base::Result<Idempotency::Begun> Idempotency::Begin(std::string_view key_id, std::string_view key,
                                                    const base::Digest& request, const base::Digest& terms) {
  if (auto checked = CheckIdempotencyKey(key); !checked) return std::unexpected(checked.error());
  const base::Digest digest = DigestOf(key_id, key);
  auto entered = Enter(digest, request, terms);
  if (!entered) return std::unexpected(entered.error());
  if (auto* replay = std::get_if<Replay>(&*entered)) return std::move(*replay);
  if (auto* repeated = std::get_if<Repeated>(&*entered)) return std::move(*repeated);
  Ticket ticket(*this, digest);  // leaves the memory again on each way out but the last
  const std::int64_t now_ms = clock_.WallMs();
  const auto claimed = store_.Take({digest, request, now_ms + bounds_.lifetime.count()}, now_ms);
  if (!claimed) return std::unexpected(claimed.error());
  switch (*claimed) {
    case Claimed::kSameRequest:
      return Because(Repeated::Why::kNotKept);
    case Claimed::kOtherRequest:
      return Because(Repeated::Why::kOtherRequest);
    case Claimed::kNew:
      break;
  }
  return ticket;
}

void Idempotency::Finish(const base::Digest& key, KeptAnswer answer) {
  const std::size_t bytes = answer.bytes();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  if (bytes > bounds_.answer_bytes_max || bytes > bounds_.bytes_max) {
    entries_.erase(found);
    return;
  }
  while (kept_bytes_ + bytes > bounds_.bytes_max) Drop(entries_.find(kept_.front()));
  kept_bytes_ += bytes;
  found->second.answer = std::make_shared<const KeptAnswer>(std::move(answer));
  found->second.place = kept_.insert(kept_.end(), key);
}

/// The caller has the lock.
void Idempotency::Drop(Entries::iterator entry) {
  if (entry->second.answer != nullptr) {
    kept_bytes_ -= entry->second.answer->bytes();
    kept_.erase(entry->second.place);
  }
  entries_.erase(entry);
}

void Idempotency::DropKey(const base::Digest& key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) Drop(found);
}

base::Status Idempotency::Forget() {
  const std::int64_t now_ms = clock_.WallMs();
  {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const auto next = std::next(entry);
      if (entry->second.answer != nullptr && entry->second.expires_ms <= now_ms) Drop(entry);
      entry = next;
    }
  }
  auto forgotten = store_.Forget(now_ms);
  if (!forgotten) return std::unexpected(forgotten.error());
  return {};
}

std::size_t Idempotency::kept_bytes() const {
  const std::lock_guard lock(mutex_);
  return kept_bytes_;
}

}  // namespace proviso::routing
