// Waiting, on a core, for what people decide on holds.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/core_state.h"
#include "http/server.h"

namespace proviso::gateway::internal {

/// Waits until none of `hold_ids` is waiting for people any more, `wait` is over, or the caller left.
/// Calls `keep_alive` every kKeepAliveEvery meanwhile.
[[nodiscard]] boost::asio::awaitable<void> WaitForPeople(
    CoreState& core, http::ServerExchange& exchange, std::vector<std::string> hold_ids,
    std::chrono::milliseconds wait, std::function<boost::asio::awaitable<void>()> keep_alive);

}  // namespace proviso::gateway::internal
