// An MCP server that callers reach through the gateway, at /mcp/NAME.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "http/message.h"
#include "upstreams/credential.h"
#include "upstreams/endpoint.h"

namespace proviso::gateway {

struct McpRoute {
  std::string name;
  /// Without a base path: `target` is the whole path.
  upstreams::Endpoint endpoint;
  std::string target = "/";
  /// Shared with older snapshots; null for a server that needs none.
  std::shared_ptr<const upstreams::Credential> credential;
  /// Sent with every request.
  std::vector<http::Header> headers;
  /// Web pages that may call: their Origin, as browsers send it. A request with another one is refused, so
  /// that no page reaches a gateway on its reader's machine by a name that it points there (DNS rebinding).
  std::set<std::string, std::less<>> origins;
};

}  // namespace proviso::gateway
