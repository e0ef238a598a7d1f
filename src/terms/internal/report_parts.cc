#include "terms/internal/report_parts.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "cedar/format.h"
#include "cedar/print.h"
#include "terms/package.h"
#include "terms/witness_words.h"

namespace proviso::terms::internal {
namespace {

constexpr std::size_t kClauseLineWidth = 76;

const cedar::Policy* PolicyOf(const Package& package, std::string_view clause_id) {
  const cedar::Policy* deciding = package.deciding().Find(clause_id);
  return deciding != nullptr ? deciding : package.advising().Find(clause_id);
}

std::string Formatted(const cedar::Policy& policy) {
  std::string text = cedar::Print(policy);
  auto formatted =
      cedar::FormatPolicies(text, policy.id(), {.line_width = kClauseLineWidth, .indent_width = 2});
  return formatted ? std::move(*formatted) : text;
}

std::string IdsOf(const std::vector<Clause>& clauses) {
  std::vector<std::string> ids;
  for (const Clause& clause : clauses) ids.push_back(clause.id);
  return InWords(ids);
}

/// What speaks for loading a package against which nothing stands.
std::string WhyItMayLoad(const CheckReport& report) {
  const bool has_safeguard = std::ranges::any_of(report.findings, [](const Finding& finding) {
    return finding.question == CheckQuestion::kSafeguardHolds;
  });
  const bool is_acknowledged = std::ranges::any_of(report.findings, [](const Finding& finding) {
    return finding.is_acknowledged && (finding.question == CheckQuestion::kSafeguardHolds ||
                                       finding.question == CheckQuestion::kNeverErrors);
  });
  if (is_acknowledged)
    return "it is valid, and what else would stand against it is acknowledged in the agreement.";
  return std::string("it is valid, no forbid errs, and ") +
         (has_safeguard ? "every safeguard holds." : "it has no safeguard.");
}

}  // namespace

std::string_view MeaningOf(CheckQuestion question) {
  switch (question) {
    case CheckQuestion::kValid:
      return "The package parses and is strictly valid under its schema.";
    case CheckQuestion::kNeverErrors:
      return "No request makes the clause err. A forbid that errs forbids.";
    case CheckQuestion::kVacuous:
      return "No request ever satisfies the clause.";
    case CheckQuestion::kUnconditional:
      return "Every request of an act that the clause speaks of satisfies it.";
    case CheckQuestion::kRedundant:
      return "Removing the clause changes no outcome.";
    case CheckQuestion::kOverridden:
      return "Whenever the permit is satisfied, the outcome is forbid all the same.";
    case CheckQuestion::kNeverPermits:
      return "No request of the act is permitted, or held, under the terms.";
    case CheckQuestion::kAdvisory:
      return "The clause decides nothing, because its modality is “should”.";
    case CheckQuestion::kFloating:
      return "The clause depends on a reference whose date or version the agreement does not fix.";
    case CheckQuestion::kPrecedence:
      return "A clause of one document overrides a clause of a document that prevails over it.";
    case CheckQuestion::kSafeguardHolds:
      return "No request in the safeguard's scope is ever permitted.";
    case CheckQuestion::kSetAside:
      break;
  }
  return "One party alone, by facts that it asserts and nobody else does, turns what is forbidden or held "
         "into "
         "what is permitted.";
}

std::string Counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string InWords(std::span<const std::string> texts) {
  std::string words;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) words += i + 1 == texts.size() ? " and " : ", ";
    words += texts[i];
  }
  return words;
}

SubjectKind KindOfSubject(const Package* package, const Finding& finding) {
  if (finding.subject.empty()) return SubjectKind::kPackage;
  if (finding.question == CheckQuestion::kNeverPermits) return SubjectKind::kAct;
  if (finding.question == CheckQuestion::kSafeguardHolds) return SubjectKind::kSafeguard;
  if (finding.question == CheckQuestion::kSetAside && FindClause(package, finding.subject) == nullptr)
    return SubjectKind::kSafeguard;
  return SubjectKind::kClause;
}

std::string_view NameOf(SubjectKind kind) {
  switch (kind) {
    case SubjectKind::kPackage:
      return "package";
    case SubjectKind::kClause:
      return "clause";
    case SubjectKind::kSafeguard:
      return "safeguard";
    case SubjectKind::kAct:
      break;
  }
  return "act";
}

const Clause* FindClause(const Package* package, std::string_view id) {
  if (package == nullptr) return nullptr;
  const auto found = std::ranges::find(package->clauses(), id, &Clause::id);
  return found == package->clauses().end() ? nullptr : &*found;
}

const Safeguard* SafeguardOf(const Package* package, const Finding& finding) {
  if (package == nullptr || KindOfSubject(package, finding) != SubjectKind::kSafeguard) return nullptr;
  const auto found = std::ranges::find(package->safeguards(), finding.subject, &Safeguard::name);
  return found == package->safeguards().end() ? nullptr : &*found;
}

std::string_view AcknowledgedBecause(const Package* package, const Finding& finding) {
  if (package == nullptr || !finding.is_acknowledged) return "";
  for (const Acknowledgement& one : package->agreement().acknowledgements) {
    if (one.question == finding.question && one.subject == finding.subject &&
        (one.party.empty() || one.party == finding.party))
      return one.reason;
  }
  return "";
}

std::vector<const Clause*> ClausesNamed(const Package& package, std::span<const std::string> ids) {
  std::vector<const Clause*> clauses;
  for (const std::string& id : ids) {
    const Clause* clause = FindClause(&package, id);
    if (clause != nullptr && std::ranges::find(clauses, clause) == clauses.end()) clauses.push_back(clause);
  }
  return clauses;
}

std::vector<const Clause*> ClausesOf(const Package* package, const Finding& finding) {
  if (package == nullptr) return {};
  std::vector<std::string> ids;
  if (KindOfSubject(package, finding) == SubjectKind::kClause) ids.push_back(finding.subject);
  ids.insert(ids.end(), finding.clauses.begin(), finding.clauses.end());
  return ClausesNamed(*package, ids);
}

std::vector<QuestionCount> CountsOf(const CheckReport& report) {
  std::vector<QuestionCount> counts;
  for (const Finding& finding : report.findings) {
    auto found = std::ranges::find(counts, finding.question, &QuestionCount::question);
    if (found == counts.end()) found = counts.insert(counts.end(), {.question = finding.question});
    ++found->asked;
    found->yes += finding.answer == FindingAnswer::kYes ? 1 : 0;
    found->no += finding.answer == FindingAnswer::kNo ? 1 : 0;
    found->unknown += finding.answer == FindingAnswer::kUnknown ? 1 : 0;
    found->remarkable += finding.is_remarkable ? 1 : 0;
    found->proved += finding.basis == Basis::kProved ? 1 : 0;
  }
  std::ranges::sort(counts, {}, &QuestionCount::question);
  return counts;
}

bool TellsWhetherItMayLoad(const CheckedPackage& checked) {
  if (checked.only.empty()) return true;
  return std::ranges::all_of(
      std::array{CheckQuestion::kValid, CheckQuestion::kNeverErrors, CheckQuestion::kSafeguardHolds},
      [&](CheckQuestion question) { return checked.only.contains(question); });
}

std::string VerdictOf(const CheckedPackage& checked) {
  if (checked.package == nullptr)
    return "The package is refused: " +
           Counted(checked.report.findings.size(), "thing is wrong in it.", "things are wrong in it.");
  if (!TellsWhetherItMayLoad(checked)) {
    std::vector<std::string> asked;
    for (const CheckQuestion question : checked.only) asked.emplace_back(terms::NameOf(question));
    return "Only this was asked: " + InWords(asked) + ". Whether a gateway may load the package was not.";
  }
  if (checked.report.MayLoad()) return "A gateway may load it: " + WhyItMayLoad(checked.report);
  return "A gateway does not load it: " +
         Counted(checked.report.Obstacles().size(), "finding stands", "findings stand") + " against it.";
}

std::string SummaryOf(const CheckReport& report) {
  std::size_t remarkable = 0;
  std::size_t unknown = 0;
  std::size_t acknowledged = 0;
  for (const Finding& finding : report.findings) {
    remarkable += finding.is_remarkable ? 1 : 0;
    unknown += finding.answer == FindingAnswer::kUnknown ? 1 : 0;
    acknowledged += finding.is_acknowledged ? 1 : 0;
  }
  std::string summary = std::to_string(remarkable) + " of " +
                        Counted(report.findings.size(), "answer", "answers") +
                        (remarkable == 1 ? " is remarkable" : " are remarkable");
  if (unknown > 0)
    summary += ", " + std::to_string(unknown) + (unknown == 1 ? " is unknown" : " are unknown");
  if (acknowledged > 0) summary += ", " + std::to_string(acknowledged) + " acknowledged in the agreement";
  return summary + ".";
}

std::string VerdictOf(const DiffReport& report) {
  std::vector<std::string> differing;
  std::size_t unknown = 0;
  for (const Difference& difference : report.differences) {
    if (difference.answer == FindingAnswer::kYes) differing.push_back(InWords(difference.direction));
    unknown += difference.answer == FindingAnswer::kUnknown ? 1 : 0;
  }
  if (IsSame(report)) return "No request's outcome differs: proved in each of the six directions.";
  std::string verdict = differing.empty() ? "No difference was found"
                                          : "Outcomes differ in " +
                                                Counted(differing.size(), "direction: ", "directions: ") +
                                                InWords(differing);
  if (unknown > 0) verdict += "; " + Counted(unknown, "direction is unknown", "directions are unknown");
  return verdict + ".";
}

std::string ByWhom(std::string_view party, std::span<const std::string> facts) {
  if (party.empty() || facts.empty()) return "";
  return "the " + std::string(party) + " alone asserts " + InWords(facts);
}

std::string InWords(const Decision& decision) {
  std::string words(terms::NameOf(decision.outcome));
  if (decision.need) words += " for " + decision.need->name;
  if (!decision.clauses.empty()) return words + " by " + IdsOf(decision.clauses);
  if (decision.ground == Ground::kNotPermitted) return words + ": nothing permits it";
  return decision.detail.empty() ? words : words + ": " + decision.detail;
}

std::string InWords(const Clause& clause) {
  std::string words = clause.id + " “" + clause.title + "”";
  if (!clause.source.empty()) words += ", " + clause.source;
  return words + " (" + clause.file + ")";
}

std::string InWords(const Safeguard& safeguard) {
  std::string words = "“" + safeguard.name + "”";
  if (!safeguard.title.empty() && safeguard.title != safeguard.name) words += " " + safeguard.title;
  if (!safeguard.source.empty()) words += ", " + safeguard.source;
  return words + " (" + safeguard.file + ")";
}

std::string InWords(const Direction& direction) {
  return std::string(terms::NameOf(direction.from)) + " → " + std::string(terms::NameOf(direction.to));
}

std::string ExampleToml(const Package& package, const Question& question, std::string_view name,
                        Outcome outcome) {
  std::string toml = "[[example]]\nname = " + base::JsonString(name) + "\nexpect = \"" +
                     std::string(terms::NameOf(outcome)) + "\"\n";
  std::string request = WorkedRequestToml(package, question);
  constexpr std::string_view kFacts = "\n[facts]\n";
  if (const std::size_t at = request.find(kFacts); at != std::string::npos)
    request.replace(at, kFacts.size(), "\n[example.facts]\n");
  return toml + request;
}

std::string ExampleName(const Finding& finding, std::size_t witness) {
  std::string name = std::string(terms::NameOf(finding.question)) + ": " + finding.subject;
  if (!finding.party.empty()) name += ", " + finding.party;
  if (finding.witnesses.size() == 2) name += witness == 0 ? ", before" : ", after";
  return name;
}

std::string TextOf(const Package& package, std::string_view clause_id) {
  const cedar::Policy* policy = PolicyOf(package, clause_id);
  return policy == nullptr ? "" : Formatted(*policy);
}

std::string TextOf(const Package& package, const Safeguard& safeguard) {
  const cedar::Policy* policy = package.safeguard_policies().Find(safeguard.name);
  return policy == nullptr ? "" : Formatted(*policy);
}

std::vector<WordingChange> WordingChanges(const Package& before, const Package& after) {
  std::vector<WordingChange> changes;
  for (const Clause& clause : after.clauses()) {
    WordingChange change{.id = clause.id, .before = FindClause(&before, clause.id), .after = &clause};
    change.text_before = TextOf(before, clause.id);
    change.text_after = TextOf(after, clause.id);
    if (change.text_before != change.text_after) changes.push_back(std::move(change));
  }
  for (const Clause& clause : before.clauses()) {
    if (FindClause(&after, clause.id) != nullptr) continue;
    changes.push_back({.id = clause.id, .before = &clause, .text_before = TextOf(before, clause.id)});
  }
  return changes;
}

}  // namespace proviso::terms::internal
