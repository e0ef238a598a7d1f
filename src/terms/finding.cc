#include "terms/finding.h"

#include <algorithm>

namespace proviso::terms {
namespace {

/// In the order of CheckQuestion.
constexpr std::array<std::string_view, kCheckQuestions> kQuestionNames{
    "valid",     "never errors", "vacuous",         "unconditional",
    "redundant", "overridden",   "never permits",   "advisory",
    "floating",  "precedence",   "safeguard holds", "set aside by one party"};

/// What a daemon needs to know before it loads a package.
bool GuardsLoading(CheckQuestion question) {
  return question == CheckQuestion::kValid || question == CheckQuestion::kNeverErrors ||
         question == CheckQuestion::kSafeguardHolds;
}

}  // namespace

std::string_view NameOf(CheckQuestion question) {
  return kQuestionNames[static_cast<std::size_t>(question)];
}

std::optional<CheckQuestion> CheckQuestionNamed(std::string_view name) {
  const auto found = std::ranges::find(kQuestionNames, name);
  if (found == kQuestionNames.end()) return std::nullopt;
  return static_cast<CheckQuestion>(found - kQuestionNames.begin());
}

std::string_view NameOf(FindingAnswer answer) {
  switch (answer) {
    case FindingAnswer::kYes:
      return "yes";
    case FindingAnswer::kNo:
      return "no";
    case FindingAnswer::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view NameOf(Basis basis) {
  switch (basis) {
    case Basis::kProved:
      return "proved";
    case Basis::kWitness:
      return "counterexample";
    case Basis::kRead:
      return "read";
    case Basis::kUnknown:
      break;
  }
  return "unknown";
}

std::vector<const Finding*> CheckReport::Obstacles() const {
  std::vector<const Finding*> obstacles;
  for (const Finding& finding : findings) {
    const bool stands_against = GuardsLoading(finding.question) && finding.answer != FindingAnswer::kYes;
    // A permit, or advice, that errs does not permit: nobody needs to fear it.
    if (stands_against && finding.is_remarkable && !finding.is_acknowledged) obstacles.push_back(&finding);
  }
  return obstacles;
}

bool CheckReport::MayLoad() const {
  const auto valid = std::ranges::find(findings, CheckQuestion::kValid, &Finding::question);
  return valid != findings.end() && Obstacles().empty();
}

const std::array<Direction, 6>& Directions() {
  static constexpr std::array<Direction, 6> kDirections{{{Outcome::kPermit, Outcome::kHold},
                                                         {Outcome::kPermit, Outcome::kForbid},
                                                         {Outcome::kHold, Outcome::kPermit},
                                                         {Outcome::kHold, Outcome::kForbid},
                                                         {Outcome::kForbid, Outcome::kPermit},
                                                         {Outcome::kForbid, Outcome::kHold}}};
  return kDirections;
}

}  // namespace proviso::terms
