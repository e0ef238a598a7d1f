// The desk where held calls wait for people.
//
//   Desk desk(store, clock);
//   auto hold = desk.Open(proposed, lifetime_ms);            // gateway: a call must wait
//   auto shown = RenderStatement(hold->statement);           // approver: sees exactly this …
//   auto note = SignApproval({.hold_id = hold->id, .statement_digest = StatementDigest(hold->statement),
//                             .verdict = Verdict::kApprove, .time_ms = now}, key);   // … and signs it
//   auto progress = desk.Decide(*note, book);                // "1 of 2: needs another person …"
//   auto released = desk.Redeem({.id = hold->id, …}, book);  // gateway: the exact call, once
//
// Everything is synchronous and may be called from any thread; several processes may share the store.
// Time is the Clock's. A hold ends when the wall clock says so or, in the process that opened it,
// when its lifetime has passed by monotonic time, whichever is first: setting the clock back
// lengthens nothing.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "base/clock.h"
#include "oversight/approvers.h"
#include "oversight/held_call.h"
#include "oversight/hold_store.h"
#include "oversight/limits.h"

namespace proviso::oversight {

/// Where a decision stands.
struct Progress {
  HoldState state = HoldState::kWaiting;
  std::uint32_t people = 0;  ///< Distinct people who have approved.
  DecisionNeed need;
  std::string message;  ///< "1 of 2: needs another person with role commander"
};

/// What an application presents to take an approved call. At least one digest must be there; each
/// that is there must be equal to the hold's.
struct Redemption {
  std::string id;
  std::string application;
  std::optional<base::Digest> call_digest;     ///< CallDigest of the call it wants to make.
  std::optional<base::Digest> request_digest;  ///< Of the request it repeats.
  base::Digest terms_digest{};                 ///< The terms in force now.
};

/// An approved call on its way out.
struct Release {
  ToolCall call;  ///< Exactly what the people who approved were shown.
  Hold hold;      ///< With its statement and their notes, for the record.
};

/// What terms that came into force say of a call that was held under others.
struct Redecision {
  enum class Outcome : std::uint8_t { kPermit, kHold, kForbid };
  Outcome outcome = Outcome::kForbid;
  std::string reason{};           ///< Of kForbid: why, for whoever asked.
  std::vector<Clause> clauses{};  ///< Of kHold: those that ask for a person now.
  DecisionNeed need{};            ///< Of kHold.
};

/// Decides held calls again. `decide` is asked once for each hold and may record what it decides before it
/// answers; `settled` is told what became of the hold, also when it ended otherwise in the meantime. An error
/// of either stops the work: what is left is still held under its own terms.
struct Redecide {
  std::function<base::Result<Redecision>(const Hold& hold, const HeldCall& held)> decide;
  std::function<base::Status(const Hold& hold)> settled;
};

struct Redecided {
  std::size_t permitted = 0;
  std::size_t held = 0;
  std::size_t ended = 0;
};

class Desk {
 public:
  static constexpr HoldBounds kBounds = {kPendingHoldsMax, kPendingHoldsPerApplicationMax};

  /// Borrows both.
  Desk(HoldStore& store, const base::Clock& clock, HoldBounds bounds = kBounds);

  /// Holds a call for `lifetime_ms`. `question` is kept for whoever decides it again under other terms
  /// (hold_store.h); what is longer than kQuestionBytesMax is not kept. Errors: those of CheckProposed;
  /// kLimit for a lifetime out of bounds or a full desk. A call that cannot be held must be refused.
  [[nodiscard]] base::Result<Hold> Open(const ProposedCall& proposed, std::int64_t lifetime_ms,
                                        std::string question = {});

  /// kNotFound if there is none.
  [[nodiscard]] base::Result<Hold> Show(std::string_view id);
  [[nodiscard]] base::Result<std::vector<Hold>> List(const HoldFilter& filter);

  /// Counts a signed approval note. One denial by any approver in the book ends the hold; an
  /// approval counts if its person has a role the need names and has not approved before.
  /// Errors, first found: kInvalid or kLimit (not an approval note), kDenied (key not in the book),
  /// kCorrupt (signature does not verify), kNotFound (no such hold), kDenied (not this statement),
  /// kExpired, kConflict (already decided), kDenied (signed at a time that does not fit; role
  /// missing), kConflict (same person twice). None of them changes what was decided before.
  [[nodiscard]] base::Result<Progress> Decide(std::string_view approval_note, const ApproverBook& book);

  /// Hands out an approved call: of all who ask, at any time, in any process, exactly one gets it.
  /// The release is durable before this returns. The stored notes are verified anew against `book`
  /// (the approvers under the terms in force), so that nobody approves by writing to the database.
  /// Errors: kInvalid (no digest), kNotFound (no such hold of this application), kDenied (denied;
  /// another call; another request), kUnavailable (still waiting), kExpired, kConflict (released
  /// before, says when; void, says why), kUnavailable (held under other terms: to be decided again), kCorrupt
  /// (its notes do not add up to the need).
  [[nodiscard]] base::Result<Release> Redeem(const Redemption& redemption, const ApproverBook& book);

  /// Ends a pending hold; `reason` is kept and shown. kConflict if it has ended already.
  [[nodiscard]] base::Status Void(std::string_view id, std::string_view reason);
  /// Decides every pending hold again that is held under other terms than these. Permitted: it needs nobody
  /// any more and can be taken. Held: it waits anew under its id, with a new statement; what was decided on
  /// the one before counts no more. Forbidden, or not to be read: it is void. A hold that is settled is not
  /// asked about again, so that after a crash a second run does the rest.
  [[nodiscard]] base::Result<Redecided> RedecideUnderOtherTerms(const base::Digest& terms_in_force,
                                                                const Redecide& redecide);

  /// Expires every pending hold whose time is over; gives how many. To be called now and then: no
  /// answer above depends on it, but those who watch Changes learn of the end by it.
  [[nodiscard]] base::Result<std::size_t> ExpireDue();

  /// What has changed since a version that an earlier call gave (0 at first), in this or any other
  /// process. Cheap: one indexed read.
  [[nodiscard]] base::Result<HoldChanges> Changes(std::int64_t since);

  /// Removes holds that ended at least `age_ms` ago.
  [[nodiscard]] base::Result<std::size_t> Forget(std::int64_t age_ms);

 private:
  [[nodiscard]] base::Result<HoldState> RedecideOne(const Hold& hold, const base::Digest& terms_in_force,
                                                    const Redecide& redecide);
  [[nodiscard]] base::Result<HoldChange> ChangeByDecision(const Hold& hold, const Decision& decision,
                                                          const Approver& approver);
  [[nodiscard]] base::Result<HoldChange> ChangeByRedemption(const Hold& hold, const Redemption& redemption,
                                                            const ApproverBook& book);
  [[nodiscard]] base::Result<Hold> Change(std::string_view id, const HoldRule& rule);
  [[nodiscard]] bool IsOver(const Hold& hold) const;
  [[nodiscard]] std::vector<std::string> OverHere() const;

  HoldStore& store_;
  const base::Clock& clock_;
  const HoldBounds bounds_;
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t, std::less<>> deadlines_ns_;  // monotonic; holds opened here
};

/// Where the decision on `hold` stands; kCorrupt if its statement does not read back.
[[nodiscard]] base::Result<Progress> ProgressOf(const Hold& hold);

}  // namespace proviso::oversight
