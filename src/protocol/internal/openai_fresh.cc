#include "base/json_writer.h"
#include "protocol/internal/fresh_answers.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonString;

enum class Numbering : std::uint8_t { kNone, kIndexed };

/// The members of a message or delta that carries calls.
std::string CallMembers(std::span<const ToolCall> calls, Numbering numbering) {
  base::JsonWriter json;
  json.BeginObject().Key("role").String("assistant").Key("content").Null();
  if (calls.size() == 1 && calls[0].kind == CallKind::kLegacyFunction) {
    json.Key("function_call").BeginObject().Key("name").String(calls[0].name);
    json.Key("arguments").String(calls[0].arguments).EndObject();
    return json.EndObject().Take();
  }
  json.Key("tool_calls").BeginArray();
  std::int64_t index = 0;
  for (const ToolCall& call : calls) {
    const bool custom = call.kind == CallKind::kCustom;
    json.BeginObject();
    if (numbering == Numbering::kIndexed) json.Key("index").Integer(index++);
    json.Key("id").String(call.id).Key("type").String(custom ? "custom" : "function");
    json.Key(custom ? "custom" : "function").BeginObject().Key("name").String(call.name);
    json.Key(custom ? "input" : "arguments").String(call.arguments).EndObject().EndObject();
  }
  return json.EndArray().EndObject().Take();
}

std::string TextMembers(std::string_view text) {
  return R"({"role":"assistant","content":)" + JsonString(text) + "}";
}

/// One chunk or one whole answer. `finish` is "" while the choice goes on.
std::string Envelope(const AnswerFrame& frame, Delivery delivery, std::string_view members,
                     std::string_view finish) {
  const bool stream = delivery == Delivery::kStream;
  base::JsonWriter json;
  json.BeginObject().Key("id").String(frame.id);
  json.Key("object").String(stream ? "chat.completion.chunk" : "chat.completion");
  json.Key("created").Integer(frame.created_s).Key("model").String(frame.model);
  json.Key("choices").BeginArray().BeginObject().Key("index").Integer(0);
  json.Key(stream ? "delta" : "message").Raw(members).Key("logprobs").Null().Key("finish_reason");
  finish.empty() ? json.Null() : json.String(finish);
  json.EndObject().EndArray();
  if (!stream) {
    json.Key("usage").BeginObject().Key("prompt_tokens").Integer(0).Key("completion_tokens").Integer(0);
    json.Key("total_tokens").Integer(0).EndObject();
  }
  return json.EndObject().Take();
}

std::string Complete(Delivery delivery, const AnswerFrame& frame, std::string_view members,
                     std::string_view finish) {
  switch (delivery) {
    case Delivery::kWhole:
    case Delivery::kArrayStream:
      return Envelope(frame, delivery, members, finish);
    case Delivery::kStream:
      return MakeFrame("", Envelope(frame, delivery, members, "")) +
             MakeFrame("", Envelope(frame, delivery, "{}", finish)) + MakeFrame("", "[DONE]");
  }
  return "";
}

}  // namespace

base::Result<std::string> FreshOpenAiCalls(Delivery delivery, const AnswerFrame& frame,
                                           std::span<const ToolCall> calls) {
  bool legacy = false;
  for (const ToolCall& call : calls) legacy = legacy || call.kind == CallKind::kLegacyFunction;
  if (calls.empty() || (legacy && calls.size() != 1)) {
    return base::Fail(base::ErrorCode::kInvalid,
                      "rendering: a function_call stands alone, and there must be a call");
  }
  const Numbering numbering = delivery == Delivery::kStream ? Numbering::kIndexed : Numbering::kNone;
  return Complete(delivery, frame, CallMembers(calls, numbering), legacy ? "function_call" : "tool_calls");
}

std::string FreshOpenAiNotice(Delivery delivery, const AnswerFrame& frame, std::string_view text) {
  return Complete(delivery, frame, TextMembers(text), "content_filter");
}

}  // namespace proviso::protocol::internal
