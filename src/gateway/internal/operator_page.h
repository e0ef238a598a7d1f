// What the pages of operators share: a key that is checked, and JSON.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "gateway/core_state.h"
#include "http/server.h"

namespace proviso::gateway::internal {

/// Whether the caller presents an operator's key. If not, a 401 was sent.
[[nodiscard]] boost::asio::awaitable<bool> KnowsOperator(CoreState& core, http::ServerExchange& exchange);

[[nodiscard]] boost::asio::awaitable<void> SendJson(http::ServerExchange& exchange, int status,
                                                    std::string body);
/// {"error":{"message":…}}
[[nodiscard]] boost::asio::awaitable<void> SendJsonError(http::ServerExchange& exchange, int status,
                                                         std::string_view message);

}  // namespace proviso::gateway::internal
