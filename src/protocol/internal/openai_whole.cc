// OpenAI Chat Completions as one JSON body.
#include <map>
#include <set>

#include "protocol/internal/gates.h"
#include "protocol/internal/openai_choice.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/whole_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

class OpenAiWhole final : public WholeGate {
 public:
  explicit OpenAiWhole(AnswerLimits limits) : WholeGate(limits) {}

 private:
  Status Read(Json root) override;
  void Edit(Json root, std::span<const ToolCall> calls, std::span<const Ruling> rulings,
            Splice& splice) override;

  Status ReadChoice(Json entry, std::size_t index, const std::string& where, std::vector<ToolCall>& calls);

  std::vector<std::size_t> indexes_;  // beside the proposed calls
};

Status OpenAiWhole::Read(Json root) {
  if (auto top = ReadTop(root, summary_); !top) return top;
  const Json choices = root.Find("choices");
  if (choices.size() == 0) return Broken("choices", "missing or empty");
  std::map<std::size_t, Json> by_index;
  for (const Json entry : choices.elements()) {
    const auto index = ReadChoiceIndex(entry, "choices");
    if (!index) return std::unexpected(index.error());
    if (!by_index.emplace(*index, entry).second)
      return Broken(At("choices", *index), "two choices with one index");
  }
  summary_.choices = by_index.size();
  std::vector<ToolCall> calls;
  for (const auto& [index, entry] : by_index) {
    if (auto read = ReadChoice(entry, index, At("choices", index), calls); !read) return read;
  }
  return Propose(std::move(calls));
}

Status OpenAiWhole::ReadChoice(Json entry, std::size_t index, const std::string& where,
                               std::vector<ToolCall>& calls) {
  if (!Absent(entry.Find("delta"))) return Broken(where, "a delta inside a whole answer");
  const Json message = entry.Find("message");
  if (!message.is_object()) return Broken(where + ".message", "missing or not an object");
  auto parts = ReadCallParts(message, where + ".message", limits_);
  if (!parts) return std::unexpected(parts.error());
  const auto text = ReadText(message, where + ".message");
  if (!text) return std::unexpected(text.error());
  const auto finish = ReadFinish(entry, where);
  if (!finish) return std::unexpected(finish.error());
  summary_.text_bytes += text->text_bytes;
  summary_.reasoning_bytes += text->reasoning_bytes;
  if (summary_.stop_raw.empty()) {
    summary_.stop_raw = *finish;
    summary_.stop = ClassOfFinish(*finish, text->refused);
  }
  std::set<std::size_t> seen;
  for (CallPart& part : *parts) {
    if (!seen.insert(part.index).second) return Broken(where, "two calls with one index");
    if (part.name.empty()) return Broken(where, "a call without a name");
    if (part.id.empty() && part.kind != CallKind::kLegacyFunction)
      return Broken(where, "a call without an id");
    indexes_.push_back(part.index);
    calls.push_back({.id = std::move(part.id),
                     .name = std::move(part.name),
                     .arguments = std::move(part.arguments),
                     .kind = part.kind,
                     .choice = index,
                     .position = seen.size() - 1});
  }
  return {};
}

void OpenAiWhole::Edit(Json root, std::span<const ToolCall> calls, std::span<const Ruling> rulings,
                       Splice& splice) {
  for (const Json entry : root.Find("choices").elements()) {
    const auto choice = ReadChoiceIndex(entry, "choices");
    std::vector<std::size_t> indexes;
    std::vector<const Ruling*> given;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (calls[i].choice != *choice) continue;
      indexes.push_back(indexes_[i]);
      given.push_back(&rulings[i]);
    }
    const ChoiceRuling ruling = RuleChoice(indexes, given);
    if (!ruling.any_withheld) continue;
    std::string notice;
    const bool has_text = !entry.Find("message").Find("content").text().empty();
    for (const auto& [index, text] : ruling.pending_notices) {
      if (has_text || !notice.empty()) notice += "\n\n";
      notice += text;
    }
    WithholdFromChoice(entry, "message", ruling, notice, splice);
  }
}

}  // namespace

std::unique_ptr<AnswerGate> MakeOpenAiWhole(AnswerLimits limits) {
  return std::make_unique<OpenAiWhole>(limits);
}

}  // namespace proviso::protocol::internal
