#include "gateway/internal/mcp_walk.h"

#include <algorithm>
#include <utility>

#include "base/canonical_json.h"
#include "gateway/internal/request_headers.h"
#include "gateway/mcp.h"
#include "gateway/mcp_limits.h"
#include "gateway/refuse.h"
#include "keys/digest.h"
#include "mcp/limits.h"

namespace proviso::gateway {

boost::asio::awaitable<void> WalkMcp(std::shared_ptr<CoreState> core, http::ServerExchange& exchange) {
  internal::McpWalk walk(std::move(core), exchange);
  co_await walk.Run();
}

}  // namespace proviso::gateway

namespace proviso::gateway::internal {

using base::ErrorCode;
using mcp::Code;
using mcp::MessageKind;

namespace {

constexpr std::string_view kPrefix = "/mcp/";

Code CodeOf(ErrorCode code) {
  return code == ErrorCode::kCorrupt ? Code::kParse : Code::kInvalidRequest;
}

}  // namespace

McpWalk::McpWalk(std::shared_ptr<CoreState> core, http::ServerExchange& exchange)
    : core_(std::move(core)), snapshot_(core_->snapshot()), pools_(core_->mcp_pools()), exchange_(exchange) {}

McpWalk::~McpWalk() {
  if (!in_flight_.empty()) sessions().EndRequest(session_id_, in_flight_);
}

awaitable<void> McpWalk::Refuse(Refused refused) {
  core_->metrics().Add(Count::kRequestsRefused);
  std::vector<http::Header> headers{{"Content-Type", "application/json"}};
  std::string id = message_ ? MessageId() : mcp::IdOfUnreadable(body_, mcp::kClientMessageBytesMax);
  if (id.empty()) id = "null";  // a notification
  std::string text = refused.code == Code::kUnsupportedVersion
                         ? mcp::RenderUnsupportedVersion(id, refused.message)
                         : mcp::RenderError(id, refused.code, refused.message);
  (void)co_await exchange_.Respond(refused.status, std::move(headers), std::move(text));
}

awaitable<void> McpWalk::Run() {
  if (Admission refused = Admit()) {
    co_await Refuse(std::move(*refused));
    co_return;
  }
  const std::string& method = exchange_.head().method;
  if (method == "POST") {
    co_await Post();
  } else if (method == "GET") {
    co_await Get();
  } else {
    co_await Delete();
  }
}

McpWalk::Admission McpWalk::Admit() {
  for (const auto admit : {&McpWalk::AdmitCaller, &McpWalk::AdmitSession}) {
    if (Admission refused = (this->*admit)()) return refused;
  }
  return std::nullopt;
}

McpWalk::Admission McpWalk::AdmitCaller() {
  const http::RequestHead& head = exchange_.head();
  const std::string_view key = PresentedKey(head);
  owner_.key_digest = key.empty() ? "" : base::ToHex(keys::Sha256(key));
  const auto caller = snapshot_->callers.find(owner_.key_digest);
  if (caller == snapshot_->callers.end()) {
    return Refused{401, Code::kUnauthenticated,
                   "No valid API key. Send yours as \"Authorization: Bearer KEY\" or \"x-api-key: KEY\"."};
  }
  caller_ = &caller->second;
  const auto route = snapshot_->mcp_servers.find(std::string_view(head.path).substr(kPrefix.size()));
  if (route == snapshot_->mcp_servers.end() || head.target != head.path)
    return Refused{404, Code::kInvalidRequest, "no such MCP server here: " + head.target};
  route_ = &route->second;
  owner_.server = route_->name;
  pool_ = pools_->at(route_->name).get();
  return AdmitOrigin();
}

McpWalk::Admission McpWalk::AdmitOrigin() const {
  for (const http::Header& header : exchange_.head().headers) {
    if (!http::EqualsIgnoringCase(header.name, "Origin") || route_->origins.contains(header.value)) continue;
    return Refused{403, Code::kNotAllowed,
                   "Origin: this web page may not call; name it in `origins` of the [[mcp_server]]"};
  }
  return std::nullopt;
}

McpWalk::Admission McpWalk::AdmitSession() {
  const http::RequestHead& head = exchange_.head();
  for (const std::string_view name :
       {"MCP-Protocol-Version", "Mcp-Session-Id", "Last-Event-ID", "Mcp-Method", "Mcp-Name"}) {
    const std::string* value = http::FindHeader(head.headers, name);
    const bool once = http::CountHeaders(head.headers, name) <= 1;
    const bool plain =
        value == nullptr || (value->size() <= kMcpHeaderBytesMax && http::IsHeaderValue(*value));
    if (!once || !plain)
      return Refused{400, Code::kHeaderMismatch, std::string(name) + ": must stand once, and be short"};
  }
  const std::string* version = http::FindHeader(head.headers, "MCP-Protocol-Version");
  if (version != nullptr && !mcp::IsKnownVersion(*version))
    return Refused{400, Code::kUnsupportedVersion, *version};
  const std::string* session = http::FindHeader(head.headers, "Mcp-Session-Id");
  if (session == nullptr) return std::nullopt;
  auto upstream = sessions().UpstreamOf(*session, owner_, core_->services().clock.WallMs());
  if (!upstream) return Refused{404, Code::kNoSession, upstream.error().message};
  session_id_ = *session;
  upstream_session_ = std::move(*upstream);
  return std::nullopt;
}

awaitable<void> McpWalk::Post() {
  const std::string* type = http::FindHeader(exchange_.head().headers, "Content-Type");
  const std::string_view essence = type == nullptr ? "" : std::string_view(*type).substr(0, type->find(';'));
  if (!http::EqualsIgnoringCase(essence, "application/json")) {
    Refused refused{415, Code::kInvalidRequest, "Content-Type: must be application/json"};
    co_await Refuse(std::move(refused));
    co_return;
  }
  auto body = co_await exchange_.ReadBody(mcp::kClientMessageBytesMax);
  if (!body) {
    if (body.error().code == ErrorCode::kUnavailable) co_return;
    const int status = protocol::StatusOf(KindOfBodyError(body.error().code));
    Refused refused{status, Code::kInvalidRequest, body.error().message};
    co_await Refuse(std::move(refused));
    co_return;
  }
  body_ = std::move(*body);
  if (Admission refused = AdmitMessage()) {
    co_await Refuse(std::move(*refused));
    co_return;
  }
  if (message_->kind() == MessageKind::kRequest && mcp::IsDecided(method_)) {
    co_await Decided();
  } else {
    co_await Forward();
  }
}

McpWalk::Admission McpWalk::AdmitMessage() {
  auto message = mcp::ReadMessage(body_, mcp::kClientMessageBytesMax);
  if (!message) {
    const int status = message.error().code == ErrorCode::kLimit ? 413 : 400;
    return Refused{status, CodeOf(message.error().code), message.error().message};
  }
  message_.emplace(std::move(*message));
  switch (message_->kind()) {
    case MessageKind::kNotification:
      return AdmitNotification();
    case MessageKind::kRequest:
      return AdmitRequest();
    case MessageKind::kResult:
    case MessageKind::kError:
      break;
  }
  return std::nullopt;
}

McpWalk::Admission McpWalk::AdmitNotification() {
  // A server could run a tools/call that asks for no answer.
  if (!message_->method().starts_with("notifications/"))
    return Refused{400, Code::kInvalidRequest, "method: a message without an id must be a notification"};
  if (message_->method() == "notifications/cancelled") {
    const base::Json id = message_->params().Find("requestId");
    sessions().CancelRequest(session_id_, base::CanonicalJson(id));
  }
  return std::nullopt;
}

McpWalk::Admission McpWalk::AdmitRequest() {
  const auto method = mcp::MethodNamed(message_->method());
  if (!method) return Refused{400, Code::kInvalidRequest, method.error().message};
  method_ = *method;
  auto declarations = ReadDeclarationHeaders(exchange_.head());
  if (!declarations) return Refused{400, Code::kInvalidRequest, declarations.error().message};
  declarations_ = std::move(*declarations);
  if (mcp::IsDecided(method_)) {
    auto call = mcp::ReadToolCall(method_, *message_);
    if (!call) return Refused{400, Code::kInvalidParams, call.error().message};
    call_ = std::move(*call);
  }
  if (Admission refused = AdmitMirrors()) return refused;
  if (auto begun = sessions().BeginRequest(session_id_, message_->id()); !begun)
    return Refused{400, Code::kInvalidRequest, begun.error().message};
  in_flight_ = message_->id();
  return std::nullopt;
}

/// From 2026-07-28 on, headers say what the body says, for servers that look no further. What is decided is
/// the body, so they must agree.
McpWalk::Admission McpWalk::AdmitMirrors() const {
  const http::RequestHead& head = exchange_.head();
  const std::string* method = http::FindHeader(head.headers, "Mcp-Method");
  if (method != nullptr && *method != message_->method())
    return Refused{400, Code::kHeaderMismatch, "Mcp-Method: is not the body's method"};
  const std::string* name = http::FindHeader(head.headers, "Mcp-Name");
  if (name != nullptr && call_) {
    const base::Json params = message_->params();
    const base::Json named = params.Find(method_ == mcp::Method::kResourcesRead ? "uri" : "name");
    if (!mcp::HeaderSays(*name, named.text()))
      return Refused{400, Code::kHeaderMismatch, "Mcp-Name: is not what the body names"};
  }
  for (const http::Header& header : head.headers) {
    constexpr std::string_view kParameter = "mcp-param-";
    const std::string_view begin = std::string_view(header.name).substr(0, kParameter.size());
    if (!http::EqualsIgnoringCase(begin, kParameter)) continue;
    const bool once = http::CountHeaders(head.headers, header.name) == 1;
    if (!once || !call_ || !mcp::InputHolds(call_->input, header.value))
      return Refused{400, Code::kHeaderMismatch, header.name + ": says what the body's arguments do not"};
  }
  return std::nullopt;
}

awaitable<void> McpWalk::Get() {
  // A caller that is gone is noticed once its (empty) body is read.
  if (auto body = co_await exchange_.ReadBody(0); !body) co_return;
  auto declarations = ReadDeclarationHeaders(exchange_.head());
  if (!declarations) {
    Refused refused{400, Code::kInvalidRequest, declarations.error().message};
    co_await Refuse(std::move(refused));
    co_return;
  }
  declarations_ = std::move(*declarations);
  if (auto begun = sessions().BeginStream(owner_.key_digest); !begun) {
    Refused refused{429, Code::kOverloaded, begun.error().message};
    co_await Refuse(std::move(refused));
    co_return;
  }
  struct Ended {
    McpSessions& sessions;
    const std::string& key_digest;
    ~Ended() { sessions.EndStream(key_digest); }
  };
  const Ended ended{sessions(), owner_.key_digest};
  upstreams::Exchange upstream(*pool_);
  const EndsWithCaller ends(exchange_, upstream);
  upstreams::Request request = UpstreamRequest("GET", {});
  const auto head = co_await Ask(upstream, std::move(request));
  if (!head) {
    co_await BreakOff(head.error());
    co_return;
  }
  if ((*head)->status == 200) {
    co_await RelayServerStream(upstream);
  } else {
    co_await RelayFailure(upstream, **head);
  }
}

awaitable<void> McpWalk::Delete() {
  if (auto body = co_await exchange_.ReadBody(0); !body) co_return;
  if (session_id_.empty()) {
    Refused refused{400, Code::kInvalidRequest, "Mcp-Session-Id: name the session that is to end"};
    co_await Refuse(std::move(refused));
    co_return;
  }
  upstreams::Exchange upstream(*pool_);
  const EndsWithCaller ends(exchange_, upstream);
  upstreams::Request request = UpstreamRequest("DELETE", {});
  const auto head = co_await Ask(upstream, std::move(request));
  if (!head) {
    co_await BreakOff(head.error());
    co_return;
  }
  const int status = (*head)->status;
  if (status < 200 || status > 299) {
    co_await RelayFailure(upstream, **head);
    co_return;
  }
  sessions().Close(session_id_);
  (void)co_await upstream.ReadAll(kErrorBodyBytesMax);
  std::vector<http::Header> headers;
  (void)co_await exchange_.Respond(status, std::move(headers), {});
}

}  // namespace proviso::gateway::internal
