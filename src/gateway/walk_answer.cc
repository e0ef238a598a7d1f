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

/// The notice refers to an exchange on the stack of SendUpstream, and must not outlive it.
class NoticeTakenBack {
 public:
  explicit NoticeTakenBack(http::ServerExchange& exchange) : exchange_(exchange) {}
  ~NoticeTakenBack() { exchange_.OnPeerGone(nullptr); }
  NoticeTakenBack(const NoticeTakenBack&) = delete;
  NoticeTakenBack& operator=(const NoticeTakenBack&) = delete;

 private:
  http::ServerExchange& exchange_;
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

awaitable<void> Walk::SendUpstream(std::uint64_t intent) {
  Services& services = core_->services();
  receipt_ = services.record_origin + "#" + std::to_string(intent);
  upstreams::Exchange upstream(*pools_->at(provider_->name));
  upstream_ = &upstream;
  CancelWhenCallerLeaves();
  const NoticeTakenBack taken_back(exchange_);
  base::Status ready = co_await upstream.Connect();
  const base::Status durable = co_await core_->durable_waits().Wait(intent);
  if (!durable) {
    co_await RefuseUnrecorded(durable.error());
    co_return;
  }
  upstreams::Request request = UpstreamRequest();
  if (ready) ready = co_await upstream.Send(std::move(request));
  base::Result<const http::ResponseHead*> head = nullptr;
  if (ready) {
    head = co_await upstream.ReadHead();
  } else {
    head = std::unexpected(ready.error());
  }
  if (!head) {
    core_->metrics().Add(Count::kUpstreamFailures);
    co_await BreakOff(head.error(), intent);
    co_return;
  }
  upstream_request_id_ = UpstreamRequestId(**head);
  // No coding was asked for; what comes compressed all the same is read, decided on and passed as text.
  if (const base::Status decoded = upstream.DecodeContent(); !decoded) {
    core_->metrics().Add(Count::kBrokenAnswers);
    co_await BreakOff(decoded.error(), intent);
    co_return;
  }
  if ((*head)->status == 200) {
    co_await PassAnswer(upstream, **head, intent);
  } else {
    co_await PassError(upstream, **head, intent);
  }
}

/// A provider's own refusal passes as it is: same dialect, same words, nothing to withhold. What is not
/// JSON is no refusal of the dialect's (a proxy's error page), and becomes ours.
awaitable<void> Walk::PassError(upstreams::Exchange& upstream, const http::ResponseHead& head,
                                std::uint64_t intent) {
  const int status = head.status;
  const bool refusal =
      status >= 400 && DeliveryOf(head, upstream_dialect_, protocol::Delivery::kWhole).has_value();
  std::vector<http::Header> headers = AnswerHeaders(head);
  auto body = co_await upstream.ReadAll(kErrorBodyBytesMax);
  if (!body || !refusal) {
    core_->metrics().Add(Count::kBrokenAnswers);
    const base::Error error =
        body ? base::Error{ErrorCode::kInvalid, "it came with status " + std::to_string(status) +
                                                    " and is no answer of its dialect"}
             : body.error();
    co_await BreakOff(error, intent);
    co_return;
  }
  const enforcement::Effect effect{.what = "upstream_error",
                                   .response_digest = keys::Sha256(*body),
                                   .response_bytes = body->size(),
                                   .upstream_request_id = upstream_request_id_};
  const base::Status recorded = co_await RecordOutcome(intent, effect);
  if (!recorded) {
    co_await RefuseUnrecorded(recorded.error());
    co_return;
  }
  if (!translates()) {
    (void)co_await exchange_.Respond(status, std::move(headers), std::move(*body));
    co_return;
  }
  protocol::Refusal translated = TranslatedError(status, *body);
  co_await Refuse(exchange_, dialect_, std::move(translated), std::move(headers));
}

awaitable<void> Walk::PassAnswer(upstreams::Exchange& upstream, const http::ResponseHead& head,
                                 std::uint64_t intent) {
  const protocol::Delivery asked = translates() ? UpstreamDelivery() : request_->delivery;
  const auto delivery = DeliveryOf(head, upstream_dialect_, asked);
  if (!delivery) {
    core_->metrics().Add(Count::kBrokenAnswers);
    const base::Error error{ErrorCode::kInvalid, "the provider's answer is neither JSON nor an event stream"};
    co_await BreakOff(error, intent);
    co_return;
  }
  delivery_ = translates() ? request_->delivery : *delivery;
  answer_headers_ = AnswerHeaders(head);
  const auto gate = MakeAnswerGate(*delivery);
  std::string out;
  const base::Status pumped = co_await Pump(upstream, *gate, out);
  if (!pumped) {
    (void)co_await Deliver(out);
    co_await BreakOff(pumped.error(), intent);
    co_return;
  }
  co_await FinishAnswer(*gate, std::move(out), intent);
  if (*delivery == protocol::Delivery::kWhole || exchange_.peer_gone()) co_return;
  http::Deadline trail(core_->core().deadlines, [&upstream] { upstream.Cancel(); });
  trail.Arm(kTrailMax);
  (void)co_await upstream.ReadSome();  // the end of the body, so that the connection can serve again
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
    const base::Status begun =
        co_await exchange_.BeginStream(200, std::move(headers), http::HeadFlush::kWithFirstBytes);
    if (!begun) co_return begun;
  }
  const base::Status written = co_await exchange_.Write(out);
  out.clear();
  co_return written;
}

awaitable<void> Walk::FinishAnswer(protocol::AnswerGate& gate, std::string out, std::uint64_t intent) {
  std::string last;
  const base::Status finished = gate.Finish(last);
  if (!finished) {
    (void)co_await Deliver(out);
    core_->metrics().Add(Count::kBrokenAnswers);
    co_await BreakOff(finished.error(), intent);
    co_return;
  }
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
    co_return;
  }
  core_->metrics().Add(Count::kAnswers);
  core_->metrics().Add(
      Count::kAnswerMilliseconds,
      static_cast<std::uint64_t>(core_->services().clock.MonotonicNs() - case_->opened_ns) / 1'000'000);
  out += last;
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

/// An answer that cannot go on: the dialect's own error, never a success.
awaitable<void> Walk::BreakOff(const base::Error& error, std::uint64_t intent) {
  const bool left = exchange_.peer_gone();
  if (left) core_->metrics().Add(Count::kCallersLeft);
  const enforcement::Effect effect{.what = left ? "caller_left" : "broken_answer",
                                   .upstream_request_id = upstream_request_id_};
  const base::Status recorded = co_await RecordOutcome(intent, effect);
  if (!recorded)
    core_->services().events.Write(Severity::kError, "record_failed", {{"why", recorded.error().message}});
  if (left) co_return;
  protocol::Refusal refusal =
      PlainRefusal(KindOfUpstreamError(error.code), "The provider's answer failed: " + error.message);
  refusal.decision_id = case_->decision_id;
  if (!exchange_.responded()) {
    co_await Refuse(exchange_, dialect_, std::move(refusal));
    co_return;
  }
  const std::string event = protocol::RenderStreamError(dialect_, refusal);
  (void)co_await exchange_.EndStream(event);
}

}  // namespace proviso::gateway::internal
