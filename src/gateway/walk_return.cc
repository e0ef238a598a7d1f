// A caller that comes back with Proviso-Hold. If it sends the request that was held, it gets exactly what
// people approved, once, without asking the model again. If it sends another request, that goes its
// ordinary way, and only a call that equals the approved one is released under the approval.
#include <algorithm>
#include <utility>

#include "enforcement/notices.h"
#include "gateway/internal/walk.h"
#include "gateway/limits.h"
#include "gateway/refuse.h"
#include "oversight/statement.h"
#include "protocol/endpoint.h"
#include "protocol/rendering.h"

namespace proviso::gateway::internal {

using base::ErrorCode;
using protocol::RefusalKind;

namespace {

RefusalKind KindOfRedeemError(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return RefusalKind::kNotFound;
    case ErrorCode::kUnavailable:
      return RefusalKind::kHeld;
    case ErrorCode::kDenied:
    case ErrorCode::kExpired:
    case ErrorCode::kCorrupt:
      return RefusalKind::kForbidden;
    case ErrorCode::kConflict:
    case ErrorCode::kInvalid:
      return RefusalKind::kConflict;
    case ErrorCode::kLimit:
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      break;
  }
  return RefusalKind::kInternal;
}

protocol::Refusal RefusalOfHold(const base::Error& error, std::string_view decision_id,
                                std::string_view hold_id) {
  protocol::Refusal refusal = PlainRefusal(KindOfRedeemError(error.code), error.message);
  refusal.decision_id = decision_id;
  refusal.hold_id = hold_id;
  return refusal;
}

/// What nobody has approved yet comes first: taking it fails, says why, and spends none of the others.
void PutUnreadyFirst(const std::vector<oversight::Hold>& holds, std::vector<std::string>& ids) {
  std::ranges::partition(ids, [&holds](const std::string& id) {
    const auto hold = std::ranges::find(holds, id, &oversight::Hold::id);
    return hold->state != oversight::HoldState::kApproved;
  });
}

}  // namespace

base::Status Walk::ReadPresentedHolds() {
  for (const http::Header& header : exchange_.head().headers) {
    if (!http::EqualsIgnoringCase(header.name, "Proviso-Hold")) continue;
    std::string_view rest = header.value;
    while (true) {
      const auto comma = rest.find(',');
      std::string_view id = rest.substr(0, comma);
      while (id.starts_with(' ')) id.remove_prefix(1);
      while (id.ends_with(' ')) id.remove_suffix(1);
      if (id.empty()) return base::Fail(ErrorCode::kInvalid, "Proviso-Hold: an empty hold id");
      if (std::ranges::find(presented_holds_, id) == presented_holds_.end())
        presented_holds_.emplace_back(id);
      if (presented_holds_.size() > kPresentedHoldsMax) {
        return base::Fail(ErrorCode::kLimit,
                          "Proviso-Hold: more than " + std::to_string(kPresentedHoldsMax) + " ids");
      }
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return {};
}

awaitable<base::Result<std::vector<oversight::Hold>>> Walk::ShowPresented() {
  std::vector<oversight::Hold> holds;
  for (const std::string& id : presented_holds_) {
    Services& services = core_->services();
    auto show = [&services, id] { return services.desk.Show(id); };
    auto hold = co_await OnWorker(services, std::move(show));
    if (hold && hold->application != case_->caller.application) {
      hold = base::Fail(ErrorCode::kNotFound, "no hold " + id + " of this application");
    }
    if (!hold) co_return std::unexpected(hold.error());
    holds.push_back(std::move(*hold));
  }
  co_return holds;
}

awaitable<base::Result<oversight::Release>> Walk::Redeem(oversight::Redemption redemption) {
  Services& services = core_->services();
  // This request would be decided under terms that are not in force any more: nothing is given out to it.
  if (core_->snapshot()->terms->digest() != case_->terms->digest()) redemption.terms_digest = {};
  auto redeem = [&services, redemption = std::move(redemption), snapshot = core_->snapshot()] {
    return services.desk.Redeem(redemption, snapshot->approvers);
  };
  co_return co_await OnWorker(services, std::move(redeem));
}

/// Opens the candidate that people were shown; whether there is one. No other is asked from here on.
bool Walk::OpenShown(const std::vector<oversight::Hold>& holds) {
  const auto shown = [this](const oversight::Hold& hold) {
    const auto held = oversight::ParseStatement(hold.statement);
    return held && enforcement::WasShownFor(*case_, held->proposed);
  };
  while (const std::string* model = journey_->candidate()) {
    if (OpenCandidate(*model) && std::ranges::all_of(holds, shown)) {
      journey_->KeepOnlyThis();
      return true;
    }
    journey_->Skip();
  }
  return false;
}

awaitable<void> Walk::Return() {
  auto holds = co_await ShowPresented();
  if (!holds) {
    protocol::Refusal refusal = RefusalOfHold(holds.error(), case_->decision_id, presented_holds_.front());
    co_await Refuse(exchange_, dialect_, std::move(refusal));
    co_return;
  }
  const bool same_facts = OpenShown(*holds);
  bool same_request = true;
  bool for_request = false;
  for (const oversight::Hold& hold : *holds) {
    const auto held = oversight::ParseStatement(hold.statement);
    same_request = same_request && held && held->proposed.request_digest == case_->request_digest;
    for_request = for_request || (held && enforcement::IsForRequest(held->proposed));
  }
  if (!same_facts || (for_request && (holds->size() > 1 || !same_request))) {
    const std::string_view differs = same_facts ? "request" : "model, purpose, authority or person";
    protocol::Refusal refusal =
        PlainRefusal(RefusalKind::kConflict, "Proviso-Hold: the approval is for another " +
                                                 std::string(differs) + "; send exactly what was held");
    co_await Refuse(exchange_, dialect_, std::move(refusal));
  } else if (for_request) {
    co_await SendApprovedRequest();
  } else if (same_request) {
    PutUnreadyFirst(*holds, presented_holds_);
    co_await AnswerWithReleased();
  } else {
    co_await Decide();
  }
}

/// Which of the dialect's calls it was; a statement does not say it, the provider's dialect and the
/// request's tools do.
protocol::CallKind Walk::KindOf(const oversight::ToolCall& call) const {
  const bool chat = upstream_dialect_ == protocol::Dialect::kOpenAiChat;
  if (chat && call.call_id.empty()) return protocol::CallKind::kLegacyFunction;
  const bool custom = std::ranges::any_of(request_->tools, [&call](const protocol::OfferedTool& tool) {
    return tool.name == call.tool && tool.kind == "custom";
  });
  return custom ? protocol::CallKind::kCustom : protocol::CallKind::kFunction;
}

/// Takes each presented call from the desk, decides and records it. Gives what the caller is refused
/// with when one of them cannot be had. `cases` point into `calls`.
awaitable<std::optional<protocol::Refusal>> Walk::TakeReleased(std::vector<protocol::ToolCall>& calls,
                                                               std::vector<CallCase>& cases) {
  calls.reserve(presented_holds_.size());
  for (const std::string& id : presented_holds_) {
    oversight::Redemption redemption;
    redemption.id = id;
    redemption.application = case_->caller.application;
    redemption.request_digest = case_->request_digest;
    redemption.terms_digest = core_->snapshot()->terms->digest();
    auto release = co_await Redeem(std::move(redemption));
    if (!release) co_return RefusalOfHold(release.error(), case_->decision_id, id);
    calls.push_back({.id = release->call.call_id,
                     .name = release->call.tool,
                     .arguments = release->call.arguments,
                     .kind = KindOf(release->call),
                     .position = calls.size()});
    CallCase one{.call = &calls.back(), .decision = {}, .ruling = {}, .effect = {}, .hold_id = id};
    if (auto recorded = RuleReleased(one, *release); !recorded) co_return Unrecorded(recorded.error());
    cases.push_back(std::move(one));
    const terms::Decision& decision = cases.back().decision;
    if (decision.outcome != terms::Outcome::kPermit)
      co_return enforcement::RefusalOf(decision, case_->decision_id, "");
  }
  co_return std::nullopt;
}

/// The same request again: the approved calls, exactly, and no model is asked.
awaitable<void> Walk::AnswerWithReleased() {
  std::vector<protocol::ToolCall> calls;
  std::vector<CallCase> cases;
  std::optional<protocol::Refusal> refusal = co_await TakeReleased(calls, cases);
  base::Result<std::string> answer;
  if (!refusal) {
    const protocol::AnswerFrame frame{case_->decision_id, request_->model, case_->opened_ms / 1000};
    answer = protocol::RenderReleasedCalls(dialect_, request_->delivery, frame, calls);
    if (!answer) refusal = PlainRefusal(RefusalKind::kConflict, answer.error().message);
  }
  if (refusal) {
    for (CallCase& one : cases) {
      one.effect = "refused";
      one.ruling.kind = protocol::Ruling::Kind::kWithhold;
    }
  }
  const base::Status recorded = co_await RecordCallEffects(cases);
  if (!recorded) refusal = Unrecorded(recorded.error());
  if (refusal) {
    co_await Refuse(exchange_, dialect_, std::move(*refusal));
    co_return;
  }
  std::vector<http::Header> headers{
      {"Content-Type", std::string(protocol::ContentTypeOf(dialect_, request_->delivery))},
      {"Proviso-Decision", case_->decision_id},
      {"Proviso-Receipt", core_->services().record_origin + "#" + std::to_string(cases.back().intent)}};
  (void)co_await exchange_.Respond(200, std::move(headers), std::move(*answer));
}

/// A request that people approved: decided again with who they are, recorded, and sent, once.
awaitable<void> Walk::SendApprovedRequest() {
  oversight::Redemption redemption;
  redemption.id = presented_holds_.front();
  redemption.application = case_->caller.application;
  redemption.request_digest = case_->request_digest;
  redemption.terms_digest = core_->snapshot()->terms->digest();
  if (!EnterBreaker()) {
    co_await RefuseUnrouted();
    co_return;
  }
  auto release = co_await Redeem(std::move(redemption));
  if (!release) {
    protocol::Refusal refusal = RefusalOfHold(release.error(), case_->decision_id, presented_holds_.front());
    co_await Refuse(exchange_, dialect_, std::move(refusal));
    co_return;
  }
  presented_holds_.clear();  // spent: calls in the answer are decided on their own
  terms::Decision decision = enforcement::RuleRequest(*case_, enforcement::PeopleOf(*release));
  if (decision.outcome != terms::Outcome::kPermit) {
    core_->metrics().Add(Count::kRequestsForbidden);
    co_await RefuseForbidden(std::move(decision));
    co_return;
  }
  core_->metrics().Add(Count::kRequestsPermitted);
  if (auto prepared = Prepare(); !prepared) {
    co_await RefuseEarly(RefusalKind::kMalformed, prepared.error().message);
    co_return;
  }
  allowed_ = Attempts::kOne;
  (void)co_await Attempt(decision, &*release);
}

/// A call of another request under a presented approval: released only if it is exactly the approved one.
awaitable<base::Result<std::optional<oversight::Release>>> Walk::RedeemPresentedFor(
    const protocol::ToolCall& call) {
  const base::Digest digest = oversight::CallDigest(call.name, call.arguments);
  for (const std::string& id : presented_holds_) {
    oversight::Redemption redemption;
    redemption.id = id;
    redemption.application = case_->caller.application;
    redemption.call_digest = digest;
    redemption.terms_digest = core_->snapshot()->terms->digest();
    auto release = co_await Redeem(std::move(redemption));
    if (release) co_return std::optional(std::move(*release));
    if (release.error().code == ErrorCode::kIo || release.error().code == ErrorCode::kInternal) {
      co_return std::unexpected(release.error());
    }
  }
  co_return std::optional<oversight::Release>();
}

}  // namespace proviso::gateway::internal
