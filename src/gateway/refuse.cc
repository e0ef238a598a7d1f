#include "gateway/refuse.h"

#include <vector>

namespace proviso::gateway {

namespace asio = boost::asio;
using protocol::RefusalKind;

asio::awaitable<void> Refuse(http::ServerExchange& exchange, protocol::Dialect dialect,
                             protocol::Refusal refusal) {
  std::vector<http::Header> headers{{"Content-Type", "application/json"}};
  if (!refusal.decision_id.empty()) headers.push_back({"Proviso-Decision", refusal.decision_id});
  if (!refusal.hold_id.empty()) headers.push_back({"Proviso-Hold", refusal.hold_id});
  if (protocol::RetryOf(refusal.kind) == protocol::Retry::kNo) headers.push_back({"x-should-retry", "false"});
  std::string body = protocol::RenderRefusal(dialect, refusal);
  (void)co_await exchange.Respond(protocol::StatusOf(refusal.kind), std::move(headers), std::move(body));
}

protocol::Refusal PlainRefusal(RefusalKind kind, std::string message) {
  protocol::Refusal refusal;
  refusal.kind = kind;
  refusal.message = std::move(message);
  return refusal;
}

RefusalKind KindOfBodyError(base::ErrorCode code) {
  if (code == base::ErrorCode::kLimit) return RefusalKind::kTooLarge;
  if (code == base::ErrorCode::kExpired) return RefusalKind::kTimeout;
  return RefusalKind::kMalformed;
}

protocol::Dialect DialectOfClient(const http::RequestHead& head) {
  const bool anthropic = http::FindHeader(head.headers, "anthropic-version") != nullptr;
  return anthropic ? protocol::Dialect::kAnthropicMessages : protocol::Dialect::kOpenAiChat;
}

std::string_view PresentedKey(const http::RequestHead& head) {
  constexpr std::string_view kBearer = "Bearer ";
  if (http::CountHeaders(head.headers, "authorization") > 1 ||
      http::CountHeaders(head.headers, "x-api-key") > 1) {
    return {};
  }
  const std::string* bearer = http::FindHeader(head.headers, "authorization");
  const std::string* plain = http::FindHeader(head.headers, "x-api-key");
  std::string_view key = plain == nullptr ? std::string_view() : std::string_view(*plain);
  if (bearer == nullptr) return key;
  std::string_view token = *bearer;
  if (!token.starts_with(kBearer)) return {};
  token.remove_prefix(kBearer.size());
  return plain == nullptr || key == token ? token : std::string_view();
}

}  // namespace proviso::gateway
