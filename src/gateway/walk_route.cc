// Which candidate is asked, and what follows a failure: every candidate is decided afresh, has an INTENT and
// an OUTCOME of its own, and is sent the caller's original request in its own dialect.
#include <algorithm>
#include <utility>

#include "enforcement/ruling.h"
#include "gateway/internal/walk.h"
#include "gateway/refuse.h"
#include "protocol/rendering.h"

namespace proviso::gateway::internal {

using base::ErrorCode;
using protocol::RefusalKind;
using routing::Event;
using routing::Next;
using std::chrono::milliseconds;

base::Status Walk::ReadRoute() {
  const auto route = snapshot_->routes.find(request_->model);
  if (route == snapshot_->routes.end()) {
    return base::Fail(ErrorCode::kNotFound, "model: no such model here; GET /v1/models lists what there is");
  }
  route_ = &route->second;
  const milliseconds total = route_->timeouts.total.value_or(milliseconds(0));
  std::int64_t deadline_ns = 0;
  if (total.count() > 0) {
    deadline_ns = began_ns_ + std::chrono::nanoseconds(total).count();
    total_.Arm(total);
  }
  journey_.emplace(*route_, routing::MakePlan(*route_, core_->dice().Next()), deadline_ns);
  return {};
}

/// Makes `model` the candidate under way, with a case of its own.
base::Status Walk::OpenCandidate(const std::string& model) {
  target_ = &snapshot_->models.find(model)->second;
  provider_ = &snapshot_->providers.find(target_->provider)->second;
  health_ = core_->services().providers.Find(provider_->name);
  pass_.reset();
  upstream_body_.clear();
  stream_usage_.reset();
  left_out_.clear();
  if (auto chosen = ChooseUpstreamDialect(); !chosen) return chosen;
  const enforcement::Opening opening{snapshot_->terms, *caller_, declarations_,          *target_,
                                     *request_,        body_,    core_->services().clock};
  auto opened = enforcement::OpenCase(opening);
  if (!opened) return std::unexpected(opened.error());
  case_ = std::move(*opened);
  return {};
}

/// Whether the provider may be asked now.
bool Walk::EnterBreaker() {
  if (health_ == nullptr) return true;
  auto pass = health_->breaker().Enter(core_->services().clock.MonotonicNs());
  if (pass) {
    pass_.emplace(std::move(*pass));
    return true;
  }
  health_->Add(Event::kSkippedOpen);
  resting_ = std::min(resting_.value_or(pass.error().ask_again_in), pass.error().ask_again_in);
  return false;
}

/// The decision, if this candidate may be asked; otherwise why not is kept.
std::optional<terms::Decision> Walk::TryCandidate(const std::string& model) {
  if (auto opened = OpenCandidate(model); !opened) {
    if (!unfit_) unfit_ = opened.error();
    return std::nullopt;
  }
  terms::Decision decision = enforcement::RuleRequest(*case_, std::nullopt);
  if (decision.outcome != terms::Outcome::kPermit) {
    if (health_ != nullptr) health_->Add(Event::kSkippedTerms);
    std::optional<Refused>& refused = decision.outcome == terms::Outcome::kHold ? held_ : forbidden_;
    if (!refused) refused.emplace(*case_, std::move(decision));
    return std::nullopt;
  }
  if (auto prepared = Prepare(); !prepared) {
    if (!unfit_) unfit_ = prepared.error();
    return std::nullopt;
  }
  if (!EnterBreaker()) return std::nullopt;
  return decision;
}

std::optional<terms::Decision> Walk::NextPermitted() {
  while (const std::string* model = journey_->candidate()) {
    if (auto decision = TryCandidate(*model)) return decision;
    journey_->Skip();
  }
  return std::nullopt;
}

awaitable<void> Walk::Decide() {
  auto decision = NextPermitted();
  if (!decision) {
    co_await RefuseUnrouted();
    co_return;
  }
  core_->metrics().Add(Count::kRequestsPermitted);
  if (!co_await BeginOnce(*decision)) co_return;
  while (decision) {
    const routing::Step step = co_await Attempt(*decision, nullptr);
    if (step.next == Next::kGiveUp) co_return;
    co_await Pause(step.wait);
    if (exchange_.peer_gone()) {
      core_->metrics().Add(Count::kCallersLeft);
      co_return;
    }
    if (total_.expired()) break;
    decision = NextPermitted();
  }
  co_await RefuseUnrouted();
}

/// No candidate may be asked, or none is left. A hold comes only when nothing was permitted.
awaitable<void> Walk::RefuseUnrouted() {
  if (failed_) {
    FailureAnswer answer = std::move(*failed_);
    co_await AnswerFailure(std::move(answer));
  } else if (resting_) {
    core_->metrics().Add(Count::kRequestsRefused);
    protocol::Refusal refusal = PlainRefusal(
        RefusalKind::kOverloaded, "The providers of this model failed lately and are given a rest.");
    std::vector<http::Header> headers{{"Retry-After", std::to_string(resting_->count() / 1'000 + 1)}};
    co_await Refuse(exchange_, dialect_, std::move(refusal), std::move(headers));
  } else if (held_) {
    core_->metrics().Add(Count::kRequestsHeld);
    case_ = std::move(held_->the_case);
    co_await HoldRequest(std::move(held_->decision));
  } else if (unfit_) {
    co_await RefuseEarly(
        unfit_->code == ErrorCode::kNotFound ? RefusalKind::kNotFound : RefusalKind::kMalformed,
        unfit_->message);
  } else {
    core_->metrics().Add(Count::kRequestsForbidden);
    case_ = std::move(forbidden_->the_case);
    co_await RefuseForbidden(std::move(forbidden_->decision));
  }
}

awaitable<routing::Step> Walk::Attempt(const terms::Decision& decision, const oversight::Release* release) {
  auto intent = core_->services().log.Append(
      enforcement::RequestIntent(*case_, decision, release, snapshot_->provenance));
  if (!intent) {
    co_await RefuseUnrecorded(intent.error());
    co_return routing::Step{};
  }
  if (health_ != nullptr) health_->Add(Event::kAttempt);
  co_return co_await SendUpstream(intent->index);
}

/// What follows, by the route; learnt by the breaker and counted.
routing::Step Walk::NextStep(const routing::AttemptFailure& failure) {
  const std::int64_t now_ns = core_->services().clock.MonotonicNs();
  if (pass_) pass_->Report(routing::HealthOf(failure), now_ns);
  pass_.reset();
  if (health_ != nullptr) health_->AddFailure(failure.kind);
  if (allowed_ == Attempts::kOne || total_.expired()) return {};
  const bool released = exchange_.responded() || calls_ == Calls::kRuled;
  const routing::Step step =
      journey_->Failed(failure, released ? routing::Released::kSomething : routing::Released::kNothing,
                       now_ns, core_->dice().Next());
  if (health_ != nullptr && step.next == Next::kSameCandidate) health_->Add(Event::kRetry);
  if (health_ != nullptr && step.next == Next::kNextCandidate) health_->Add(Event::kFallbackFrom);
  return step;
}

/// Ends an attempt that gave no answer: its OUTCOME is durable, and unless another follows the caller has
/// been told.
awaitable<routing::Step> Walk::EndAttempt(std::uint64_t intent, routing::AttemptFailure failure,
                                          enforcement::Effect effect, FailureAnswer answer) {
  const bool left = exchange_.peer_gone();
  const bool costs = failure.kind != routing::Failure::kConnect && failure.kind != routing::Failure::kStatus;
  routing::Step step;
  if (left) {
    core_->metrics().Add(Count::kCallersLeft);
    effect.what = "caller_left";
  } else {
    step = NextStep(failure);
  }
  if (costs && step.next == Next::kGiveUp) meter_->Keep();
  if (costs && step.next != Next::kGiveUp && !co_await meter_->ReserveAnother()) step = {};
  if (step.next != Next::kGiveUp) effect.what = "attempt_failed";
  const base::Status recorded = co_await RecordOutcome(intent, effect);
  if (!recorded) {
    step = {};
    answer = {.refusal = Unrecorded(recorded.error()), .begun = std::move(answer.begun)};
  }
  if (left) co_return routing::Step{};
  if (step.next == Next::kGiveUp) {
    co_await AnswerFailure(std::move(answer));
  } else {
    answer.begun.clear();  // another answer may follow
    failed_ = std::move(answer);
  }
  co_return step;
}

awaitable<void> Walk::AnswerFailure(FailureAnswer answer) {
  (void)co_await Deliver(answer.begun);
  if (!answer.refusal) {
    (void)co_await exchange_.Respond(answer.status, std::move(answer.headers), std::move(answer.body));
  } else if (!exchange_.responded()) {
    co_await Refuse(exchange_, dialect_, std::move(*answer.refusal), std::move(answer.headers));
  } else {
    const std::string event = delivery_ == protocol::Delivery::kArrayStream
                                  ? protocol::RenderArrayError(*answer.refusal)
                                  : protocol::RenderStreamError(dialect_, *answer.refusal);
    (void)co_await exchange_.EndStream(event);
  }
}

/// Ends early when the caller leaves or the route's time is over.
awaitable<void> Walk::Pause(milliseconds wait) {
  if (wait.count() <= 0) co_return;
  http::Deadline over(core_->core().deadlines, [this] { pause_over_.Fire(); });
  over.Arm(wait);
  exchange_.OnPeerGone([this] { pause_over_.Fire(); });
  co_await pause_over_.Wait();
  exchange_.OnPeerGone(nullptr);
}

}  // namespace proviso::gateway::internal
