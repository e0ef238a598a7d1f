// A request of any dialect as a Responses request.
//
// Nothing is kept at the provider: `store` is false, and reasoning is asked for in the form in which it
// can be given back (reasoning.encrypted_content), except from models that have none and refuse to be
// asked. `strict` is always said, because this API means true where the others mean false.
#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"
#include "protocol/internal/responses/input_writer.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Status;

/// Families of OpenAI's that do not reason, by the beginning of their names.
bool HasNoReasoning(std::string_view model) {
  constexpr std::array<std::string_view, 4> kFamilies = {"gpt-3", "gpt-4", "chatgpt-", "ft:gpt-4"};
  return std::ranges::any_of(kFamilies, [&](std::string_view family) { return model.starts_with(family); });
}

/// Chat Completions puts a grammar's members one level deeper.
std::string CustomFormat(const ToolDefinition& tool) {
  const auto document = base::JsonDocument::Parse(tool.schema);
  if (!document) return tool.schema;
  const base::Json root = document->root();
  const base::Json grammar = root.Find("grammar");
  if (!grammar.is_object()) return tool.schema;
  JsonWriter json;
  json.BeginObject().Key("type").String("grammar");
  for (const char* key : {"syntax", "definition"}) {
    if (const base::Json value = grammar.Find(key); !value.missing()) json.Key(key).Raw(value.raw());
  }
  return json.EndObject().Take();
}

Status WriteTool(const ToolDefinition& tool, std::size_t index, JsonWriter& json) {
  if (!tool.provider_type.empty()) {
    json.Raw(tool.original);
    return {};
  }
  const bool custom = tool.kind == CallKind::kCustom;
  json.BeginObject().Key("type").String(custom ? "custom" : "function").Key("name").String(tool.name);
  if (!tool.description.empty()) json.Key("description").String(tool.description);
  if (custom) {
    if (!tool.schema.empty()) json.Key("format").Raw(CustomFormat(tool));
  } else {
    const auto schema = SchemaFor(Dialect::kOpenAiResponses, tool);
    if (!schema) return base::Within("tools[" + std::to_string(index) + "].schema", schema.error());
    json.Key("parameters");
    schema->empty() ? json.Null() : json.Raw(*schema);
    json.Key("strict").Bool(tool.strict.value_or(false));
  }
  json.EndObject();
  return {};
}

void WriteNamedTool(const ExchangeRequest& request, const std::string& name, JsonWriter& json) {
  const bool custom = std::ranges::any_of(request.tools, [&](const ToolDefinition& tool) {
    return tool.name == name && tool.kind == CallKind::kCustom;
  });
  json.BeginObject().Key("type").String(custom ? "custom" : "function").Key("name").String(name).EndObject();
}

void WriteChoice(const ExchangeRequest& request, JsonWriter& json) {
  const ToolChoice& choice = request.tool_choice;
  if (choice.parallel) json.Key("parallel_tool_calls").Bool(*choice.parallel);
  switch (choice.kind) {
    case ToolChoice::Kind::kUnsaid:
      return;
    case ToolChoice::Kind::kNone:
      json.Key("tool_choice").String("none");
      return;
    case ToolChoice::Kind::kNamed:
      json.Key("tool_choice");
      return WriteNamedTool(request, choice.names.front(), json);
    case ToolChoice::Kind::kAuto:
    case ToolChoice::Kind::kAny:
      break;
  }
  const std::string_view mode = choice.kind == ToolChoice::Kind::kAny ? "required" : "auto";
  json.Key("tool_choice");
  if (choice.names.empty()) {
    json.String(mode);
    return;
  }
  json.BeginObject().Key("type").String("allowed_tools").Key("mode").String(mode).Key("tools").BeginArray();
  for (const std::string& name : choice.names) WriteNamedTool(request, name, json);
  json.EndArray().EndObject();
}

Status WriteFormat(const AnswerFormat& format, JsonWriter& json) {
  switch (format.kind) {
    case AnswerFormat::Kind::kText:
      return {};
    case AnswerFormat::Kind::kJson:
      json.Key("text").Raw(R"({"format":{"type":"json_object"}})");
      return {};
    case AnswerFormat::Kind::kSchema:
      break;
  }
  const auto schema = AnswerSchemaFor(Dialect::kOpenAiResponses, format);
  if (!schema) return base::Within("format.schema", schema.error());
  json.Key("text").BeginObject().Key("format").BeginObject().Key("type").String("json_schema");
  json.Key("name").String(format.name.empty() ? "answer" : format.name);
  if (!format.description.empty()) json.Key("description").String(format.description);
  json.Key("schema").Raw(*schema);
  if (format.strict) json.Key("strict").Bool(*format.strict);
  json.EndObject().EndObject();
  return {};
}

void WriteReasoning(const ReasoningChoice& reasoning, JsonWriter& json) {
  const bool off = reasoning.effort.empty() && reasoning.mode == ReasoningChoice::Mode::kOff;
  const std::string effort = off ? "none" : reasoning.effort;
  const bool shown = reasoning.show == ReasoningChoice::Show::kSummary;
  if (effort.empty() && !shown) return;
  json.Key("reasoning").BeginObject();
  if (!effort.empty()) json.Key("effort").String(effort);
  if (shown) json.Key("summary").String("auto");
  json.EndObject();
}

void WriteSettings(const ExchangeRequest& request, JsonWriter& json) {
  const Sampling& sampling = request.sampling;
  if (sampling.output_tokens_max) json.Key("max_output_tokens").Integer(*sampling.output_tokens_max);
  if (sampling.temperature) json.Key("temperature").Number(*sampling.temperature);
  if (sampling.top_p) json.Key("top_p").Number(*sampling.top_p);
  if (!request.user.empty()) json.Key("safety_identifier").String(request.user);
  if (!request.metadata.empty()) {
    json.Key("metadata").BeginObject();
    for (const auto& [key, value] : request.metadata) json.Key(key).String(value);
    json.EndObject();
  }
  json.Key("store").Bool(false);
  if (!HasNoReasoning(request.model)) json.Key("include").Raw(R"(["reasoning.encrypted_content"])");
  if (request.delivery != Delivery::kWhole) json.Key("stream").Bool(true);
}

}  // namespace

base::Result<std::string> WriteResponsesRequest(const ExchangeRequest& request, WriteContext& context) {
  JsonWriter json;
  json.BeginObject().Key("model").String(request.model);
  if (auto input = WriteResponsesInput(request, context, json); !input) return std::unexpected(input.error());
  if (!request.tools.empty()) {
    json.Key("tools").BeginArray();
    for (std::size_t i = 0; i < request.tools.size(); ++i) {
      if (auto written = WriteTool(request.tools[i], i, json); !written)
        return std::unexpected(written.error());
    }
    json.EndArray();
  }
  WriteChoice(request, json);
  if (auto format = WriteFormat(request.format, json); !format) return std::unexpected(format.error());
  WriteReasoning(request.reasoning, json);
  WriteSettings(request, json);
  return json.EndObject().Take();
}

}  // namespace proviso::protocol::internal
