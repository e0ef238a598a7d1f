#include "protocol/rendering.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "protocol/internal/fresh_answers.h"

namespace proviso::protocol {

std::string_view KeepAlive(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return ": keep-alive\n\n";
    case Dialect::kAnthropicMessages:
      return "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    case Dialect::kOpenAiResponses:
      return ": keep-alive\n\n";
    case Dialect::kGemini:
      return ": keep-alive\n\n";
    case Dialect::kBedrockConverse:
      return "";
  }
  return "";
}

base::Result<std::string> RenderReleasedCalls(Dialect dialect, Delivery delivery, const AnswerFrame& frame,
                                              std::span<const ToolCall> calls) {
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

std::string RenderModelList(Dialect dialect, std::span<const ModelEntry> models) {
  base::JsonWriter json;
  json.BeginObject();
  if (dialect != Dialect::kAnthropicMessages) json.Key("object").String("list");
  json.Key("data").BeginArray();
  for (const ModelEntry& model : models) {
    json.BeginObject();
    switch (dialect) {
      case Dialect::kOpenAiChat:
      case Dialect::kOpenAiResponses:
      case Dialect::kGemini:
      case Dialect::kBedrockConverse:
        json.Key("id").String(model.id).Key("object").String("model");
        json.Key("created").Integer(model.created_s).Key("owned_by").String(model.owner);
        break;
      case Dialect::kAnthropicMessages:
        json.Key("type").String("model").Key("id").String(model.id);
        json.Key("display_name").String(model.display_name.empty() ? model.id : model.display_name);
        json.Key("created_at").String(base::FormatUtc(model.created_s * 1000));
        break;
    }
    json.EndObject();
  }
  json.EndArray();
  if (dialect == Dialect::kAnthropicMessages) {
    json.Key("has_more").Bool(false).Key("first_id");
    models.empty() ? json.Null() : json.String(models.front().id);
    json.Key("last_id");
    models.empty() ? json.Null() : json.String(models.back().id);
  }
  return json.EndObject().Take();
}

}  // namespace proviso::protocol
