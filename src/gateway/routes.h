// Every route that the gateway serves, and nothing else: what is not here is a 404.
//
//   POST what protocol/endpoint.h lists                   the walk (walk.h)
//   GET  /v1/models[/MODEL]   GET /v1beta/models[/MODEL]  what the caller may name
//   POST, GET, DELETE /mcp/NAME                           an MCP server (mcp.h)
//   files, batches and the like of each dialect           refused: undecided_pages.cc
//   GET  /healthz               GET  /metrics             for machines; no key, no content
//   GET  /record/…                                    the public log (record/serve.h)
//   GET  /proviso/v1/upstreams                            with an operator's key
//   GET  /proviso/v1/holds[/ID] POST /proviso/v1/holds/ID/decisions   with an operator's key
#pragma once

#include <memory>

#include "gateway/core_state.h"
#include "gateway/router.h"

namespace proviso::gateway {

/// The routes of one core.
[[nodiscard]] std::shared_ptr<Router> MakeRoutes(const std::shared_ptr<CoreState>& core);

}  // namespace proviso::gateway
