// Answers as Gemini gives them: whole, as events, and as an array.
//
// The stream: texts and thoughts as they come, each an event; all else when its block is whole; and a
// last event with the stop reasons, the usage, and where statements come from.
//
// Every signature is base64 (signatures.h). Arguments that are no JSON object cannot stand in a
// functionCall: the answer then fails with kCorrupt, rather than show a call that the model did not make.
#include <algorithm>
#include <map>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/gemini/citations.h"
#include "protocol/internal/gemini/parts.h"
#include "protocol/internal/gemini/signatures.h"
#include "protocol/internal/reading.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonWriter;
using base::Result;
using base::Status;
using gemini::PlacedCitation;
using StepKind = AnswerDelta::Kind;

constexpr std::string_view kNothing = R"({"text":""})";

/// What one choice says besides its parts.
struct Ending {
  AnswerChoice stop;
  std::vector<PlacedCitation> citations;
};

/// The text that a reader sees of a block; null for other blocks.
const std::string* VisibleText(const Block& block) {
  if (const auto* text = std::get_if<TextBlock>(&block.content)) return &text->text;
  if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) return &refusal->text;
  return nullptr;
}

void Place(const Block& block, std::size_t begin, std::vector<PlacedCitation>& out) {
  const auto* text = std::get_if<TextBlock>(&block.content);
  if (text == nullptr) return;
  for (Citation citation : text->citations) {
    const bool placed = citation.end > citation.begin && citation.end <= text->text.size();
    std::string supported;
    if (placed) supported = text->text.substr(citation.begin, citation.end - citation.begin);
    citation.begin = placed ? citation.begin + begin : 0;
    citation.end = placed ? citation.end + begin : 0;
    out.push_back({.citation = std::move(citation), .supported = std::move(supported)});
  }
}

class Common {
 public:
  explicit Common(AnswerEnvelope envelope)
      : envelope_(std::move(envelope)), native_(envelope_.from == Dialect::kGemini) {}

  /// The part that a whole block is; "" for a block that Gemini has no place for.
  [[nodiscard]] Result<std::string> PartOf(const Block& block) const {
    if (const std::string* text = VisibleText(block)) {
      return text->empty() ? std::string() : gemini::TextPart(*text);
    }
    if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
      return Reasoning(reasoning->text, reasoning->signature);
    }
    if (const auto* media = std::get_if<MediaBlock>(&block.content)) return gemini::MediaPart(*media);
    if (const auto* call = std::get_if<CallBlock>(&block.content)) return Call(*call);
    return native_ ? block.original : std::string();
  }

  /// Words without a signature get one that says whose they are: they go back to their maker only, too.
  [[nodiscard]] std::string Signature(std::string_view text, std::string_view signature) const {
    if (text.empty() && signature.empty()) return "";
    return gemini::SignatureForClient(envelope_.origin, signature);
  }

  [[nodiscard]] std::string Reasoning(std::string_view text, std::string_view signature) const {
    const std::string signed_by = Signature(text, signature);
    if (!text.empty()) return gemini::ThoughtPart(text, signed_by);
    if (signed_by.empty()) return "";
    // What stood beside a text of Gemini's goes back beside one; others' reasoning is marked as such.
    return native_ ? gemini::SignaturePart(signed_by) : gemini::ThoughtPart("", signed_by);
  }

  void WriteHead(JsonWriter& json, const std::string& id, const std::string& model,
                 std::int64_t created_s) const {
    json.Key("modelVersion").String(model.empty() ? envelope_.model : model);
    const std::int64_t created = created_s != 0 ? created_s : envelope_.created_s;
    if (created != 0) json.Key("createTime").String(base::FormatUtc(created * 1000));
    json.Key("responseId").String(id.empty() ? envelope_.id : id);
  }

  void WriteEnding(JsonWriter& json, std::size_t index, const Ending& ending,
                   const std::vector<Member>& others) const {
    const AnswerChoice& stop = ending.stop;
    const bool own_word = native_ && !stop.stop_raw.empty();
    json.Key("finishReason");
    json.String(own_word ? std::string_view(stop.stop_raw) : StopWord(Dialect::kGemini, stop.stop));
    if (native_ && !stop.stop_details.empty()) {
      const auto details = base::JsonDocument::Parse(stop.stop_details);
      for (const base::JsonMember member : details ? details->root().members() : base::Json().members()) {
        json.Key(member.key.text()).Raw(member.value.raw());
      }
    } else if (stop.stop == StopClass::kRefusal) {
      json.Key("finishMessage").String("The model declined to answer.");  // Gemini has no word for it
    }
    const bool said = WriteMembers(json, "candidates[" + std::to_string(index) + "].", others);
    if (!said && !ending.citations.empty()) {
      json.Key("groundingMetadata").Raw(gemini::GroundingOf(ending.citations));
    }
  }

  /// The members that only Gemini has, of the object whose path is `prefix`; whether grounding is one.
  bool WriteMembers(JsonWriter& json, std::string_view prefix, const std::vector<Member>& others) const {
    bool grounding = false;
    if (!native_) return grounding;
    for (const Member& member : others) {
      if (!member.path.starts_with(prefix)) continue;
      const std::string name = member.path.substr(prefix.size());
      if (name.contains('.') || name.empty()) continue;
      json.Key(name).Raw(member.json);
      grounding = grounding || name == "groundingMetadata" || name == "citationMetadata";
    }
    return grounding;
  }

  void WriteUsageMetadata(JsonWriter& json, const std::optional<TokenUsage>& usage,
                          const std::vector<Member>& others) const {
    std::string counts = usage ? WriteUsage(Dialect::kGemini, *usage) : "{}";
    JsonWriter more;
    more.BeginObject();
    WriteMembers(more, "usageMetadata.", others);
    const std::string added = more.EndObject().Take();
    if (!usage && added == "{}") return;
    if (added != "{}") counts = counts.substr(0, counts.size() - 1) + (usage ? "," : "") + added.substr(1);
    json.Key("usageMetadata").Raw(counts);
  }

  /// Google's own word on a prompt that it blocked; "" for any other answer.
  [[nodiscard]] std::string Feedback(const AnswerChoice& stop) const {
    if (!native_ || stop.stop_details.empty()) return "";
    const auto details = base::JsonDocument::Parse(stop.stop_details);
    const bool blocked = details && !Absent(details->root().Find("blockReason"));
    return blocked ? stop.stop_details : "";
  }

 private:
  [[nodiscard]] Result<std::string> Call(const CallBlock& call) const {
    const auto arguments = gemini::ArgumentsObject(call.arguments);
    if (!arguments || call.kind == CallKind::kCustom) {
      return Broken("call of \"" + call.name + "\"",
                    "its arguments are no JSON object, which Gemini's calls need");
    }
    return gemini::CallPart(call, *arguments, Signature("", call.signature));
  }

  AnswerEnvelope envelope_;
  bool native_;
};

class StreamWriter : public AnswerWriter {
 public:
  StreamWriter(AnswerEnvelope envelope, Delivery delivery)
      : common_(std::move(envelope)), array_(delivery == Delivery::kArrayStream) {}

  Status Write(const AnswerDelta& delta, std::string& out) override;

 private:
  struct Choice {
    Block block;
    std::size_t shown = 0;       // of the open block's text
    std::size_t text_bytes = 0;  // of all text before the open block
    Ending ending;
  };

  void Begin(Choice& choice, const Block& block);
  void Text(std::size_t index, const std::string& text, std::string& out);
  Status EndBlock(std::size_t index, const AnswerDelta& delta, std::string& out);
  void Event(std::size_t index, std::string_view part, std::string& out);
  void Last(std::string& out);
  void Frame(const std::string& response, std::string& out);

  Common common_;
  bool array_;
  bool begun_ = false;
  std::string id_;
  std::string model_;
  std::int64_t created_s_ = 0;
  std::map<std::size_t, Choice> choices_;
  std::optional<TokenUsage> usage_;
  std::vector<Member> others_;
};

/// The text of a block that is shown as it grows; null for blocks that are shown whole.
std::string* GrowingText(Block& block) {
  if (auto* text = std::get_if<TextBlock>(&block.content)) return &text->text;
  if (auto* refusal = std::get_if<RefusalBlock>(&block.content)) return &refusal->text;
  if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return &reasoning->text;
  return nullptr;
}

Status StreamWriter::Write(const AnswerDelta& delta, std::string& out) {
  switch (delta.kind) {
    case StepKind::kStart:
      if (!delta.id.empty()) id_ = delta.id;
      if (!delta.model.empty()) model_ = delta.model;
      if (delta.created_s != 0) created_s_ = delta.created_s;
      return {};
    case StepKind::kBlockBegin:
      Begin(choices_[delta.choice], delta.block);
      return {};
    case StepKind::kText:
      Text(delta.choice, delta.text, out);
      return {};
    case StepKind::kSignature: {
      Block& block = choices_[delta.choice].block;
      if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) reasoning->signature += delta.text;
      if (auto* call = std::get_if<CallBlock>(&block.content)) call->signature += delta.text;
      return {};
    }
    case StepKind::kCitation:
      if (auto* text = std::get_if<TextBlock>(&choices_[delta.choice].block.content)) {
        text->citations.push_back(delta.citation);
      }
      return {};
    case StepKind::kBlockEnd:
      return EndBlock(delta.choice, delta, out);
    case StepKind::kUsage:
      usage_ = delta.usage;
      return {};
    case StepKind::kStop:
      choices_[delta.choice].ending.stop = delta.stop;
      return {};
    case StepKind::kOther:
      others_.push_back(delta.member);
      return {};
    case StepKind::kEnd:
      Last(out);
      return {};
  }
  return {};
}

void StreamWriter::Begin(Choice& choice, const Block& block) {
  choice.block = block;
  choice.shown = 0;
}

void StreamWriter::Text(std::size_t index, const std::string& text, std::string& out) {
  Choice& choice = choices_[index];
  if (auto* call = std::get_if<CallBlock>(&choice.block.content)) call->arguments += text;
  std::string* growing = GrowingText(choice.block);
  if (growing == nullptr || text.empty()) return;
  // A block may begin with text of its own; it is shown with the first piece.
  *growing += text;
  const std::string piece = growing->substr(choice.shown);
  choice.shown = growing->size();
  const bool thought = std::holds_alternative<ReasoningBlock>(choice.block.content);
  Event(index, thought ? gemini::ThoughtPart(piece, "") : gemini::TextPart(piece), out);
}

Status StreamWriter::EndBlock(std::size_t index, const AnswerDelta& delta, std::string& out) {
  Choice& choice = choices_[index];
  if (delta.whole == AnswerDelta::Whole::kYes) {
    Block whole = delta.block;
    auto* cited = std::get_if<TextBlock>(&whole.content);
    const auto* before = std::get_if<TextBlock>(&choice.block.content);
    if (cited != nullptr && before != nullptr && cited->citations.empty())
      cited->citations = before->citations;
    choice.block = std::move(whole);
  } else if (!delta.block.original.empty()) {
    choice.block.original = delta.block.original;
  }
  Block& block = choice.block;
  const std::string* growing = GrowingText(block);
  if (growing == nullptr) {
    const auto part = common_.PartOf(block);
    if (!part) return std::unexpected(part.error());
    if (!part->empty()) Event(index, *part, out);
    return {};
  }
  const std::string rest = growing->size() > choice.shown ? growing->substr(choice.shown) : "";
  if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) {
    const std::string signed_by = common_.Signature(*growing, reasoning->signature);
    const bool goes_on = choice.shown != 0 && !(rest.empty() && signed_by.empty());
    const std::string part =
        goes_on ? gemini::ThoughtPart(rest, signed_by) : common_.Reasoning(rest, reasoning->signature);
    if (!part.empty()) Event(index, part, out);
    return {};
  }
  if (!rest.empty()) Event(index, gemini::TextPart(rest), out);
  Place(block, choice.text_bytes, choice.ending.citations);
  choice.text_bytes += growing->size();
  return {};
}

void StreamWriter::Frame(const std::string& response, std::string& out) {
  if (!array_) {
    std::string line = response;
    // Line ends can only be space between tokens: of arguments as the model laid them out.
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    out += MakeFrame("", line);
    return;
  }
  out.append(begun_ ? ",\n" : "[").append(response);
  begun_ = true;
}

void StreamWriter::Event(std::size_t index, std::string_view part, std::string& out) {
  JsonWriter json;
  json.BeginObject().Key("candidates").BeginArray().BeginObject().Key("content").BeginObject();
  json.Key("parts").BeginArray().Raw(part).EndArray().Key("role").String("model").EndObject();
  json.Key("index").Integer(static_cast<std::int64_t>(index)).EndObject().EndArray();
  common_.WriteHead(json, id_, model_, created_s_);
  Frame(json.EndObject().Take(), out);
}

void StreamWriter::Last(std::string& out) {
  JsonWriter json;
  json.BeginObject();
  for (const auto& [index, choice] : choices_) {
    const std::string feedback = common_.Feedback(choice.ending.stop);
    if (!feedback.empty()) json.Key("promptFeedback").Raw(feedback);
  }
  json.Key("candidates").BeginArray();
  for (const auto& [index, choice] : choices_) {
    if (!common_.Feedback(choice.ending.stop).empty()) continue;
    json.BeginObject().Key("content").BeginObject().Key("parts").BeginArray().Raw(kNothing).EndArray();
    json.Key("role").String("model").EndObject();
    common_.WriteEnding(json, index, choice.ending, others_);
    json.Key("index").Integer(static_cast<std::int64_t>(index)).EndObject();
  }
  json.EndArray();
  common_.WriteUsageMetadata(json, usage_, others_);
  common_.WriteMembers(json, "", others_);
  common_.WriteHead(json, id_, model_, created_s_);
  Frame(json.EndObject().Take(), out);
  if (array_) out.append("\n]\n");
}

}  // namespace

Result<std::string> WriteGeminiAnswer(const ExchangeAnswer& answer, const AnswerEnvelope& envelope) {
  AnswerEnvelope own = envelope;
  own.from = answer.dialect;
  const Common common(std::move(own));
  JsonWriter json;
  json.BeginObject();
  if (answer.choices.size() == 1) {
    const std::string feedback = common.Feedback(answer.choices.front());
    if (!feedback.empty()) json.Key("promptFeedback").Raw(feedback);
  }
  json.Key("candidates").BeginArray();
  for (std::size_t i = 0; i < answer.choices.size(); ++i) {
    const AnswerChoice& choice = answer.choices[i];
    if (!common.Feedback(choice).empty()) continue;
    Ending ending;
    std::size_t text_bytes = 0;
    JsonWriter parts;
    parts.BeginArray();
    bool any = false;
    for (const Block& block : choice.blocks) {
      const auto part = common.PartOf(block);
      if (!part) return part;
      if (!part->empty()) parts.Raw(*part);
      any = any || !part->empty();
      Place(block, text_bytes, ending.citations);
      if (const std::string* text = VisibleText(block)) text_bytes += text->size();
    }
    if (!any) parts.Raw(kNothing);
    ending.stop = choice;
    ending.stop.blocks.clear();
    json.BeginObject().Key("content").BeginObject().Key("parts").Raw(parts.EndArray().Take());
    json.Key("role").String("model").EndObject();
    common.WriteEnding(json, i, ending, answer.others);
    json.Key("index").Integer(static_cast<std::int64_t>(i)).EndObject();
  }
  json.EndArray();
  common.WriteUsageMetadata(json, answer.usage, answer.others);
  common.WriteMembers(json, "", answer.others);
  common.WriteHead(json, answer.id, answer.model, answer.created_s);
  return json.EndObject().Take();
}

std::unique_ptr<AnswerWriter> MakeGeminiStreamWriter(AnswerEnvelope envelope, Delivery delivery) {
  return std::make_unique<StreamWriter>(std::move(envelope), delivery);
}

}  // namespace proviso::protocol::internal
