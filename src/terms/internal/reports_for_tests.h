// Reports made by hand, for the tests of their forms: nothing in them was computed.
#pragma once

#include "terms/internal/package_for_tests.h"
#include "terms/report.h"

namespace proviso::terms::internal {

inline constexpr std::string_view kReportedClauses =
    R"(@id("1") @title("All that is agreed") @source("Section 1") permit (principal, action, resource) when { context has purpose };
@id("4.2") @title("People <decide>") @source("Section 4, “Weapons” & more")
forbid (principal, action == Action::"call_tool", resource) when { context.effect == "engage" } unless { context has decision };
@id("5") @modality("should") @title("Better <b>not</b>") forbid (principal, action, resource);)";
inline constexpr std::string_view kReportedLater =
    R"(@id("1") @title("All that is agreed") @source("Section 1") permit (principal, action, resource) when { context has purpose };
@id("4.2") @title("People <decide>") @source("Section 4, “Weapons” & more")
forbid (principal, action == Action::"call_tool", resource) when { context.effect == "engage" } unless { context has decision || context has label };
@id("6") @title("New") permit (principal, action == Action::"release", resource);)";

inline std::shared_ptr<const Package> ReportedPackage(
    std::string_view clauses = kReportedClauses, const std::string& head = "title = \"The test's terms\"\n") {
  return LoadClauses(std::string(clauses), AgreementToml(head)).value();
}

inline Witness WitnessOf(const Package& package, const Question& question, std::string sentence) {
  return {question, Decide(package, question), std::move(sentence)};
}

inline Finding FindingOf(CheckQuestion question, std::string subject, FindingAnswer answer, Basis basis,
                         std::string sentence) {
  Finding finding;
  finding.question = question;
  finding.subject = std::move(subject);
  finding.answer = answer;
  finding.basis = basis;
  finding.sentence = std::move(sentence);
  finding.took_ms = 12;
  return finding;
}

/// One finding of each kind that the forms tell apart.
inline CheckReport ReportOf(const Package& package) {
  CheckReport report{.findings = {}, .solver = "cvc5 1.0.3", .took_ms = 3456};
  const auto add = [&report](Finding finding) -> Finding& {
    return report.findings.emplace_back(std::move(finding));
  };
  add(FindingOf(CheckQuestion::kValid, "", FindingAnswer::kYes, Basis::kRead, "The package is valid."));
  add(FindingOf(CheckQuestion::kNeverErrors, "1", FindingAnswer::kYes, Basis::kProved,
                "No request makes 1 err."));
  Finding& errs = add(FindingOf(CheckQuestion::kNeverErrors, "4.2", FindingAnswer::kNo, Basis::kWitness,
                                "A request makes 4.2 err, which forbids it."));
  errs.is_remarkable = true;
  Question bare = Engagement();
  bare.facts.effect.reset();
  errs.witnesses.push_back(WitnessOf(package, bare, "desk (agency) calls assign, with no effect."));
  errs.scripts = {"ab12"};
  Finding& advisory = add(FindingOf(CheckQuestion::kAdvisory, "5", FindingAnswer::kYes, Basis::kRead,
                                    "5 decides nothing: its modality is should."));
  advisory.is_remarkable = true;
  advisory.is_acknowledged = true;
  Finding& aside = add(FindingOf(CheckQuestion::kSetAside, "4.2", FindingAnswer::kYes, Basis::kWitness,
                                 "The customer alone can set 4.2 aside."));
  aside.is_remarkable = true;
  aside.party = "customer";
  aside.facts = {"purpose", "label"};
  aside.clauses = {"1"};
  aside.witnesses.push_back(WitnessOf(package, Engagement(), "desk (agency) calls assign, effect engage."));
  aside.witnesses.push_back(WitnessOf(package, Generation(), "The same; the customer alone sets label."));
  Finding& unknown = add(FindingOf(CheckQuestion::kSetAside, "4.2", FindingAnswer::kUnknown, Basis::kUnknown,
                                   "Whether the provider alone can set 4.2 aside is unknown."));
  unknown.party = "provider";
  unknown.reason = "10 s ran out";
  return report;
}

/// A direction with an example, one that is unknown, and four with a proof.
inline DiffReport DiffOf(const Package& before, const Package& after) {
  DiffReport report{.differences = {}, .notes = {}, .solver = "cvc5 1.0.3", .took_ms = 250};
  for (const Direction& direction : Directions()) {
    Difference difference;
    difference.direction = direction;
    difference.answer = FindingAnswer::kNo;
    difference.scripts = {"cd34"};
    if (direction == Direction{Outcome::kHold, Outcome::kPermit}) {
      difference.answer = FindingAnswer::kYes;
      Question question = Engagement();
      question.facts.label = "open";
      difference.examples.push_back({.question = question,
                                     .before = Decide(before, question),
                                     .after = Decide(after, question),
                                     .sentence = "desk (agency) calls assign, effect engage, label open.",
                                     .clauses_before = {"4.2"},
                                     .clauses_after = {"1"},
                                     .by_party = {{"customer", {"label"}}}});
    }
    if (direction == Direction{Outcome::kForbid, Outcome::kHold}) {
      difference.answer = FindingAnswer::kUnknown;
      difference.reason = "2 GiB ran out";
    }
    report.differences.push_back(std::move(difference));
  }
  report.notes = {"The later agreement ends on 2027-01-01."};
  return report;
}

}  // namespace proviso::terms::internal
