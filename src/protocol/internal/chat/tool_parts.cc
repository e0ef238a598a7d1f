#include <algorithm>

#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

/// `definition` holds name, description, and parameters or format.
Result<ToolDefinition> ReadDefinition(Json definition, CallKind kind, const std::string& where) {
  ToolDefinition tool;
  tool.kind = kind;
  auto name = StringMember(definition, "name", where);
  auto description = StringMember(definition, "description", where);
  if (!name || !description) return std::unexpected(name ? description.error() : name.error());
  tool.name = std::move(*name);
  tool.description = std::move(*description);
  const std::string_view key = kind == CallKind::kCustom ? "format" : "parameters";
  const Json schema = definition.Find(key);
  if (!Absent(schema)) {
    if (!schema.is_object()) return Malformed(where + "." + std::string(key), "must be an object");
    tool.schema = schema.raw();
  }
  const Json strict = definition.Find("strict");
  if (!Absent(strict) && !strict.is_bool()) return Malformed(where + ".strict", "must be true or false");
  if (strict.is_bool()) tool.strict = strict.is_true();
  return tool;
}

Result<ToolDefinition> ReadTool(Json tool, const std::string& where) {
  const std::string type = tool.Find("type").text();
  if (type != "function" && type != "custom") {
    ToolDefinition provider;
    provider.name = type;
    provider.provider_type = type;
    provider.original = tool.raw();
    return provider;
  }
  const bool custom = type == "custom";
  const Json definition = tool.Find(type);
  auto read =
      ReadDefinition(definition, custom ? CallKind::kCustom : CallKind::kFunction, where + "." + type);
  if (!read) return read;
  if (!HasOnly(tool, {"type", type}) ||
      !HasOnly(definition, {"name", "description", "strict", custom ? "format" : "parameters"}))
    read->original = tool.raw();
  return read;
}

Status ReadToolList(Json root, ExchangeRequest& out) {
  std::size_t rank = 0;
  for (const Json tool : root.Find("tools").elements()) {
    auto read = ReadTool(tool, At("tools", rank++));
    if (!read) return std::unexpected(read.error());
    out.tools.push_back(std::move(*read));
  }
  rank = 0;
  for (const Json function : root.Find("functions").elements()) {
    auto read = ReadDefinition(function, CallKind::kLegacyFunction, At("functions", rank++));
    if (!read) return std::unexpected(read.error());
    if (!HasOnly(function, {"name", "description", "parameters", "strict"})) read->original = function.raw();
    out.tools.push_back(std::move(*read));
  }
  if (const Json search = root.Find("web_search_options"); !Absent(search)) {
    ToolDefinition tool;
    tool.name = "web_search";
    tool.provider_type = "web_search_options";
    tool.original = search.raw();
    out.tools.push_back(std::move(tool));
  }
  return {};
}

/// The name in {"type":"function","function":{"name":"…"}}, or the same for a custom tool.
Result<std::string> ReadReference(Json reference, const std::string& where) {
  const std::string type = reference.Find("type").text();
  const Json inner = reference.Find(type == "custom" ? "custom" : "function");
  auto name = StringMember(inner, "name", where + (type == "custom" ? ".custom" : ".function"));
  if (name && name->empty()) return Malformed(where, "must name a tool");
  return name;
}

Status ReadAllowed(Json allowed, ToolChoice& choice) {
  const std::string where = "tool_choice.allowed_tools";
  if (!allowed.is_object()) return Malformed(where, "must be an object");
  const Json mode = allowed.Find("mode");
  if (!mode.equals("auto") && !mode.equals("required"))
    return Malformed(where + ".mode", "must be auto or required");
  choice.kind = mode.equals("auto") ? ToolChoice::Kind::kAuto : ToolChoice::Kind::kAny;
  const auto tools = ArrayMember(allowed, "tools");
  if (!tools) return base::Within(where, tools.error());
  for (const Json reference : tools->elements()) {
    auto name = ReadReference(reference, At(where + ".tools", choice.names.size()));
    if (!name) return std::unexpected(name.error());
    choice.names.push_back(std::move(*name));
  }
  return choice.names.empty() ? Malformed(where + ".tools", "must not be empty") : Status{};
}

Status ReadWord(std::string_view word, ToolChoice& choice, std::string_view where) {
  for (const auto& [known, kind] :
       {std::pair("auto", ToolChoice::Kind::kAuto), std::pair("none", ToolChoice::Kind::kNone),
        std::pair("required", ToolChoice::Kind::kAny), std::pair("any", ToolChoice::Kind::kAny)}) {
    if (word != known) continue;
    choice.kind = kind;
    return {};
  }
  return Malformed(where, "must be auto, none, required, or an object that names a tool");
}

Status ReadChoice(Json root, ToolChoice& choice) {
  for (const std::string where : {"tool_choice", "function_call"}) {
    const Json value = root.Find(where);
    if (Absent(value)) continue;
    if (choice.kind != ToolChoice::Kind::kUnsaid)
      return Malformed(where, "must not stand beside tool_choice");
    if (value.is_string()) {
      if (auto read = ReadWord(value.text(), choice, where); !read) return read;
      continue;
    }
    if (!value.is_object()) return Malformed(where, "must be a string or an object");
    if (value.Find("type").equals("allowed_tools")) return ReadAllowed(value.Find("allowed_tools"), choice);
    auto name = where == "function_call" ? StringMember(value, "name", where) : ReadReference(value, where);
    if (!name) return std::unexpected(name.error());
    choice.kind = ToolChoice::Kind::kNamed;
    choice.names.push_back(std::move(*name));
  }
  return {};
}

}  // namespace

Status ReadChatTools(Json root, ExchangeRequest& out) {
  if (auto tools = ReadToolList(root, out); !tools) return tools;
  if (auto choice = ReadChoice(root, out.tool_choice); !choice) return choice;
  const Json parallel = root.Find("parallel_tool_calls");
  if (!Absent(parallel) && !parallel.is_bool())
    return Malformed("parallel_tool_calls", "must be true or false");
  if (parallel.is_bool()) out.tool_choice.parallel = parallel.is_true();
  return {};
}

}  // namespace proviso::protocol::internal
