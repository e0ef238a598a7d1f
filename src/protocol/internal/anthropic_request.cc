// The request of POST /v1/messages.
#include "base/canonical_json.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

Status ReadTool(Request& request, Json tool, const std::string& where) {
  if (!tool.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequestNames(tool, {"type", "name", "input_schema"}, where); !names) return names;
  auto type = StringMember(tool, "type", where);
  if (!type) return std::unexpected(type.error());
  auto name = StringMember(tool, "name", where);
  if (!name) return std::unexpected(name.error());
  // Without a type, or with "custom", the caller runs it; a dated type is the provider's own.
  const bool of_caller = type->empty() || *type == "custom";
  const Json schema = tool.Find("input_schema");
  if (of_caller && !schema.is_object()) return Malformed(where + ".input_schema", "must be an object");
  if (!of_caller && name->empty()) name = *type;
  return AddTool(request,
                 {.name = std::move(*name),
                  .kind = of_caller ? "function" : std::move(*type),
                  .schema = schema.is_object() ? base::CanonicalJson(schema) : ""},
                 where);
}

/// What the provider runs or reaches without an entry in `tools`.
Status ReadServers(Json root, Request& request) {
  const auto servers = ArrayMember(root, "mcp_servers");
  if (!servers) return std::unexpected(servers.error());
  std::size_t rank = 0;
  for (const Json server : servers->elements()) {
    const std::string where = At("mcp_servers", rank++);
    auto name = StringMember(server, "name", where);
    if (!name) return std::unexpected(name.error());
    if (auto added = AddTool(request, {.name = std::move(*name), .kind = "mcp_server", .schema = ""}, where);
        !added) {
      return added;
    }
  }
  return {};
}

}  // namespace

Status ReadAnthropicRequest(Json root, Request& request) {
  const auto tools = ArrayMember(root, "tools");
  if (!tools) return std::unexpected(tools.error());
  std::size_t rank = 0;
  for (const Json tool : tools->elements()) {
    if (auto read = ReadTool(request, tool, At("tools", rank++)); !read) return read;
  }
  if (auto servers = ReadServers(root, request); !servers) return servers;
  const auto tokens = PositiveMember(root, "max_tokens");
  if (!tokens) return std::unexpected(tokens.error());
  request.output_tokens_max = *tokens;
  const Json metadata = root.Find("metadata");
  if (!Absent(metadata) && !metadata.is_object()) return Malformed("metadata", "must be an object");
  auto user = StringMember(metadata, "user_id", "metadata");
  if (!user) return std::unexpected(user.error());
  request.declared_user = std::move(*user);
  return {};
}

}  // namespace proviso::protocol::internal
