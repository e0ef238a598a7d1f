// The Exchange for people: docs/formats/exchange.md. A member that has nothing to say is left out.
#include <array>

#include "base/canonical_json.h"
#include "base/json_writer.h"
#include "protocol/exchange.h"

namespace proviso::protocol {
namespace {

using base::JsonWriter;

void Text(JsonWriter& json, std::string_view key, std::string_view value) {
  if (!value.empty()) json.Key(key).String(value);
}

void Count(JsonWriter& json, std::string_view key, std::int64_t value) {
  if (value != 0) json.Key(key).Integer(value);
}

void Count(JsonWriter& json, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) json.Key(key).Integer(*value);
}

void Flag(JsonWriter& json, std::string_view key, const std::optional<bool>& value) {
  if (value) json.Key(key).Bool(*value);
}

void Real(JsonWriter& json, std::string_view key, const std::optional<double>& value) {
  if (value) json.Key(key).Number(*value);
}

/// A JSON text, in its canonical spelling so that equal values look equal; as a string when it is none.
void Value(JsonWriter& json, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  json.Key(key);
  const auto document = base::JsonDocument::Parse(text);
  if (document) {
    json.Raw(base::CanonicalJson(document->root()));
  } else {
    json.String(text);
  }
}

std::string_view NameOf(Role role) {
  constexpr std::array<std::string_view, 5> kNames = {"system", "developer", "user", "assistant", "tool"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view NameOf(CallKind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"function", "custom", "legacy_function"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view NameOf(MediaBlock::Kind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"image", "document", "audio", "video"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view NameOf(StopClass stop) {
  constexpr std::array<std::string_view, 9> kNames = {
      "none", "end", "length", "stop_sequence", "tool_call", "content_filter", "refusal", "pause", "other"};
  return kNames[static_cast<std::size_t>(stop)];
}

void Write(JsonWriter& json, const Citation& citation) {
  constexpr std::array<std::string_view, 3> kKinds = {"url", "document", "other"};
  json.BeginObject().Key("kind").String(kKinds[static_cast<std::size_t>(citation.kind)]);
  Text(json, "title", citation.title);
  Text(json, "url", citation.url);
  Text(json, "quoted", citation.quoted);
  if (citation.begin != citation.end) {
    json.Key("begin").Integer(static_cast<std::int64_t>(citation.begin));
    json.Key("end").Integer(static_cast<std::int64_t>(citation.end));
  }
  Value(json, "original", citation.original);
  json.EndObject();
}

void Write(JsonWriter& json, const std::vector<Block>& blocks);

void WriteContent(JsonWriter& json, const TextBlock& block) {
  json.Key("type").String("text").Key("text").String(block.text);
  if (block.citations.empty()) return;
  json.Key("citations").BeginArray();
  for (const Citation& citation : block.citations) Write(json, citation);
  json.EndArray();
}

void WriteContent(JsonWriter& json, const ReasoningBlock& block) {
  constexpr std::array<std::string_view, 3> kForms = {"full", "summary", "redacted"};
  json.Key("type").String("reasoning").Key("text").String(block.text);
  json.Key("form").String(kForms[static_cast<std::size_t>(block.form)]);
  Text(json, "signature", block.signature);
  Text(json, "id", block.id);
}

void WriteContent(JsonWriter& json, const RefusalBlock& block) {
  json.Key("type").String("refusal").Key("text").String(block.text);
}

void WriteContent(JsonWriter& json, const CallBlock& block) {
  json.Key("type").String("call").Key("id").String(block.id).Key("name").String(block.name);
  if (block.kind == CallKind::kCustom) {
    json.Key("arguments").String(block.arguments);
  } else {
    Value(json, "arguments", block.arguments);
  }
  if (block.kind != CallKind::kFunction) json.Key("kind").String(NameOf(block.kind));
  Text(json, "signature", block.signature);
  Text(json, "item_id", block.item_id);
}

void WriteContent(JsonWriter& json, const ResultBlock& block) {
  json.Key("type").String("result").Key("call_id").String(block.call_id);
  Text(json, "name", block.name);
  if (block.status != ResultBlock::Status::kUnsaid)
    json.Key("status").String(block.status == ResultBlock::Status::kOk ? "ok" : "error");
  json.Key("content");
  Write(json, block.content);
  Value(json, "json", block.json);
}

void WriteContent(JsonWriter& json, const MediaBlock& block) {
  json.Key("type").String(NameOf(block.kind));
  Text(json, "media_type", block.media_type);
  Text(json, "base64", block.base64);
  Text(json, "url", block.url);
  Text(json, "file_id", block.file_id);
  Text(json, "name", block.name);
  Text(json, "detail", block.detail);
}

void WriteContent(JsonWriter& json, const OpaqueBlock& block) {
  json.Key("type").String("other").Key("other_type").String(block.type);
}

void Write(JsonWriter& json, const std::vector<Block>& blocks) {
  json.BeginArray();
  for (const Block& block : blocks) {
    json.BeginObject();
    std::visit([&json](const auto& content) { WriteContent(json, content); }, block.content);
    Text(json, "model", block.model);
    Count(json, "cache_seconds", block.cache_s);
    Value(json, "original", block.original);
    json.EndObject();
  }
  json.EndArray();
}

void Write(JsonWriter& json, const std::vector<Member>& others) {
  if (others.empty()) return;
  json.Key("others").BeginArray();
  for (const Member& member : others) {
    json.BeginObject().Key("path").String(member.path);
    Value(json, "value", member.json);
    json.EndObject();
  }
  json.EndArray();
}

void Write(JsonWriter& json, const TokenUsage& usage) {
  json.Key("usage").BeginObject().Key("input").Integer(usage.input).Key("output").Integer(usage.output);
  json.Key("cached").Integer(usage.cached).Key("cache_written").Integer(usage.cache_written);
  json.Key("reasoning").Integer(usage.reasoning).Key("total").Integer(usage.total).EndObject();
}

void Write(JsonWriter& json, const ToolDefinition& tool) {
  json.BeginObject().Key("name").String(tool.name);
  Text(json, "description", tool.description);
  if (tool.kind != CallKind::kFunction) json.Key("kind").String(NameOf(tool.kind));
  Text(json, "provider_type", tool.provider_type);
  Value(json, "schema", tool.schema);
  Flag(json, "strict", tool.strict);
  Count(json, "cache_seconds", tool.cache_s);
  Value(json, "original", tool.original);
  json.EndObject();
}

void Write(JsonWriter& json, const ToolChoice& choice) {
  constexpr std::array<std::string_view, 5> kKinds = {"", "auto", "none", "any", "named"};
  if (choice.kind == ToolChoice::Kind::kUnsaid && !choice.parallel) return;
  json.Key("tool_choice").BeginObject();
  Text(json, "kind", kKinds[static_cast<std::size_t>(choice.kind)]);
  if (!choice.names.empty()) {
    json.Key("names").BeginArray();
    for (const std::string& name : choice.names) json.String(name);
    json.EndArray();
  }
  Flag(json, "parallel", choice.parallel);
  json.EndObject();
}

void Write(JsonWriter& json, const AnswerFormat& format) {
  if (format.kind == AnswerFormat::Kind::kText) return;
  json.Key("format").BeginObject();
  json.Key("kind").String(format.kind == AnswerFormat::Kind::kJson ? "json" : "schema");
  Text(json, "name", format.name);
  Text(json, "description", format.description);
  Value(json, "schema", format.schema);
  Flag(json, "strict", format.strict);
  json.EndObject();
}

void Write(JsonWriter& json, const ReasoningChoice& reasoning) {
  constexpr std::array<std::string_view, 4> kModes = {"", "off", "on", "adaptive"};
  constexpr std::array<std::string_view, 3> kShows = {"", "hidden", "summary"};
  const std::string_view mode = kModes[static_cast<std::size_t>(reasoning.mode)];
  const std::string_view show = kShows[static_cast<std::size_t>(reasoning.show)];
  if (reasoning.effort.empty() && !reasoning.budget_tokens && mode.empty() && show.empty()) return;
  json.Key("reasoning").BeginObject();
  Text(json, "effort", reasoning.effort);
  Count(json, "budget_tokens", reasoning.budget_tokens);
  Text(json, "mode", mode);
  Text(json, "show", show);
  json.EndObject();
}

void Write(JsonWriter& json, const Sampling& sampling) {
  json.Key("sampling").BeginObject();
  Count(json, "output_tokens_max", sampling.output_tokens_max);
  Real(json, "temperature", sampling.temperature);
  Real(json, "top_p", sampling.top_p);
  Count(json, "top_k", sampling.top_k);
  Real(json, "presence_penalty", sampling.presence_penalty);
  Real(json, "frequency_penalty", sampling.frequency_penalty);
  Count(json, "seed", sampling.seed);
  if (!sampling.stop.empty()) {
    json.Key("stop").BeginArray();
    for (const std::string& stop : sampling.stop) json.String(stop);
    json.EndArray();
  }
  if (sampling.choices != 1) json.Key("choices").Integer(sampling.choices);
  Count(json, "log_probabilities", sampling.log_probabilities);
  json.EndObject();
}

std::string_view NameOf(Delivery delivery) {
  constexpr std::array<std::string_view, 3> kNames = {"whole", "stream", "array_stream"};
  return kNames[static_cast<std::size_t>(delivery)];
}

}  // namespace

std::string ToJson(const ExchangeRequest& request) {
  JsonWriter json(JsonWriter::Layout::kPretty);
  json.BeginObject().Key("exchange").String("request").Key("dialect").String(NameOf(request.dialect));
  json.Key("model").String(request.model).Key("delivery").String(NameOf(request.delivery));
  json.Key("turns").BeginArray();
  for (const Turn& turn : request.turns) {
    json.BeginObject().Key("role").String(NameOf(turn.role));
    Text(json, "name", turn.name);
    json.Key("blocks");
    Write(json, turn.blocks);
    json.EndObject();
  }
  json.EndArray();
  if (!request.tools.empty()) {
    json.Key("tools").BeginArray();
    for (const ToolDefinition& tool : request.tools) Write(json, tool);
    json.EndArray();
  }
  Write(json, request.tool_choice);
  Write(json, request.format);
  Write(json, request.reasoning);
  Write(json, request.sampling);
  Text(json, "user", request.user);
  if (!request.metadata.empty()) {
    json.Key("metadata").BeginObject();
    for (const auto& [key, value] : request.metadata) json.Key(key).String(value);
    json.EndObject();
  }
  Flag(json, "stream_usage", request.stream_usage);
  Write(json, request.others);
  return json.EndObject().Take();
}

std::string ToJson(const ExchangeAnswer& answer) {
  JsonWriter json(JsonWriter::Layout::kPretty);
  json.BeginObject().Key("exchange").String("answer").Key("dialect").String(NameOf(answer.dialect));
  Text(json, "id", answer.id);
  Text(json, "model", answer.model);
  Count(json, "created_s", answer.created_s);
  json.Key("choices").BeginArray();
  for (const AnswerChoice& choice : answer.choices) {
    json.BeginObject().Key("blocks");
    Write(json, choice.blocks);
    json.Key("stop").String(NameOf(choice.stop));
    Text(json, "stop_raw", choice.stop_raw);
    Text(json, "stop_sequence", choice.stop_sequence);
    Value(json, "stop_details", choice.stop_details);
    json.EndObject();
  }
  json.EndArray();
  if (answer.usage) Write(json, *answer.usage);
  Write(json, answer.others);
  return json.EndObject().Take();
}

}  // namespace proviso::protocol
