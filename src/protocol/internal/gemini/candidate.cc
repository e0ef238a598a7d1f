#include "protocol/internal/gemini/candidate.h"

#include <algorithm>
#include <iterator>

#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/gemini/names.h"
#include "protocol/internal/reading.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal::gemini {
namespace {

using base::Json;
using base::Result;
using base::Status;

constexpr Names kCandidateNames = {
    "index",         "content",        "finishReason",     "finishMessage",
    "safetyRatings", "logprobsResult", "citationMetadata", "groundingMetadata"};
/// What a part can be. Two of them in one part are two readings of it.
constexpr Names kPartKinds = {
    "text",           "inlineData",          "fileData", "functionCall", "functionResponse",
    "executableCode", "codeExecutionResult", "toolCall", "toolResponse"};

Status CheckPart(Json part, const std::string& where) {
  if (!part.is_object()) return Broken(where, "not an object");
  if (auto names = CheckAnswer(part, kPartNames, where); !names) return names;
  const auto kinds =
      std::ranges::count_if(kPartKinds, [&](std::string_view kind) { return !Absent(part.Find(kind)); });
  return kinds > 1 ? Broken(where, "two kinds of content in one part") : Status{};
}

Result<std::string> TextMember(Json object, std::string_view key, const std::string& where) {
  const Json value = object.Find(key);
  if (Absent(value)) return std::string();
  if (!value.is_string()) return Broken(where + "." + std::string(key), "not a string");
  std::string text = value.text();
  if (text.size() > kNameBytesMax) return Broken(where + "." + std::string(key), "larger than the limit");
  return text;
}

Result<std::size_t> IndexOf(Json entry, const std::string& where) {
  if (!entry.is_object()) return Broken(where, "not an object");
  if (auto names = CheckAnswer(entry, kCandidateNames, where); !names) return std::unexpected(names.error());
  const Json index = entry.Find("index");
  if (Absent(index)) return 0;
  const auto value = index.integer();
  if (!value || *value < 0 || static_cast<std::size_t>(*value) >= kChoicesMax) {
    return Broken(where, "an index that is not a number below the limit of candidates");
  }
  return static_cast<std::size_t>(*value);
}

bool IsCall(Json part) {
  return !Absent(part.Find("functionCall"));
}

}  // namespace

StopClass StopOfCandidate(std::string_view word, bool had_calls) {
  if (word.empty() || word == "FINISH_REASON_UNSPECIFIED") return StopClass::kNone;
  if (word == "STOP") return had_calls ? StopClass::kToolCall : StopClass::kEnd;
  if (word == "MAX_TOKENS") return StopClass::kLength;
  if (word == kWithheldWord) return StopClass::kContentFilter;
  return StopOf(Dialect::kGemini, word);
}

Result<Candidate::Seen> Candidate::Read(Json entry, std::size_t choice, const std::string& where,
                                        AnswerSummary& summary) {
  choice_ = choice;
  Seen seen;
  const Json content = entry.Find("content");
  if (!Absent(content) && !content.is_object()) return Broken(where + ".content", "not an object");
  if (auto names = CheckAnswer(content, kContentNames, where + ".content"); !names) {
    return std::unexpected(names.error());
  }
  const Json parts = content.Find("parts");
  if (!Absent(parts) && !parts.is_array()) return Broken(where + ".content.parts", "not an array");
  std::size_t rank = 0;
  for (const Json part : parts.elements()) {
    if (auto read = ReadPart(part, At(where + ".content.parts", rank++), seen, summary); !read) {
      return std::unexpected(read.error());
    }
  }
  const auto finish = TextMember(entry, "finishReason", where);
  if (!finish) return std::unexpected(finish.error());
  if (StopOfCandidate(*finish, false) == StopClass::kNone) return seen;
  if (open_) return Broken(where, "a stop reason inside a call");
  if (!finish_.empty() && finish_ != *finish) return Broken(where, "a second stop reason");
  seen.finish = true;
  finish_ = *finish;
  return seen;
}

Status Candidate::ReadPart(Json part, const std::string& where, Seen& seen, AnswerSummary& summary) {
  if (auto checked = CheckPart(part, where); !checked) return checked;
  const Json text = part.Find("text");
  if (!Absent(text) && !text.is_string()) return Broken(where + ".text", "not a string");
  const bool empty = !Absent(text) && text.raw().size() == 2;
  if (!finish_.empty() && !empty) return Broken(where, "content after the candidate's stop reason");
  if (IsCall(part)) return ReadCall(part.Find("functionCall"), where + ".functionCall", seen);
  if (open_ && !empty) return Broken(where, "other content inside a call");
  const bool thought = part.Find("thought").is_true();
  (thought ? summary.reasoning_bytes : summary.text_bytes) += text.text().size();
  has_text_ = has_text_ || (!Absent(text) && !empty && !thought);
  if (!Absent(part.Find("executableCode")) || !Absent(part.Find("toolCall"))) ++summary.server_calls;
  return {};
}

Status Candidate::ReadCall(Json call, const std::string& where, Seen& seen) {
  if (!call.is_object()) return Broken(where, "not an object");
  if (auto names = CheckAnswer(call, kCallNames, where); !names) return names;
  seen.call = true;
  const auto name = TextMember(call, "name", where);
  if (!name) return std::unexpected(name.error());
  const auto id = TextMember(call, "id", where);
  if (!id) return std::unexpected(id.error());
  if (open_ && !name->empty()) return Broken(where, "a call inside another call");
  if (!open_ && name->empty()) return Broken(where, "a call without a name");
  if (!open_) {
    open_.emplace();
    open_->call.name = *name;
    open_->call.choice = choice_;
    open_->call.position = calls_++;
  }
  if (!id->empty() && !open_->call.id.empty() && open_->call.id != *id) {
    return Broken(where, "a second id for one call");
  }
  if (!id->empty()) open_->call.id = *id;
  if (auto added = AddArguments(call, where); !added) return added;
  const Json goes_on = call.Find("willContinue");
  if (!Absent(goes_on) && !goes_on.is_bool())
    return Broken(where + ".willContinue", "neither true nor false");
  return goes_on.is_true() ? Status{} : CloseCall(where, seen);
}

Status Candidate::AddArguments(Json call, const std::string& where) {
  if (const Json whole = call.Find("args"); !Absent(whole)) {
    if (!whole.is_object()) return Broken(where + ".args", "not an object");
    if (std::exchange(open_->has_arguments, true)) return Broken(where, "a second set of arguments");
    open_->call.arguments = std::string(whole.raw());
  }
  const Json pieces = call.Find("partialArgs");
  if (!Absent(pieces) && !pieces.is_array()) return Broken(where + ".partialArgs", "not an array");
  std::size_t rank = 0;
  for (const Json piece : pieces.elements()) {
    open_->has_partial = true;
    if (auto added = open_->partial.Add(piece, At(where + ".partialArgs", rank++)); !added) return added;
  }
  if (open_->has_partial && open_->has_arguments) {
    return Broken(where, "arguments both whole and in pieces");
  }
  return {};
}

Status Candidate::CloseCall(const std::string& where, Seen& seen) {
  if (!open_->has_arguments) {
    auto arguments = open_->partial.Json(where);
    if (!arguments) return std::unexpected(arguments.error());
    open_->call.arguments = std::move(*arguments);
  }
  seen.whole.push_back(std::move(open_->call));
  open_.reset();
  return {};
}

void Candidate::Hear(const Ruling& ruling) {
  rulings_.push_back(ruling);
  (ruling.kind == Ruling::Kind::kRelease ? any_released_ : any_withheld_) = true;
}

void Candidate::Settled() {
  rulings_.clear();
  begun_ = 0;
}

bool Candidate::MustRewrite(Json entry) const {
  if (!any_withheld_) return false;
  return !Absent(entry.Find("logprobsResult")) || (!any_released_ && !Absent(entry.Find("finishReason")));
}

std::string Candidate::NoticePart(const std::string& notice) {
  std::string text = (has_text_ ? "\n\n" : "") + notice;
  has_text_ = true;
  base::JsonWriter json;
  return json.BeginObject().Key("text").String(text).EndObject().Take();
}

void Candidate::Withhold(Json entry, Splice& splice) {
  for (const Json part : entry.Find("content").Find("parts").elements()) {
    if (!IsCall(part)) continue;
    const bool begins = !part.Find("functionCall").Find("name").text().empty();
    if (begins) ++begun_;
    if (begun_ == 0 || begun_ > rulings_.size()) continue;
    const Ruling& ruling = rulings_[begun_ - 1];
    if (ruling.kind == Ruling::Kind::kRelease) continue;
    splice.Replace(part, begins ? NoticePart(ruling.notice) : R"({"text":""})");
  }
  if (!any_withheld_) return;
  // The call's tokens stand there once more.
  if (const Json tokens = entry.Find("logprobsResult"); !Absent(tokens)) splice.Replace(tokens, "null");
  if (any_released_) return;
  const Json finish = entry.Find("finishReason");
  if (!Absent(finish)) splice.Replace(finish, base::JsonString(kWithheldWord));
  if (const Json message = entry.Find("finishMessage"); message.is_string() && !Absent(finish)) {
    splice.Replace(message, base::JsonString("A tool call was withheld."));
  }
}

namespace {

Status ReadTop(Json root, AnswerSummary& summary, bool& blocked) {
  if (auto names = CheckAnswer(
          root, {"candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId", "error"},
          "body");
      !names) {
    return names;
  }
  if (const Json error = root.Find("error"); !Absent(error)) return ProviderError(error);
  const auto keep_first = [](std::string& kept, Json value) {
    if (kept.empty() && value.is_string()) kept = Shorten(value.text(), kNameBytesMax);
  };
  keep_first(summary.id, root.Find("responseId"));
  keep_first(summary.model, root.Find("modelVersion"));
  if (const TokenUsage usage = ReadUsage(Dialect::kGemini, root.Find("usageMetadata")); usage.total != 0) {
    summary.usage = {.input_tokens = usage.input,
                     .output_tokens = usage.output,
                     .cached_tokens = usage.cached,
                     .cache_written_tokens = 0,
                     .reasoning_tokens = usage.reasoning};
  }
  const Json reason = root.Find("promptFeedback").Find("blockReason");
  if (Absent(reason)) return {};
  if (!reason.is_string()) return Broken("promptFeedback.blockReason", "not a string");
  blocked = true;
  summary.stop = StopClass::kContentFilter;
  summary.stop_raw = Shorten(reason.text(), kNameBytesMax);
  return {};
}

}  // namespace

Result<Candidate::Seen> Candidates::Read(Json root, AnswerSummary& summary) {
  if (auto top = ReadTop(root, summary, blocked_); !top) return std::unexpected(top.error());
  const Json entries = root.Find("candidates");
  if (!Absent(entries) && !entries.is_array()) return Broken("candidates", "not an array");
  Candidate::Seen all;
  std::size_t rank = 0;
  std::vector<bool> met(kChoicesMax);
  for (const Json entry : entries.elements()) {
    const std::string where = At("candidates", rank++);
    const auto index = IndexOf(entry, where);
    if (!index) return std::unexpected(index.error());
    if (met[*index]) return Broken(where, "a second candidate with one index");
    met[*index] = true;
    auto seen = by_index_[*index].Read(entry, *index, where, summary);
    if (!seen) return seen;
    all.call = all.call || seen->call;
    all.finish = all.finish || seen->finish;
    std::ranges::move(seen->whole, std::back_inserter(all.whole));
  }
  summary.choices = by_index_.size();
  if (!by_index_.empty() && !blocked_) {
    const Candidate& first = by_index_.begin()->second;
    summary.stop_raw = first.finish();
    summary.stop = StopOfCandidate(first.finish(), first.had_calls());
  }
  return all;
}

bool Candidates::has_open_call() const {
  return std::ranges::any_of(by_index_, [](const auto& entry) { return entry.second.has_open_call(); });
}

bool Candidates::finished() const {
  if (by_index_.empty()) return blocked_;
  return std::ranges::none_of(by_index_, [](const auto& entry) { return entry.second.finish().empty(); });
}

void Candidates::Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings) {
  for (std::size_t i = 0; i < calls.size(); ++i) by_index_[calls[i].choice].Hear(rulings[i]);
}

bool Candidates::MustRewrite(Json root) const {
  for (const Json entry : root.Find("candidates").elements()) {
    const auto index = IndexOf(entry, "candidates");
    if (index && by_index_.at(*index).MustRewrite(entry)) return true;
  }
  return false;
}

void Candidates::Withhold(Json root, Splice& splice) {
  for (const Json entry : root.Find("candidates").elements()) {
    if (const auto index = IndexOf(entry, "candidates")) by_index_.at(*index).Withhold(entry, splice);
  }
}

void Candidates::Settled() {
  for (auto& [index, candidate] : by_index_) candidate.Settled();
}

}  // namespace proviso::protocol::internal::gemini
