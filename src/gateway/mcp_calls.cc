// What becomes of a request that the terms decide: sent to the server, withheld, or held for people while
// the caller's stream stays open; and a caller that comes back with an approval.
#include <chrono>
#include <utility>

#include "base/json_writer.h"
#include "enforcement/held_question.h"
#include "enforcement/notices.h"
#include "enforcement/ruling.h"
#include "gateway/internal/mcp_walk.h"
#include "gateway/internal/people.h"
#include "gateway/internal/request_headers.h"
#include "oversight/statement.h"

namespace proviso::gateway::internal {

using base::ErrorCode;
using mcp::Code;
using mcp::Withheld;

namespace {

/// One text for one request, whatever the id and the spelling it comes with: what an approval is for.
std::string IdentityOf(std::string_view server, std::string_view method, const mcp::ToolCall& call) {
  base::JsonWriter json;
  json.BeginObject().Key("format").String("proviso.mcp-call/v1").Key("input").Raw(call.input);
  json.Key("method").String(method).Key("rest").Raw(call.rest).Key("server").String(server);
  return json.Key("tool").String(call.tool).EndObject().Take();
}

}  // namespace

awaitable<void> McpWalk::Decided() {
  auto header = OneHeader(exchange_.head(), "Proviso-Hold");
  const bool differ = header && *header && !call_->hold_id.empty() && **header != call_->hold_id;
  if (!header || differ) {
    Refused refused{400, Code::kInvalidRequest, "Proviso-Hold: name one hold, in the header or in _meta"};
    co_await Refuse(std::move(refused));
    co_return;
  }
  hold_id_ = *header ? **header : call_->hold_id;
  proposed_.name = call_->tool;
  proposed_.arguments = call_->input;
  const std::vector<protocol::OfferedTool> tools = co_await KnownTools();
  auto opened = OpenCase(tools);
  if (!opened) {
    Refused refused{400, Code::kInvalidRequest, opened.error().message};
    co_await Refuse(std::move(refused));
    co_return;
  }
  case_ = std::move(*opened);
  co_await Decide();
}

base::Result<enforcement::Case> McpWalk::OpenCase(const std::vector<protocol::OfferedTool>& tools) const {
  const std::string identity = call_ ? IdentityOf(route_->name, message_->method(), *call_) : std::string();
  return enforcement::OpenToolCase({.terms = snapshot_->terms,
                                    .caller = *caller_,
                                    .declarations = declarations_,
                                    .dialect = "mcp",
                                    .server = route_->name,
                                    .tools = tools,
                                    .identity = identity,
                                    .request_bytes = body_.size(),
                                    .clock = core_->services().clock});
}

base::Result<std::uint64_t> McpWalk::RecordIntent(const terms::Decision& decision,
                                                  const oversight::Release* release) {
  auto ticket = core_->services().log.Append(
      enforcement::CallIntent(*case_, proposed_, decision, release, snapshot_->provenance));
  if (!ticket) return std::unexpected(ticket.error());
  receipt_ = core_->services().record_origin + "#" + std::to_string(ticket->index);
  return ticket->index;
}

awaitable<void> McpWalk::Decide() {
  terms::Decision decision = enforcement::RuleCall(*case_, proposed_, std::nullopt);
  if (decision.outcome == terms::Outcome::kHold && call_->continues) {
    const base::Json state = message_->params().Find("requestState");
    auto goes_on =
        core_->services().mcp_continuations.Take(RoundWith(state.text()), core_->services().clock.WallMs());
    if (goes_on) {
      co_await Released(std::move(*goes_on));
      co_return;
    }
  }
  if (decision.outcome == terms::Outcome::kHold && !hold_id_.empty()) {
    co_await ReturnWithHold(std::move(decision));
    co_return;
  }
  const auto intent = RecordIntent(decision, nullptr);
  if (!intent) {
    co_await Unrecorded(intent.error());
    co_return;
  }
  switch (decision.outcome) {
    case terms::Outcome::kPermit:
      intent_ = *intent;
      co_await Forward();
      break;
    case terms::Outcome::kForbid: {
      Withheld withheld = NoticeOf(decision);
      co_await Withhold(*intent, "withheld", std::move(withheld));
      break;
    }
    case terms::Outcome::kHold:
      co_await Hold(std::move(decision), *intent);
      break;
  }
}

Withheld McpWalk::NoticeOf(const terms::Decision& decision) const {
  const bool held = decision.outcome == terms::Outcome::kHold && !hold_id_.empty();
  const std::string waits = held ? hold_id_ : "";
  return {held ? Withheld::Outcome::kHold : Withheld::Outcome::kForbid,
          enforcement::WithheldNotice(proposed_.name, decision, case_->decision_id, waits),
          case_->decision_id, enforcement::ClauseIdsOf(decision), waits};
}

Withheld McpWalk::DeniedOf(const terms::Decision& decision, std::string_view why) const {
  return {Withheld::Outcome::kDenied,
          enforcement::DeniedNotice(proposed_.name, case_->decision_id, hold_id_, why), case_->decision_id,
          enforcement::ClauseIdsOf(decision), hold_id_};
}

/// Nothing is sent: the OUTCOME, and then the notice.
awaitable<void> McpWalk::Withhold(std::uint64_t intent, std::string_view effect, Withheld withheld) {
  core_->metrics().Add(effect == "held" ? Count::kCallsHeld : Count::kCallsWithheld);
  const enforcement::Effect what{.what = std::string(effect)};
  const base::Status recorded = co_await RecordOutcome(intent, what);
  if (!recorded) {
    co_await Unrecorded(recorded.error());
    co_return;
  }
  std::string text = mcp::RenderWithheld(message_->id(), method_, withheld);
  if (exchange_.responded()) {
    const std::string frame = protocol::MakeFrame("message", text);
    (void)co_await exchange_.EndStream(frame);
    co_return;
  }
  std::vector<http::Header> headers = AnswerHeaders("application/json");
  if (!withheld.hold_id.empty()) headers.push_back({"Proviso-Hold", withheld.hold_id});
  (void)co_await exchange_.Respond(200, std::move(headers), std::move(text));
}

awaitable<void> McpWalk::Hold(terms::Decision decision, std::uint64_t intent) {
  Services& services = core_->services();
  if (call_->continues) {
    Withheld withheld = DeniedOf(decision,
                                 "A call that answers what its server asked for (inputResponses) "
                                 "cannot be shown to people whole, so it cannot be held.");
    co_await Withhold(intent, "withheld", std::move(withheld));
    co_return;
  }
  auto open = [&services, proposal = enforcement::ProposalForCall(*case_, proposed_, decision),
               question = enforcement::HeldQuestionOf(*case_, &proposed_),
               lifetime_ms = case_->terms->agreement().hold.expires_ms] {
    return services.desk.Open(proposal, lifetime_ms, question);
  };
  const auto hold = co_await OnWorker(services, std::move(open));
  if (!hold) {
    Withheld withheld = NoticeOf(decision);
    withheld.text += " [It cannot wait for a person: " + hold.error().message + "]";
    co_await Withhold(intent, "withheld", std::move(withheld));
    co_return;
  }
  hold_id_ = hold->id;
  const base::Status durable = co_await core_->durable_waits().Wait(intent);
  if (!durable) {
    co_await Unrecorded(durable.error());
    co_return;
  }
  std::uint32_t step = 1;
  co_await KeepAlive(step);
  const std::chrono::milliseconds wait(case_->terms->agreement().hold.wait_ms);
  auto keep_alive = [this, &step]() -> awaitable<void> { co_await KeepAlive(++step); };
  std::vector<std::string> waiting{hold_id_};
  co_await WaitForPeople(*core_, exchange_, std::move(waiting), wait, std::move(keep_alive));
  co_await AfterTheWait(std::move(decision), intent);
}

/// An approved call is taken from the desk, once, and decided again with the fact of who approved it.
awaitable<void> McpWalk::AfterTheWait(terms::Decision decision, std::uint64_t intent) {
  // Nobody is there to take it, or it is not wanted any more: it stays held.
  const bool wanted = !exchange_.peer_gone() && !sessions().IsCancelled(session_id_, message_->id());
  base::Result<oversight::Release> release =
      base::Fail(ErrorCode::kUnavailable, "the caller does not wait for hold " + hold_id_);
  if (wanted) release = co_await Redeem();
  if (!release) {
    const bool waits = release.error().code == ErrorCode::kUnavailable;
    Withheld withheld = waits ? NoticeOf(decision) : DeniedOf(decision, release.error().message);
    co_await Withhold(intent, waits ? "held" : "denied", std::move(withheld));
    co_return;
  }
  auto outcome = core_->services().log.Append(
      enforcement::OutcomeOf(*case_, intent, {.what = "approved"}, core_->services().clock.MonotonicNs()));
  if (!outcome) {
    co_await Unrecorded(outcome.error());
    co_return;
  }
  co_await Released(std::move(*release));
}

McpContinuations::Round McpWalk::RoundWith(std::string state) const {
  return {owner_.key_digest, route_->name,     call_->tool,
          call_->input,      std::move(state), case_->terms->digest()};
}

/// The server answers an approved call with a question: the client's next round goes on under the approval.
void McpWalk::ExpectAnswers(const mcp::Message& response) {
  if (!release_ || !response.result().Find("resultType").equals("input_required")) return;
  core_->services().mcp_continuations.Expect(RoundWith(response.result().Find("requestState").text()),
                                             *release_, core_->services().clock.WallMs());
}

awaitable<void> McpWalk::Released(oversight::Release release) {
  const terms::Decision decision = enforcement::RuleCall(*case_, proposed_, enforcement::PeopleOf(release));
  const auto intent = RecordIntent(decision, &release);
  if (!intent) {
    co_await Unrecorded(intent.error());
    co_return;
  }
  if (decision.outcome == terms::Outcome::kPermit) {
    intent_ = *intent;
    release_ = std::move(release);
    co_await Forward();
    co_return;
  }
  Withheld withheld = NoticeOf(decision);
  co_await Withhold(*intent, "withheld", std::move(withheld));
}

awaitable<base::Result<oversight::Release>> McpWalk::Redeem() {
  Services& services = core_->services();
  oversight::Redemption redemption;
  redemption.id = hold_id_;
  redemption.application = case_->caller.application;
  redemption.call_digest = oversight::CallDigest(proposed_.name, proposed_.arguments);
  redemption.request_digest = case_->request_digest;
  // A call that would be decided under terms that are not in force any more gets nothing.
  const base::Digest& in_force = core_->snapshot()->terms->digest();
  if (in_force == case_->terms->digest()) redemption.terms_digest = in_force;
  auto redeem = [&services, redemption = std::move(redemption), snapshot = core_->snapshot()] {
    return services.desk.Redeem(redemption, snapshot->approvers);
  };
  co_return co_await OnWorker(services, std::move(redeem));
}

/// Whether people were shown the facts under which the caller asks now; else nothing of it is spent.
awaitable<base::Status> McpWalk::CheckPresented() {
  Services& services = core_->services();
  auto show = [&services, id = hold_id_] { return services.desk.Show(id); };
  const auto hold = co_await OnWorker(services, std::move(show));
  if (!hold || hold->application != case_->caller.application)
    co_return base::Fail(ErrorCode::kNotFound, "This application has no such hold.");
  const auto held = oversight::ParseStatement(hold->statement);
  if (held && enforcement::WasShownFor(*case_, held->proposed)) co_return base::Status{};
  co_return base::Fail(ErrorCode::kDenied,
                       "The approval is for another server, purpose, authority or person.");
}

awaitable<void> McpWalk::ReturnWithHold(terms::Decision decision) {
  base::Result<oversight::Release> release;
  if (auto shown = co_await CheckPresented(); !shown) {
    release = std::unexpected(shown.error());
  } else {
    release = co_await Redeem();
  }
  if (release) {
    co_await Released(std::move(*release));
    co_return;
  }
  const auto intent = RecordIntent(decision, nullptr);
  if (!intent) {
    co_await Unrecorded(intent.error());
    co_return;
  }
  const bool waits = release.error().code == ErrorCode::kUnavailable;
  Withheld withheld = waits ? NoticeOf(decision) : DeniedOf(decision, release.error().message);
  co_await Withhold(*intent, waits ? "held" : "denied", std::move(withheld));
}

/// A stream that waits for people says so: to every client with a comment, to one that asked for progress
/// with a notification, which also keeps its time-out from running down.
awaitable<void> McpWalk::KeepAlive(std::uint32_t step) {
  const std::string* accept = http::FindHeader(exchange_.head().headers, "Accept");
  if (accept == nullptr || !accept->contains("text/event-stream")) co_return;
  if (!exchange_.responded()) {
    if (auto begun = co_await BeginStream(http::HeadFlush::kWithFirstBytes); !begun) co_return;
  }
  std::string bytes = ": waiting for people to decide on " + hold_id_ + "\n\n";
  if (!call_->progress_token.empty()) {
    bytes += protocol::MakeFrame("message",
                                 mcp::RenderProgress(call_->progress_token, step,
                                                     "Waiting for people to decide on " + hold_id_ + "."));
  }
  (void)co_await exchange_.Write(bytes);
}

awaitable<void> McpWalk::Unrecorded(base::Error error) {
  core_->metrics().Add(Count::kRecordFailures);
  core_->services().events.Write(Severity::kError, "record_failed", {{"why", error.message}});
  if (exchange_.responded()) {
    exchange_.Abort();
    co_return;
  }
  Refused refused{503, Code::kOverloaded,
                  sent_ ? "The server has answered, but that cannot be recorded, so its answer is withheld."
                        : "The decision cannot be recorded, so nothing was sent. Try again later."};
  co_await Refuse(std::move(refused));
}

}  // namespace proviso::gateway::internal
