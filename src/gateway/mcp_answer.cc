// To the server and back: nothing is sent before the INTENT is durable, everything passes event by event, and
// the answer itself waits for the OUTCOME.
#include <utility>

#include "gateway/internal/mcp_walk.h"
#include "gateway/limits.h"
#include "gateway/mcp_limits.h"
#include "keys/digest.h"
#include "mcp/limits.h"

namespace proviso::gateway::internal {

using base::ErrorCode;
using mcp::Code;

namespace {

constexpr std::string_view kStream = "text/event-stream";
constexpr std::string_view kWhole = "application/json";

/// A server's own failure that its clients know what to do with.
bool PassesAsItIs(int status) {
  switch (status) {
    case 400:
    case 404:
    case 405:
    case 406:
    case 409:
    case 410:
    case 413:
    case 415:
    case 429:
      return true;
    default:
      return false;
  }
}

bool HasType(const http::ResponseHead& head, std::string_view type) {
  const std::string* coding = http::FindHeader(head.headers, "Content-Encoding");
  const std::string* value = http::FindHeader(head.headers, "Content-Type");
  if (value == nullptr || (coding != nullptr && *coding != "identity")) return false;
  return http::EqualsIgnoringCase(std::string_view(*value).substr(0, value->find(';')), type);
}

bool HasId(std::string_view frame) {
  return frame.starts_with("id:") || frame.contains("\nid:");
}

base::Error NotAnAnswer(std::string what) {
  return {ErrorCode::kInvalid, "its answer is none: " + std::move(what)};
}

}  // namespace

upstreams::Request McpWalk::UpstreamRequest(std::string_view method, std::string_view body) const {
  upstreams::Request request;
  request.method = method;
  request.target = route_->target;
  for (const http::Header& header : exchange_.head().headers) {
    const auto is = [&header](std::string_view name) { return http::EqualsIgnoringCase(header.name, name); };
    constexpr std::string_view kParameter = "Mcp-Param-";
    const std::string_view begin = std::string_view(header.name).substr(0, kParameter.size());
    if (is("Accept") || is("MCP-Protocol-Version") || is("Mcp-Method") || is("Mcp-Name") ||
        (is("Last-Event-ID") && method == "GET") || http::EqualsIgnoringCase(begin, kParameter)) {
      request.headers.push_back(header);
    }
  }
  if (!upstream_session_.empty()) request.headers.push_back({"Mcp-Session-Id", upstream_session_});
  if (method == "POST") request.headers.push_back({"Content-Type", std::string(kWhole)});
  request.headers.push_back({"Accept-Encoding", "identity"});
  request.headers.insert(request.headers.end(), route_->headers.begin(), route_->headers.end());
  request.body = body;
  request.credential = route_->credential.get();
  return request;
}

std::vector<http::Header> McpWalk::AnswerHeaders(std::string_view content_type) const {
  std::vector<http::Header> headers{{"Content-Type", std::string(content_type)}};
  if (content_type == kStream) headers.push_back({"Cache-Control", "no-cache, no-transform"});
  if (!new_session_.empty()) headers.push_back({"Mcp-Session-Id", new_session_});
  if (case_) headers.push_back({"Proviso-Decision", case_->decision_id});
  if (!receipt_.empty()) headers.push_back({"Proviso-Receipt", receipt_});
  return headers;
}

awaitable<base::Status> McpWalk::BeginStream(http::HeadFlush flush) {
  std::vector<http::Header> headers = AnswerHeaders(kStream);
  co_return co_await exchange_.BeginStream(200, std::move(headers), flush);
}

awaitable<base::Status> McpWalk::RecordOutcome(std::uint64_t intent, const enforcement::Effect& effect) {
  Services& services = core_->services();
  auto outcome =
      services.log.Append(enforcement::OutcomeOf(*case_, intent, effect, services.clock.MonotonicNs()));
  if (!outcome) co_return std::unexpected(outcome.error());
  co_return co_await core_->durable_waits().Wait(outcome->index);
}

awaitable<base::Result<const http::ResponseHead*>> McpWalk::Ask(upstreams::Exchange& upstream,
                                                                upstreams::Request request) {
  if (auto sent = co_await upstream.Send(std::move(request)); !sent) co_return std::unexpected(sent.error());
  co_return co_await upstream.ReadHead();
}

awaitable<void> McpWalk::Forward() {
  const std::string sent = call_ ? mcp::WithoutHold(*message_) : body_;
  upstreams::Exchange upstream(*pool_);
  const EndsWithCaller ends(exchange_, upstream);
  if (intent_) {
    (void)co_await upstream.Connect();  // what fails here fails again in Send
    const base::Status durable = co_await core_->durable_waits().Wait(*intent_);
    if (!durable) {
      co_await Unrecorded(durable.error());
      co_return;
    }
  }
  sent_ = true;
  upstreams::Request request = UpstreamRequest("POST", sent);
  const auto head = co_await Ask(upstream, std::move(request));
  if (!head) {
    core_->metrics().Add(Count::kUpstreamFailures);
    co_await BreakOff(head.error());
    co_return;
  }
  co_await Relay(upstream, **head);
}

awaitable<void> McpWalk::Relay(upstreams::Exchange& upstream, const http::ResponseHead& head) {
  const bool asks = message_->kind() == mcp::MessageKind::kRequest;
  if (!asks && (head.status == 202 || head.status == 200 || head.status == 204)) {
    (void)co_await upstream.ReadAll(kErrorBodyBytesMax);
    std::vector<http::Header> headers;
    (void)co_await exchange_.Respond(202, std::move(headers), {});
    co_return;
  }
  if (head.status != 200) {
    co_await RelayFailure(upstream, head);
    co_return;
  }
  if (method_ == mcp::Method::kInitialize) {
    if (auto taken = TakeSession(head); !taken) {
      co_await BreakOff(taken.error());
      co_return;
    }
  }
  if (HasType(head, kWhole)) {
    co_await RelayWhole(upstream);
  } else if (HasType(head, kStream)) {
    co_await RelayStream(upstream);
  } else {
    co_await BreakOff(NotAnAnswer("neither JSON nor an event stream"));
  }
}

base::Status McpWalk::TakeSession(const http::ResponseHead& head) {
  const std::string* session = http::FindHeader(head.headers, "Mcp-Session-Id");
  if (session == nullptr) return {};
  if (session->empty() || session->size() > kMcpHeaderBytesMax ||
      http::CountHeaders(head.headers, "Mcp-Session-Id") > 1) {
    return base::Fail(ErrorCode::kInvalid, "its session id is not usable");
  }
  auto opened = sessions().Open(owner_, *session, core_->services().clock.WallMs());
  if (!opened) return std::unexpected(opened.error());
  new_session_ = std::move(*opened);
  return {};
}

/// The response as the caller gets it; kInvalid when it is not the one to this request.
base::Result<std::string> McpWalk::AnswerText(const mcp::Message& response) {
  const bool to_this = response.is_response() && (response.id() == message_->id() || response.id() == "null");
  if (!to_this) return std::unexpected(NotAnAnswer("it answers another request"));
  ExpectAnswers(response);
  if (method_ != mcp::Method::kToolsList || response.kind() == mcp::MessageKind::kError)
    return std::string(response.text());
  if (message_->params().Find("cursor").missing()) sessions().ForgetTools(session_id_);
  return FilteredPage(response, true);
}

awaitable<void> McpWalk::RelayWhole(upstreams::Exchange& upstream) {
  const auto body = co_await upstream.ReadAll(mcp::kServerMessageBytesMax);
  if (!body) {
    co_await BreakOff(body.error());
    co_return;
  }
  const auto response = mcp::ReadMessage(*body, mcp::kServerMessageBytesMax);
  auto text = response ? AnswerText(*response) : std::unexpected(response.error());
  if (!text) {
    co_await BreakOff(text.error());
    co_return;
  }
  enforcement::Effect effect{.what = "answered"};
  effect.response_digest = keys::Sha256(*body);
  effect.response_bytes = body->size();
  co_await Finish(std::move(*text), std::move(effect));
}

/// The answer leaves once its OUTCOME is durable. `bytes` are a whole message, or, on a stream that has
/// begun from the server's own, its last event.
awaitable<void> McpWalk::Finish(std::string bytes, enforcement::Effect effect) {
  if (intent_) {
    core_->metrics().Add(Count::kCallsReleased);
    const base::Status recorded = co_await RecordOutcome(*intent_, effect);
    if (!recorded) {
      co_await Unrecorded(recorded.error());
      co_return;
    }
  }
  core_->metrics().Add(Count::kAnswers);
  if (!exchange_.responded()) {
    std::vector<http::Header> headers = AnswerHeaders(kWhole);
    (void)co_await exchange_.Respond(200, std::move(headers), std::move(bytes));
    co_return;
  }
  if (!bytes.ends_with("\n\n") && !bytes.ends_with("\n\r\n")) bytes = protocol::MakeFrame("message", bytes);
  (void)co_await exchange_.EndStream(bytes);
}

/// One event of the stream that answers this request: what leaves of it is put into `out`.
base::Result<McpWalk::Event> McpWalk::ReadEvent(std::string_view bytes, std::string& out) {
  const auto frame = protocol::ParseFrame(bytes);
  if (!frame) return std::unexpected(frame.error());
  resumable_ = resumable_ || HasId(bytes);
  if (!frame->has_data || frame->data.empty()) {  // a comment, or an id to resume from
    out.append(bytes);
    return Event::kPass;
  }
  if (!frame->event.empty() && frame->event != "message")
    return std::unexpected(NotAnAnswer("an event that is no message"));
  const auto message = mcp::ReadMessage(frame->data, mcp::kServerMessageBytesMax);
  if (!message) return std::unexpected(message.error());
  if (message->method() == "notifications/tools/list_changed") sessions().ForgetTools(session_id_);
  if (!message->is_response()) {
    out.append(bytes);
    return Event::kPass;
  }
  base::Result<std::string> text;
  if (message_) {
    text = AnswerText(*message);
  } else {  // on the server's own stream: the answer to an earlier request, taken up again
    text = mcp::IsToolPage(*message) ? FilteredPage(*message, false) : std::string(frame->data);
  }
  if (!text) return std::unexpected(text.error());
  out.append(*text == frame->data ? std::string(bytes) : protocol::WithData(*frame, *text));
  return Event::kAnswer;
}

awaitable<void> McpWalk::RelayStream(upstreams::Exchange& upstream) {
  if (!exchange_.responded()) {
    if (auto begun = co_await BeginStream(http::HeadFlush::kNow); !begun) {
      co_await BreakOff(begun.error());
      co_return;
    }
  }
  protocol::SseReader reader(mcp::kServerMessageBytesMax);
  std::string out;
  while (true) {
    const auto bytes = co_await upstream.ReadSome();
    if (!bytes || bytes->empty()) {
      const base::Error ended{ErrorCode::kUnavailable, "its stream ended without an answer"};
      co_await BreakOff(bytes ? ended : bytes.error());
      co_return;
    }
    reader.Append(*bytes);
    while (true) {
      const auto frame = reader.Next();
      if (!frame) {
        co_await BreakOff(frame.error());
        co_return;
      }
      if (frame->empty()) break;
      const auto event = ReadEvent(*frame, out);
      if (!event) {
        co_await BreakOff(event.error());
        co_return;
      }
      if (*event == Event::kPass) continue;
      enforcement::Effect effect{.what = "answered"};
      effect.response_digest = keys::Sha256(*frame);
      effect.response_bytes = frame->size();
      co_await Finish(std::move(out), std::move(effect));
      co_return;
    }
    if (out.empty()) continue;
    const base::Status written = co_await exchange_.Write(out);
    out.clear();
    if (!written) {
      co_await BreakOff(written.error());
      co_return;
    }
  }
}

/// The server's own stream (GET), until either side ends it.
awaitable<void> McpWalk::RelayServerStream(upstreams::Exchange& upstream) {
  if (auto begun = co_await BeginStream(http::HeadFlush::kNow); !begun) co_return;
  protocol::SseReader reader(mcp::kServerMessageBytesMax);
  while (true) {
    const auto bytes = co_await upstream.ReadSome();
    if (!bytes || bytes->empty()) break;
    reader.Append(*bytes);
    std::string out;
    while (true) {
      const auto frame = reader.Next();
      if (frame && frame->empty()) break;
      const auto event = frame ? ReadEvent(*frame, out) : std::unexpected(frame.error());
      if (event) continue;
      core_->metrics().Add(Count::kBrokenAnswers);
      exchange_.Abort();
      co_return;
    }
    if (!out.empty()) {
      if (auto written = co_await exchange_.Write(out); !written) co_return;
    }
  }
  (void)co_await exchange_.EndStream({});
}

/// A status that is no success: the server's own words where its clients know them, ours for the rest.
awaitable<void> McpWalk::RelayFailure(upstreams::Exchange& upstream, const http::ResponseHead& head) {
  const int status = head.status;
  if (!PassesAsItIs(status)) {
    const bool ours = status == 401 || status == 403;
    const base::Error error = NotAnAnswer("status " + std::to_string(status) +
                                          (ours ? "; it does not take the gateway's credential" : ""));
    co_await BreakOff(error);
    co_return;
  }
  if (status == 404 && !session_id_.empty()) sessions().Close(session_id_);
  const auto body = co_await upstream.ReadAll(kErrorBodyBytesMax);
  const auto message = body ? mcp::ReadMessage(*body, kErrorBodyBytesMax) : std::unexpected(body.error());
  const bool passes = message && message->kind() == mcp::MessageKind::kError;
  std::string text =
      passes ? *body
             : mcp::RenderError(message_ ? MessageId() : "null", Code::kServerFailed,
                                "The MCP server answered with status " + std::to_string(status) + ".");
  if (intent_) {
    enforcement::Effect effect{.what = "upstream_error"};
    effect.response_digest = keys::Sha256(text);
    effect.response_bytes = text.size();
    if (auto recorded = co_await RecordOutcome(*intent_, effect); !recorded) {
      co_await Unrecorded(recorded.error());
      co_return;
    }
  }
  if (exchange_.responded()) {
    const std::string frame = protocol::MakeFrame("message", text);
    (void)co_await exchange_.EndStream(frame);
    co_return;
  }
  std::vector<http::Header> headers = AnswerHeaders(kWhole);
  for (const std::string_view name : {"Allow", "Retry-After"}) {
    if (const std::string* value = http::FindHeader(head.headers, name))
      headers.push_back({std::string(name), *value});
  }
  (void)co_await exchange_.Respond(status, std::move(headers), std::move(text));
}

/// An answer that cannot go on: an error, and never a success. A stream that its client can take up again
/// just ends: what the server did with the request is then told on another one.
awaitable<void> McpWalk::BreakOff(const base::Error& error) {
  const bool left = exchange_.peer_gone();
  const bool goes_on = resumable_ && error.code == ErrorCode::kUnavailable && exchange_.responded();
  core_->metrics().Add(left ? Count::kCallersLeft : Count::kBrokenAnswers);
  if (intent_) {
    const enforcement::Effect effect{.what = left ? "caller_left" : goes_on ? "continues" : "broken_answer"};
    const base::Status recorded = co_await RecordOutcome(*intent_, effect);
    if (!recorded) {
      core_->services().events.Write(Severity::kError, "record_failed", {{"why", recorded.error().message}});
    }
  }
  if (left) co_return;
  if (goes_on) {
    (void)co_await exchange_.EndStream({});
    co_return;
  }
  std::string id = message_ ? MessageId() : "null";
  if (id.empty()) id = "null";
  std::string text = mcp::RenderError(id, Code::kServerFailed, "The MCP server failed: " + error.message);
  if (exchange_.responded()) {
    const std::string frame = protocol::MakeFrame("message", text);
    (void)co_await exchange_.EndStream(frame);
    co_return;
  }
  const int status = error.code == ErrorCode::kExpired ? 504 : error.code == ErrorCode::kLimit ? 503 : 502;
  std::vector<http::Header> headers = AnswerHeaders(kWhole);
  (void)co_await exchange_.Respond(status, std::move(headers), std::move(text));
}

}  // namespace proviso::gateway::internal
