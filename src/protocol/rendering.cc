#include "protocol/rendering.h"

#include <vector>

#include "base/clock.h"
#include "base/json_writer.h"
#include "protocol/aws_event_stream.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/fresh_answers.h"

namespace proviso::protocol {

std::string_view KeepAlive(Dialect dialect, Delivery delivery) {
  if (delivery == Delivery::kArrayStream) return "\n";
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return ": keep-alive\n\n";
    case Dialect::kAnthropicMessages:
      return "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    case Dialect::kOpenAiResponses:
      return ": keep-alive\n\n";
    case Dialect::kGemini:
      return "\n";
    case Dialect::kBedrockConverse: {
      // SDKs skip events of a type that they do not know: newer services must not break them.
      static const std::string event = MakeAwsEvent("keepAlive", "{}");
      return event;
    }
  }
  return "";
}

namespace {

/// The calls with ids that tie them to their results in `dialect`: they may come from a provider of
/// another one, and Gemini's have none. Only OpenAI's legacy kind and Gemini do without.
std::vector<ToolCall> WithIds(Dialect dialect, const AnswerFrame& frame, std::span<const ToolCall> calls) {
  std::vector<ToolCall> named(calls.begin(), calls.end());
  if (dialect == Dialect::kGemini) return named;
  for (std::size_t i = 0; i < named.size(); ++i) {
    ToolCall& call = named[i];
    if (call.kind == CallKind::kLegacyFunction) {
      if (dialect == Dialect::kOpenAiChat) continue;
      call.kind = CallKind::kFunction;
    }
    if (call.id.empty()) call.id = internal::InventCallId(frame.id, i, call.name, call.arguments);
    call.id = internal::CallIdFor(dialect, Profile::kNone, call.id);
  }
  return named;
}

}  // namespace

base::Result<std::string> RenderReleasedCalls(Dialect dialect, Delivery delivery, const AnswerFrame& frame,
                                              std::span<const ToolCall> released) {
  const std::vector<ToolCall> calls = WithIds(dialect, frame, released);
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return internal::FreshOpenAiCalls(delivery, frame, calls);
    case Dialect::kAnthropicMessages:
      return internal::FreshAnthropicCalls(delivery, frame, calls);
    case Dialect::kOpenAiResponses:
      return internal::FreshResponsesCalls(delivery, frame, calls);
    case Dialect::kGemini:
      return internal::FreshGeminiCalls(delivery, frame, calls);
    case Dialect::kBedrockConverse:
      return internal::FreshConverseCalls(delivery, frame, calls);
  }
  return base::Fail(base::ErrorCode::kInternal, "rendering: no such dialect");
}

std::string RenderNotice(Dialect dialect, Delivery delivery, const AnswerFrame& frame,
                         std::string_view text) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return internal::FreshOpenAiNotice(delivery, frame, text);
    case Dialect::kAnthropicMessages:
      return internal::FreshAnthropicNotice(delivery, frame, text);
    case Dialect::kOpenAiResponses:
      return internal::FreshResponsesNotice(delivery, frame, text);
    case Dialect::kGemini:
      return internal::FreshGeminiNotice(delivery, frame, text);
    case Dialect::kBedrockConverse:
      return internal::FreshConverseNotice(delivery, frame, text);
  }
  return "";
}

namespace {

void WriteModel(base::JsonWriter& json, Dialect dialect, const ModelEntry& model) {
  const std::string& shown = model.display_name.empty() ? model.id : model.display_name;
  json.BeginObject();
  switch (dialect) {
    case Dialect::kOpenAiChat:
    case Dialect::kOpenAiResponses:
    case Dialect::kBedrockConverse:
      json.Key("id").String(model.id).Key("object").String("model");
      json.Key("created").Integer(model.created_s).Key("owned_by").String(model.owner);
      break;
    case Dialect::kAnthropicMessages:
      json.Key("type").String("model").Key("id").String(model.id).Key("display_name").String(shown);
      json.Key("created_at").String(base::FormatUtc(model.created_s * 1000));
      break;
    case Dialect::kGemini:
      json.Key("name").String("models/" + model.id).Key("baseModelId").String(model.id);
      json.Key("version").String("1").Key("displayName").String(shown);
      json.Key("supportedGenerationMethods").BeginArray();
      json.String("generateContent").String("countTokens").EndArray();
      break;
  }
  json.EndObject();
}

}  // namespace

std::string RenderModel(Dialect dialect, const ModelEntry& model) {
  base::JsonWriter json;
  WriteModel(json, dialect, model);
  return json.Take();
}

std::string RenderModelList(Dialect dialect, std::span<const ModelEntry> models) {
  const bool anthropic = dialect == Dialect::kAnthropicMessages;
  const bool gemini = dialect == Dialect::kGemini;
  base::JsonWriter json;
  json.BeginObject();
  if (!anthropic && !gemini) json.Key("object").String("list");
  json.Key(gemini ? "models" : "data").BeginArray();
  for (const ModelEntry& model : models) WriteModel(json, dialect, model);
  json.EndArray();
  if (anthropic) {
    json.Key("has_more").Bool(false).Key("first_id");
    models.empty() ? json.Null() : json.String(models.front().id);
    json.Key("last_id");
    models.empty() ? json.Null() : json.String(models.back().id);
  }
  return json.EndObject().Take();
}

}  // namespace proviso::protocol
