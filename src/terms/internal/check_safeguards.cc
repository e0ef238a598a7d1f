#include "terms/internal/check_safeguards.h"

#include <algorithm>
#include <optional>

#include "terms/internal/asserters.h"

namespace proviso::terms::internal {
namespace {

using analysis::Compiled;
using analysis::Term;

Term InScope(analysis::Terms& terms, const Compiled& scope) {
  return terms.Or({scope.satisfied, scope.errs});
}

Shows PermittedInScope(const std::string& safeguard) {
  return
      [&safeguard](const Evaluated& e) { return e.IsInScope(safeguard) && e.outcome() == Outcome::kPermit; };
}

/// Acts in which the scope matches some request; nothing where that is not known.
std::optional<std::vector<std::string>> ActsInScope(const std::string& safeguard, Worker& worker,
                                                    Finding& finding) {
  std::vector<std::string> acts;
  for (const Act act : kActsInOrder) {
    Inquiry& inquiry = worker.About(act);
    const auto scope = inquiry.Scope(safeguard);
    if (!scope) return std::nullopt;
    const Sought matched = inquiry.Seek(InScope(inquiry.terms(), *scope),
                                        [&](const Evaluated& e) { return e.IsInScope(safeguard); });
    finding.scripts.insert(finding.scripts.end(), matched.scripts.begin(), matched.scripts.end());
    finding.took_ms += matched.took_ms;
    if (matched.kind == Sought::Kind::kUnknown) return std::nullopt;
    if (matched.kind == Sought::Kind::kFound) acts.emplace_back(NameOf(act));
  }
  return acts;
}

void TellBroken(const Package& package, const Witness& witness, Finding& finding) {
  std::vector<std::string> by;
  for (const Clause& clause : witness.decision.clauses) {
    finding.clauses.push_back(clause.id);
    by.push_back(ClauseInWords(package, clause.id));
  }
  finding.sentence += " does not hold: a request in its scope is permitted by " + Listed(by);
  std::vector<std::string> asserters;
  for (const std::string& asserter : AssertersOf(package, witness.question)) asserters.push_back(asserter);
  if (!asserters.empty()) finding.sentence += "; it rests on what " + Listed(asserters) + " assert";
  if (asserters.size() == 1) finding.sentence += "s";
}

}  // namespace

void AskWhetherItHolds(const Subject& subject, Inquiry& inquiry, Part& part) {
  const auto scope = inquiry.Scope(subject.id);
  const auto& outcomes = inquiry.outcomes();
  if (!scope || !outcomes) {
    part.sought = Sought::Unknown(scope ? outcomes.error().message : scope.error().message);
    return;
  }
  analysis::Terms& terms = inquiry.terms();
  part.sought =
      inquiry.Seek(terms.And({InScope(terms, *scope), outcomes->permit}), PermittedInScope(subject.id));
}

Finding SafeguardFinding(const Subject& subject, Worker& worker) {
  const Package& package = worker.package();
  const Joined joined = JoinParts(subject);
  Finding finding = BlankFinding(subject, joined);
  SetAnswer(finding, joined, {FindingAnswer::kYes, FindingAnswer::kNo});
  finding.sentence = "Safeguard \"" + subject.id + "\"";
  finding.is_remarkable = finding.answer != FindingAnswer::kYes;
  if (finding.answer == FindingAnswer::kUnknown)
    finding.sentence += ": not known whether it holds, " + finding.reason;
  if (joined.found != nullptr) {
    finding.witnesses.push_back(
        WitnessOf(package, *joined.found->sought.found, PermittedInScope(subject.id), Size::kSmallest));
    TellBroken(package, finding.witnesses.front(), finding);
  }
  if (finding.answer == FindingAnswer::kYes) {
    const auto acts = ActsInScope(subject.id, worker, finding);
    finding.is_remarkable = acts && acts->empty();
    finding.sentence += finding.is_remarkable
                            ? " holds, but its scope matches no request that can be put under this agreement"
                            : " holds: nothing in its scope is permitted";
    if (acts && !acts->empty()) finding.sentence += " (its scope speaks of " + Listed(*acts) + ")";
  }
  return finding;
}

}  // namespace proviso::terms::internal
