#include "gateway/refuse.h"

#include <vector>

namespace proviso::gateway {

namespace asio = boost::asio;
using protocol::RefusalKind;

asio::awaitable<void> Refuse(http::ServerExchange& exchange, protocol::Dialect dialect,
                             protocol::Refusal refusal, std::vector<http::Header> more) {
  std::vector<http::Header> headers{{"Content-Type", "application/json"}};
  if (!refusal.decision_id.empty()) headers.push_back({"Proviso-Decision", refusal.decision_id});
  if (!refusal.hold_id.empty()) headers.push_back({"Proviso-Hold", refusal.hold_id});
  if (protocol::RetryOf(refusal.kind) == protocol::Retry::kNo) headers.push_back({"x-should-retry", "false"});
  if (dialect == protocol::Dialect::kBedrockConverse) {
    headers.push_back({"x-amzn-ErrorType", std::string(protocol::AwsErrorType(refusal.kind))});
  }
  for (http::Header& header : more) {
    if (http::FindHeader(headers, header.name) == nullptr) headers.push_back(std::move(header));
  }
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
  using protocol::Dialect;
  if (http::FindHeader(head.headers, "anthropic-version") != nullptr) return Dialect::kAnthropicMessages;
  const bool google = head.path.starts_with("/v1beta/") || head.path.starts_with("/upload/v1beta/") ||
                      http::FindHeader(head.headers, "x-goog-api-key") != nullptr;
  if (google) return Dialect::kGemini;
  return head.path.starts_with("/model/") ? Dialect::kBedrockConverse : Dialect::kOpenAiChat;
}

namespace {

/// Google's `key=` in the query, as it stands there: our keys need no percent sign.
std::string_view KeyInQuery(std::string_view query) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view one = query.substr(0, end);
    if (one.starts_with("key=")) return one.substr(4);
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace

std::string_view PresentedKey(const http::RequestHead& head) {
  constexpr std::string_view kBearer = "Bearer ";
  std::string_view key;
  const auto present = [&key](std::string_view value) {
    if (!key.empty() && key != value) return false;
    key = value;
    return true;
  };
  for (const std::string_view name : {"authorization", "x-api-key", "api-key", "x-goog-api-key"}) {
    if (http::CountHeaders(head.headers, name) > 1) return {};
    const std::string* header = http::FindHeader(head.headers, name);
    if (header == nullptr) continue;
    std::string_view value = *header;
    if (name == "authorization") {
      if (!value.starts_with(kBearer)) return {};
      value.remove_prefix(kBearer.size());
    }
    if (!present(value)) return {};
  }
  const std::string_view in_query = KeyInQuery(head.query);
  if (!in_query.empty() && !present(in_query)) return {};
  return key;
}

}  // namespace proviso::gateway
