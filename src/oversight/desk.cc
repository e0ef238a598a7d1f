#include "oversight/desk.h"

#include <algorithm>
#include <set>

#include "base/random.h"
#include "keys/signed_note.h"
#include "oversight/statement.h"
#include "oversight/visible_text.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::int64_t kNsPerMs = 1'000'000;

std::unexpected<base::Error> NoSuchHold(std::string_view id) {
  return Fail(ErrorCode::kNotFound, "no held call " + MakeVisible(id, Backslashes::kDouble) +
                                        "; `proviso holds list` shows those there are");
}

std::unexpected<base::Error> AlreadyEnded(const Hold& hold) {
  const std::string when = base::FormatUtc(hold.changed_ms);
  switch (hold.state) {
    case HoldState::kDenied:
      return Fail(ErrorCode::kDenied,
                  hold.id + " was denied at " + when +
                      (hold.decisions.empty() ? "" : " by " + hold.decisions.back().person));
    case HoldState::kExpired:
      return Fail(ErrorCode::kExpired, hold.id + " expired at " +
                                           base::FormatUtc(std::min(hold.expires_ms, hold.changed_ms)) +
                                           "; make the request again to have it held anew");
    case HoldState::kReleased:
      return Fail(ErrorCode::kConflict,
                  hold.id + " was released at " + when + "; an approval releases its call once");
    case HoldState::kVoid:
      return Fail(ErrorCode::kConflict, hold.id + " was made void at " + when + ": " + hold.void_reason);
    case HoldState::kWaiting:
    case HoldState::kApproved:
      break;
  }
  return Fail(ErrorCode::kConflict, hold.id + " is " + std::string(Name(hold.state)) + " since " + when);
}

// A decision or a release that is dated before the hold began would be nonsense on the record.
base::Status CheckClock(const Hold& hold, std::int64_t now_ms) {
  if (now_ms >= hold.created_ms - kClockSkewMsMax) return {};
  return Fail(ErrorCode::kUnavailable, "this machine's clock (" + base::FormatUtc(now_ms) +
                                           ") is behind the time at which " + hold.id + " was opened (" +
                                           base::FormatUtc(hold.created_ms) +
                                           "); set it right and try again");
}

base::Status CheckTimeOf(const Decision& decision, const Hold& hold) {
  if (decision.signed_ms >= hold.created_ms - kClockSkewMsMax &&
      decision.signed_ms <= decision.received_ms + kClockSkewMsMax) {
    return {};
  }
  return Fail(ErrorCode::kDenied,
              "the approval is dated " + base::FormatUtc(decision.signed_ms) + ", which is before " +
                  hold.id + " was opened or in the future; set the approver's clock right and sign again");
}

std::set<std::string_view> PeopleWhoApproved(const Hold& hold) {
  std::set<std::string_view> people;
  for (const auto& decision : hold.decisions) {
    if (decision.verdict == Verdict::kApprove) people.insert(decision.person);
  }
  return people;
}

std::string RolesText(const DecisionNeed& need) {
  std::string text;
  for (const auto& role : need.roles) text += (text.empty() ? " with role " : " or ") + role;
  return text;
}

std::string ProgressText(HoldState state, std::uint32_t people, const DecisionNeed& need) {
  const std::string count = std::to_string(people) + " of " + std::to_string(need.people);
  if (state != HoldState::kWaiting) return std::string(Name(state)) + " (" + count + " approved)";
  const std::uint32_t missing = need.people - std::min(people, need.people);
  std::string who = people == 0 ? "a person" : "another person";
  if (missing > 1) who = std::to_string(missing) + (people == 0 ? " different people" : " other people");
  return count + ": needs " + who + RolesText(need);
}

base::Status CheckLifetime(std::int64_t lifetime_ms) {
  if (lifetime_ms >= kLifetimeMsMin && lifetime_ms <= kLifetimeMsMax) return {};
  return Fail(ErrorCode::kLimit, "a call can be held for " + std::to_string(kLifetimeMsMin) + " to " +
                                     std::to_string(kLifetimeMsMax) + " ms, not for " +
                                     std::to_string(lifetime_ms));
}

base::Status CheckRedemption(const Redemption& redemption) {
  if (redemption.call_digest || redemption.request_digest) return {};
  return Fail(ErrorCode::kInvalid,
              "to take a held call, give the digest of the call or of the request that it answers");
}

base::Status CheckDigests(const HeldCall& held, const Redemption& redemption) {
  if (redemption.call_digest && *redemption.call_digest != held.call_digest) {
    return Fail(ErrorCode::kDenied, held.id + " holds another call: the tool or an argument differs from " +
                                        "what people were shown");
  }
  if (redemption.request_digest && *redemption.request_digest != held.proposed.request_digest) {
    return Fail(ErrorCode::kDenied, held.id + " belongs to another request; repeat that one exactly");
  }
  return {};
}

HoldChange ExpiredAt(std::int64_t now_ms) {
  return {.state = HoldState::kExpired, .changed_ms = now_ms, .void_reason = {}, .decision = {}};
}

HoldRule VoidRule(std::string_view reason, const base::Clock& clock) {
  return [reason, &clock](const Hold& hold) -> base::Result<HoldChange> {
    const auto next = NextState(hold.state, HoldEvent::kVoid);
    if (!next) return base::Within(hold.id, next.error());
    return HoldChange{
        .state = *next, .changed_ms = clock.WallMs(), .void_reason = std::string(reason), .decision = {}};
  };
}

/// Whether these are the terms that the hold was last decided under.
bool IsUnder(const Hold& hold, const base::Digest& terms) {
  if (!hold.permitted_under.empty()) return hold.permitted_under == base::ToHex(terms);
  const auto held = ParseStatement(hold.statement);
  return held && held->proposed.terms_digest == terms;
}

HoldEvent EventOf(Redecision::Outcome outcome) {
  switch (outcome) {
    case Redecision::Outcome::kPermit:
      return HoldEvent::kPermit;
    case Redecision::Outcome::kHold:
      return HoldEvent::kHoldAgain;
    case Redecision::Outcome::kForbid:
      break;
  }
  return HoldEvent::kVoid;
}

base::Result<HoldChange> VoidByTerms(HoldState state, const std::string& reason, std::int64_t now_ms) {
  const auto next = NextState(state, HoldEvent::kVoid);
  if (!next) return std::unexpected(next.error());
  return HoldChange{.state = *next,
                    .changed_ms = now_ms,
                    .void_reason = "the terms changed while it was held: " + reason,
                    .decision = {}};
}

/// What the answer of other terms makes of a pending hold.
base::Result<HoldChange> ChangeByTerms(const Hold& hold, const Redecision& again, HeldCall held,
                                       const base::Digest& terms, std::int64_t now_ms) {
  const auto next = NextState(hold.state, EventOf(again.outcome));
  if (!next) return base::Within(hold.id, next.error());
  HoldChange change{.state = *next, .changed_ms = now_ms, .void_reason = {}, .decision = {}};
  switch (again.outcome) {
    case Redecision::Outcome::kPermit:
      change.statement = hold.statement;  // and nobody's decision on it counts
      change.permitted_under = base::ToHex(terms);
      break;
    case Redecision::Outcome::kHold:
      held.proposed.terms_digest = terms;
      held.proposed.clauses = again.clauses;
      held.proposed.need = again.need;
      if (auto shown = CheckProposed(held.proposed); !shown)
        return VoidByTerms(hold.state, shown.error().message, now_ms);
      change.statement = StatementOf(held);
      change.permitted_under = "";
      break;
    case Redecision::Outcome::kForbid:
      return VoidByTerms(hold.state, again.reason, now_ms);
  }
  return change;
}

// The approver in the book whose key signed the note, and a decision in that person's name.
struct Attributed {
  const Approver* approver;
  Decision decision;
};

base::Result<Attributed> Attribute(const SignedApproval& signed_approval, std::string_view note_text,
                                   const ApproverBook& book, std::int64_t now_ms) {
  const auto& [approval, note] = signed_approval;
  const auto match = book.FindByKeyName(approval.key_name);
  if (match.key == nullptr || note.signatures.front().key_id != match.key->id()) {
    return Fail(ErrorCode::kDenied, "the terms in force name no approver with the key " + approval.key_name +
                                        "; ask who keeps the agreement to add it");
  }
  const auto signers = keys::VerifiedSigners(note, std::span(match.key, 1));
  if (!signers) return base::Within("approval", signers.error());
  if (signers->size() != 1) return Fail(ErrorCode::kCorrupt, "approval: its signature does not verify");
  return Attributed{.approver = match.approver,
                    .decision = {.person = match.approver->person,
                                 .key_name = approval.key_name,
                                 .verdict = approval.verdict,
                                 .signed_ms = approval.time_ms,
                                 .received_ms = now_ms,
                                 .reason = approval.reason,
                                 .note = std::string(note_text)}};
}

// Counts the approvals of a hold from their signatures alone.
base::Status VerifyApprovals(const Hold& hold, const DecisionNeed& need, const ApproverBook& book) {
  std::set<std::string> people;
  for (const auto& decision : hold.decisions) {
    const auto parsed = ParseApproval(decision.note);
    if (!parsed || parsed->approval.verdict != Verdict::kApprove || parsed->approval.hold_id != hold.id ||
        parsed->approval.statement_digest != StatementDigest(hold.statement)) {
      continue;
    }
    const auto attributed = Attribute(*parsed, decision.note, book, decision.received_ms);
    if (attributed && HasAnyRole(*attributed->approver, need.roles)) {
      people.insert(attributed->approver->person);
    }
  }
  if (people.size() >= need.people) return {};
  return Fail(ErrorCode::kCorrupt, hold.id + " is marked as approved, but the stored approvals of only " +
                                       std::to_string(people.size()) + " of " + std::to_string(need.people) +
                                       " people verify under the terms in force");
}

}  // namespace

Desk::Desk(HoldStore& store, const base::Clock& clock, HoldBounds bounds)
    : store_(store), clock_(clock), bounds_(bounds) {}

base::Result<Hold> Desk::Open(const ProposedCall& proposed, std::int64_t lifetime_ms, std::string question) {
  if (question.size() > kQuestionBytesMax) question.clear();
  if (auto checked = CheckProposed(proposed); !checked) return std::unexpected(checked.error());
  if (auto checked = CheckLifetime(lifetime_ms); !checked) return std::unexpected(checked.error());
  const std::int64_t now_ms = clock_.WallMs();
  const std::int64_t deadline_ns = clock_.MonotonicNs() + lifetime_ms * kNsPerMs;
  const HeldCall held = {.id = base::NewId("hold", now_ms),
                         .proposed = proposed,
                         .call_digest = CallDigest(proposed.call.tool, proposed.call.arguments),
                         .created_ms = now_ms,
                         .expires_ms = now_ms + lifetime_ms};
  Hold hold = {.id = held.id,
               .application = proposed.application,
               .statement = StatementOf(held),
               .created_ms = now_ms,
               .expires_ms = held.expires_ms,
               .state = HoldState::kWaiting,
               .changed_ms = now_ms,
               .void_reason = {},
               .decisions = {},
               .question = std::move(question)};
  if (auto inserted = store_.Insert(hold, bounds_); !inserted) return std::unexpected(inserted.error());
  const std::lock_guard lock(mutex_);
  deadlines_ns_.emplace(hold.id, deadline_ns);
  return hold;
}

base::Result<Hold> Desk::Show(std::string_view id) {
  auto hold = store_.Get(id);
  if (!hold && hold.error().code == ErrorCode::kNotFound) return NoSuchHold(id);
  return hold;
}

base::Result<std::vector<Hold>> Desk::List(const HoldFilter& filter) {
  return store_.List(filter);
}

base::Result<HoldChange> Desk::ChangeByDecision(const Hold& hold, const Decision& decision,
                                                const Approver& approver) {
  if (!IsPending(hold.state)) return AlreadyEnded(hold);
  if (IsOver(hold)) return ExpiredAt(decision.received_ms);
  const auto next =
      NextState(hold.state, decision.verdict == Verdict::kApprove ? HoldEvent::kApprove : HoldEvent::kDeny);
  if (!next) return AlreadyEnded(hold);
  if (auto checked = CheckClock(hold, decision.received_ms); !checked) {
    return std::unexpected(checked.error());
  }
  if (auto checked = CheckTimeOf(decision, hold); !checked) return std::unexpected(checked.error());

  HoldChange change = {
      .state = *next, .changed_ms = decision.received_ms, .void_reason = {}, .decision = decision};
  if (decision.verdict == Verdict::kDeny) return change;
  const auto held = ParseStatement(hold.statement);
  if (!held) return std::unexpected(held.error());
  const DecisionNeed& need = held->proposed.need;
  if (!HasAnyRole(approver, need.roles)) {
    return Fail(ErrorCode::kDenied,
                approver.person + " cannot approve " + hold.id + ": it needs people" + RolesText(need));
  }
  auto people = PeopleWhoApproved(hold);
  if (!people.insert(decision.person).second) {
    return Fail(ErrorCode::kConflict, decision.person + " has approved " + hold.id +
                                          " already; one person counts once, whichever key signs");
  }
  if (people.size() < need.people) change.state = HoldState::kWaiting;
  return change;
}

base::Result<Progress> Desk::Decide(std::string_view approval_note, const ApproverBook& book) {
  const auto parsed = ParseApproval(approval_note);
  if (!parsed) return std::unexpected(parsed.error());
  const auto attributed = Attribute(*parsed, approval_note, book, clock_.WallMs());
  if (!attributed) return std::unexpected(attributed.error());

  const auto rule = [&](const Hold& hold) -> base::Result<HoldChange> {
    if (StatementDigest(hold.statement) != parsed->approval.statement_digest) {
      return Fail(ErrorCode::kDenied,
                  "this approval is for another call or another version of it: " + hold.id +
                      " has the statement digest " + base::ToHex(StatementDigest(hold.statement)));
    }
    return ChangeByDecision(hold, attributed->decision, *attributed->approver);
  };
  const auto hold = Change(parsed->approval.hold_id, rule);
  if (!hold) return std::unexpected(hold.error());
  if (hold->state == HoldState::kExpired) return AlreadyEnded(*hold);
  return ProgressOf(*hold);
}

base::Result<HoldChange> Desk::ChangeByRedemption(const Hold& hold, const Redemption& redemption,
                                                  const ApproverBook& book) {
  const auto held = ParseStatement(hold.statement);
  if (!held) return std::unexpected(held.error());
  // Another application's hold is as good as none: its id tells nothing.
  if (held->proposed.application != redemption.application) return NoSuchHold(redemption.id);
  if (!IsPending(hold.state)) return AlreadyEnded(hold);
  const std::int64_t now_ms = clock_.WallMs();
  if (IsOver(hold)) return ExpiredAt(now_ms);
  if (!IsUnder(hold, redemption.terms_digest)) {
    return Fail(ErrorCode::kUnavailable,
                hold.id + " was held under other terms and is being decided again; try again in a moment");
  }
  if (auto checked = CheckDigests(*held, redemption); !checked) return std::unexpected(checked.error());
  if (hold.state == HoldState::kWaiting) {
    const auto progress = ProgressOf(hold);
    if (!progress) return std::unexpected(progress.error());
    return Fail(ErrorCode::kUnavailable, hold.id + " still waits for people: " + progress->message);
  }
  if (auto checked = CheckClock(hold, now_ms); !checked) return std::unexpected(checked.error());
  if (hold.permitted_under.empty()) {
    if (auto verified = VerifyApprovals(hold, held->proposed.need, book); !verified)
      return std::unexpected(verified.error());
  }
  const auto next = NextState(hold.state, HoldEvent::kRelease);
  if (!next) return AlreadyEnded(hold);
  return HoldChange{.state = *next, .changed_ms = now_ms, .void_reason = {}, .decision = {}};
}

base::Result<Release> Desk::Redeem(const Redemption& redemption, const ApproverBook& book) {
  if (auto checked = CheckRedemption(redemption); !checked) return std::unexpected(checked.error());
  auto hold =
      Change(redemption.id, [&](const Hold& found) { return ChangeByRedemption(found, redemption, book); });
  if (!hold) return std::unexpected(hold.error());
  if (hold->state != HoldState::kReleased) return AlreadyEnded(*hold);
  auto held = ParseStatement(hold->statement);
  if (!held) return std::unexpected(held.error());
  return Release{.call = std::move(held->proposed.call), .hold = *std::move(hold)};
}

base::Status Desk::Void(std::string_view id, std::string_view reason) {
  if (reason.empty() || reason.size() > kReasonBytesMax) {
    return Fail(ErrorCode::kLimit, "to make a held call void, give a reason of 1 to " +
                                       std::to_string(kReasonBytesMax) + " bytes");
  }
  const auto hold = Change(id, VoidRule(reason, clock_));
  if (!hold) return std::unexpected(hold.error());
  return {};
}

base::Result<Redecided> Desk::RedecideUnderOtherTerms(const base::Digest& terms_in_force,
                                                      const Redecide& redecide) {
  Redecided count;
  for (const auto state : {HoldState::kWaiting, HoldState::kApproved}) {
    HoldFilter filter = {.state = state, .application = {}, .after_id = {}, .max = kListMax};
    for (;;) {
      const auto page = store_.List(filter);
      if (!page) return std::unexpected(page.error());
      for (const Hold& hold : *page) {
        if (IsUnder(hold, terms_in_force) || IsOver(hold)) continue;
        const auto after = RedecideOne(hold, terms_in_force, redecide);
        if (!after) return std::unexpected(after.error());
        ++(*after == HoldState::kWaiting    ? count.held
           : *after == HoldState::kApproved ? count.permitted
                                            : count.ended);
      }
      if (page->size() < kListMax) break;
      filter.after_id = page->back().id;
    }
  }
  return count;
}

base::Result<HoldState> Desk::RedecideOne(const Hold& hold, const base::Digest& terms_in_force,
                                          const Redecide& redecide) {
  auto held = ParseStatement(hold.statement);
  base::Result<Redecision> again = held ? redecide.decide(hold, *held)
                                        : base::Result<Redecision>(Redecision{.reason = "it cannot be read"});
  if (!again) return std::unexpected(again.error());
  const auto rule = [&](const Hold& found) -> base::Result<HoldChange> {
    // Decided, released, or decided again by another process: what was asked about is not there any more.
    if (found.statement != hold.statement || found.permitted_under != hold.permitted_under)
      return Fail(ErrorCode::kConflict, hold.id + " has changed meanwhile");
    return ChangeByTerms(found, *again, held ? *held : HeldCall{}, terms_in_force, clock_.WallMs());
  };
  auto after = Change(hold.id, rule);
  if (!after && after.error().code == ErrorCode::kConflict) after = Show(hold.id);
  if (!after) return std::unexpected(after.error());
  if (!held) return after->state;  // nothing was recorded of it
  if (auto settled = redecide.settled(*after); !settled) return std::unexpected(settled.error());
  return after->state;
}

base::Result<std::size_t> Desk::ExpireDue() {
  auto due = store_.Due(clock_.WallMs());
  if (!due) return std::unexpected(due.error());
  const auto here = OverHere();
  due->insert(due->end(), here.begin(), here.end());
  std::size_t count = 0;
  for (const auto& id : *due) {
    const auto expired = Change(id, [this](const Hold& hold) -> base::Result<HoldChange> {
      const auto next = NextState(hold.state, HoldEvent::kExpire);
      if (!next || !IsOver(hold)) return Fail(ErrorCode::kConflict, hold.id + " has ended or is not due");
      return ExpiredAt(clock_.WallMs());
    });
    const bool ended_otherwise = !expired && (expired.error().code == ErrorCode::kConflict ||
                                              expired.error().code == ErrorCode::kNotFound);
    if (!expired && !ended_otherwise) return std::unexpected(expired.error());
    if (expired) ++count;
    const std::lock_guard lock(mutex_);
    deadlines_ns_.erase(id);
  }
  return count;
}

base::Result<HoldChanges> Desk::Changes(std::int64_t since) {
  return store_.ChangesSince(since);
}

base::Result<std::size_t> Desk::Forget(std::int64_t age_ms) {
  return store_.Forget(clock_.WallMs() - std::max<std::int64_t>(age_ms, 0));
}

base::Result<Hold> Desk::Change(std::string_view id, const HoldRule& rule) {
  auto hold = store_.Change(id, rule);
  if (!hold && hold.error().code == ErrorCode::kNotFound) return NoSuchHold(id);
  if (hold && !IsPending(hold->state)) {
    const std::lock_guard lock(mutex_);
    deadlines_ns_.erase(hold->id);
  }
  return hold;
}

bool Desk::IsOver(const Hold& hold) const {
  if (clock_.WallMs() >= hold.expires_ms) return true;
  const std::lock_guard lock(mutex_);
  const auto deadline = deadlines_ns_.find(hold.id);
  return deadline != deadlines_ns_.end() && clock_.MonotonicNs() >= deadline->second;
}

std::vector<std::string> Desk::OverHere() const {
  const std::int64_t now_ns = clock_.MonotonicNs();
  std::vector<std::string> over;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, deadline_ns] : deadlines_ns_) {
    if (now_ns >= deadline_ns) over.push_back(id);
  }
  return over;
}

base::Result<Progress> ProgressOf(const Hold& hold) {
  const auto held = ParseStatement(hold.statement);
  if (!held) return base::Fail(ErrorCode::kCorrupt, hold.id + ": " + held.error().message);
  const auto people = static_cast<std::uint32_t>(PeopleWhoApproved(hold).size());
  const DecisionNeed& need = held->proposed.need;
  if (!hold.permitted_under.empty()) {
    return Progress{.state = hold.state,
                    .people = 0,
                    .need = need,
                    .message = std::string(Name(hold.state)) +
                               " (the terms that came into force permit it without a person)"};
  }
  return Progress{
      .state = hold.state, .people = people, .need = need, .message = ProgressText(hold.state, people, need)};
}

}  // namespace proviso::oversight
