// Every route that the gateway serves, and nothing else: what is not here is a 404.
//
//   POST /v1/chat/completions   POST /v1/messages     the walk (walk.h)
//   GET  /v1/models                                   what the caller may name
//   POST, GET, DELETE /mcp/NAME                       an MCP server (mcp.h)
//   GET  /healthz               GET  /metrics         for machines; no key, no content
//   GET  /record/…                                    the public log (record/serve.h)
//   GET  /proviso/v1/holds[/ID] POST /proviso/v1/holds/ID/decisions   with an operator's key
#pragma once

#include <memory>

#include "gateway/core_state.h"
#include "gateway/router.h"

namespace proviso::gateway {

/// The routes of one core.
[[nodiscard]] std::shared_ptr<Router> MakeRoutes(const std::shared_ptr<CoreState>& core);

}  // namespace proviso::gateway
