#include "terms/internal/check_text.h"

#include <algorithm>

namespace proviso::terms::internal {
namespace {

Finding Read(CheckQuestion question, const std::string& subject, FindingAnswer answer, std::string sentence) {
  Finding finding;
  finding.question = question;
  finding.subject = subject;
  finding.answer = answer;
  finding.basis = Basis::kRead;
  finding.sentence = std::move(sentence);
  return finding;
}

}  // namespace

Finding ValidFinding(const Package& package) {
  return Read(
      CheckQuestion::kValid, "", FindingAnswer::kYes,
      "The package loads: " + std::to_string(package.clauses().size()) +
          (package.clauses().size() == 1 ? " clause parses and validates" : " clauses parse and validate") +
          " strictly against the schema");
}

Finding DecidesFinding(const Package& package, const Clause& clause) {
  return Read(CheckQuestion::kAdvisory, clause.id, FindingAnswer::kNo,
              Capitalised(ClauseInWords(package, clause.id)) + " decides: its modality is \"shall\"");
}

Finding FloatingFinding(const Package& package, const Clause& clause) {
  std::vector<std::string> floating;
  for (const std::string& name : clause.references) {
    const Reference* reference = package.agreement().FindReference(name);
    if (reference == nullptr || !reference->IsFixed()) floating.push_back(name);
  }
  const std::string subject = Capitalised(ClauseInWords(package, clause.id));
  if (floating.empty()) {
    return Read(CheckQuestion::kFloating, clause.id, FindingAnswer::kNo,
                subject + (clause.references.empty()
                               ? " refers to nothing outside the agreement"
                               : " refers to texts that the agreement fixes: " + Listed(clause.references)));
  }
  Finding finding =
      Read(CheckQuestion::kFloating, clause.id, FindingAnswer::kYes,
           subject + " depends on " + Listed(floating) +
               ", and the agreement fixes no date, version or digest of it: what the clause says can "
               "change while the agreement does not");
  finding.is_remarkable = true;
  finding.facts = floating;
  return finding;
}

void Acknowledge(const Agreement& agreement, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    finding.is_acknowledged =
        std::ranges::any_of(agreement.acknowledgements, [&finding](const Acknowledgement& one) {
          return one.question == finding.question && one.subject == finding.subject &&
                 (one.party.empty() || one.party == finding.party);
        });
  }
}

}  // namespace proviso::terms::internal
