// Answers that end a request early, in the caller's own dialect.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/server.h"
#include "protocol/refusal.h"

namespace proviso::gateway {

/// Sends the refusal with its status, Proviso-Decision, and a hint not to retry where that cannot help.
/// `more` headers go along, but for those that the refusal has itself.
[[nodiscard]] boost::asio::awaitable<void> Refuse(http::ServerExchange& exchange, protocol::Dialect dialect,
                                                  protocol::Refusal refusal,
                                                  std::vector<http::Header> more = {});

/// A refusal without a decision.
[[nodiscard]] protocol::Refusal PlainRefusal(protocol::RefusalKind kind, std::string message);

/// The refusal for a body that could not be read.
[[nodiscard]] protocol::RefusalKind KindOfBodyError(base::ErrorCode code);

/// The dialect that a client on a route of none seems to speak: Anthropic's SDKs send anthropic-version,
/// Google's ask below /v1beta/ or send x-goog-api-key, AWS's below /model/.
[[nodiscard]] protocol::Dialect DialectOfClient(const http::RequestHead& head);

/// The key that the client presents, by Authorization: Bearer, x-api-key, api-key, x-goog-api-key or
/// Google's `key=` in the query; "" when there is none or two that differ. Borrowed from the head.
[[nodiscard]] std::string_view PresentedKey(const http::RequestHead& head);

}  // namespace proviso::gateway
