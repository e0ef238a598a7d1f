#include "protocol/translate.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/whole_gate.h"
#include "protocol/limits.h"
#include "protocol/origin.h"

namespace proviso::protocol {
namespace {

using base::ErrorCode;
using base::Result;

std::string Lacks(Dialect to, const FeatureUse& use) {
  return use.path + ": " + std::string(NameOf(to)) + " has no place for " + std::string(NameOf(use.feature));
}

Disposal DisposalOf(Feature feature, const Disposals& disposals) {
  if (const auto set = disposals.find(feature); set != disposals.end()) return set->second;
  for (const Capability& row : Capabilities()) {
    if (row.feature == feature) return row.disposal;
  }
  return Disposal::kReject;
}

/// Takes out what the target lacks, or fails with all that must not be taken out.
base::Status FitTo(ExchangeRequest& request, const Translation& translation, std::vector<Finding>& findings) {
  std::string rejected;
  for (const FeatureUse& use : FeaturesOf(request)) {
    if (SupportOf(use.feature, translation.to) != Support::kNo) continue;
    const Disposal disposal = DisposalOf(use.feature, translation.disposals);
    if (disposal == Disposal::kReject) {
      rejected.append(rejected.empty() ? "" : "; ").append(Lacks(translation.to, use));
    } else {
      findings.push_back({use.feature, use.path, Lacks(translation.to, use) + "; it was left out", disposal});
    }
  }
  if (!rejected.empty()) return base::Fail(ErrorCode::kInvalid, rejected);
  for (const Finding& finding : findings) internal::TakeOut(request, finding.feature);
  return {};
}

std::string* SignatureOf(Block& block) {
  if (auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return &reasoning->signature;
  if (auto* call = std::get_if<CallBlock>(&block.content)) return &call->signature;
  return nullptr;
}

/// Reasoning goes back to the model that made it, as it was; to no other.
void ReturnReasoning(ExchangeRequest& request, const Translation& translation,
                     std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < request.turns.size(); ++i) {
    std::vector<Block> kept;
    for (std::size_t j = 0; j < request.turns[i].blocks.size(); ++j) {
      Block& block = request.turns[i].blocks[j];
      std::string* signature = SignatureOf(block);
      const bool reasons = std::holds_alternative<ReasoningBlock>(block.content);
      if (signature == nullptr || (!reasons && signature->empty())) {
        kept.push_back(std::move(block));
        continue;
      }
      auto origin = OpenOrigin(*signature);
      const bool native = !origin && request.dialect == translation.to;
      const bool same = origin && origin->dialect == translation.to && origin->model == translation.model;
      if (same) {
        *signature = std::move(origin->signature);
        block.model = translation.model;
      }
      if (!same && !native) {
        const std::string path = "turns[" + std::to_string(i) + "].blocks[" + std::to_string(j) + "]";
        const std::string maker = origin ? "\"" + origin->model + "\"" : "another model";
        findings.push_back({Feature::kReasoningReplay, path,
                            path + ": the reasoning of " + maker + " is not given to \"" + translation.model +
                                "\"; it was left out",
                            Disposal::kDrop});
        if (reasons) continue;
        signature->clear();
      }
      kept.push_back(std::move(block));
    }
    request.turns[i].blocks = std::move(kept);
  }
  std::erase_if(request.turns, [](const Turn& turn) { return turn.blocks.empty(); });
}

Result<std::string> Write(const ExchangeRequest& request, internal::WriteContext& context) {
  switch (context.translation.to) {
    case Dialect::kOpenAiChat:
      return internal::WriteChatRequest(request, context);
    case Dialect::kOpenAiResponses:
      return internal::WriteResponsesRequest(request, context);
    case Dialect::kAnthropicMessages:
      return internal::WriteAnthropicRequest(request, context);
    case Dialect::kGemini:
      return internal::WriteGeminiRequest(request, context);
    case Dialect::kBedrockConverse:
      return internal::WriteConverseRequest(request, context);
  }
  return std::string();
}

Result<ExchangeAnswer> FoldWith(AnswerReader& reader, Dialect dialect, std::string_view bytes) {
  AnswerFold fold(dialect);
  std::vector<AnswerDelta> steps;
  base::Status read = reader.Feed(bytes, steps);
  if (read) {
    std::vector<AnswerDelta> last;
    read = reader.Finish(last);
    std::ranges::move(last, std::back_inserter(steps));
  }
  if (!read) return std::unexpected(read.error());
  for (const AnswerDelta& step : steps) {
    if (auto added = fold.Add(step); !added) return std::unexpected(added.error());
  }
  if (!fold.ended()) return internal::Broken("stream", "it ends before the answer does");
  return fold.Take();
}

/// What the bytes look like: a form of stream, or nothing for a whole answer, which is one JSON object.
Result<std::optional<internal::EventForm>> FormOf(Dialect dialect, std::string_view bytes) {
  using internal::EventForm;
  const auto first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return base::Fail(ErrorCode::kInvalid, "there is nothing to fold");
  if (bytes[first] == '[') return EventForm::kArray;
  if (bytes[first] == '{') {
    internal::ObjectEnd end;
    const std::string_view rest = bytes.substr(first);
    const auto size = end.Find(rest);
    const bool one = size && rest.find_first_not_of(" \t\r\n", *size) == std::string_view::npos;
    return one ? std::optional<EventForm>() : EventForm::kLines;
  }
  const bool frames = dialect == Dialect::kBedrockConverse && static_cast<unsigned char>(bytes[first]) < 0x20;
  return frames ? EventForm::kAws : EventForm::kEvents;
}

/// Recordings may hold one answer after another; each begins with its dialect's first event. They leave
/// out the line that ends Chat Completions.
std::vector<std::string> SplitAnswers(Dialect dialect, std::string_view lines) {
  const std::string_view first =
      dialect == Dialect::kAnthropicMessages ? "\"message_start\"" : "\"response.created\"";
  const bool begins_so = dialect == Dialect::kAnthropicMessages || dialect == Dialect::kOpenAiResponses;
  const std::string_view last =
      dialect == Dialect::kAnthropicMessages ? "\"message_stop\"" : "\"response.completed\"";
  std::vector<std::string> answers(1);
  bool ended = false;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    if (begins_so && ended && line.contains(first)) {
      answers.emplace_back();
      ended = false;
    }
    ended = ended || line.contains(last);
    answers.back().append(line).append("\n");
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  if (dialect == Dialect::kOpenAiChat && !answers[0].contains("[DONE]")) answers[0].append("[DONE]\n");
  return answers;
}

/// Whether anyone but the system says something.
bool IsSpoken(const ExchangeRequest& request) {
  return std::ranges::any_of(request.turns, [](const Turn& turn) {
    return turn.role != Role::kSystem && turn.role != Role::kDeveloper;
  });
}

}  // namespace

Result<TranslatedRequest> TranslateRequest(const ExchangeRequest& request, const Translation& translation) {
  TranslatedRequest out;
  ExchangeRequest fitted = request;
  ReturnReasoning(fitted, translation, out.findings);
  std::vector<Finding> lacking;
  if (auto fits = FitTo(fitted, translation, lacking); !fits) return std::unexpected(fits.error());
  if (!IsSpoken(fitted) && translation.to != Dialect::kOpenAiChat) {
    return base::Fail(ErrorCode::kInvalid, "messages: nothing is left beside the system prompt, and " +
                                               std::string(NameOf(translation.to)) + " wants a message");
  }
  std::ranges::move(lacking, std::back_inserter(out.findings));
  fitted.model = translation.model;
  internal::WriteContext context{translation, out.findings};
  auto body = Write(fitted, context);
  if (!body) return std::unexpected(body.error());
  out.body = std::move(*body);
  return out;
}

Result<ExchangeAnswer> FoldAnswer(Dialect dialect, std::string_view bytes) {
  auto answers = FoldAnswers(dialect, bytes);
  if (!answers) return std::unexpected(answers.error());
  if (answers->size() != 1) {
    return base::Fail(ErrorCode::kInvalid,
                      "these are " + std::to_string(answers->size()) + " answers, not one");
  }
  return std::move(answers->front());
}

Result<std::vector<ExchangeAnswer>> FoldAnswers(Dialect dialect, std::string_view bytes) {
  const auto form = FormOf(dialect, bytes);
  if (!form) return std::unexpected(form.error());
  std::vector<ExchangeAnswer> answers;
  const auto add = [&](AnswerReader& reader, std::string_view text) -> base::Status {
    auto answer = FoldWith(reader, dialect, text);
    if (!answer) return std::unexpected(answer.error());
    answers.push_back(std::move(*answer));
    return {};
  };
  base::Status added;
  if (!*form) {
    added = add(*MakeAnswerReader(dialect, Delivery::kWhole), bytes);
  } else if (**form != internal::EventForm::kLines) {
    added = add(*internal::MakeStreamReader(internal::MakeEventReader(dialect), **form, {}), bytes);
  } else {
    for (const std::string& lines : SplitAnswers(dialect, bytes)) {
      const auto reader = internal::MakeStreamReader(internal::MakeEventReader(dialect), **form, {});
      if (added = add(*reader, lines); !added) break;
    }
  }
  if (!added) return std::unexpected(added.error());
  return answers;
}

}  // namespace proviso::protocol
