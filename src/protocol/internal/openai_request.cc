// The request of POST /v1/chat/completions.
#include "base/canonical_json.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

/// `definition` holds name and, for functions, parameters.
Status AddDefined(Request& request, Json definition, std::string kind, const std::string& where) {
  if (!definition.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequestNames(definition, {"name", "parameters", "format"}, where); !names)
    return names;
  auto name = StringMember(definition, "name", where);
  if (!name) return std::unexpected(name.error());
  const Json schema = definition.Find(kind == "custom" ? "format" : "parameters");
  return AddTool(request,
                 {.name = std::move(*name),
                  .kind = std::move(kind),
                  .schema = Absent(schema) ? "" : base::CanonicalJson(schema)},
                 where);
}

Status ReadTool(Request& request, Json tool, const std::string& where) {
  if (!tool.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequestNames(tool, {"type", "function", "custom", "name"}, where); !names)
    return names;
  auto type = StringMember(tool, "type", where);
  if (!type) return std::unexpected(type.error());
  if (*type == "function") return AddDefined(request, tool.Find("function"), *type, where + ".function");
  if (*type == "custom") return AddDefined(request, tool.Find("custom"), *type, where + ".custom");
  if (type->empty()) return Malformed(where + ".type", "must be a string that is not empty");
  return AddTool(request, {.name = *type, .kind = *type, .schema = ""}, where);
}

Status ReadTools(Json root, Request& request) {
  const auto tools = ArrayMember(root, "tools");
  if (!tools) return std::unexpected(tools.error());
  std::size_t rank = 0;
  for (const Json tool : tools->elements()) {
    if (auto read = ReadTool(request, tool, At("tools", rank++)); !read) return read;
  }
  const auto functions = ArrayMember(root, "functions");
  if (!functions) return std::unexpected(functions.error());
  rank = 0;
  for (const Json function : functions->elements()) {
    if (auto read = AddDefined(request, function, "function", At("functions", rank++)); !read) return read;
  }
  if (Absent(root.Find("web_search_options"))) return {};
  return AddTool(request, {.name = "web_search", .kind = "web_search_options", .schema = ""},
                 "web_search_options");
}

}  // namespace

Status ReadOpenAiRequest(Json root, Request& request) {
  if (auto tools = ReadTools(root, request); !tools) return tools;
  const auto choices = PositiveMember(root, "n");
  if (!choices) return std::unexpected(choices.error());
  request.choices = choices->value_or(1);
  if (request.choices > static_cast<std::int64_t>(kChoicesMax)) {
    return base::Fail(base::ErrorCode::kLimit, "n: more than " + std::to_string(kChoicesMax));
  }
  for (const std::string_view key : {"max_completion_tokens", "max_tokens"}) {
    const auto tokens = PositiveMember(root, key);
    if (!tokens) return std::unexpected(tokens.error());
    if (!request.output_tokens_max) request.output_tokens_max = *tokens;
  }
  for (const std::string_view key : {"safety_identifier", "user"}) {
    auto user = StringMember(root, key, "");
    if (!user) return std::unexpected(user.error());
    if (request.declared_user.empty()) request.declared_user = std::move(*user);
  }
  return {};
}

}  // namespace proviso::protocol::internal
