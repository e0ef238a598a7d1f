// Answers that Proviso itself writes, as Gemini's GenerateContentResponse.
#include "base/clock.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/fresh_answers.h"
#include "protocol/internal/gemini/candidate.h"
#include "protocol/internal/gemini/signatures.h"
#include "protocol/limits.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

std::string Response(const AnswerFrame& frame, std::string_view parts, std::string_view finish) {
  base::JsonWriter json;
  json.BeginObject().Key("candidates").BeginArray().BeginObject();
  json.Key("content").BeginObject().Key("parts").Raw(parts).Key("role").String("model").EndObject();
  json.Key("finishReason").String(finish).Key("index").Integer(0).EndObject().EndArray();
  json.Key("usageMetadata").BeginObject().Key("promptTokenCount").Integer(0);
  json.Key("totalTokenCount").Integer(0).EndObject();
  json.Key("modelVersion").String(frame.model).Key("responseId").String(frame.id);
  return json.EndObject().Take();
}

std::string Complete(Delivery delivery, std::string response) {
  switch (delivery) {
    case Delivery::kWhole:
      return response;
    case Delivery::kStream:
      return MakeFrame("", response);
    case Delivery::kArrayStream:
      return "[" + response + "]";
  }
  return response;
}

bool IsObject(std::string_view text) {
  const auto document =
      base::JsonDocument::Parse(text, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  return document && document->root().is_object();
}

}  // namespace

base::Result<std::string> FreshGeminiCalls(Delivery delivery, const AnswerFrame& frame,
                                           std::span<const ToolCall> calls) {
  if (calls.empty()) return base::Fail(base::ErrorCode::kInvalid, "rendering: there must be a call");
  base::JsonWriter parts;
  parts.BeginArray();
  for (const ToolCall& call : calls) {
    // A call without an id is taken for OpenAI's legacy kind where only the call is known.
    if (call.kind == CallKind::kCustom || !IsObject(call.arguments)) {
      return base::Fail(base::ErrorCode::kInvalid,
                        "rendering: Gemini carries only functions whose arguments are a JSON object");
    }
    parts.BeginObject().Key("functionCall").BeginObject();
    if (!call.id.empty()) parts.Key("id").String(call.id);
    parts.Key("name").String(call.name).Key("args").Raw(call.arguments).EndObject();
    if (&call == &calls.front() && gemini::WantsSignedCalls(frame.model)) {
      parts.Key("thoughtSignature").String(gemini::kNoSignature);
    }
    parts.EndObject();
  }
  return Complete(delivery, Response(frame, parts.EndArray().Take(), "STOP"));
}

std::string FreshGeminiNotice(Delivery delivery, const AnswerFrame& frame, std::string_view text) {
  base::JsonWriter parts;
  parts.BeginArray().BeginObject().Key("text").String(text).EndObject().EndArray();
  return Complete(delivery, Response(frame, parts.Take(), gemini::kWithheldWord));
}

}  // namespace proviso::protocol::internal
