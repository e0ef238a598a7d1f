// Steps as a stream of Chat Completions chunks, in the order that OpenAI sends them: the role, the
// content, the calls by index, one chunk with the finish_reason, usage if the caller asked for it in a
// chunk without choices, [DONE].
//
// The official SDKs add the deltas of a message together: strings are joined and list entries are found by
// their `index`. So the role is said once, annotations come in one delta, and each entry of
// `reasoning_details` comes whole, behind the words that stream as `reasoning_content`.
#include <map>

#include "base/json_writer.h"
#include "protocol/internal/chat/message_members.h"
#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/chat/stop_members.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/origin.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Status;

class ChatStreamWriter final : public AnswerWriter {
 public:
  explicit ChatStreamWriter(AnswerEnvelope envelope)
      : envelope_(std::move(envelope)),
        id_(envelope_.id),
        model_(envelope_.model),
        created_s_(envelope_.created_s) {}

  Status Write(const AnswerDelta& delta, std::string& out) override;

 private:
  struct Choice {
    bool role_said = false;
    Block block;       // the open one, with what it has so far
    std::string sent;  // of its text
    std::vector<Citation> citations;
    std::size_t characters = 0;  // of content before the open block
    std::vector<std::string> annotations;
    std::int64_t calls = 0;
    std::int64_t details = 0;
    std::int64_t images = 0;
    bool refused = false;
    bool legacy = false;
  };

  void Start(const AnswerDelta& delta);
  void BeginBlock(const AnswerDelta& delta, std::string& out);
  void SayRole(std::size_t index, std::string& out);
  void AddText(std::size_t index, std::string_view text, std::string& out);
  Status EndBlock(const AnswerDelta& delta, std::string& out);
  void EndReasoning(std::size_t index, std::string& out);
  void EndCall(std::size_t index, std::string& out);
  void EndText(Choice& choice);
  void Stop(const AnswerDelta& delta, std::string& out);
  void End(std::string& out);

  /// A chunk of one choice with this delta.
  void Chunk(std::size_t index, std::string_view delta, std::string& out);
  /// The members that all chunks begin with, in an open object.
  void Head(JsonWriter& json) const;
  /// A delta of one call, of which `members` is left open for more.
  void BeginCallDelta(const Choice& choice, JsonWriter& json) const;

  AnswerEnvelope envelope_;
  std::string id_;
  std::string model_;
  std::int64_t created_s_;
  std::map<std::size_t, Choice> choices_;
  std::optional<TokenUsage> usage_;
  std::vector<Member> others_;
};

std::string_view MemberOf(const Block& block) {
  if (std::holds_alternative<ReasoningBlock>(block.content)) return "reasoning_content";
  if (std::holds_alternative<RefusalBlock>(block.content)) return "refusal";
  return "content";
}

Status ChatStreamWriter::Write(const AnswerDelta& delta, std::string& out) {
  using Kind = AnswerDelta::Kind;
  switch (delta.kind) {
    case Kind::kStart:
      Start(delta);
      return {};
    case Kind::kBlockBegin:
      BeginBlock(delta, out);
      return {};
    case Kind::kText:
      AddText(delta.choice, delta.text, out);
      return {};
    case Kind::kSignature: {
      Block& block = choices_[delta.choice].block;
      if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) reasoning->signature += delta.text;
      if (auto* call = std::get_if<CallBlock>(&block.content)) call->signature += delta.text;
      return {};
    }
    case Kind::kCitation:
      choices_[delta.choice].citations.push_back(delta.citation);
      return {};
    case Kind::kBlockEnd:
      return EndBlock(delta, out);
    case Kind::kUsage:
      usage_ = delta.usage;
      return {};
    case Kind::kStop:
      Stop(delta, out);
      return {};
    case Kind::kOther:
      if (envelope_.from == Dialect::kOpenAiChat) others_.push_back(delta.member);
      return {};
    case Kind::kEnd:
      End(out);
      return {};
  }
  return {};
}

void ChatStreamWriter::Start(const AnswerDelta& delta) {
  if (!delta.id.empty()) id_ = delta.id;
  if (!delta.model.empty()) model_ = delta.model;
  if (delta.created_s != 0) created_s_ = delta.created_s;
}

void ChatStreamWriter::Head(JsonWriter& json) const {
  json.BeginObject().Key("id").String(id_).Key("object").String("chat.completion.chunk");
  json.Key("created").Integer(created_s_).Key("model").String(model_);
}

void ChatStreamWriter::Chunk(std::size_t index, std::string_view delta, std::string& out) {
  JsonWriter json;
  Head(json);
  json.Key("choices").BeginArray().BeginObject().Key("index").Integer(static_cast<std::int64_t>(index));
  json.Key("delta").Raw(delta).Key("logprobs").Null().Key("finish_reason").Null().EndObject().EndArray();
  if (envelope_.stream_usage.value_or(false)) json.Key("usage").Null();
  out += MakeFrame("", json.EndObject().Take());
}

void ChatStreamWriter::SayRole(std::size_t index, std::string& out) {
  Choice& choice = choices_[index];
  if (std::exchange(choice.role_said, true)) return;
  const bool text = std::holds_alternative<TextBlock>(choice.block.content);
  Chunk(index, text ? R"({"role":"assistant","content":""})" : R"({"role":"assistant","content":null})", out);
}

void ChatStreamWriter::BeginBlock(const AnswerDelta& delta, std::string& out) {
  Choice& choice = choices_[delta.choice];
  choice.block = delta.block;
  choice.sent.clear();
  if (std::holds_alternative<OpaqueBlock>(choice.block.content) ||
      std::holds_alternative<ResultBlock>(choice.block.content))
    return;
  SayRole(delta.choice, out);
  if (std::holds_alternative<RefusalBlock>(choice.block.content)) choice.refused = true;
  if (const auto* media = std::get_if<MediaBlock>(&choice.block.content);
      media != nullptr && media->kind == MediaBlock::Kind::kImage) {
    JsonWriter json;
    json.BeginObject().Key("images").BeginArray();
    WriteImage(media->url.empty() ? DataUrl(*media) : media->url, json);
    Chunk(delta.choice, json.EndArray().EndObject().Take(), out);
  }
  const auto* call = std::get_if<CallBlock>(&choice.block.content);
  if (call == nullptr) return;
  choice.legacy = call->kind == CallKind::kLegacyFunction;
  JsonWriter json;
  BeginCallDelta(choice, json);
  json.Key("name").String(call->name);
  json.Key(call->kind == CallKind::kCustom ? "input" : "arguments").String("").EndObject();
  if (!choice.legacy) json.EndObject().EndArray();
  Chunk(delta.choice, json.EndObject().Take(), out);
}

/// Leaves the object of the function open. The first delta of a call names it.
void ChatStreamWriter::BeginCallDelta(const Choice& choice, JsonWriter& json) const {
  const auto& call = std::get<CallBlock>(choice.block.content);
  json.BeginObject();
  if (choice.legacy) {
    json.Key("function_call").BeginObject();
    return;
  }
  const std::string_view type = call.kind == CallKind::kCustom ? "custom" : "function";
  json.Key("tool_calls").BeginArray().BeginObject().Key("index").Integer(choice.calls);
  if (choice.sent.empty()) {
    json.Key("id").String(CallIdFor(Dialect::kOpenAiChat, Profile::kNone, call.id));
    json.Key("type").String(type);
  }
  json.Key(type).BeginObject();
}

void ChatStreamWriter::AddText(std::size_t index, std::string_view text, std::string& out) {
  Choice& choice = choices_[index];
  if (text.empty()) return;
  choice.sent += text;
  JsonWriter json;
  if (const auto* call = std::get_if<CallBlock>(&choice.block.content)) {
    BeginCallDelta(choice, json);
    json.Key(call->kind == CallKind::kCustom ? "input" : "arguments").String(text).EndObject();
    if (!choice.legacy) json.EndObject().EndArray();
    json.EndObject();
  } else if (std::holds_alternative<TextBlock>(choice.block.content) ||
             std::holds_alternative<ReasoningBlock>(choice.block.content) ||
             std::holds_alternative<RefusalBlock>(choice.block.content)) {
    json.BeginObject().Key(MemberOf(choice.block)).String(text).EndObject();
  } else {
    return;
  }
  Chunk(index, json.Take(), out);
}

/// What the block says when it is given whole at its end.
std::string_view TextOf(const Block& block) {
  if (const auto* text = std::get_if<TextBlock>(&block.content)) return text->text;
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return reasoning->text;
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return refusal->text;
  if (const auto* call = std::get_if<CallBlock>(&block.content)) return call->arguments;
  return "";
}

Status ChatStreamWriter::EndBlock(const AnswerDelta& delta, std::string& out) {
  Choice& choice = choices_[delta.choice];
  if (delta.whole == AnswerDelta::Whole::kYes) {
    const std::string_view whole = TextOf(delta.block);
    if (!whole.starts_with(choice.sent))
      return Broken("stream", "a block ends with another text than it had");
    if (delta.block.content.index() != choice.block.content.index())
      return Broken("stream", "a block ends as another kind than it began");
    AddText(delta.choice, std::string(whole.substr(choice.sent.size())), out);
    choice.block = delta.block;
    if (const auto* text = std::get_if<TextBlock>(&choice.block.content)) choice.citations = text->citations;
  }
  if (std::holds_alternative<ReasoningBlock>(choice.block.content)) EndReasoning(delta.choice, out);
  if (std::holds_alternative<CallBlock>(choice.block.content)) EndCall(delta.choice, out);
  if (std::holds_alternative<TextBlock>(choice.block.content)) EndText(choice);
  choice.sent.clear();
  return {};
}

void ChatStreamWriter::EndText(Choice& choice) {
  for (const Citation& citation : choice.citations) {
    std::string annotation = AnnotationOf(citation, choice.sent, choice.characters, envelope_.from);
    if (!annotation.empty()) choice.annotations.push_back(std::move(annotation));
  }
  choice.citations.clear();
  choice.characters += CharactersOf(choice.sent);
}

void ChatStreamWriter::EndReasoning(std::size_t index, std::string& out) {
  Choice& choice = choices_[index];
  auto& reasoning = std::get<ReasoningBlock>(choice.block.content);
  reasoning.text = choice.sent;
  // Words without a signature go back to their maker only, too.
  const bool says = !reasoning.text.empty() || !reasoning.signature.empty();
  if (!envelope_.origin.empty() && says) reasoning.signature = Enclose(envelope_.origin, reasoning.signature);
  if (reasoning.signature.empty() && reasoning.id.empty() && reasoning.form == ReasoningBlock::Form::kFull)
    return;
  JsonWriter json;
  json.BeginObject().Key("reasoning_details").BeginArray();
  WriteReasoningDetail(reasoning, choice.details++, json);
  Chunk(index, json.EndArray().EndObject().Take(), out);
}

void ChatStreamWriter::EndCall(std::size_t index, std::string& out) {
  Choice& choice = choices_[index];
  const auto& call = std::get<CallBlock>(choice.block.content);
  if (!call.signature.empty()) {
    // The SDKs' stream helpers want a function in each delta of a function's call.
    JsonWriter json;
    json.BeginObject().Key("tool_calls").BeginArray().BeginObject().Key("index").Integer(choice.calls);
    json.Key("function").BeginObject().Key("arguments").String("").EndObject();
    WriteCallSignature(envelope_.origin.empty() ? call.signature : Enclose(envelope_.origin, call.signature),
                       json);
    Chunk(index, json.EndObject().EndArray().EndObject().Take(), out);
  }
  ++choice.calls;
}

void ChatStreamWriter::Stop(const AnswerDelta& delta, std::string& out) {
  Choice& choice = choices_[delta.choice];
  if (!choice.role_said) {
    choice.block = {};
    SayRole(delta.choice, out);
  }
  if (!choice.annotations.empty()) {
    JsonWriter json;
    json.BeginObject().Key("annotations").BeginArray();
    for (const std::string& annotation : choice.annotations) json.Raw(annotation);
    Chunk(delta.choice, json.EndArray().EndObject().Take(), out);
    choice.annotations.clear();
  }
  JsonWriter json;
  Head(json);
  json.Key("choices").BeginArray().BeginObject();
  json.Key("index").Integer(static_cast<std::int64_t>(delta.choice));
  json.Key("delta").BeginObject().EndObject().Key("logprobs").Null();
  WriteStopMembers(delta.stop,
                   {.from = envelope_.from,
                    .refused_in_words = choice.refused,
                    .legacy_call = choice.legacy,
                    .delivery = Delivery::kStream},
                   json);
  json.EndObject().EndArray();
  if (envelope_.stream_usage.value_or(false)) json.Key("usage").Null();
  out += MakeFrame("", json.EndObject().Take());
}

void ChatStreamWriter::End(std::string& out) {
  const OtherMembers others(std::move(others_));
  const bool usage = usage_ && envelope_.stream_usage.value_or(false);
  if (!others.empty()) {
    for (const auto& [index, choice] : choices_) {
      JsonWriter json;
      Head(json);
      json.Key("choices").BeginArray().BeginObject();
      json.Key("index").Integer(static_cast<std::int64_t>(index)).Key("delta").BeginObject();
      others.Write(At("choices", index) + ".message.", json);
      json.EndObject().Key("finish_reason").Null();
      others.Write(At("choices", index) + ".", json);
      out += MakeFrame("", json.EndObject().EndArray().EndObject().Take());
    }
  }
  if (usage || !others.empty()) {
    JsonWriter json;
    Head(json);
    json.Key("choices").BeginArray().EndArray();
    if (usage && !others.Has("usage")) json.Key("usage").Raw(WriteUsage(Dialect::kOpenAiChat, *usage_));
    others.Write("", json);
    out += MakeFrame("", json.EndObject().Take());
  }
  out += MakeFrame("", "[DONE]");
}

}  // namespace

std::unique_ptr<AnswerWriter> MakeChatStreamWriter(AnswerEnvelope envelope) {
  return std::make_unique<ChatStreamWriter>(std::move(envelope));
}

}  // namespace proviso::protocol::internal
