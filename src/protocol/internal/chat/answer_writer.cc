// A whole Chat Completions answer.
//
// The blocks of a choice become one message: texts are joined as a stream's deltas are, reasoning stands
// in `reasoning_content` (and in `reasoning_details` what has a signature), calls in `tool_calls`.
// Opaque blocks and results have no place; the gate names them (AnswerSummary::left_out).
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "protocol/internal/chat/message_members.h"
#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/chat/stop_members.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;

/// What the blocks of one choice come to.
struct Message {
  std::string text;
  bool has_text = false;
  std::string refusal;
  std::string reasoning;
  bool detailed = false;
  std::vector<ReasoningBlock> details;
  std::vector<std::string> annotations;
  std::vector<CallBlock> calls;
  std::vector<std::string> images;
};

void AddReasoning(const ReasoningBlock& block, const AnswerEnvelope& envelope, Message& message) {
  message.reasoning += block.text;
  message.details.push_back(block);
  std::string& signature = message.details.back().signature;
  // Words without a signature go back to their maker only, too.
  const bool says = !block.text.empty() || !signature.empty();
  if (!envelope.origin.empty() && says) signature = Enclose(envelope.origin, signature);
  message.detailed = message.detailed || !signature.empty() || block.form != ReasoningBlock::Form::kFull ||
                     !block.id.empty();
}

Message Collect(const AnswerChoice& choice, const AnswerEnvelope& envelope) {
  Message message;
  for (const Block& block : choice.blocks) {
    if (const auto* text = std::get_if<TextBlock>(&block.content)) {
      for (const Citation& citation : text->citations)
        message.annotations.push_back(
            AnnotationOf(citation, text->text, CharactersOf(message.text), envelope.from));
      message.text += text->text;
      message.has_text = true;
    } else if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
      AddReasoning(*reasoning, envelope, message);
    } else if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) {
      message.refusal += refusal->text;
    } else if (const auto* call = std::get_if<CallBlock>(&block.content)) {
      message.calls.push_back(*call);
      std::string& signature = message.calls.back().signature;
      if (!envelope.origin.empty() && !signature.empty()) signature = Enclose(envelope.origin, signature);
    } else if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
      if (media->kind == MediaBlock::Kind::kImage)
        message.images.push_back(media->url.empty() ? DataUrl(*media) : media->url);
    }
  }
  std::erase(message.annotations, "");
  return message;
}

void WriteCalls(const std::vector<CallBlock>& calls, JsonWriter& json) {
  if (calls.size() == 1 && calls[0].kind == CallKind::kLegacyFunction) {
    json.Key("function_call").BeginObject().Key("name").String(calls[0].name);
    json.Key("arguments").String(calls[0].arguments).EndObject();
    return;
  }
  json.Key("tool_calls").BeginArray();
  for (const CallBlock& call : calls) {
    const bool custom = call.kind == CallKind::kCustom;
    json.BeginObject().Key("id").String(CallIdFor(Dialect::kOpenAiChat, Profile::kNone, call.id));
    json.Key("type").String(custom ? "custom" : "function");
    json.Key(custom ? "custom" : "function").BeginObject().Key("name").String(call.name);
    json.Key(custom ? "input" : "arguments").String(call.arguments).EndObject();
    if (!call.signature.empty()) WriteCallSignature(call.signature, json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteMessage(const Message& message, JsonWriter& json) {
  json.Key("message").BeginObject().Key("role").String("assistant").Key("content");
  const bool nothing_else = message.calls.empty() && message.refusal.empty();
  message.has_text || nothing_else ? json.String(message.text) : json.Null();
  json.Key("refusal");
  message.refusal.empty() ? json.Null() : json.String(message.refusal);
  if (!message.reasoning.empty()) json.Key("reasoning_content").String(message.reasoning);
  if (message.detailed) {
    json.Key("reasoning_details").BeginArray();
    std::int64_t index = 0;
    for (const ReasoningBlock& block : message.details) WriteReasoningDetail(block, index++, json);
    json.EndArray();
  }
  if (!message.annotations.empty()) {
    json.Key("annotations").BeginArray();
    for (const std::string& annotation : message.annotations) json.Raw(annotation);
    json.EndArray();
  }
  if (!message.images.empty()) {
    json.Key("images").BeginArray();
    for (const std::string& url : message.images) WriteImage(url, json);
    json.EndArray();
  }
  if (!message.calls.empty()) WriteCalls(message.calls, json);
}

}  // namespace

base::Result<std::string> WriteChatAnswer(const ExchangeAnswer& answer, const AnswerEnvelope& envelope) {
  const bool own = envelope.from == Dialect::kOpenAiChat && answer.dialect == Dialect::kOpenAiChat;
  const OtherMembers others(own ? answer.others : std::vector<Member>());
  JsonWriter json;
  json.BeginObject().Key("id").String(answer.id.empty() ? envelope.id : answer.id);
  json.Key("object").String("chat.completion");
  json.Key("created").Integer(answer.created_s == 0 ? envelope.created_s : answer.created_s);
  json.Key("model").String(answer.model.empty() ? envelope.model : answer.model);
  json.Key("choices").BeginArray();
  for (std::size_t i = 0; i < answer.choices.size(); ++i) {
    const Message message = Collect(answer.choices[i], envelope);
    json.BeginObject().Key("index").Integer(static_cast<std::int64_t>(i));
    WriteMessage(message, json);
    others.Write(At("choices", i) + ".message.", json);
    json.EndObject();
    const bool legacy = message.calls.size() == 1 && message.calls[0].kind == CallKind::kLegacyFunction;
    WriteStopMembers(
        answer.choices[i],
        {.from = envelope.from, .refused_in_words = !message.refusal.empty(), .legacy_call = legacy}, json);
    if (!others.Has(At("choices", i) + ".logprobs")) json.Key("logprobs").Null();
    others.Write(At("choices", i) + ".", json);
    json.EndObject();
  }
  json.EndArray();
  if (answer.usage && !others.Has("usage"))
    json.Key("usage").Raw(WriteUsage(Dialect::kOpenAiChat, *answer.usage));
  others.Write("", json);
  return json.EndObject().Take();
}

}  // namespace proviso::protocol::internal
