// The proxy for MCP servers: one request to /mcp/NAME, whatever its HTTP method.
//
//   tools/call, resources/read, prompts/get   decided under the terms: the INTENT is durable before the
//                                             server hears of it, the OUTCOME before the caller has the
//                                             last byte of the result; or withheld; or held for people
//   tools/list                                without the tools that the terms forbid whatever the input
//   everything else                           passes, both ways, event by event
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "gateway/core_state.h"
#include "http/server.h"

namespace proviso::gateway {

[[nodiscard]] boost::asio::awaitable<void> WalkMcp(std::shared_ptr<CoreState> core,
                                                   http::ServerExchange& exchange);

}  // namespace proviso::gateway
