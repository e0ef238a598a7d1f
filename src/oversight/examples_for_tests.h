// Calls, people and terms that the tests of this room and of `store` share.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "oversight/approval.h"
#include "oversight/approvers.h"
#include "oversight/desk.h"
#include "oversight/held_call.h"
#include "oversight/statement.h"

namespace proviso::oversight::examples {

inline constexpr std::int64_t kStartMs = 1'772'271'000'000;  // 2026-02-28T09:30:00.000Z
inline constexpr std::int64_t kLifetimeMs = 10LL * 60 * 1'000;

inline base::Digest Filled(std::uint8_t byte) {
  base::Digest digest;
  digest.fill(byte);
  return digest;
}

inline const base::Digest kTerms = Filled(0x11);
inline const base::Digest kRequest = Filled(0x22);

/// A call that two people with the role commander or duty officer must approve.
inline ProposedCall Engage() {
  return {.call = {.tool = "engage_target",
                   .arguments = R"({"track": 117, "effector": "B"})",
                   .call_id = "call_9f"},
          .model = "model-2026-01",
          .provider = "provider-a",
          .dialect = "openai.chat",
          .application = "planning",
          .organization = "agency",
          .on_behalf_of = "unit-7",
          .purpose = "exercise",
          .authority = "order 12/2026",
          .terms_digest = kTerms,
          .request_digest = kRequest,
          .clauses = {{.id = "4.2", .title = "A person decides every engagement"}},
          .need = {.people = 2, .roles = {"commander", "duty officer"}}};
}

inline ProposedCall NeedsOnePerson() {
  ProposedCall proposed = Engage();
  proposed.need = {.people = 1, .roles = {}};
  return proposed;
}

/// Keys are made once for the whole test run.
struct People {
  keys::SigningKey alice = keys::SigningKey::Generate("alice.example").value();
  keys::SigningKey alice_phone = keys::SigningKey::Generate("alice.phone").value();
  keys::SigningKey bob = keys::SigningKey::Generate("bob.example").value();
  keys::SigningKey carol = keys::SigningKey::Generate("carol.example").value();
  keys::SigningKey stranger = keys::SigningKey::Generate("stranger.example").value();

  /// Alice (two keys) commands, Bob is on duty, Carol is a clerk; the stranger is nobody.
  [[nodiscard]] ApproverBook Book() const {
    return ApproverBook::Make(
               {{.person = "Alice",
                 .roles = {"commander"},
                 .keys = {alice.verifier(), alice_phone.verifier()}},
                {.person = "Bob", .roles = {"clerk", "duty officer"}, .keys = {bob.verifier()}},
                {.person = "Carol", .roles = {"clerk"}, .keys = {carol.verifier()}}})
        .value();
  }
};

inline const People& Everyone() {
  static const People people;
  return people;
}

/// What an approver's tool does: reads the statement, signs its digest.
inline std::string NoteOn(const Hold& hold, Verdict verdict, const keys::SigningKey& key,
                          std::int64_t time_ms = kStartMs, std::string reason = "") {
  return SignApproval({.hold_id = hold.id,
                       .statement_digest = StatementDigest(hold.statement),
                       .verdict = verdict,
                       .key_name = {},
                       .time_ms = time_ms,
                       .reason = std::move(reason)},
                      key)
      .value();
}

/// The application repeats its request.
inline Redemption Retry(const Hold& hold) {
  return {.id = hold.id,
          .application = "planning",
          .call_digest = {},
          .request_digest = kRequest,
          .terms_digest = kTerms};
}

/// A clock whose wall time can jump while its monotonic time goes on.
class JumpingClock final : public base::Clock {
 public:
  [[nodiscard]] std::int64_t WallMs() const override { return wall_ms_; }
  [[nodiscard]] std::int64_t MonotonicNs() const override { return monotonic_ns_; }
  void Pass(std::int64_t ms) {
    wall_ms_ += ms;
    monotonic_ns_ += ms * 1'000'000;
  }
  void Jump(std::int64_t ms) { wall_ms_ += ms; }

 private:
  std::atomic<std::int64_t> wall_ms_{kStartMs};
  std::atomic<std::int64_t> monotonic_ns_{1};
};

}  // namespace proviso::oversight::examples
