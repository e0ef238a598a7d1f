#include "protocol/internal/gemini/answer_reader.h"

#include <algorithm>

#include "base/clock.h"
#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/gemini/candidate.h"
#include "protocol/internal/gemini/citations.h"
#include "protocol/internal/gemini/names.h"
#include "protocol/internal/gemini/parts.h"
#include "protocol/internal/reading.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace gemini {

using base::Json;
using base::Result;
using base::Status;
using StepKind = AnswerDelta::Kind;

namespace {

// What is typed; all else is kept as it came.
constexpr Names kTopRead = {"candidates",   "promptFeedback", "usageMetadata",
                            "modelVersion", "responseId",     "createTime"};
constexpr Names kCounted = {"promptTokenCount",        "candidatesTokenCount", "totalTokenCount",
                            "cachedContentTokenCount", "thoughtsTokenCount",   "toolUsePromptTokenCount"};
constexpr Names kCandidateRead = {"content", "index", "finishReason"};

}  // namespace

AnswerDelta AnswerSteps::Step(StepKind kind, std::size_t index) const {
  AnswerDelta step;
  step.kind = kind;
  step.choice = index;
  return step;
}

void AnswerSteps::Remember(const std::string& path, Json value) {
  const auto known = std::ranges::find(others_, path, &std::pair<std::string, std::string>::first);
  if (known != others_.end()) {
    known->second = std::string(value.raw());
  } else {
    others_.emplace_back(path, std::string(value.raw()));
  }
}

Status AnswerSteps::ReadTop(Json root, std::vector<AnswerDelta>& out) {
  if (const Json error = root.Find("error"); !Absent(error)) return ProviderError(error);
  if (const Json feedback = root.Find("promptFeedback"); feedback.is_object()) {
    if (const Json reason = feedback.Find("blockReason"); !Absent(reason)) blocked_ = reason.text();
    feedback_ = std::string(feedback.raw());
  }
  const Json usage = root.Find("usageMetadata");
  if (const TokenUsage counted = ReadUsage(Dialect::kGemini, usage); counted != TokenUsage{})
    usage_ = counted;
  for (const base::JsonMember member : usage.members()) {
    const std::string name = member.key.text();
    if (std::ranges::find(kCounted, name) == kCounted.end()) Remember("usageMetadata." + name, member.value);
  }
  for (const base::JsonMember member : root.members()) {
    const std::string name = member.key.text();
    if (std::ranges::find(kTopRead, name) == kTopRead.end()) Remember(name, member.value);
  }
  const std::string id = root.Find("responseId").text();
  const std::string model = root.Find("modelVersion").text();
  if (started_ && (id.empty() || !id_.empty()) && (model.empty() || !model_.empty())) return {};
  started_ = true;
  if (id_.empty()) id_ = id;
  if (model_.empty()) model_ = model;
  if (const auto created = base::ParseUtc(root.Find("createTime").text())) created_s_ = *created / 1000;
  AnswerDelta start = Step(StepKind::kStart, 0);
  start.id = id_;
  start.model = model_;
  start.created_s = created_s_;
  out.push_back(std::move(start));
  return {};
}

Status AnswerSteps::Read(Json root, std::vector<AnswerDelta>& out) {
  if (auto top = ReadTop(root, out); !top) return top;
  std::size_t rank = 0;
  for (const Json entry : root.Find("candidates").elements()) {
    const std::string where = At("candidates", rank++);
    if (!entry.is_object()) return Broken(where, "not an object");
    const auto index = entry.Find("index").integer().value_or(0);
    if (index < 0 || static_cast<std::size_t>(index) >= kChoicesMax) {
      return Broken(where, "an index that is not a number below the limit of candidates");
    }
    if (auto read = ReadCandidate(static_cast<std::size_t>(index), entry, where, out); !read) return read;
  }
  return {};
}

Status AnswerSteps::ReadCandidate(std::size_t index, Json entry, const std::string& where,
                                  std::vector<AnswerDelta>& out) {
  Candidate& candidate = candidates_[index];
  std::size_t rank = 0;
  for (const Json part : entry.Find("content").Find("parts").elements()) {
    if (auto read = ReadOnePart(index, part, At(where + ".content.parts", rank++), out); !read) return read;
  }
  ReadMetadata(index, entry);
  const std::string finish = entry.Find("finishReason").text();
  if (StopOfCandidate(finish, false) == StopClass::kNone) return {};
  if (candidate.call) return Broken(where, "a stop reason inside a call");
  candidate.finish = finish;
  return {};
}

void AnswerSteps::ReadMetadata(std::size_t index, Json entry) {
  Candidate& candidate = candidates_[index];
  for (const base::JsonMember member : entry.members()) {
    const std::string name = member.key.text();
    if (std::ranges::find(kCandidateRead, name) != kCandidateRead.end() || member.value.is_null()) continue;
    if (name == "safetyRatings" || name == "finishMessage") {
      candidate.details[name] = std::string(member.value.raw());
      continue;
    }
    Remember("candidates[" + std::to_string(index) + "]." + name, member.value);
    if (name == "groundingMetadata") candidate.citations = CitationsOfGrounding(member.value);
    if (name == "citationMetadata") {
      std::ranges::move(CitationsOfSources(member.value), std::back_inserter(candidate.citations));
    }
  }
}

void AnswerSteps::AddText(std::size_t index, Kind kind, const std::string& text,
                          std::vector<AnswerDelta>& out) {
  Candidate& candidate = candidates_[index];
  if (candidate.open != kind || !candidate.signature.empty()) {
    CloseBlock(index, out);
    AnswerDelta begin = Step(StepKind::kBlockBegin, index);
    begin.block.model = model_;
    if (kind == Kind::kText) {
      begin.block.content = TextBlock{};
      candidate.block_begin = candidate.text_bytes;
    } else {
      begin.block.content =
          ReasoningBlock{.text = "", .form = ReasoningBlock::Form::kSummary, .signature = "", .id = ""};
    }
    candidate.open = kind;
    out.push_back(std::move(begin));
  }
  if (kind == Kind::kText) candidate.text_bytes += text.size();
  out.push_back(Step(StepKind::kText, index));
  out.back().text = text;
}

void AnswerSteps::CloseBlock(std::size_t index, std::vector<AnswerDelta>& out) {
  Candidate& candidate = candidates_[index];
  if (candidate.open == Kind::kNone) return;
  if (candidate.open == Kind::kText) {
    for (Citation& citation : std::exchange(candidate.citations, {})) {
      out.push_back(Step(StepKind::kCitation, index));
      out.back().citation = Within(std::move(citation), candidate.block_begin, candidate.text_bytes);
    }
  }
  const bool text = candidate.open == Kind::kText;
  candidate.open = Kind::kNone;
  std::string signature = std::exchange(candidate.signature, "");
  if (!text && !signature.empty()) {
    out.push_back(Step(StepKind::kSignature, index));
    out.back().text = std::move(signature);
    signature.clear();
  }
  out.push_back(Step(StepKind::kBlockEnd, index));
  if (signature.empty()) return;
  Block own;
  own.content = ReasoningBlock{
      .text = "", .form = ReasoningBlock::Form::kRedacted, .signature = std::move(signature), .id = ""};
  AddBlock(index, std::move(own), out);
}

/// A block that is whole at once.
void AnswerSteps::AddBlock(std::size_t index, Block block, std::vector<AnswerDelta>& out) {
  CloseBlock(index, out);
  block.model = model_;
  block.source = {};
  out.push_back(Step(StepKind::kBlockBegin, index));
  AnswerDelta& begin = out.back();
  begin.block = block;
  std::string text;
  std::string signature;
  if (auto* reasoning = std::get_if<ReasoningBlock>(&begin.block.content)) {
    signature = std::exchange(reasoning->signature, "");
  }
  if (auto* call = std::get_if<CallBlock>(&begin.block.content)) {
    text = std::exchange(call->arguments, "");
    signature = std::exchange(call->signature, "");
  }
  for (auto& [kind, piece] : {std::pair(StepKind::kText, text), std::pair(StepKind::kSignature, signature)}) {
    if (piece.empty()) continue;
    out.push_back(Step(kind, index));
    out.back().text = piece;
  }
  out.push_back(Step(StepKind::kBlockEnd, index));
}

Status AnswerSteps::ReadOnePart(std::size_t index, Json part, const std::string& where,
                                std::vector<AnswerDelta>& out) {
  if (!Absent(part.Find("functionCall"))) return ReadCallPart(index, part, where, out);
  auto blocks = ReadPart(part, where);
  if (!blocks) return Broken(where, blocks.error().message);
  Candidate& candidate = candidates_[index];
  if (candidate.call && !blocks->empty()) return Broken(where, "other content inside a call");
  for (Block& block : *blocks) {
    if (const auto* text = std::get_if<TextBlock>(&block.content)) {
      AddText(index, Kind::kText, text->text, out);
      continue;
    }
    auto* reasoning = std::get_if<ReasoningBlock>(&block.content);
    if (reasoning == nullptr) {
      AddBlock(index, std::move(block), out);
      continue;
    }
    if (!reasoning->text.empty()) AddText(index, Kind::kThought, reasoning->text, out);
    if (reasoning->signature.empty()) continue;
    // Beside a text it follows the text; of thoughts it is the signature; elsewhere it stands alone.
    const Kind owner = part.Find("thought").is_true() ? Kind::kThought : Kind::kText;
    if (candidate.open == owner && candidate.signature.empty()) {
      candidate.signature = std::move(reasoning->signature);
    } else {
      AddBlock(index, std::move(block), out);
    }
  }
  return {};
}

Status AnswerSteps::ReadCallPart(std::size_t index, Json part, const std::string& where,
                                 std::vector<AnswerDelta>& out) {
  const Json json = part.Find("functionCall");
  if (!json.is_object()) return Broken(where, "not an object");
  Candidate& candidate = candidates_[index];
  const std::string name = json.Find("name").text();
  if (candidate.call.has_value() == !name.empty()) {
    return Broken(where, candidate.call ? "a call inside another call" : "a call without a name");
  }
  if (!candidate.call) {
    candidate.call.emplace();
    candidate.call->name = name;
    candidate.partial = {};
    candidate.whole_arguments = false;
  }
  CallBlock& call = *candidate.call;
  if (const Json id = json.Find("id"); id.is_string()) call.id = id.text();
  call.signature += part.Find("thoughtSignature").text();
  if (const Json args = json.Find("args"); args.is_object()) {
    call.arguments = std::string(args.raw());
    candidate.whole_arguments = true;
  }
  std::size_t rank = 0;
  for (const Json piece : json.Find("partialArgs").elements()) {
    if (auto added = candidate.partial.Add(piece, At(where + ".partialArgs", rank++)); !added) return added;
  }
  if (json.Find("willContinue").is_true()) return {};
  if (!candidate.whole_arguments) {
    auto arguments = candidate.partial.Json(where);
    if (!arguments) return std::unexpected(arguments.error());
    call.arguments = std::move(*arguments);
  }
  if (call.id.empty()) call.id = InventCallId(id_, candidate.calls, call.name, call.arguments);
  ++candidate.calls;
  Block block;
  block.content = std::move(call);
  candidate.call.reset();
  AddBlock(index, std::move(block), out);
  return {};
}

bool AnswerSteps::Complete() const {
  if (candidates_.empty()) return !blocked_.empty();
  return std::ranges::none_of(candidates_, [](const auto& entry) { return entry.second.finish.empty(); });
}

Status AnswerSteps::Finish(std::vector<AnswerDelta>& out) {
  if (!Complete()) return Broken("stream", "it ends before a candidate's stop reason");
  if (candidates_.empty()) {
    candidates_[0].finish = blocked_;
  } else if (candidates_.rbegin()->first + 1 != candidates_.size()) {
    return Broken("candidates", "one is missing between the others");
  } else {
    blocked_.clear();  // an answer was given all the same
    if (!feedback_.empty()) others_.emplace_back("promptFeedback", feedback_);
  }
  for (auto& [index, candidate] : candidates_) {
    CloseBlock(index, out);
    AnswerDelta stop = Step(StepKind::kStop, index);
    stop.stop.stop = blocked_.empty() ? StopOfCandidate(candidate.finish, candidate.calls != 0)
                                      : StopClass::kContentFilter;
    stop.stop.stop_raw = candidate.finish;
    if (!candidate.details.empty()) {
      base::JsonWriter json;
      json.BeginObject();
      for (const auto& [name, value] : candidate.details) json.Key(name).Raw(value);
      stop.stop.stop_details = json.EndObject().Take();
    } else if (!blocked_.empty()) {
      stop.stop.stop_details = feedback_;
    }
    out.push_back(std::move(stop));
  }
  for (auto& [path, json] : others_) {
    out.push_back(Step(StepKind::kOther, 0));
    out.back().member = {.path = path, .json = json, .source = {}};
  }
  if (usage_) {
    out.push_back(Step(StepKind::kUsage, 0));
    out.back().usage = *usage_;
  }
  out.push_back(Step(StepKind::kEnd, 0));
  return {};
}

}  // namespace gemini

namespace {

class GeminiEvents : public EventReader {
 public:
  base::Status Read(std::string_view /*event*/, std::string_view data,
                    std::vector<AnswerDelta>& out) override {
    const auto document = ParseAnswerJson(data, "event");
    if (!document) return std::unexpected(document.error());
    return steps_.Read(document->root(), out);
  }
  [[nodiscard]] bool Complete() const override { return steps_.Complete(); }
  base::Status Finish(std::vector<AnswerDelta>& out) override { return steps_.Finish(out); }

 private:
  gemini::AnswerSteps steps_;
};

}  // namespace

std::unique_ptr<EventReader> MakeGeminiEventReader() {
  return std::make_unique<GeminiEvents>();
}

base::Result<ExchangeAnswer> ReadGeminiAnswer(base::Json root) {
  gemini::AnswerSteps reader;
  std::vector<AnswerDelta> steps;
  base::Status read = reader.Read(root, steps);
  if (read) read = reader.Finish(steps);
  if (!read) return std::unexpected(read.error());
  AnswerFold fold(Dialect::kGemini);
  for (const AnswerDelta& step : steps) {
    if (auto added = fold.Add(step); !added) return std::unexpected(added.error());
  }
  return fold.Take();
}

}  // namespace proviso::protocol::internal
