#include "protocol/internal/responses/stream_writer.h"

#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/responses/items.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonString;
using base::Status;

/// The stem of the events that tell a call's arguments.
std::string StemOf(const CallBlock& call) {
  return call.kind == CallKind::kCustom ? "response.custom_tool_call_input"
                                        : "response.function_call_arguments";
}

bool IsFull(const ReasoningBlock& reasoning) {
  return reasoning.form == ReasoningBlock::Form::kFull;
}

std::string ReasoningPart(const ReasoningBlock& reasoning, std::string_view text) {
  return R"({"type":)" + JsonString(IsFull(reasoning) ? "reasoning_text" : "summary_text") + R"(,"text":)" +
         JsonString(text) + "}";
}

std::string TextIn(const Block& block) {
  if (const auto* text = std::get_if<TextBlock>(&block.content)) return text->text;
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return refusal->text;
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return reasoning->text;
  if (const auto* call = std::get_if<CallBlock>(&block.content)) return call->arguments;
  return "";
}

struct Ending {
  std::string_view status;
  std::string reason;
};

Ending EndingOf(const AnswerChoice& choice, bool refused) {
  switch (choice.stop) {
    case StopClass::kEnd:
    case StopClass::kStopSequence:
    case StopClass::kToolCall:
      return {"completed", ""};
    case StopClass::kRefusal:
      if (refused) return {"completed", ""};
      return {"incomplete", "content_filter"};
    case StopClass::kLength:
      return {"incomplete", "max_output_tokens"};
    case StopClass::kContentFilter:
      return {"incomplete", "content_filter"};
    case StopClass::kNone:
    case StopClass::kPause:
    case StopClass::kOther:
      break;
  }
  return {"incomplete", choice.stop_raw.empty() ? "unknown" : choice.stop_raw};
}

}  // namespace

Status ResponsesStreamWriter::Write(const AnswerDelta& delta, std::string& out) {
  if (delta.choice != 0) return Broken("choices", "the Responses API has room for one");
  if (delta.kind != AnswerDelta::Kind::kStart) Open(out);
  switch (delta.kind) {
    case AnswerDelta::Kind::kStart:
      if (!delta.id.empty()) head_.id = delta.id;
      if (!delta.model.empty()) head_.model = delta.model;
      if (delta.created_s != 0) head_.created_s = delta.created_s;
      return {};
    case AnswerDelta::Kind::kBlockBegin:
      return Begin(delta.block, out);
    case AnswerDelta::Kind::kText:
      Grow(delta.text, out);
      return {};
    case AnswerDelta::Kind::kSignature:
      if (auto* reasoning = std::get_if<ReasoningBlock>(&block_.content)) reasoning->signature += delta.text;
      if (auto* call = std::get_if<CallBlock>(&block_.content)) call->signature += delta.text;
      return {};
    case AnswerDelta::Kind::kCitation:
      Cite(delta.citation, out);
      return {};
    case AnswerDelta::Kind::kBlockEnd:
      return End(delta, out);
    case AnswerDelta::Kind::kUsage:
      usage_ = delta.usage;
      return {};
    case AnswerDelta::Kind::kStop:
      stop_ = delta.stop;
      return {};
    case AnswerDelta::Kind::kOther:
      // Members of an item, "output[1].phase", have no place outside it.
      if (envelope_.from == Dialect::kOpenAiResponses && !delta.member.path.contains('[')) {
        others_.push_back(delta.member);
      }
      return {};
    case AnswerDelta::Kind::kEnd:
      Complete(out);
      return {};
  }
  return {};
}

void ResponsesStreamWriter::Open(std::string& out) {
  if (opened_) return;
  opened_ = true;
  head_.id = ResponseIdOf(head_.id.empty() ? envelope_.id : head_.id);
  if (head_.model.empty()) head_.model = envelope_.model;
  if (head_.created_s == 0) head_.created_s = envelope_.created_s;
  out += WriteOpening(head_, sequence_);
}

std::string ResponsesStreamWriter::ItemId(std::string_view prefix, std::string_view given) const {
  return given.empty() ? OwnItemId(prefix, head_.id, items_) : std::string(given);
}

std::string ResponsesStreamWriter::At() const {
  return R"("output_index":)" + std::to_string(items_);
}

std::string ResponsesStreamWriter::AtPart() const {
  return At() + R"(,"item_id":)" + JsonString(item_.id) + R"(,"content_index":)" +
         std::to_string(item_.parts_count);
}

void ResponsesStreamWriter::Tell(std::string_view type, const std::string& members, std::string& out) {
  out += WriteEvent(type, sequence_, members);
}

Status ResponsesStreamWriter::Begin(const Block& block, std::string& out) {
  block_ = block;
  const bool part =
      std::holds_alternative<TextBlock>(block.content) || std::holds_alternative<RefusalBlock>(block.content);
  if (part) {
    if (!in_message_) BeginMessage(out);
    BeginPart(out);
    return {};
  }
  EndMessage(out);
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    BeginReasoning(*reasoning, out);
  } else if (const auto* call = std::get_if<CallBlock>(&block.content)) {
    BeginCall(*call, out);
  } else if (const auto* media = std::get_if<MediaBlock>(&block.content)) {
    if (media->kind != MediaBlock::Kind::kImage || media->base64.empty()) {
      return Broken("output", "the Responses API has a place for inline images only");
    }
  }
  return {};
}

void ResponsesStreamWriter::BeginMessage(std::string& out) {
  in_message_ = true;
  item_ = {.id = ItemId("msg_", ""), .parts = "", .parts_count = 0};
  Tell("response.output_item.added",
       At() + R"(,"item":)" + AssistantMessage({.id = item_.id, .status = "in_progress"}, ""), out);
}

void ResponsesStreamWriter::BeginPart(std::string& out) {
  if (std::holds_alternative<TextBlock>(block_.content)) block_.content = TextBlock{};
  const bool refusal = std::holds_alternative<RefusalBlock>(block_.content);
  if (refusal) block_.content = RefusalBlock{};
  refused_ = refused_ || refusal;
  Tell("response.content_part.added",
       AtPart() + R"(,"part":)" + (refusal ? RefusalPart("") : OutputTextPart("", "[]")), out);
}

void ResponsesStreamWriter::BeginReasoning(const ReasoningBlock& reasoning, std::string& out) {
  ReasoningBlock begun = reasoning;
  begun.text.clear();
  begun.signature.clear();
  item_ = {.id = ItemId("rs_", reasoning.id), .parts = "", .parts_count = 0};
  summary_begun_ = false;
  Tell("response.output_item.added",
       At() + R"(,"item":)" + ReasoningItem({.id = item_.id, .status = ""}, begun, ""), out);
  block_.content = std::move(begun);
}

void ResponsesStreamWriter::BeginCall(const CallBlock& call, std::string& out) {
  CallBlock begun = call;
  begun.arguments.clear();
  begun.signature.clear();
  begun.id = CallIdFor(Dialect::kOpenAiResponses, Profile::kNone, call.id);
  item_ = {.id = ItemId(call.kind == CallKind::kCustom ? "ctc_" : "fc_", call.item_id),
           .parts = "",
           .parts_count = 0};
  Tell("response.output_item.added",
       At() + R"(,"item":)" + CallItem({.id = item_.id, .status = "in_progress"}, begun, begun.id, ""), out);
  block_.content = std::move(begun);
}

void ResponsesStreamWriter::Grow(std::string_view text, std::string& out) {
  if (text.empty()) return;
  const std::string delta = R"(,"delta":)" + JsonString(text);
  if (auto* words = std::get_if<TextBlock>(&block_.content)) {
    words->text += text;
    Tell("response.output_text.delta", AtPart() + delta + R"(,"logprobs":[])", out);
  } else if (auto* refusal = std::get_if<RefusalBlock>(&block_.content)) {
    refusal->text += text;
    Tell("response.refusal.delta", AtPart() + delta, out);
  } else if (auto* call = std::get_if<CallBlock>(&block_.content)) {
    call->arguments += text;
    Tell(StemOf(*call) + ".delta", At() + R"(,"item_id":)" + JsonString(item_.id) + delta, out);
  } else if (auto* reasoning = std::get_if<ReasoningBlock>(&block_.content)) {
    const bool full = IsFull(*reasoning);
    const std::string at = At() + R"(,"item_id":)" + JsonString(item_.id) +
                           (full ? R"(,"content_index":0)" : R"(,"summary_index":0)");
    if (!summary_begun_) {
      Tell(full ? "response.content_part.added" : "response.reasoning_summary_part.added",
           at + R"(,"part":)" + ReasoningPart(*reasoning, ""), out);
    }
    summary_begun_ = true;
    reasoning->text += text;
    Tell(full ? "response.reasoning_text.delta" : "response.reasoning_summary_text.delta", at + delta, out);
  }
}

void ResponsesStreamWriter::Cite(const Citation& citation, std::string& out) {
  auto* text = std::get_if<TextBlock>(&block_.content);
  if (text == nullptr) return;
  const std::string annotation = WriteAnnotation(citation, text->text, envelope_.from);
  if (!annotation.empty()) {
    Tell("response.output_text.annotation.added",
         AtPart() + R"(,"annotation_index":)" + std::to_string(text->citations.size()) + R"(,"annotation":)" +
             annotation,
         out);
  }
  text->citations.push_back(citation);
}

Status ResponsesStreamWriter::End(const AnswerDelta& delta, std::string& out) {
  if (delta.whole == AnswerDelta::Whole::kYes) {
    if (auto settled = Settle(delta.block, out); !settled) return settled;
  }
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block_.content)) {
    EndReasoning(*reasoning, out);
  } else if (const auto* call = std::get_if<CallBlock>(&block_.content)) {
    EndCall(*call, out);
  } else if (const auto* media = std::get_if<MediaBlock>(&block_.content)) {
    base::JsonWriter json;
    json.BeginObject().Key("id").String(ItemId("ig_", "")).Key("type").String("image_generation_call");
    json.Key("status").String("completed").Key("result").String(media->base64);
    AddWhole(json.EndObject().Take(), out);
  } else if (std::holds_alternative<OpaqueBlock>(block_.content)) {
    const std::string& original = delta.block.original.empty() ? block_.original : delta.block.original;
    if (envelope_.from == Dialect::kOpenAiResponses) AddWhole(original, out);
  } else {
    EndPart(out);
  }
  return {};
}

Status ResponsesStreamWriter::Settle(const Block& whole, std::string& out) {
  if (whole.content.index() != block_.content.index())
    return Broken("output", "a block that ends as another kind");
  const std::string told = TextIn(block_);
  const std::string last = TextIn(whole);
  if (!last.starts_with(told)) return Broken("output", "a block whose end differs from its pieces");
  Grow(std::string_view(last).substr(told.size()), out);
  if (const auto* text = std::get_if<TextBlock>(&whole.content)) {
    const std::size_t cited = std::get<TextBlock>(block_.content).citations.size();
    for (std::size_t i = cited; i < text->citations.size(); ++i) Cite(text->citations[i], out);
    std::get<TextBlock>(block_.content).citations = text->citations;
  }
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&whole.content)) {
    std::get<ReasoningBlock>(block_.content).signature = reasoning->signature;
  }
  if (const auto* call = std::get_if<CallBlock>(&whole.content)) {
    std::get<CallBlock>(block_.content).signature = call->signature;
  }
  if (std::holds_alternative<MediaBlock>(whole.content)) block_ = whole;
  return {};
}

void ResponsesStreamWriter::EndPart(std::string& out) {
  std::string part;
  if (const auto* refusal = std::get_if<RefusalBlock>(&block_.content)) {
    part = RefusalPart(refusal->text);
    Tell("response.refusal.done", AtPart() + R"(,"refusal":)" + JsonString(refusal->text), out);
  } else if (const auto* text = std::get_if<TextBlock>(&block_.content)) {
    part = OutputTextPart(text->text, WriteAnnotations(*text, envelope_.from));
    Tell("response.output_text.done", AtPart() + R"(,"text":)" + JsonString(text->text) + R"(,"logprobs":[])",
         out);
  }
  Tell("response.content_part.done", AtPart() + R"(,"part":)" + part, out);
  item_.parts.append(item_.parts_count == 0 ? "" : ",").append(part);
  ++item_.parts_count;
}

void ResponsesStreamWriter::EndReasoning(const ReasoningBlock& reasoning, std::string& out) {
  if (summary_begun_) {
    const bool full = IsFull(reasoning);
    const std::string at = At() + R"(,"item_id":)" + JsonString(item_.id) +
                           (full ? R"(,"content_index":0)" : R"(,"summary_index":0)");
    Tell(full ? "response.reasoning_text.done" : "response.reasoning_summary_text.done",
         at + R"(,"text":)" + JsonString(reasoning.text), out);
    Tell(full ? "response.content_part.done" : "response.reasoning_summary_part.done",
         at + R"(,"part":)" + ReasoningPart(reasoning, reasoning.text), out);
  }
  // Words without a signature go back to their maker only, too.
  const bool says = !reasoning.text.empty() || !reasoning.signature.empty();
  const bool enclose = !envelope_.origin.empty() && says;
  const std::string signature =
      enclose ? Enclose(envelope_.origin, reasoning.signature) : reasoning.signature;
  FinishItem(ReasoningItem({.id = item_.id, .status = ""}, reasoning, signature), out);
}

void ResponsesStreamWriter::EndCall(const CallBlock& call, std::string& out) {
  const bool custom = call.kind == CallKind::kCustom;
  Tell(StemOf(call) + ".done",
       At() + R"(,"item_id":)" + JsonString(item_.id) + (custom ? R"(,"input":)" : R"(,"arguments":)") +
           JsonString(call.arguments),
       out);
  CallBlock written = call;
  if (!envelope_.origin.empty() && !call.signature.empty()) {
    written.signature = Enclose(envelope_.origin, call.signature);
  }
  FinishItem(CallItem({.id = item_.id, .status = "completed"}, written, call.id, call.arguments), out);
}

void ResponsesStreamWriter::EndMessage(std::string& out) {
  if (!in_message_) return;
  in_message_ = false;
  FinishItem(AssistantMessage({.id = item_.id, .status = "completed"}, item_.parts), out);
}

void ResponsesStreamWriter::AddWhole(std::string item, std::string& out) {
  Tell("response.output_item.added", At() + R"(,"item":)" + item, out);
  FinishItem(std::move(item), out);
}

void ResponsesStreamWriter::FinishItem(std::string item, std::string& out) {
  Tell("response.output_item.done", At() + R"(,"item":)" + item, out);
  output_.append(output_.empty() ? "" : ",").append(item);
  ++items_;
}

void ResponsesStreamWriter::Complete(std::string& out) {
  EndMessage(out);
  const Ending ending = EndingOf(stop_, refused_);
  response_ = WriteResponse(head_, {.status = ending.status,
                                    .reason = ending.reason,
                                    .output = output_,
                                    .usage = usage_ ? WriteUsage(Dialect::kOpenAiResponses, *usage_) : "",
                                    .others = others_});
  Tell("response." + std::string(ending.status), R"("response":)" + response_, out);
}

std::unique_ptr<AnswerWriter> MakeResponsesStreamWriter(AnswerEnvelope envelope) {
  return std::make_unique<ResponsesStreamWriter>(std::move(envelope));
}

base::Result<std::string> WriteResponsesAnswer(const ExchangeAnswer& answer, const AnswerEnvelope& envelope) {
  AnswerEnvelope own = envelope;
  own.from = answer.dialect;
  ResponsesStreamWriter writer(std::move(own));
  std::string events;
  for (const AnswerDelta& delta : DeltasOf(answer)) {
    if (auto written = writer.Write(delta, events); !written) return std::unexpected(written.error());
    events.clear();
  }
  return writer.response();
}

}  // namespace proviso::protocol::internal
