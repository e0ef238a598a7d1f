#include <algorithm>

#include "base/json.h"
#include "protocol/internal/chat/request_pieces.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Status;

/// A custom tool's format: in Chat Completions a grammar stands in an object of its own, in the
/// Responses API its members stand beside the type.
void WriteFormat(std::string_view format, JsonWriter& json) {
  const auto document = base::JsonDocument::Parse(format);
  const base::Json root = document ? document->root() : base::Json();
  if (!root.Find("type").equals("grammar") || root.Find("grammar").is_object()) {
    json.Raw(format);
    return;
  }
  json.BeginObject().Key("type").String("grammar").Key("grammar").BeginObject();
  for (const base::JsonMember member : root.members()) {
    if (!member.key.equals("type")) json.Key(member.key.text()).Raw(member.value.raw());
  }
  json.EndObject().EndObject();
}

Status WriteDefinition(const ChatWriting& writing, const ToolDefinition& tool, JsonWriter& json) {
  json.BeginObject().Key("name").String(tool.name);
  if (!tool.description.empty()) json.Key("description").String(tool.description);
  if (tool.kind == CallKind::kCustom) {
    if (!tool.schema.empty()) {
      json.Key("format");
      WriteFormat(tool.schema, json);
    }
  } else if (writing.own()) {
    if (!tool.schema.empty()) json.Key("parameters").Raw(tool.schema);
  } else {
    const auto schema = SchemaFor(Dialect::kOpenAiChat, tool);
    if (!schema) return std::unexpected(schema.error());
    if (!schema->empty()) json.Key("parameters").Raw(*schema);
  }
  if (tool.strict) json.Key("strict").Bool(*tool.strict);
  json.EndObject();
  return {};
}

Status WriteTool(const ChatWriting& writing, const ToolDefinition& tool, const std::string& path,
                 JsonWriter& json) {
  const bool custom = tool.kind == CallKind::kCustom;
  if (custom && writing.traits.custom_tools == ProfileTraits::Has::kNo)
    return LeaveOut(writing, Feature::kToolCustom, path, "has no free-text tools");
  if (writing.own() && !tool.original.empty()) {
    json.Raw(tool.original);
    return {};
  }
  if (!tool.provider_type.empty())
    return LeaveOut(writing, Feature::kToolOfProvider, path,
                    "does not run the provider's tool \"" + tool.provider_type + "\"");
  const std::string_view type = custom ? "custom" : "function";
  json.BeginObject().Key("type").String(type).Key(type);
  if (auto written = WriteDefinition(writing, tool, json); !written)
    return base::Within(path + ".schema", written.error());
  json.EndObject();
  return {};
}

/// Legacy `functions` and `web_search_options` stand apart, and only come from this dialect.
Status WriteApart(const ChatWriting& writing, JsonWriter& json) {
  bool open = false;
  for (const ToolDefinition& tool : writing.request.tools) {
    if (tool.kind != CallKind::kLegacyFunction) continue;
    if (!open) json.Key("functions").BeginArray();
    open = true;
    if (!tool.original.empty()) {
      json.Raw(tool.original);
    } else if (auto written = WriteDefinition(writing, tool, json); !written) {
      return written;
    }
  }
  if (open) json.EndArray();
  for (const ToolDefinition& tool : writing.request.tools) {
    if (tool.provider_type == "web_search_options") json.Key("web_search_options").Raw(tool.original);
  }
  return {};
}

bool StandsApart(const ChatWriting& writing, const ToolDefinition& tool) {
  return writing.own() &&
         (tool.kind == CallKind::kLegacyFunction || tool.provider_type == "web_search_options");
}

void WriteReference(const ChatWriting& writing, std::string_view name, JsonWriter& json) {
  const auto tool = std::ranges::find(writing.request.tools, name, &ToolDefinition::name);
  const bool custom = tool != writing.request.tools.end() && tool->kind == CallKind::kCustom;
  const std::string_view type = custom ? "custom" : "function";
  json.BeginObject().Key("type").String(type).Key(type).BeginObject();
  json.Key("name").String(name).EndObject().EndObject();
}

void WriteChoice(const ChatWriting& writing, JsonWriter& json) {
  const ToolChoice& choice = writing.request.tool_choice;
  const bool some = choice.kind == ToolChoice::Kind::kAny;
  const bool legacy = writing.own() && !writing.request.tools.empty() &&
                      std::ranges::all_of(writing.request.tools, [](const ToolDefinition& tool) {
                        return tool.kind == CallKind::kLegacyFunction;
                      });
  const std::string_view key = legacy ? "function_call" : "tool_choice";
  switch (choice.kind) {
    case ToolChoice::Kind::kUnsaid:
      return;
    case ToolChoice::Kind::kNone:
      json.Key(key).String("none");
      return;
    case ToolChoice::Kind::kNamed:
      json.Key(key);
      if (legacy) {
        json.BeginObject().Key("name").String(choice.names.empty() ? "" : choice.names.front()).EndObject();
      } else {
        WriteReference(writing, choice.names.empty() ? "" : choice.names.front(), json);
      }
      return;
    case ToolChoice::Kind::kAuto:
    case ToolChoice::Kind::kAny:
      break;
  }
  if (choice.names.empty()) {
    json.Key(key).String(some ? writing.traits.any_word : "auto");
    return;
  }
  json.Key(key).BeginObject().Key("type").String("allowed_tools").Key("allowed_tools").BeginObject();
  json.Key("mode").String(some ? "required" : "auto").Key("tools").BeginArray();
  for (const std::string& name : choice.names) WriteReference(writing, name, json);
  json.EndArray().EndObject().EndObject();
}

}  // namespace

Status WriteTools(const ChatWriting& writing, JsonWriter& json) {
  const std::vector<ToolDefinition>& tools = writing.request.tools;
  JsonWriter list;
  list.BeginArray();
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (StandsApart(writing, tools[i])) continue;
    if (auto written = WriteTool(writing, tools[i], At("tools", i), list); !written) return written;
  }
  const std::string written = list.EndArray().Take();
  if (written != "[]") json.Key("tools").Raw(written);
  if (writing.own()) {
    if (auto apart = WriteApart(writing, json); !apart) return apart;
  }
  WriteChoice(writing, json);
  const std::optional<bool> parallel = writing.request.tool_choice.parallel;
  if (!parallel || written == "[]") return {};
  if (writing.traits.parallel_switch == ProfileTraits::Has::kNo) {
    return LeaveOut(writing, Feature::kParallelCallsSwitch, "tool_choice.parallel",
                    "has no switch for parallel calls");
  }
  json.Key("parallel_tool_calls").Bool(*parallel);
  return {};
}

}  // namespace proviso::protocol::internal
