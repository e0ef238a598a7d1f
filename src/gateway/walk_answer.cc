// Upstream and back: nothing is sent before the INTENT is durable, calls wait for their ruling, and the
// last byte waits for the OUTCOME.
#include <utility>

#include "enforcement/notices.h"
#include "gateway/internal/walk.h"
#include "gateway/limits.h"
#include "gateway/refuse.h"
#include "http/deadlines.h"
#include "protocol/endpoint.h"
#include "protocol/rendering.h"

namespace proviso::gateway::internal {

using base::ErrorCode;
using protocol::RefusalKind;

namespace {

RefusalKind KindOfUpstreamError(ErrorCode code) {
  return code == ErrorCode::kExpired ? RefusalKind::kUpstreamTimeout : RefusalKind::kUpstreamError;
}

std::string UpstreamRequestId(const http::ResponseHead& head) {
  for (const std::string_view name : {"x-request-id", "request-id", "x-amzn-requestid"}) {
    if (const std::string* id = http::FindHeader(head.headers, name)) return *id;
  }
  return {};
}

/// How the provider delivers, by what it says; nothing for what is neither JSON nor an event stream of
/// its dialect.
std::optional<protocol::Delivery> DeliveryOf(const http::ResponseHead& head, protocol::Dialect dialect,
                                             protocol::Delivery asked) {
  const std::string* type = http::FindHeader(head.headers, "content-type");
  if (type == nullptr) return std::nullopt;
  const std::string_view essence = std::string_view(*type).substr(0, type->find(';'));
  using protocol::Delivery;
  if (http::EqualsIgnoringCase(essence, "application/json"))
    return asked == Delivery::kArrayStream ? Delivery::kArrayStream : Delivery::kWhole;
  const bool events = http::EqualsIgnoringCase(essence, protocol::ContentTypeOf(dialect, Delivery::kStream));
  return events ? std::optional(Delivery::kStream) : std::nullopt;
}

routing::Failure FailureOf(ErrorCode code, int sends) {
  if (sends == 0 || code == ErrorCode::kDenied) return routing::Failure::kConnect;
  if (code == ErrorCode::kExpired) return routing::Failure::kTimedOut;
  return code == ErrorCode::kUnavailable ? routing::Failure::kClosed : routing::Failure::kMalformed;
}

std::optional<std::chrono::milliseconds> RetryAfterOf(const http::ResponseHead& head, std::int64_t now_ms) {
  const std::string* ms = http::FindHeader(head.headers, "retry-after-ms");
  const std::string* plain = http::FindHeader(head.headers, "retry-after");
  return routing::ReadRetryAfter(ms == nullptr ? "" : *ms, plain == nullptr ? "" : *plain, now_ms);
}

upstreams::Timeouts WaitsOf(const ProviderRoute& provider, const routing::Route& route) {
  const routing::Timeouts waits = routing::With(provider.timeouts, route.timeouts);
  upstreams::Timeouts timeouts;
  timeouts.connect = waits.connect;
  timeouts.tls_handshake = waits.connect;
  timeouts.first_byte = waits.first_byte;
  timeouts.between_bytes = waits.between_bytes;
  return timeouts;
}

/// What refers to an exchange on the stack of SendUpstream must not outlive it.
class TakenBack {
 public:
  TakenBack(http::ServerExchange& exchange, upstreams::Exchange*& upstream)
      : exchange_(exchange), upstream_(upstream) {}
  ~TakenBack() {
    exchange_.OnPeerGone(nullptr);
    upstream_ = nullptr;
  }
  TakenBack(const TakenBack&) = delete;
  TakenBack& operator=(const TakenBack&) = delete;

 private:
  http::ServerExchange& exchange_;
  upstreams::Exchange*& upstream_;
};

}  // namespace

awaitable<base::Status> Walk::RecordOutcome(std::uint64_t intent, const enforcement::Effect& effect) {
  Services& services = core_->services();
  auto outcome =
      services.log.Append(enforcement::OutcomeOf(*case_, intent, effect, services.clock.MonotonicNs()));
  if (!outcome) co_return std::unexpected(outcome.error());
  co_return co_await core_->durable_waits().Wait(outcome->index);
}

void Walk::CancelWhenCallerLeaves() {
  if (upstream_ == nullptr) return;
  exchange_.OnPeerGone([upstream = upstream_] { upstream->Cancel(); });
}

awaitable<routing::Step> Walk::SendUpstream(std::uint64_t intent) {
  receipt_ = core_->services().record_origin + "#" + std::to_string(intent);
  (void)response_digest_.Finish();
  response_bytes_ = 0;
  upstream_request_id_.clear();
  calls_ = Calls::kNone;
  upstreams::Exchange upstream(*pools_->at(provider_->name), WaitsOf(*provider_, *route_));
  upstream_ = &upstream;
  CancelWhenCallerLeaves();
  const TakenBack taken_back(exchange_, upstream_);
  co_return co_await Ask(upstream, intent);
}

awaitable<routing::Step> Walk::Ask(upstreams::Exchange& upstream, std::uint64_t intent) {
  base::Status ready = co_await upstream.Connect();
  const base::Status durable = co_await core_->durable_waits().Wait(intent);
  if (!durable) {
    co_await RefuseUnrecorded(durable.error());
    co_return routing::Step{};
  }
  upstreams::Request request = UpstreamRequest();
  if (ready) ready = co_await upstream.Send(std::move(request));
  const base::Clock& clock = core_->services().clock;
  const std::int64_t sent_ns = clock.MonotonicNs();
  base::Result<const http::ResponseHead*> head = nullptr;
  if (ready) {
    head = co_await upstream.ReadHead();
  } else {
    head = std::unexpected(ready.error());
  }
  if (!head) {
    core_->metrics().Add(Count::kUpstreamFailures);
    co_return co_await BreakOff(head.error(), FailureOf(head.error().code, upstream.sends()), intent);
  }
  if (health_ != nullptr) health_->AddLatency(std::chrono::nanoseconds(clock.MonotonicNs() - sent_ns));
  upstream_request_id_ = UpstreamRequestId(**head);
  // No coding was asked for; what comes compressed all the same is read, decided on and passed as text.
  if (const base::Status decoded = upstream.DecodeContent(); !decoded) {
    core_->metrics().Add(Count::kBrokenAnswers);
    co_return co_await BreakOff(decoded.error(), routing::Failure::kMalformed, intent);
  }
  if ((*head)->status == 200) co_return co_await PassAnswer(upstream, **head, intent);
  co_return co_await PassError(upstream, **head, intent);
}

/// A provider's own refusal passes as it is: same dialect, same words, nothing to withhold. What is not
/// JSON is no refusal of the dialect's (a proxy's error page), and becomes ours.
awaitable<routing::Step> Walk::PassError(upstreams::Exchange& upstream, const http::ResponseHead& head,
                                         std::uint64_t intent) {
  const int status = head.status;
  const bool refusal =
      status >= 400 && DeliveryOf(head, upstream_dialect_, protocol::Delivery::kWhole).has_value();
  FailureAnswer answer{.status = status, .headers = AnswerHeaders(head)};
  const routing::AttemptFailure failure{routing::Failure::kStatus, status,
                                        RetryAfterOf(head, core_->services().clock.WallMs())};
  auto body = co_await upstream.ReadAll(kErrorBodyBytesMax);
  if (!body || !refusal) {
    core_->metrics().Add(Count::kBrokenAnswers);
    const base::Error error =
        body ? base::Error{ErrorCode::kInvalid, "it came with status " + std::to_string(status) +
                                                    " and is no answer of its dialect"}
             : body.error();
    answer = {.refusal = BrokenAnswer(error)};
    enforcement::Effect broken{.what = "broken_answer", .upstream_request_id = upstream_request_id_};
    co_return co_await EndAttempt(intent, failure, std::move(broken), std::move(answer));
  }
  enforcement::Effect effect{.what = "upstream_error",
                             .response_digest = keys::Sha256(*body),
                             .response_bytes = body->size(),
                             .upstream_request_id = upstream_request_id_};
  if (translates()) {
    answer.refusal = TranslatedError(status, *body);
  } else {
    answer.body = std::move(*body);
  }
  co_return co_await EndAttempt(intent, failure, std::move(effect), std::move(answer));
}

awaitable<routing::Step> Walk::PassAnswer(upstreams::Exchange& upstream, const http::ResponseHead& head,
                                          std::uint64_t intent) {
  const protocol::Delivery asked = translates() ? UpstreamDelivery() : request_->delivery;
  const auto delivery = DeliveryOf(head, upstream_dialect_, asked);
  if (!delivery) {
    core_->metrics().Add(Count::kBrokenAnswers);
    base::Error error{ErrorCode::kInvalid, "the provider's answer is neither JSON nor an event stream"};
    co_return co_await BreakOff(std::move(error), routing::Failure::kMalformed, intent);
  }
  delivery_ = translates() ? request_->delivery : *delivery;
  answer_headers_ = AnswerHeaders(head);
  const auto gate = MakeAnswerGate(*delivery);
  std::string out;
  const base::Status pumped = co_await Pump(upstream, *gate, out);
  if (!pumped) {
    const routing::Failure failure = FailureOf(pumped.error().code, upstream.sends());
    co_return co_await BreakOff(pumped.error(), failure, intent, std::move(out));
  }
  const routing::Step step = co_await FinishAnswer(*gate, std::move(out), intent);
  if (step.next != routing::Next::kGiveUp) co_return step;
  if (*delivery == protocol::Delivery::kWhole || exchange_.peer_gone()) co_return step;
  http::Deadline trail(core_->core().deadlines, [&upstream] { upstream.Cancel(); });
  trail.Arm(kTrailMax);
  (void)co_await upstream.ReadSome();  // the end of the body, so that the connection can serve again
  co_return step;
}

/// Bytes from the provider, through the gate, to the caller, until the answer is whole.
awaitable<base::Status> Walk::Pump(upstreams::Exchange& upstream, protocol::AnswerGate& gate,
                                   std::string& out) {
  while (!gate.ended()) {
    const auto bytes = co_await upstream.ReadSome();
    if (!bytes) co_return std::unexpected(bytes.error());
    if (bytes->empty()) break;
    response_digest_.Add(*bytes);
    response_bytes_ += bytes->size();
    base::Status fed = gate.Feed(*bytes, out);
    if (fed) fed = co_await SettleCalls(gate, out);
    if (!fed) co_return fed;
    const base::Status delivered = co_await Deliver(out);
    if (!delivered) co_return delivered;
  }
  co_return base::Status{};
}

awaitable<base::Status> Walk::SettleCalls(protocol::AnswerGate& gate, std::string& out) {
  while (!gate.pending().empty()) {
    const base::Status delivered = co_await Deliver(out);  // what came before the call flows on
    if (!delivered) co_return delivered;
    auto rulings = co_await RuleCalls(gate.pending());
    if (!rulings) co_return std::unexpected(rulings.error());
    const base::Status ruled = gate.Rule(*rulings, out);
    if (!ruled) co_return ruled;
  }
  co_return base::Status{};
}

/// Sends what may leave now. A whole answer leaves only at its end.
awaitable<base::Status> Walk::Deliver(std::string& out) {
  if (delivery_ == protocol::Delivery::kWhole || out.empty()) co_return base::Status{};
  if (!exchange_.responded()) {
    std::vector<http::Header> headers = answer_headers_;
    once_.TakeHead(headers);
    const base::Status begun =
        co_await exchange_.BeginStream(200, std::move(headers), http::HeadFlush::kWithFirstBytes);
    if (!begun) co_return begun;
  }
  once_.Take(out);
  const base::Status written = co_await exchange_.Write(out);
  out.clear();
  co_return written;
}

awaitable<routing::Step> Walk::FinishAnswer(protocol::AnswerGate& gate, std::string out,
                                            std::uint64_t intent) {
  std::string last;
  const base::Status finished = gate.Finish(last);
  if (!finished) {
    core_->metrics().Add(Count::kBrokenAnswers);
    co_return co_await BreakOff(finished.error(), routing::Failure::kMalformed, intent, std::move(out));
  }
  const std::int64_t now_ns = core_->services().clock.MonotonicNs();
  if (pass_) pass_->Report(routing::Health::kWell, now_ns);
  if (health_ != nullptr) health_->Add(routing::Event::kAnswer);
  co_await SettleUsage(gate.summary().usage);
  const enforcement::Effect effect{.what = "answered",
                                   .summary = &gate.summary(),
                                   .response_digest = response_digest_.Finish(),
                                   .response_bytes = response_bytes_,
                                   .upstream_request_id = upstream_request_id_};
  const base::Status recorded = co_await RecordOutcome(intent, effect);
  if (!recorded) {
    if (exchange_.responded()) {
      exchange_.Abort();
    } else {
      co_await RefuseUnrecorded(recorded.error());
    }
    co_return routing::Step{};
  }
  core_->metrics().Add(Count::kAnswers);
  core_->metrics().Add(Count::kAnswerMilliseconds,
                       static_cast<std::uint64_t>(now_ns - began_ns_) / 1'000'000);
  out += last;
  co_await DeliverLast(std::move(out));
  co_return routing::Step{};
}

awaitable<void> Walk::DeliverLast(std::string out) {
  if (!exchange_.responded()) {
    meter_->PutQuota(answer_headers_, dialect_);  // what was used is known now
    once_.TakeHead(answer_headers_);
  }
  once_.Take(out);
  once_.Finish(case_->decision_id);
  if (delivery_ == protocol::Delivery::kWhole) {
    (void)co_await exchange_.Respond(200, std::move(answer_headers_), std::move(out));
    co_return;
  }
  if (!exchange_.responded()) {
    const base::Status begun =
        co_await exchange_.BeginStream(200, std::move(answer_headers_), http::HeadFlush::kWithFirstBytes);
    if (!begun) co_return;
  }
  (void)co_await exchange_.EndStream(out);
}

protocol::Refusal Walk::BrokenAnswer(const base::Error& error) const {
  protocol::Refusal refusal =
      PlainRefusal(KindOfUpstreamError(error.code), "The provider's answer failed: " + error.message);
  refusal.decision_id = case_->decision_id;
  return refusal;
}

/// An answer that cannot go on: another attempt, or the dialect's own error, and never a success.
awaitable<routing::Step> Walk::BreakOff(base::Error error, routing::Failure failure, std::uint64_t intent,
                                        std::string begun) {
  if (total_.expired()) {
    error = {ErrorCode::kExpired, "the time that its route allows for the whole request is over"};
    failure = routing::Failure::kTimedOut;
  }
  enforcement::Effect effect{.what = "broken_answer", .upstream_request_id = upstream_request_id_};
  FailureAnswer answer{.refusal = BrokenAnswer(error), .begun = std::move(begun)};
  co_return co_await EndAttempt(intent, {failure}, std::move(effect), std::move(answer));
}

}  // namespace proviso::gateway::internal
