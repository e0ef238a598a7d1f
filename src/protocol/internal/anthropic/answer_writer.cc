// Answers as Anthropic gives them, whole and as a stream.
//
// The stream: message_start once; blocks one after another with indexes 0, 1, 2, …; text and reasoning
// as they come, all else when its block is whole; the signature of reasoning in one delta, as clients
// replace it; message_delta with the stop and the usage in full, input tokens among them, since no
// other dialect knows them at the start; message_stop.
#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "protocol/internal/anthropic/answer_blocks.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

using anthropic::AnswerBlock;
using base::JsonString;
using base::JsonWriter;
using base::Result;
using base::Status;
using Kind = AnswerDelta::Kind;

void WriteHead(JsonWriter& json, const std::string& id, const std::string& model,
               const AnswerEnvelope& envelope) {
  json.BeginObject().Key("id").String(id.empty() ? envelope.id : id).Key("type").String("message");
  json.Key("role").String("assistant").Key("model").String(model.empty() ? envelope.model : model);
}

void WriteStop(JsonWriter& json, const anthropic::AnswerEnd& end, const std::string& stop_sequence) {
  json.Key("stop_reason").String(end.stop_reason).Key("stop_sequence");
  stop_sequence.empty() ? json.Null() : json.String(stop_sequence);
  if (!end.stop_details.empty()) json.Key("stop_details").Raw(end.stop_details);
}

/// Members of the message itself; `usage.…` are written with the usage.
bool IsTopLevel(const Member& member) {
  return member.path.find('.') == std::string::npos;
}

void Note(const Block& block, anthropic::AnswerContent& content) {
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) content.refusal += refusal->text;
  if (std::holds_alternative<CallBlock>(block.content)) content.calls = true;
}

/// The text that grows while a block is open; null for blocks that are written whole.
std::string* GrowingText(Block& block) {
  if (auto* text = std::get_if<TextBlock>(&block.content)) return &text->text;
  if (auto* refusal = std::get_if<RefusalBlock>(&block.content)) return &refusal->text;
  auto* reasoning = std::get_if<ReasoningBlock>(&block.content);
  const bool readable = reasoning != nullptr && reasoning->form != ReasoningBlock::Form::kRedacted;
  return readable ? &reasoning->text : nullptr;
}

class StreamWriter : public AnswerWriter {
 public:
  explicit StreamWriter(AnswerEnvelope envelope) : envelope_(std::move(envelope)) {}

  Status Write(const AnswerDelta& delta, std::string& out) override;

 private:
  void Start(const AnswerDelta& delta, std::string& out);
  void Begin(const AnswerDelta& delta);
  void Text(std::string_view text, std::string& out);
  void Signature(std::string_view text);
  void Cite(const Citation& citation, std::string& out);
  Status End(const AnswerDelta& delta, std::string& out);
  Status Catch(const Block& whole, std::string& out);
  void Stop(std::string& out);

  void Event(std::string_view type, const std::string& members, std::string& out);
  void OpenText(std::string& out);
  void Delta(const std::string& delta, std::string& out);
  void WriteBlock(const AnswerBlock& block, std::string& out);

  AnswerEnvelope envelope_;
  bool started_ = false;
  std::size_t index_ = 0;
  bool opened_ = false;  // the block's content_block_start was written
  Block block_;          // the open block, as far as it has come
  anthropic::AnswerContent content_;
  AnswerChoice stop_;
  TokenUsage usage_;
  std::vector<Member> others_;
};

Status StreamWriter::Write(const AnswerDelta& delta, std::string& out) {
  if (delta.choice != 0) return Broken("choices", "Anthropic Messages carries one answer, not several");
  if (!started_) Start(delta, out);
  switch (delta.kind) {
    case Kind::kStart:
      return {};
    case Kind::kBlockBegin:
      Begin(delta);
      return {};
    case Kind::kText:
      Text(delta.text, out);
      return {};
    case Kind::kSignature:
      Signature(delta.text);
      return {};
    case Kind::kCitation:
      Cite(delta.citation, out);
      return {};
    case Kind::kBlockEnd:
      return End(delta, out);
    case Kind::kUsage:
      usage_ = delta.usage;
      return {};
    case Kind::kStop:
      stop_ = delta.stop;
      return {};
    case Kind::kOther:
      if (envelope_.from == Dialect::kAnthropicMessages) others_.push_back(delta.member);
      return {};
    case Kind::kEnd:
      Stop(out);
      return {};
  }
  return {};
}

void StreamWriter::Event(std::string_view type, const std::string& members, std::string& out) {
  std::string data = R"({"type":")" + std::string(type) + "\"" + members + "}";
  // An event's data is one line; a line end in JSON can only be space between tokens.
  std::ranges::replace_if(data, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  out += MakeFrame(type, data);
}

void StreamWriter::Start(const AnswerDelta& delta, std::string& out) {
  started_ = true;
  JsonWriter json;
  WriteHead(json, delta.id, delta.model, envelope_);
  json.Key("content").BeginArray().EndArray().Key("stop_reason").Null().Key("stop_sequence").Null();
  json.Key("usage").BeginObject().Key("input_tokens").Integer(0).Key("output_tokens").Integer(0).EndObject();
  Event("message_start", R"(,"message":)" + json.EndObject().Take(), out);
}

void StreamWriter::Begin(const AnswerDelta& delta) {
  block_ = delta.block;
  opened_ = false;
  if (std::string* text = GrowingText(block_)) text->clear();
}

void StreamWriter::OpenText(std::string& out) {
  if (opened_) return;
  opened_ = true;
  const bool reasons = std::holds_alternative<ReasoningBlock>(block_.content);
  const std::string start =
      reasons ? R"({"type":"thinking","thinking":"","signature":""})" : R"({"type":"text","text":""})";
  Event("content_block_start", R"(,"index":)" + std::to_string(index_) + R"(,"content_block":)" + start, out);
}

void StreamWriter::Delta(const std::string& delta, std::string& out) {
  Event("content_block_delta", R"(,"index":)" + std::to_string(index_) + R"(,"delta":)" + delta, out);
}

void StreamWriter::Text(std::string_view text, std::string& out) {
  if (text.empty()) return;
  if (auto* call = std::get_if<CallBlock>(&block_.content)) call->arguments += text;
  std::string* grown = GrowingText(block_);
  if (grown == nullptr) return;
  *grown += text;
  OpenText(out);
  const bool reasons = std::holds_alternative<ReasoningBlock>(block_.content);
  Delta((reasons ? R"({"type":"thinking_delta","thinking":)" : R"({"type":"text_delta","text":)") +
            JsonString(text) + "}",
        out);
}

void StreamWriter::Signature(std::string_view text) {
  if (auto* reasoning = std::get_if<ReasoningBlock>(&block_.content)) reasoning->signature += text;
  if (auto* call = std::get_if<CallBlock>(&block_.content)) call->signature += text;
}

void StreamWriter::Cite(const Citation& citation, std::string& out) {
  auto* text = std::get_if<TextBlock>(&block_.content);
  if (text == nullptr) return;
  text->citations.push_back(citation);
  OpenText(out);
  Delta(R"({"type":"citations_delta","citation":)" +
            anthropic::WriteCitation(citation, text->text, envelope_) + "}",
        out);
}

/// Writes what the end of a block says beyond the pieces that came before it.
Status StreamWriter::Catch(const Block& whole, std::string& out) {
  Block block = whole;
  std::string* grown = GrowingText(block_);
  std::string* full = GrowingText(block);
  if (grown == nullptr || full == nullptr) {
    block_ = whole;
    return {};
  }
  if (!full->starts_with(*grown)) return Broken("stream", "a block's end differs from its pieces");
  Text(full->substr(grown->size()), out);
  const auto* cited = std::get_if<TextBlock>(&block.content);
  const auto* known = std::get_if<TextBlock>(&block_.content);
  if (cited != nullptr && known != nullptr) {
    for (std::size_t i = known->citations.size(); i < cited->citations.size(); ++i)
      Cite(cited->citations[i], out);
  }
  const auto* reasoning = std::get_if<ReasoningBlock>(&block.content);
  auto* kept = std::get_if<ReasoningBlock>(&block_.content);
  if (reasoning != nullptr && kept != nullptr) kept->signature = reasoning->signature;
  return {};
}

Status StreamWriter::End(const AnswerDelta& delta, std::string& out) {
  if (delta.whole == AnswerDelta::Whole::kYes) {
    if (auto caught = Catch(delta.block, out); !caught) return caught;
  } else if (!delta.block.original.empty()) {
    block_.original = delta.block.original;
  }
  Note(block_, content_);
  if (opened_) {
    const auto* reasoning = std::get_if<ReasoningBlock>(&block_.content);
    const std::string signature = reasoning == nullptr ? "" : anthropic::SignatureFor(*reasoning, envelope_);
    if (!signature.empty())
      Delta(R"({"type":"signature_delta","signature":)" + JsonString(signature) + "}", out);
    Event("content_block_stop", R"(,"index":)" + std::to_string(index_++), out);
    return {};
  }
  const auto blocks = anthropic::AnswerBlocksOf(block_, envelope_);
  if (!blocks) return std::unexpected(blocks.error());
  for (const AnswerBlock& block : *blocks) WriteBlock(block, out);
  return {};
}

void StreamWriter::WriteBlock(const AnswerBlock& block, std::string& out) {
  Event("content_block_start", R"(,"index":)" + std::to_string(index_) + R"(,"content_block":)" + block.start,
        out);
  for (const std::string& delta : block.deltas) Delta(delta, out);
  Event("content_block_stop", R"(,"index":)" + std::to_string(index_++), out);
}

void StreamWriter::Stop(std::string& out) {
  const anthropic::AnswerEnd end = anthropic::EndOf(stop_, usage_, others_, content_, envelope_);
  JsonWriter json;
  json.BeginObject();
  WriteStop(json, end, stop_.stop_sequence);
  for (const Member& member : others_) {
    if (member.path == "container") json.Key(member.path).Raw(member.json);
  }
  std::string members = R"(,"delta":)" + json.EndObject().Take() + R"(,"usage":)" + end.usage;
  for (const Member& member : others_) {
    if (IsTopLevel(member) && member.path != "container")
      members += "," + JsonString(member.path) + ":" + member.json;
  }
  Event("message_delta", members, out);
  Event("message_stop", "", out);
}

}  // namespace

std::unique_ptr<AnswerWriter> MakeAnthropicStreamWriter(AnswerEnvelope envelope) {
  return std::make_unique<StreamWriter>(std::move(envelope));
}

Result<std::string> WriteAnthropicAnswer(const ExchangeAnswer& answer, const AnswerEnvelope& envelope) {
  if (answer.choices.size() > 1)
    return Broken("choices", "Anthropic Messages carries one answer, not several");
  const AnswerChoice choice = answer.choices.empty() ? AnswerChoice() : answer.choices.front();
  JsonWriter json;
  WriteHead(json, answer.id, answer.model, envelope);
  json.Key("content").BeginArray();
  anthropic::AnswerContent content;
  for (const Block& block : choice.blocks) {
    const auto written = anthropic::AnswerBlocksOf(block, envelope);
    if (!written) return std::unexpected(written.error());
    for (const AnswerBlock& part : *written) json.Raw(part.whole);
    Note(block, content);
  }
  json.EndArray();
  const anthropic::AnswerEnd end =
      anthropic::EndOf(choice, answer.usage.value_or(TokenUsage()), answer.others, content, envelope);
  WriteStop(json, end, choice.stop_sequence);
  json.Key("usage").Raw(end.usage);
  for (const Member& member : answer.others) {
    if (envelope.from == Dialect::kAnthropicMessages && IsTopLevel(member))
      json.Key(member.path).Raw(member.json);
  }
  return json.EndObject().Take();
}

}  // namespace proviso::protocol::internal
