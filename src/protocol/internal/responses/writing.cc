#include "protocol/internal/responses/writing.h"

#include "protocol/internal/responses/parts.h"

namespace proviso::protocol::internal {
namespace {

void WriteHead(base::JsonWriter& json, ItemHead head, std::string_view type) {
  if (!head.id.empty()) json.Key("id").String(head.id);
  json.Key("type").String(type);
  if (!head.status.empty()) json.Key("status").String(head.status);
}

}  // namespace

std::string WriteAnnotation(const Citation& citation, std::string_view text, Dialect from) {
  if (from == Dialect::kOpenAiResponses && !citation.original.empty()) return citation.original;
  if (citation.url.empty()) return "";
  base::JsonWriter json;
  json.BeginObject().Key("type").String("url_citation");
  json.Key("start_index").Integer(static_cast<std::int64_t>(CharacterAt(text, citation.begin)));
  json.Key("end_index").Integer(static_cast<std::int64_t>(CharacterAt(text, citation.end)));
  json.Key("title").String(citation.title).Key("url").String(citation.url);
  return json.EndObject().Take();
}

std::string WriteAnnotations(const TextBlock& text, Dialect from) {
  std::string out = "[";
  for (const Citation& citation : text.citations) {
    const std::string one = WriteAnnotation(citation, text.text, from);
    if (!one.empty()) out.append(out.size() == 1 ? "" : ",").append(one);
  }
  return out + "]";
}

std::string OutputTextPart(std::string_view text, std::string_view annotations) {
  base::JsonWriter json;
  json.BeginObject().Key("type").String("output_text").Key("annotations").Raw(annotations);
  return json.Key("logprobs").BeginArray().EndArray().Key("text").String(text).EndObject().Take();
}

std::string RefusalPart(std::string_view text) {
  base::JsonWriter json;
  return json.BeginObject().Key("type").String("refusal").Key("refusal").String(text).EndObject().Take();
}

std::string AssistantMessage(ItemHead head, std::string_view content) {
  base::JsonWriter json;
  json.BeginObject();
  WriteHead(json, head, "message");
  json.Key("content").Raw("[" + std::string(content) + "]").Key("role").String("assistant");
  return json.EndObject().Take();
}

std::string CallItem(ItemHead head, const CallBlock& call, std::string_view call_id,
                     std::string_view arguments) {
  const bool custom = call.kind == CallKind::kCustom;
  base::JsonWriter json;
  json.BeginObject();
  WriteHead(json, head, custom ? "custom_tool_call" : "function_call");
  json.Key("call_id").String(call_id).Key("name").String(call.name);
  json.Key(custom ? "input" : "arguments").String(arguments);
  if (!call.signature.empty()) {
    json.Key("extra_content").BeginObject().Key("google").BeginObject();
    json.Key("thought_signature").String(call.signature).EndObject().EndObject();
  }
  return json.EndObject().Take();
}

std::string ReasoningItem(ItemHead head, const ReasoningBlock& reasoning,
                          std::string_view encrypted_content) {
  const bool full = reasoning.form == ReasoningBlock::Form::kFull;
  base::JsonWriter json;
  json.BeginObject();
  WriteHead(json, head, "reasoning");
  const auto list = [&](std::string_view key, std::string_view type, std::string_view text) {
    json.Key(key).BeginArray();
    if (!text.empty()) json.BeginObject().Key("type").String(type).Key("text").String(text).EndObject();
    json.EndArray();
  };
  list("summary", "summary_text", full ? "" : reasoning.text);
  if (full) list("content", "reasoning_text", reasoning.text);
  if (!encrypted_content.empty()) json.Key("encrypted_content").String(encrypted_content);
  return json.EndObject().Take();
}

}  // namespace proviso::protocol::internal
