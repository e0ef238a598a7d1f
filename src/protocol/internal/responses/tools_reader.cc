#include "protocol/internal/requests.h"
#include "protocol/internal/responses/parts.h"
#include "protocol/internal/responses/request_parts.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

void Keep(ExchangeRequest& out, std::string path, Json value) {
  out.others.push_back({std::move(path), std::string(value.raw()), RangeOf(value)});
}

ToolDefinition ReadTool(Json tool) {
  ToolDefinition out;
  const std::string type = tool.Find("type").text();
  out.name = tool.Find("name").text();
  out.description = tool.Find("description").text();
  if (type != "function" && type != "custom") {
    out.provider_type = type;
    if (out.name.empty()) out.name = tool.Find("server_label").text();
    if (out.name.empty()) out.name = type;
    out.original = tool.raw();
    return out;
  }
  const bool custom = type == "custom";
  const char* key = custom ? "format" : "parameters";
  out.kind = custom ? CallKind::kCustom : CallKind::kFunction;
  if (const Json schema = tool.Find(key); !Absent(schema)) out.schema = schema.raw();
  if (const Json strict = tool.Find("strict"); strict.is_bool()) out.strict = strict.is_true();
  if (SaysMore(tool, {"type", "name", "description", "strict", key})) out.original = tool.raw();
  return out;
}

/// {"type":"allowed_tools","mode":…,"tools":[{"type":"function","name":…}]}: false when another kind of
/// tool is among them.
bool ReadAllowed(Json choice, ToolChoice& out) {
  out.kind = choice.Find("mode").equals("required") ? ToolChoice::Kind::kAny : ToolChoice::Kind::kAuto;
  for (const Json tool : choice.Find("tools").elements()) {
    const Json name = tool.Find("name");
    if (!name.is_string() || (!tool.Find("type").equals("function") && !tool.Find("type").equals("custom"))) {
      out = {};
      return false;
    }
    out.names.push_back(name.text());
  }
  return true;
}

Status ReadChoice(Json choice, ExchangeRequest& out) {
  if (Absent(choice)) return {};
  ToolChoice& read = out.tool_choice;
  if (choice.is_string()) {
    if (choice.equals("auto")) read.kind = ToolChoice::Kind::kAuto;
    if (choice.equals("none")) read.kind = ToolChoice::Kind::kNone;
    if (choice.equals("required")) read.kind = ToolChoice::Kind::kAny;
    if (read.kind != ToolChoice::Kind::kUnsaid) return {};
    return Malformed("tool_choice", "must be auto, none, required, or an object");
  }
  if (!choice.is_object()) return Malformed("tool_choice", "must be a string or an object");
  const std::string type = choice.Find("type").text();
  if (type == "allowed_tools" && ReadAllowed(choice, read)) return {};
  if ((type == "function" || type == "custom") && choice.Find("name").is_string()) {
    read.kind = ToolChoice::Kind::kNamed;
    read.names = {choice.Find("name").text()};
    return {};
  }
  Keep(out, "tool_choice", choice);
  return {};
}

}  // namespace

Status ReadResponsesTools(Json root, ExchangeRequest& out) {
  for (const Json tool : root.Find("tools").elements()) out.tools.push_back(ReadTool(tool));
  if (auto choice = ReadChoice(root.Find("tool_choice"), out); !choice) return choice;
  const Json parallel = root.Find("parallel_tool_calls");
  if (Absent(parallel)) return {};
  if (!parallel.is_bool()) return Malformed("parallel_tool_calls", "must be true or false");
  out.tool_choice.parallel = parallel.is_true();
  return {};
}

}  // namespace proviso::protocol::internal
