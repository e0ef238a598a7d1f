// OpenAI Chat Completions as server-sent events: chunks, then "data: [DONE]".
//
// A call is whole when its choice finishes; its parts may interleave by index over any chunks.
// Kept-back events leave when no choice has an open call.
#include <map>

#include "protocol/internal/gates.h"
#include "protocol/internal/openai_choice.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/stream_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

class OpenAiStream final : public StreamGate {
 public:
  explicit OpenAiStream(AnswerLimits limits) : StreamGate(limits) {}

 private:
  struct Choice {
    std::map<std::size_t, ToolCall> open;  // by index; parts gathered so far
    std::string finish;                    // "" while it goes on
    bool has_text = false;
    bool refused = false;
    bool had_calls = false;
  };

  /// What one event's choices did.
  struct Seen {
    bool calls = false;
    bool finish = false;
    bool late = false;  ///< A choice that had finished before appears again.
  };

  Result<Reading> Read(const SseFrame& frame) override;
  void Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings) override;
  Status Rewrite(const SseFrame& frame, std::string& out) override;
  void Settled() override { rulings_.clear(); }

  Result<Reading> ReadEnd();
  Status ReadChoice(Json entry, const std::string& where, Seen& seen);
  Status AddPart(Choice& choice, std::size_t index, CallPart part, const std::string& where);
  Status ProposeWhole();
  [[nodiscard]] bool HasOpenCall() const;
  /// The notices of calls that begin in this body and have not been given yet.
  std::string TakeNotices(std::size_t choice, ChoiceRuling& ruling, Json body);

  std::map<std::size_t, Choice> choices_;
  /// Of the calls proposed last: choice and index, in the order of the proposal.
  std::vector<std::pair<std::size_t, std::size_t>> proposed_;
  std::map<std::size_t, ChoiceRuling> rulings_;
};

/// Whether an event of one choice is text and nothing else, and where its strings stand. Anything
/// that is neither one non-null string nor harmless makes it unfit.
bool FindTextHoles(Json root, TextHoles& holes) {
  const Json choices = root.Find("choices");
  if (choices.size() != 1 || !Absent(root.Find("usage"))) return false;
  const Json delta = (*choices.elements().begin()).Find("delta");
  Json text;
  for (const std::string_view key : {"content", "reasoning_content", "reasoning"}) {
    const Json value = delta.Find(key);
    if (Absent(value)) continue;
    if (!value.is_string() || !text.missing()) return false;
    text = value;
    holes.counter = key == "content" ? &AnswerSummary::text_bytes : &AnswerSummary::reasoning_bytes;
  }
  // An empty text would let later ones pass without the choice being known to have text.
  if (text.missing() || text.raw().size() == 2 || !Absent(delta.Find("refusal"))) return false;
  holes.text = {.begin = text.begin(), .end = text.end()};
  if (const Json padding = root.Find("obfuscation"); padding.is_string()) {
    holes.padding = {.begin = padding.begin(), .end = padding.end()};
  }
  return true;
}

Result<Reading> OpenAiStream::Read(const SseFrame& frame) {
  if (frame.data == "[DONE]") return ReadEnd();
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (frame.event == "error" && Absent(root.Find("error"))) return ProviderError(root);
  if (auto top = ReadTop(root, summary_); !top) return std::unexpected(top.error());
  const Json choices = root.Find("choices");
  if (!choices.is_array()) return Broken("event", "a chunk without choices");
  Seen seen;
  std::size_t rank = 0;
  for (const Json entry : choices.elements()) {
    if (auto read = ReadChoice(entry, At("choices", rank++), seen); !read)
      return std::unexpected(read.error());
  }
  if (seen.finish && !HasOpenCall()) {
    if (auto proposed = ProposeWhole(); !proposed) return std::unexpected(proposed.error());
  }
  if (seen.calls) return Flow::kHold;
  Reading reading;
  if (!seen.finish && !seen.late && FindTextHoles(root, reading.holes)) reading.flow = Flow::kText;
  return reading;
}

Result<Reading> OpenAiStream::ReadEnd() {
  if (choices_.empty()) return Broken("[DONE]", "the answer has no choice");
  for (const auto& [index, choice] : choices_) {
    if (choice.finish.empty()) return Broken("[DONE]", "before the finish_reason of " + At("choices", index));
  }
  return Flow::kTerminal;
}

Status OpenAiStream::ReadChoice(Json entry, const std::string& where, Seen& seen) {
  const auto index = ReadChoiceIndex(entry, where);
  if (!index) return std::unexpected(index.error());
  if (!Absent(entry.Find("message"))) return Broken(where, "a whole message inside a chunk");
  const Json delta = entry.Find("delta");
  if (!Absent(delta) && !delta.is_object()) return Broken(where + ".delta", "not an object");
  auto parts = ReadCallParts(delta, where + ".delta", limits_);
  if (!parts) return std::unexpected(parts.error());
  const auto text = ReadText(delta, where + ".delta");
  if (!text) return std::unexpected(text.error());
  const auto finish = ReadFinish(entry, where);
  if (!finish) return std::unexpected(finish.error());

  Choice& choice = choices_[*index];
  summary_.choices = choices_.size();
  summary_.text_bytes += text->text_bytes;
  summary_.reasoning_bytes += text->reasoning_bytes;
  choice.has_text = choice.has_text || text->text_bytes != 0;
  seen.late = seen.late || !choice.finish.empty();
  choice.refused = choice.refused || text->refused;
  if (!choice.finish.empty() && (!parts->empty() || text->text_bytes != 0)) {
    return Broken(where, "a call or text after the choice's finish_reason");
  }
  for (CallPart& part : *parts) {
    seen.calls = true;
    if (auto added = AddPart(choice, *index, std::move(part), where); !added) return added;
  }
  if (finish->empty()) return {};
  if (!choice.finish.empty() && (choice.had_calls || choice.finish != *finish)) {
    return Broken(where, "a second finish_reason");
  }
  seen.finish = true;
  choice.finish = *finish;
  if (*index == choices_.begin()->first) {
    summary_.stop_raw = *finish;
    summary_.stop = ClassOfFinish(*finish, choice.refused);
  }
  return {};
}

Status OpenAiStream::AddPart(Choice& choice, std::size_t index, CallPart part, const std::string& where) {
  choice.had_calls = true;
  if (choice.open.size() >= limits_.calls_max && !choice.open.contains(part.index)) {
    return Broken(where, "more tool calls than the limit");
  }
  const auto [entry, fresh] = choice.open.try_emplace(part.index);
  ToolCall& call = entry->second;
  if (fresh) {
    call.kind = part.kind;
    call.choice = index;
  }
  const bool legacy = part.kind == CallKind::kLegacyFunction;
  for (const auto& [other, known] : choice.open) {
    if ((known.kind == CallKind::kLegacyFunction) != legacy) {
      return Broken(where, "both tool_calls and function_call");
    }
  }
  // Later parts of a custom call may leave its type out; a function's may not become custom.
  if (call.kind != part.kind &&
      !(call.kind == CallKind::kCustom && part.name.empty() && part.arguments.empty())) {
    return Broken(where, "a call that changes its type");
  }
  if (!call.id.empty() && !part.id.empty() && call.id != part.id) {
    return Broken(where, "two calls with the index " + std::to_string(part.index));
  }
  if (!call.name.empty() && !part.name.empty()) {
    return Broken(where, "a second name for the call with the index " + std::to_string(part.index));
  }
  if (call.id.empty()) call.id = std::move(part.id);
  if (call.name.empty()) call.name = std::move(part.name);
  call.arguments += part.arguments;
  return {};
}

bool OpenAiStream::HasOpenCall() const {
  for (const auto& [index, choice] : choices_) {
    if (!choice.open.empty() && choice.finish.empty()) return true;
  }
  return false;
}

Status OpenAiStream::ProposeWhole() {
  std::vector<ToolCall> whole;
  proposed_.clear();
  for (auto& [index, choice] : choices_) {
    std::size_t position = 0;
    for (auto& [own, call] : choice.open) {
      const std::string where = At(At("choices", index) + ".tool_calls", own);
      if (call.name.empty()) return Broken(where, "a call without a name");
      if (call.id.empty() && call.kind != CallKind::kLegacyFunction)
        return Broken(where, "a call without an id");
      call.position = position++;
      proposed_.emplace_back(index, own);
      whole.push_back(std::move(call));
    }
    choice.open.clear();
  }
  return Propose(std::move(whole));
}

void OpenAiStream::Hear(std::span<const ToolCall> /*calls*/, std::span<const Ruling> rulings) {
  rulings_.clear();
  std::map<std::size_t, std::pair<std::vector<std::size_t>, std::vector<const Ruling*>>> by_choice;
  for (std::size_t i = 0; i < proposed_.size(); ++i) {
    auto& [indexes, given] = by_choice[proposed_[i].first];
    indexes.push_back(proposed_[i].second);
    given.push_back(&rulings[i]);
  }
  for (const auto& [choice, entry] : by_choice) rulings_[choice] = RuleChoice(entry.first, entry.second);
}

std::string OpenAiStream::TakeNotices(std::size_t choice, ChoiceRuling& ruling, Json body) {
  std::string taken;
  const auto take = [&](std::size_t index) {
    const auto notice = ruling.pending_notices.find(index);
    if (notice == ruling.pending_notices.end()) return;
    if (!taken.empty() || choices_[choice].has_text) taken += "\n\n";
    taken += notice->second;
    ruling.pending_notices.erase(notice);
  };
  std::size_t rank = 0;
  for (const Json element : body.Find("tool_calls").elements()) {
    take(static_cast<std::size_t>(element.Find("index").integer().value_or(static_cast<std::int64_t>(rank))));
    ++rank;
  }
  if (!Absent(body.Find("function_call"))) take(kLegacyIndex);
  return taken;
}

Status OpenAiStream::Rewrite(const SseFrame& frame, std::string& out) {
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  const Json choices = root.Find("choices");
  Splice splice;
  bool nothing_left = choices.size() == 1 && Absent(root.Find("usage"));
  for (const Json entry : choices.elements()) {
    const auto index = ReadChoiceIndex(entry, "choices");
    if (!index) return std::unexpected(index.error());
    const auto ruling = rulings_.find(*index);
    if (ruling == rulings_.end() || !ruling->second.any_withheld) {
      nothing_left = false;
      continue;
    }
    const std::string notice = TakeNotices(*index, ruling->second, entry.Find("delta"));
    const Remains remains = WithholdFromChoice(entry, "delta", ruling->second, notice, splice);
    nothing_left = nothing_left && remains == Remains::kNothing;
  }
  if (!nothing_left)
    out.append(splice.empty() ? std::string(frame.bytes) : WithData(frame, splice.Apply(frame.data)));
  return {};
}

}  // namespace

std::unique_ptr<AnswerGate> MakeOpenAiStream(AnswerLimits limits) {
  return std::make_unique<OpenAiStream>(limits);
}

}  // namespace proviso::protocol::internal
