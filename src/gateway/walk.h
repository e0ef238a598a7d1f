// The walk of one generation request, from its first byte to the last byte of its answer. One decision
// point for every dialect and delivery; nothing goes upstream before its INTENT is durable, and no last
// byte goes to the caller before the OUTCOME is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "gateway/core_state.h"
#include "http/server.h"
#include "protocol/request.h"

namespace proviso::gateway {

/// Answers one request; `inbound` is what its path says (protocol/endpoint.h).
[[nodiscard]] boost::asio::awaitable<void> WalkRequest(std::shared_ptr<CoreState> core,
                                                       http::ServerExchange& exchange,
                                                       protocol::Inbound inbound);

}  // namespace proviso::gateway
