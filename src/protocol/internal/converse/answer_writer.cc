// An answer of any dialect as a whole one, and as a stream, of Converse.
//
// Neither names itself or its model: there is no place for it. `metrics` tells the provider's own
// latency, which is not ours to say: 0 for an answer of another dialect.
#include <optional>
#include <utility>

#include "base/json_writer.h"
#include "protocol/aws_event_stream.h"
#include "protocol/internal/converse/answer_blocks.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Result;
using base::Status;
using converse::AnswerBlock;
using Kind = AnswerDelta::Kind;

class StreamWriter : public AnswerWriter {
 public:
  explicit StreamWriter(AnswerEnvelope envelope) : envelope_(std::move(envelope)), fold_(envelope_.from) {}

  Status Write(const AnswerDelta& delta, std::string& out) override;

 private:
  void WriteDelta(const std::string& json, std::string& out);
  void WriteStop(std::string& out);
  /// Sends on what came of a text at once. The rest of a block leaves at its end.
  void WritePiece(const Block& block, std::string& out);
  Status WriteRest(const Block& block, std::string& out);
  void WriteEnd(std::string& out);
  [[nodiscard]] const Block* Current() const;

  AnswerEnvelope envelope_;
  AnswerFold fold_;
  bool started_ = false;
  std::size_t index_ = 0;
  std::size_t sent_bytes_ = 0;  // of the current block's text
};

const Block* StreamWriter::Current() const {
  const auto& choices = fold_.answer().choices;
  return choices.empty() || choices.front().blocks.empty() ? nullptr : &choices.front().blocks.back();
}

Status StreamWriter::Write(const AnswerDelta& delta, std::string& out) {
  if (delta.choice != 0) return Broken("stream", "a second choice, and Bedrock Converse gives one answer");
  if (!started_) out += MakeAwsEvent("messageStart", R"({"role":"assistant"})");
  started_ = true;
  if (auto added = fold_.Add(delta); !added) return added;
  if (delta.kind == Kind::kBlockBegin) sent_bytes_ = 0;
  const Block* block = Current();
  if (delta.kind == Kind::kText && block != nullptr) WritePiece(*block, out);
  if (delta.kind == Kind::kBlockEnd && block != nullptr) return WriteRest(*block, out);
  if (delta.kind == Kind::kEnd) WriteEnd(out);
  return {};
}

void StreamWriter::WriteDelta(const std::string& json, std::string& out) {
  out += MakeAwsEvent("contentBlockDelta",
                      R"({"contentBlockIndex":)" + std::to_string(index_) + R"(,"delta":)" + json + "}");
}

void StreamWriter::WriteStop(std::string& out) {
  out += MakeAwsEvent("contentBlockStop", R"({"contentBlockIndex":)" + std::to_string(index_) + "}");
  ++index_;
}

/// The text that may leave before its block is whole.
std::string_view StreamedText(const Block& block) {
  if (const auto* text = std::get_if<TextBlock>(&block.content)) return text->text;
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return refusal->text;
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return reasoning->text;
  return {};
}

void StreamWriter::WritePiece(const Block& block, std::string& out) {
  const std::string_view text = StreamedText(block);
  if (text.size() <= sent_bytes_) return;
  const std::string_view piece = text.substr(sent_bytes_);
  const bool reasons = std::holds_alternative<ReasoningBlock>(block.content);
  for (const std::string& json : reasons ? converse::ReasoningDeltas(piece) : converse::TextDeltas(piece)) {
    WriteDelta(json, out);
  }
  sent_bytes_ = text.size();
}

Status StreamWriter::WriteRest(const Block& block, std::string& out) {
  WritePiece(block, out);  // what only the block's end brought
  auto blocks = converse::AnswerBlocksOf(block, envelope_);
  if (!blocks) return std::unexpected(blocks.error());
  for (const AnswerBlock& one : *blocks) {
    if (one.start.empty() && one.deltas.empty()) continue;  // a text of no words
    if (!one.start.empty()) {
      out += MakeAwsEvent("contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(index_) +
                                                   R"(,"start":)" + one.start + "}");
    }
    // The text has gone already: its deltas come first.
    const std::size_t gone = sent_bytes_ == 0 ? 0 : converse::TextDeltas(StreamedText(block)).size();
    for (std::size_t i = gone; i < one.deltas.size(); ++i) WriteDelta(one.deltas[i], out);
    WriteStop(out);
  }
  return {};
}

void StreamWriter::WriteEnd(std::string& out) {
  const ExchangeAnswer& answer = fold_.answer();
  const AnswerChoice choice = answer.choices.empty() ? AnswerChoice{} : answer.choices.front();
  const converse::AnswerEnd end = converse::EndOf(choice, answer.usage, answer.others, envelope_);
  JsonWriter stop;
  stop.BeginObject();
  if (!end.response_fields.empty()) stop.Key("additionalModelResponseFields").Raw(end.response_fields);
  stop.Key("stopReason").String(converse::StopReasonOf(choice, choice.blocks, envelope_));
  out += MakeAwsEvent("messageStop", stop.EndObject().Take());
  if (end.usage.empty() && end.others.empty()) return;  // as of providers that send no metadata
  JsonWriter metadata;
  metadata.BeginObject();
  if (!end.metrics.empty()) metadata.Key("metrics").Raw(end.metrics);
  if (!end.usage.empty()) metadata.Key("usage").Raw(end.usage);
  for (const Member& member : end.others) metadata.Key(member.path).Raw(member.json);
  out += MakeAwsEvent("metadata", metadata.EndObject().Take());
}

}  // namespace

Result<std::string> WriteConverseAnswer(const ExchangeAnswer& answer, const AnswerEnvelope& envelope) {
  if (answer.choices.size() != 1) {
    return Broken(
        "body", "Bedrock Converse gives one answer, and there are " + std::to_string(answer.choices.size()));
  }
  const AnswerChoice& choice = answer.choices.front();
  const converse::AnswerEnd end = converse::EndOf(choice, answer.usage, answer.others, envelope);
  JsonWriter json;
  json.BeginObject();
  if (!end.response_fields.empty()) json.Key("additionalModelResponseFields").Raw(end.response_fields);
  if (!end.metrics.empty()) json.Key("metrics").Raw(end.metrics);
  json.Key("output").BeginObject().Key("message").BeginObject();
  json.Key("content").BeginArray();
  for (const Block& block : choice.blocks) {
    auto blocks = converse::AnswerBlocksOf(block, envelope);
    if (!blocks) return std::unexpected(blocks.error());
    for (const AnswerBlock& one : *blocks) json.Raw(one.whole);
  }
  json.EndArray().Key("role").String("assistant").EndObject().EndObject();
  json.Key("stopReason").String(converse::StopReasonOf(choice, choice.blocks, envelope));
  if (!end.usage.empty()) json.Key("usage").Raw(end.usage);
  for (const Member& member : end.others) json.Key(member.path).Raw(member.json);
  return json.EndObject().Take();
}

std::unique_ptr<AnswerWriter> MakeConverseStreamWriter(AnswerEnvelope envelope) {
  return std::make_unique<StreamWriter>(std::move(envelope));
}

}  // namespace proviso::protocol::internal
