// The routes that are not generation: status, models, the public record, and the desk of held calls.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/core_state.h"
#include "gateway/router.h"
#include "http/server.h"

namespace proviso::gateway::internal {

using Page = boost::asio::awaitable<void> (*)(CoreState& core, http::ServerExchange& exchange);

// status_pages.cc
[[nodiscard]] boost::asio::awaitable<void> ServeModels(CoreState& core, http::ServerExchange& exchange);
[[nodiscard]] boost::asio::awaitable<void> ServeModel(CoreState& core, http::ServerExchange& exchange);
[[nodiscard]] boost::asio::awaitable<void> ServeHealth(CoreState& core, http::ServerExchange& exchange);
[[nodiscard]] boost::asio::awaitable<void> ServeMetrics(CoreState& core, http::ServerExchange& exchange);
[[nodiscard]] boost::asio::awaitable<void> ServeRecordFile(CoreState& core, http::ServerExchange& exchange);

// undecided_pages.cc
void AddUndecided(Router& router);

// hold_pages.cc
[[nodiscard]] boost::asio::awaitable<void> ServeHolds(CoreState& core, http::ServerExchange& exchange);
[[nodiscard]] boost::asio::awaitable<void> ServeHold(CoreState& core, http::ServerExchange& exchange);
[[nodiscard]] boost::asio::awaitable<void> TakeHoldDecision(CoreState& core, http::ServerExchange& exchange);

// upstream_pages.cc
[[nodiscard]] boost::asio::awaitable<void> ServeUpstreams(CoreState& core, http::ServerExchange& exchange);

}  // namespace proviso::gateway::internal
