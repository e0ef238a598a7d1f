// Idempotency keys: the same request, sent twice by a client that did not hear, is asked once.
//
//   auto begun = idempotency.Begin(key, request_digest, terms_digest);        // blocks: a durable claim
//   if (auto* kept = std::get_if<Replay>(&*begun)) …the same bytes again…
//   if (auto* refused = std::get_if<Repeated>(&*begun)) …409 or 422, refused->message…
//   auto& ticket = std::get<Ticket>(*begun);
//   …the request's ordinary way…
//   ticket.Finish(answer);   // given again from now on
//   ticket.Release();        // or: nothing was done, the key is free again (blocks)
//                            // or neither: something may have been done; the key stays used up
//
// What was claimed is durable before anything is sent: after a crash, or when an answer was too large or
// too old to keep, the key is refused while it lives, and never executed a second time. Answers are kept
// in memory only, within bounds, and are given again only under the terms they were decided under.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "routing/claim_store.h"
#include "routing/limits.h"

namespace proviso::routing {

/// "Idempotency-Key": 1 to kIdempotencyKeyBytesMax visible ASCII characters; kInvalid otherwise.
[[nodiscard]] base::Status CheckIdempotencyKey(std::string_view text);

/// An answer as the caller got it.
struct KeptAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string decision_id = {};  ///< Of the request that was answered first, for the record.

  [[nodiscard]] std::size_t bytes() const;
};

/// The answer of the first request. Shared with the memory of answers, which may forget it meanwhile.
using Replay = std::shared_ptr<const KeptAnswer>;

/// The key was used already, and there is no answer to give.
struct Repeated {
  enum class Why : std::uint8_t {
    kUnderWay,      ///< The first request is not done: try again later.
    kOtherRequest,  ///< The key belongs to another request.
    kNotKept,       ///< Done, or begun, and its answer is not here.
    kOtherTerms,    ///< Done under terms that are no longer in force.
  };
  Why why = Why::kUnderWay;
  std::string message;
};

struct IdempotencyBounds {
  std::size_t answer_bytes_max = kKeptAnswerBytesMax;
  std::size_t bytes_max = kKeptBytesMax;
  std::size_t keys_max = kIdempotencyKeysMax;
  std::chrono::milliseconds lifetime = kIdempotencyLifetime;
};

/// Any thread. Tickets must not outlive it.
class Idempotency {
 public:
  /// The first request's right to the key. Ends without Finish or Release: the key stays used up.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket();
    /// An answer over the bounds is not kept. Does not block.
    void Finish(KeptAnswer answer);
    /// Blocks.
    [[nodiscard]] base::Status Release();

   private:
    friend class Idempotency;
    Ticket(Idempotency& owner, const base::Digest& key) : owner_(&owner), key_(key) {}
    Idempotency* owner_;  // null once used
    base::Digest key_;
  };
  using Begun = std::variant<Ticket, Replay, Repeated>;

  /// `store` and `clock` must outlive it.
  Idempotency(ClaimStore& store, const base::Clock& clock, IdempotencyBounds bounds = {})
      : store_(store), clock_(clock), bounds_(bounds) {}

  /// `request` is a digest of all that decides on the answer (route, body, declarations), `terms` of the
  /// terms in force. Blocks on the store. kLimit when too many keys are under way; an error of the store
  /// is given as it is. On an error nothing may be sent.
  [[nodiscard]] base::Result<Begun> Begin(std::string_view key_id, std::string_view key,
                                          const base::Digest& request, const base::Digest& terms);
  /// Forgets what is too old, here and in the store. Blocks; every minute or so.
  [[nodiscard]] base::Status Forget();

  [[nodiscard]] std::size_t kept_bytes() const;

 private:
  struct Entry {
    base::Digest request{};
    base::Digest terms{};
    std::int64_t expires_ms = 0;
    Replay answer = nullptr;                       ///< Null while under way.
    std::list<base::Digest>::iterator place = {};  ///< In kept_, once there is an answer.
  };
  using Entries = std::map<base::Digest, Entry>;

  [[nodiscard]] base::Result<std::variant<std::monostate, Replay, Repeated>> Enter(
      const base::Digest& key, const base::Digest& request, const base::Digest& terms);
  void Finish(const base::Digest& key, KeptAnswer answer);
  void Drop(Entries::iterator entry);
  void DropKey(const base::Digest& key);

  ClaimStore& store_;
  const base::Clock& clock_;
  const IdempotencyBounds bounds_;
  mutable std::mutex mutex_;  // guards all below; not held while the store is asked
  Entries entries_;
  std::list<base::Digest> kept_;  // those with an answer, oldest first
  std::size_t kept_bytes_ = 0;
};

}  // namespace proviso::routing
