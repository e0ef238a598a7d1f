#include "protocol/internal/anthropic/answer_blocks.h"

#include <utility>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/anthropic/block_reader.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal::anthropic {
namespace {

using base::JsonString;
using base::JsonWriter;
using base::Result;

bool IsOwn(const AnswerEnvelope& envelope) {
  return envelope.from == Dialect::kAnthropicMessages;
}

AnswerBlock TextOf(std::string_view text, const std::vector<Citation>& citations,
                   const AnswerEnvelope& envelope) {
  AnswerBlock out;
  JsonWriter whole;
  whole.BeginObject().Key("type").String("text").Key("text").String(text);
  if (!citations.empty()) whole.Key("citations").BeginArray();
  out.start = R"({"type":"text","text":""})";
  if (!text.empty()) out.deltas.push_back(R"({"type":"text_delta","text":)" + JsonString(text) + "}");
  for (const Citation& citation : citations) {
    const std::string json = WriteCitation(citation, text, envelope);
    whole.Raw(json);
    out.deltas.push_back(R"({"type":"citations_delta","citation":)" + json + "}");
  }
  if (!citations.empty()) whole.EndArray();
  out.whole = whole.EndObject().Take();
  return out;
}

AnswerBlock RedactedOf(std::string_view data) {
  AnswerBlock out;
  out.whole = R"({"type":"redacted_thinking","data":)" + JsonString(data) + "}";
  out.start = out.whole;
  return out;
}

AnswerBlock ReasoningOf(const ReasoningBlock& reasoning, const AnswerEnvelope& envelope) {
  const std::string signature = SignatureFor(reasoning, envelope);
  if (reasoning.form == ReasoningBlock::Form::kRedacted) return RedactedOf(signature);
  AnswerBlock out;
  out.whole = R"({"type":"thinking","thinking":)" + JsonString(reasoning.text) + R"(,"signature":)" +
              JsonString(signature) + "}";
  out.start = R"({"type":"thinking","thinking":"","signature":""})";
  if (!reasoning.text.empty())
    out.deltas.push_back(R"({"type":"thinking_delta","thinking":)" + JsonString(reasoning.text) + "}");
  if (!signature.empty())
    out.deltas.push_back(R"({"type":"signature_delta","signature":)" + JsonString(signature) + "}");
  return out;
}

Result<AnswerBlock> CallOf(const CallBlock& call) {
  const std::string arguments = call.arguments.empty() ? "{}" : call.arguments;
  const auto document = base::JsonDocument::Parse(arguments);
  if (call.kind == CallKind::kCustom || !document || !document->root().is_object()) {
    return Broken("the call of \"" + Shorten(call.name, 64) + "\"",
                  "its arguments are not a JSON object, and Anthropic Messages carries no others");
  }
  const std::string head = R"({"type":"tool_use","id":)" +
                           JsonString(CallIdFor(Dialect::kAnthropicMessages, Profile::kNone, call.id)) +
                           R"(,"name":)" + JsonString(call.name) + R"(,"input":)";
  AnswerBlock out;
  out.whole = head + arguments + "}";
  out.start = head + "{}}";
  out.deltas.push_back(R"({"type":"input_json_delta","partial_json":)" + JsonString(arguments) + "}");
  return out;
}

/// The word, where the answer's own is not Anthropic's.
std::string StopReason(const AnswerChoice& stop, const AnswerContent& content) {
  StopClass reason = stop.stop;
  if (reason == StopClass::kEnd || reason == StopClass::kNone) {
    if (!content.refusal.empty()) reason = StopClass::kRefusal;
    if (content.calls) reason = StopClass::kToolCall;
  }
  const std::string_view word = StopWord(Dialect::kAnthropicMessages, reason);
  return word.empty() ? "end_turn" : std::string(word);
}

/// What tells a refusal from a filter, which share a word here.
std::string StopDetails(const AnswerChoice& stop, const AnswerContent& content) {
  std::string explanation = content.refusal;
  if (stop.stop == StopClass::kContentFilter)
    explanation = "content filter of the provider (" + Shorten(stop.stop_raw, 64) + ")";
  if (explanation.empty()) return "";
  return R"({"type":"refusal","category":null,"explanation":)" + JsonString(explanation) + "}";
}

/// `usage` with the members that only this dialect has.
std::string WithOthers(const std::string& usage, const std::vector<Member>& others) {
  constexpr std::string_view kPrefix = "usage.";
  const auto document = base::JsonDocument::Parse(usage);
  if (!document) return usage;
  JsonWriter json;
  json.BeginObject();
  for (const base::JsonMember member : document->root().members())
    json.Key(member.key.text()).Raw(member.value.raw());
  for (const Member& member : others) {
    if (member.path.starts_with(kPrefix)) json.Key(member.path.substr(kPrefix.size())).Raw(member.json);
  }
  return json.EndObject().Take();
}

}  // namespace

std::string SignatureFor(const ReasoningBlock& reasoning, const AnswerEnvelope& envelope) {
  return envelope.origin.empty() ? reasoning.signature : Enclose(envelope.origin, reasoning.signature);
}

std::string WriteCitation(const Citation& citation, std::string_view text, const AnswerEnvelope& envelope) {
  if (IsOwn(envelope) && !citation.original.empty()) return citation.original;
  std::string quoted = citation.quoted;
  if (quoted.empty() && citation.begin < citation.end && citation.end <= text.size())
    quoted = text.substr(citation.begin, citation.end - citation.begin);
  JsonWriter json;
  json.BeginObject().Key("type").String("web_search_result_location");
  json.Key("url").String(citation.url).Key("title").String(citation.title);
  json.Key("cited_text").String(quoted);
  // Anthropic's own are opaque; the envelope says that this one is not for its models.
  json.Key("encrypted_index").String(envelope.origin.empty() ? "" : Enclose(envelope.origin, ""));
  return json.EndObject().Take();
}

Result<std::vector<AnswerBlock>> AnswerBlocksOf(const Block& block, const AnswerEnvelope& envelope) {
  std::vector<AnswerBlock> out;
  if (IsOwn(envelope) && !block.original.empty()) {
    out.push_back({.whole = block.original, .start = block.original, .deltas = {}});
  } else if (const auto* text = std::get_if<TextBlock>(&block.content)) {
    const bool says = IsOwn(envelope) || !text->text.empty() || !text->citations.empty();
    if (says) out.push_back(TextOf(text->text, text->citations, envelope));
  } else if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) {
    if (!refusal->text.empty()) out.push_back(TextOf(refusal->text, {}, envelope));
  } else if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    const bool says = IsOwn(envelope) || !reasoning->text.empty() || !reasoning->signature.empty();
    if (says) out.push_back(ReasoningOf(*reasoning, envelope));
  } else if (const auto* call = std::get_if<CallBlock>(&block.content)) {
    if (!call->signature.empty()) {
      const std::string bound = std::string(kCallSignaturePrefix) + call->signature;
      out.push_back(RedactedOf(envelope.origin.empty() ? bound : Enclose(envelope.origin, bound)));
    }
    auto written = CallOf(*call);
    if (!written) return std::unexpected(written.error());
    out.push_back(std::move(*written));
  } else if (std::holds_alternative<MediaBlock>(block.content)) {
    return Broken("content", "it holds an image or the like, which Anthropic Messages cannot carry");
  }
  return out;
}

AnswerEnd EndOf(const AnswerChoice& stop, const TokenUsage& usage, const std::vector<Member>& others,
                const AnswerContent& content, const AnswerEnvelope& envelope) {
  AnswerEnd end;
  end.usage = WriteUsage(Dialect::kAnthropicMessages, usage);
  if (IsOwn(envelope)) {
    end.stop_reason = stop.stop_raw;
    end.stop_details = stop.stop_details;
    end.usage = WithOthers(end.usage, others);
  } else {
    end.stop_reason = StopReason(stop, content);
    end.stop_details = StopDetails(stop, content);
  }
  return end;
}

}  // namespace proviso::protocol::internal::anthropic
