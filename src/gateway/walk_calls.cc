// What becomes of each call that the model proposes: decided, recorded, and only then released, replaced,
// or held for people while the connection stays open.
#include <algorithm>
#include <chrono>
#include <utility>

#include "enforcement/held_question.h"
#include "enforcement/notices.h"
#include "gateway/internal/walk.h"
#include "gateway/limits.h"
#include "protocol/rendering.h"

namespace proviso::gateway::internal {

using protocol::Ruling;

awaitable<base::Result<std::vector<Ruling>>> Walk::RuleCalls(std::span<const protocol::ToolCall> calls) {
  calls_ = Calls::kRuled;
  std::vector<CallCase> cases;
  for (const protocol::ToolCall& call : calls)
    cases.push_back({.call = &call, .decision = {}, .ruling = {}, .effect = {}, .hold_id = {}});
  std::vector<std::string> waiting;
  for (CallCase& one : cases) {
    const base::Status ruled = co_await RuleOne(one);
    if (!ruled) co_return std::unexpected(ruled.error());
    if (!one.hold_id.empty()) waiting.push_back(one.hold_id);
  }
  if (!waiting.empty()) {
    const base::Status durable = co_await core_->durable_waits().Wait(cases.back().intent);
    if (!durable) co_return std::unexpected(durable.error());
    total_.Disarm();  // people take the time that the terms give them
    const std::chrono::milliseconds wait(case_->terms->agreement().hold.wait_ms);
    auto keep_alive = [this]() -> awaitable<void> { co_await KeepAlive(); };
    co_await WaitForPeople(*core_, exchange_, waiting, wait, std::move(keep_alive));
    CancelWhenCallerLeaves();
  }
  for (CallCase& one : cases) {
    if (one.hold_id.empty()) continue;
    const base::Status released = co_await ReleaseApproved(one);
    if (!released) co_return std::unexpected(released.error());
  }
  const base::Status recorded = co_await RecordCallEffects(cases);
  if (!recorded) co_return std::unexpected(recorded.error());
  std::vector<Ruling> rulings;
  for (CallCase& one : cases) rulings.push_back(std::move(one.ruling));
  co_return rulings;
}

base::Status Walk::RecordCallIntent(CallCase& one, const oversight::Release* release) {
  auto ticket = core_->services().log.Append(
      enforcement::CallIntent(*case_, *one.call, one.decision, release, snapshot_->provenance));
  if (!ticket) return std::unexpected(ticket.error());
  one.intent = ticket->index;
  return {};
}

/// Decides a call that people approved again, with the fact of who they are.
base::Status Walk::RuleReleased(CallCase& one, const oversight::Release& release) {
  one.decision = enforcement::RuleCall(*case_, *one.call, enforcement::PeopleOf(release));
  const bool permitted = one.decision.outcome == terms::Outcome::kPermit;
  one.effect = permitted ? "released" : "withheld";
  one.ruling.kind = permitted ? Ruling::Kind::kRelease : Ruling::Kind::kWithhold;
  if (!permitted) {
    one.ruling.notice = enforcement::WithheldNotice(one.call->name, one.decision, case_->decision_id, "");
  }
  return RecordCallIntent(one, &release);
}

awaitable<base::Status> Walk::RuleOne(CallCase& one) {
  one.decision = enforcement::RuleCall(*case_, *one.call, std::nullopt);
  if (one.decision.outcome == terms::Outcome::kHold && !presented_holds_.empty()) {
    auto release = co_await RedeemPresentedFor(*one.call);
    if (!release) co_return std::unexpected(release.error());
    if (*release) co_return RuleReleased(one, **release);
    one.effect = "withheld";
    one.ruling.notice =
        enforcement::DeniedNotice(one.call->name, case_->decision_id, presented_holds_.front(),
                                  "The approval that was presented is for another call.");
    co_return RecordCallIntent(one, nullptr);
  }
  const base::Status recorded = RecordCallIntent(one, nullptr);
  if (!recorded) co_return recorded;
  switch (one.decision.outcome) {
    case terms::Outcome::kPermit:
      one.effect = "released";
      one.ruling.kind = Ruling::Kind::kRelease;
      break;
    case terms::Outcome::kForbid:
      one.effect = "withheld";
      one.ruling.notice = enforcement::WithheldNotice(one.call->name, one.decision, case_->decision_id, "");
      break;
    case terms::Outcome::kHold:
      co_await HoldCall(one);
      break;
  }
  co_return base::Status{};
}

awaitable<void> Walk::HoldCall(CallCase& one) {
  Services& services = core_->services();
  auto open = [&services, proposal = enforcement::ProposalForCall(*case_, *one.call, one.decision),
               question = enforcement::HeldQuestionOf(*case_, one.call),
               lifetime_ms = case_->terms->agreement().hold.expires_ms] {
    return services.desk.Open(proposal, lifetime_ms, question);
  };
  const auto hold = co_await OnWorker(services, std::move(open));
  one.effect = "held";
  if (hold) {
    one.hold_id = hold->id;
    co_return;
  }
  one.effect = "withheld";
  one.ruling.notice = enforcement::WithheldNotice(one.call->name, one.decision, case_->decision_id, "") +
                      " [It cannot wait for a person: " + hold.error().message + "]";
}

/// After the wait: an approved call is taken from the desk, once, and decided again with the fact of who
/// approved it; anything else is withheld with what the desk says.
awaitable<base::Status> Walk::ReleaseApproved(CallCase& one) {
  if (exchange_.peer_gone()) co_return base::Status{};  // nobody is there to take it: it stays held
  oversight::Redemption redemption;
  redemption.id = one.hold_id;
  redemption.application = case_->caller.application;
  redemption.call_digest = oversight::CallDigest(one.call->name, one.call->arguments);
  redemption.request_digest = case_->request_digest;
  redemption.terms_digest = core_->snapshot()->terms->digest();
  auto release = co_await Redeem(std::move(redemption));
  if (!release) {
    const bool waits = release.error().code == base::ErrorCode::kUnavailable;
    one.effect = waits ? "held" : "denied";
    one.ruling.notice =
        waits ? enforcement::WithheldNotice(one.call->name, one.decision, case_->decision_id, one.hold_id)
              : enforcement::DeniedNotice(one.call->name, case_->decision_id, one.hold_id,
                                          release.error().message);
    co_return base::Status{};
  }
  const enforcement::Effect held{.what = "approved"};
  auto outcome = core_->services().log.Append(
      enforcement::OutcomeOf(*case_, one.intent, held, core_->services().clock.MonotonicNs()));
  if (!outcome) co_return std::unexpected(outcome.error());
  co_return RuleReleased(one, *release);
}

/// The last entry covers all before it, so one wait is enough for every call of the answer.
awaitable<base::Status> Walk::RecordCallEffects(std::vector<CallCase>& cases) {
  if (cases.empty()) co_return base::Status{};
  Services& services = core_->services();
  std::uint64_t last = 0;
  for (const CallCase& one : cases) {
    const enforcement::Effect effect{.what = one.effect};
    auto outcome =
        services.log.Append(enforcement::OutcomeOf(*case_, one.intent, effect, services.clock.MonotonicNs()));
    if (!outcome) co_return std::unexpected(outcome.error());
    last = outcome->index;
    const bool released = one.ruling.kind == Ruling::Kind::kRelease;
    core_->metrics().Add(released               ? Count::kCallsReleased
                         : one.effect == "held" ? Count::kCallsHeld
                                                : Count::kCallsWithheld);
  }
  co_return co_await core_->durable_waits().Wait(last);
}

awaitable<void> Walk::KeepAlive() {
  if (delivery_ == protocol::Delivery::kWhole) co_return;
  std::string bytes(protocol::KeepAlive(dialect_, delivery_));
  (void)co_await Deliver(bytes);
}

}  // namespace proviso::gateway::internal
