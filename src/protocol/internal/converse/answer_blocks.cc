#include "protocol/internal/converse/answer_blocks.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/anthropic/block_reader.h"
#include "protocol/internal/converse/block_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal::converse {
namespace {

using base::Json;
using base::JsonString;
using base::JsonWriter;
using base::Result;

/// Text in one delta: far below what fits in a frame, however it is escaped.
constexpr std::size_t kDeltaTextBytesMax = 1U << 20U;

bool IsOwn(const AnswerEnvelope& envelope) {
  return envelope.from == Dialect::kBedrockConverse;
}

std::vector<std::string> Deltas(std::string_view text, std::string_view head, std::string_view tail) {
  std::vector<std::string> deltas;
  while (!text.empty()) {
    const std::string piece =
        Shorten(std::string(text.substr(0, kDeltaTextBytesMax + 4)), kDeltaTextBytesMax);
    deltas.push_back(std::string(head) + JsonString(piece) + std::string(tail));
    text.remove_prefix(piece.size());
  }
  return deltas;
}

AnswerBlock TextOf(const TextBlock& text, const AnswerEnvelope& envelope) {
  const Citations citations = IsOwn(envelope) ? Citations::kOwn : Citations::kForeign;
  JsonWriter whole;
  WriteText(text, citations, whole);
  AnswerBlock out{.whole = whole.Take(), .start = "", .deltas = TextDeltas(text.text)};
  for (const Citation& citation : text.citations) {
    out.deltas.push_back(R"({"citation":)" + CitationJson(citation, citations) + "}");
  }
  return out;
}

AnswerBlock ReasoningOf(std::string_view text, std::string_view signature) {
  AnswerBlock out{.whole = R"({"reasoningContent":{"reasoningText":{"text":)" + JsonString(text),
                  .start = "",
                  .deltas = ReasoningDeltas(text)};
  // Who gives the block back must say its text, however empty.
  if (text.empty()) out.deltas.emplace_back(R"({"reasoningContent":{"text":""}})");
  if (!signature.empty()) {
    out.whole += R"(,"signature":)" + JsonString(signature);
    out.deltas.push_back(R"({"reasoningContent":{"signature":)" + JsonString(signature) + "}}");
  }
  out.whole += "}}}";
  return out;
}

AnswerBlock RedactedOf(std::string_view content) {
  const std::string inner = R"({"redactedContent":)" + JsonString(content) + "}";
  const std::string block = R"({"reasoningContent":)" + inner + "}";
  return {.whole = block, .start = "", .deltas = {block}};
}

Result<AnswerBlock> CallOf(const CallBlock& call) {
  const std::string arguments = call.arguments.empty() ? "{}" : call.arguments;
  const auto document = base::JsonDocument::Parse(arguments);
  if (call.kind == CallKind::kCustom || !document || !document->root().is_object()) {
    return Broken("the call of \"" + Shorten(call.name, 64) + "\"",
                  "its arguments are not a JSON object, and Bedrock Converse carries no others");
  }
  const std::string head = R"({"toolUse":{"toolUseId":)" +
                           JsonString(CallIdFor(Dialect::kBedrockConverse, Profile::kNone, call.id)) +
                           R"(,"name":)" + JsonString(call.name);
  return AnswerBlock{.whole = head + R"(,"input":)" + arguments + "}}",
                     .start = head + "}}",
                     .deltas = Deltas(arguments, R"({"toolUse":{"input":)", "}}")};
}

/// `object` without the members named, and those apart.
std::string Without(Json object, std::string_view name) {
  JsonWriter json;
  json.BeginObject();
  for (const base::JsonMember member : object.members()) {
    if (!member.key.equals(name)) json.Key(member.key.text()).Raw(member.value.raw());
  }
  return json.EndObject().Take();
}

/// A block of Converse's own as it came, and in the pieces of a stream.
AnswerBlock OriginalOf(const std::string& original) {
  AnswerBlock out{.whole = original, .start = "", .deltas = {}};
  const auto document = base::JsonDocument::Parse(original);
  if (!document) return out;
  for (const base::JsonMember kind : document->root().members()) {
    const std::string head = "{" + std::string(kind.key.raw()) + ":";
    std::string_view piece;  // the member that comes in a delta
    if (kind.key.equals("toolUse")) piece = "input";
    if (kind.key.equals("toolResult")) piece = "content";
    if (kind.key.equals("image")) piece = "source";
    if (piece.empty()) {
      out.deltas.push_back(head + std::string(kind.value.raw()) + "}");
      continue;
    }
    out.start = head + Without(kind.value, piece) + "}";
    const Json content = kind.value.Find(piece);
    if (content.missing()) continue;
    if (piece == "input") out.deltas = Deltas(content.raw(), R"({"toolUse":{"input":)", "}}");
    if (piece == "content") out.deltas.push_back(head + std::string(content.raw()) + "}");
    if (piece == "source") out.deltas.push_back(head + R"({"source":)" + std::string(content.raw()) + "}}");
  }
  return out;
}

Result<AnswerBlock> MediaOf(const MediaBlock& media) {
  JsonWriter json;
  json.BeginObject().Key(MemberOf(media.kind));
  const std::string name = media.name.empty() ? "document" : media.name;
  if (auto written = WriteMedia(media, name, "content", json); !written) {
    return Broken("content", written.error().message);
  }
  return OriginalOf(json.EndObject().Take());
}

std::string Signed(std::string_view signature, const AnswerEnvelope& envelope) {
  return envelope.origin.empty() ? std::string(signature) : Enclose(envelope.origin, signature);
}

}  // namespace

std::vector<std::string> TextDeltas(std::string_view text) {
  return Deltas(text, R"({"text":)", "}");
}

std::vector<std::string> ReasoningDeltas(std::string_view text) {
  return Deltas(text, R"({"reasoningContent":{"text":)", "}}");
}

Result<std::vector<AnswerBlock>> AnswerBlocksOf(const Block& block, const AnswerEnvelope& envelope) {
  std::vector<AnswerBlock> out;
  Result<AnswerBlock> written = AnswerBlock{};
  const bool original = IsOwn(envelope) && !block.original.empty();
  if (const auto* text = std::get_if<TextBlock>(&block.content)) {
    if (!IsOwn(envelope) && text->text.empty() && text->citations.empty()) return out;
    written = TextOf(*text, envelope);
  } else if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) {
    if (refusal->text.empty()) return out;
    written = TextOf({.text = refusal->text, .citations = {}}, envelope);
  } else if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    if (reasoning->text.empty() && reasoning->signature.empty()) return out;
    const bool redacted = reasoning->form == ReasoningBlock::Form::kRedacted && envelope.origin.empty();
    written = redacted ? RedactedOf(reasoning->signature)
                       : ReasoningOf(reasoning->text, Signed(reasoning->signature, envelope));
  } else if (const auto* call = std::get_if<CallBlock>(&block.content)) {
    if (!call->signature.empty()) {
      out.push_back(
          ReasoningOf("", Signed(std::string(anthropic::kCallSignaturePrefix) + call->signature, envelope)));
    }
    written = CallOf(*call);
  } else if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
    written = MediaOf(*media);
  } else if (original) {
    written = OriginalOf(block.original);
  } else {
    return out;
  }
  if (!written) return std::unexpected(written.error());
  if (original) written->whole = block.original;
  out.push_back(std::move(*written));
  return out;
}

std::string StopReasonOf(const AnswerChoice& stop, const std::vector<Block>& blocks,
                         const AnswerEnvelope& envelope) {
  if (IsOwn(envelope)) return stop.stop_raw;
  StopClass reason = stop.stop;
  if (reason == StopClass::kEnd || reason == StopClass::kNone) {
    for (const Block& block : blocks) {
      if (std::holds_alternative<RefusalBlock>(block.content)) reason = StopClass::kRefusal;
      if (std::holds_alternative<CallBlock>(block.content)) reason = StopClass::kToolCall;
    }
  }
  const std::string_view word = StopWord(Dialect::kBedrockConverse, reason);
  return word.empty() ? "end_turn" : std::string(word);
}

AnswerEnd EndOf(const AnswerChoice& stop, const std::optional<TokenUsage>& usage,
                const std::vector<Member>& others, const AnswerEnvelope& envelope) {
  AnswerEnd end;
  if (usage) end.usage = WriteUsage(Dialect::kBedrockConverse, *usage);
  if (!IsOwn(envelope)) {
    end.metrics = R"({"latencyMs":0})";
    if (!stop.stop_sequence.empty()) {
      end.response_fields = R"({"stop_sequence":)" + JsonString(stop.stop_sequence) + "}";
    }
    return end;
  }
  for (const Member& member : others) {
    if (member.path == "metrics") {
      end.metrics = member.json;
    } else if (member.path == "additionalModelResponseFields") {
      end.response_fields = member.json;
    } else if (member.path.starts_with("usage.") && !end.usage.empty()) {
      end.usage.pop_back();
      end.usage += "," + JsonString(member.path.substr(6)) + ":" + member.json + "}";
    } else if (!member.path.contains('.')) {
      end.others.push_back(member);
    }
  }
  return end;
}

}  // namespace proviso::protocol::internal::converse
