#include "terms/internal/check_words.h"

#include <algorithm>

#include "terms/witness.h"
#include "terms/witness_words.h"

namespace proviso::terms::internal {

const Clause* FindClause(const Package& package, std::string_view id) {
  const auto found = std::ranges::find(package.clauses(), id, &Clause::id);
  return found == package.clauses().end() ? nullptr : &*found;
}

std::string ClauseInWords(const Package& package, std::string_view id) {
  const Clause* clause = FindClause(package, id);
  if (clause == nullptr || clause->title == clause->id) return "clause " + std::string(id);
  return "clause " + std::string(id) + " (\"" + clause->title + "\")";
}

std::string Capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string Listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

Finding BlankFinding(const Subject& subject, const Joined& joined) {
  Finding finding;
  finding.question = subject.question;
  finding.subject = subject.id;
  finding.party = subject.party;
  finding.scripts = joined.scripts;
  finding.took_ms = joined.took_ms;
  return finding;
}

Witness WitnessOf(const Package& package, const Evaluated& found, const Shows& shows, Size size) {
  Question question = found.question();
  switch (size) {
    case Size::kSmallest:
      question = Minimise(std::move(question), package,
                          [&](const Question& smaller) { return shows(Evaluated(package, smaller)); });
      break;
    case Size::kAsFound:
      break;
  }
  Witness witness{std::move(question), {}, {}};
  witness.decision = Decide(package, witness.question);
  witness.sentence = SentenceOf(package, witness.question);
  return witness;
}

void SetAnswer(Finding& finding, const Joined& joined, const Answers& answers) {
  if (joined.found != nullptr) {
    finding.answer = answers.found;
    finding.basis = Basis::kWitness;
  } else if (joined.IsNone()) {
    finding.answer = answers.none;
    finding.basis = Basis::kProved;
  } else {
    finding.answer = FindingAnswer::kUnknown;
    finding.basis = Basis::kUnknown;
    finding.reason = joined.reason;
  }
}

}  // namespace proviso::terms::internal
