#include "terms/check.h"

#include <gtest/gtest.h>

#include "terms/internal/package_for_tests.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::LoadClauses;

analysis::Solver& TestSolver() {
  static analysis::Solver solver({.time_ms_max = 60'000});
  return solver;
}

std::shared_ptr<const Package> Loaded(const std::string& clauses, const std::string& safeguards = "",
                                      const std::string& agreement = AgreementToml(),
                                      const std::string& schema = "") {
  std::vector<PackageFile> more;
  if (!safeguards.empty()) more.push_back({"safeguards/a.cedar", safeguards});
  if (!schema.empty()) more.push_back({"schema.cedarschema", schema});
  auto package = LoadClauses(clauses, agreement, more);
  if (!package) ADD_FAILURE() << package.error().message;
  return package ? *package : nullptr;
}

/// "vacuous 2: yes", one line for each finding of these questions.
std::string Answers(const CheckReport& report) {
  std::string lines;
  for (const Finding& finding : report.findings) {
    lines += std::string(NameOf(finding.question)) + " " + finding.subject +
             (finding.party.empty() ? "" : " by " + finding.party) + ": " +
             std::string(NameOf(finding.answer)) + (finding.is_remarkable ? " !" : "") + "\n";
    EXPECT_EQ(finding.reason, "") << finding.sentence;
  }
  return lines;
}

CheckReport Checked(const Package& package, std::set<CheckQuestion> only) {
  CheckOptions options;
  options.only = std::move(only);
  options.threads = 1;
  return Check(package, TestSolver(), options);
}

const Finding& FindingOf(const CheckReport& report, CheckQuestion question, const std::string& subject,
                         const std::string& party = "") {
  for (const Finding& finding : report.findings) {
    if (finding.question == question && finding.subject == subject && finding.party == party) return finding;
  }
  ADD_FAILURE() << "no finding " << NameOf(question) << " " << subject << " " << party;
  static const Finding none;
  return none;
}

TEST(Check, FindsTheClauseThatNoRequestSatisfies) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action, resource)
when { context has purpose && context.purpose == UseCase::"war" };
@id("3") forbid (principal, action, resource)
when { context has purpose && context.purpose == UseCase::"logistics" };
@id("4") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" && context.effect == "observe" };
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kVacuous});
  EXPECT_EQ(Answers(report),
            "valid : yes\nvacuous 1: no\nvacuous 2: yes !\nvacuous 3: no\nvacuous 4: yes !\n");
  EXPECT_EQ(FindingOf(report, CheckQuestion::kVacuous, "2").sentence,
            "Clause 2 is satisfied by no request that can be put under this agreement");
}

TEST(Check, FindsTheForbidThatErrs) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action, resource) when { context.purpose == UseCase::"logistics" };
@id("3") forbid (principal, action, resource)
when { context has ledger && context.ledger has persons_day && context.ledger.persons_day + 1 > 100 };
@id("4") forbid (principal, action, resource)
when { context has ledger && context.ledger has persons_day && context.ledger.persons_day - 1 > 100 };
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kNeverErrors});
  EXPECT_EQ(
      Answers(report),
      "valid : yes\nnever errors 1: yes\nnever errors 2: no !\nnever errors 3: no !\nnever errors 4: yes\n");
  const Finding& missing = FindingOf(report, CheckQuestion::kNeverErrors, "2");
  EXPECT_NE(missing.sentence.find("purpose"), std::string::npos) << missing.sentence;
  ASSERT_EQ(missing.witnesses.size(), 1U);
  EXPECT_EQ(missing.witnesses[0].decision.ground, Ground::kErringForbid);
  EXPECT_FALSE(report.MayLoad());
  EXPECT_EQ(report.Obstacles().size(), 2U);
}

TEST(Check, ProvesThatASafeguardHoldsOrShowsWhatBypassesIt) {
  const std::string safeguards = R"(
@safeguard("a person decides") permit (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" && !(context has decision) };
@safeguard("no war") permit (principal, action, resource)
when { context has purpose && context.purpose == UseCase::"war" };
)";
  const std::string decides = R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 };
)";
  const CheckReport holds = Checked(*Loaded(decides, safeguards), {CheckQuestion::kSafeguardHolds});
  EXPECT_EQ(Answers(holds),
            "valid : yes\nsafeguard holds a person decides: yes\nsafeguard holds no war: yes !\n");
  EXPECT_TRUE(holds.MayLoad());

  const CheckReport broken = Checked(*Loaded(R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has purpose && context.purpose == UseCase::"logistics" };
)",
                                             safeguards),
                                     {CheckQuestion::kSafeguardHolds});
  EXPECT_FALSE(broken.MayLoad());
  const Finding& finding = FindingOf(broken, CheckQuestion::kSafeguardHolds, "a person decides");
  ASSERT_EQ(finding.witnesses.size(), 1U) << finding.sentence;
  EXPECT_EQ(finding.witnesses[0].decision.outcome, Outcome::kPermit);
  EXPECT_EQ(finding.clauses, std::vector<std::string>{"1"});
  EXPECT_EQ(
      finding.sentence,
      "Safeguard \"a person decides\" does not hold: a request in its scope is permitted by clause 1; it "
      "rests on what customer asserts");
}

TEST(Check, FindsTheClauseThatEveryRequestSatisfies) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action == Action::"generate", resource);
@id("2") permit (principal, action == Action::"embed", resource) when { context.model == resource };
@id("3") forbid (principal, action == Action::"generate", resource)
when { context has purpose && context.purpose == UseCase::"logistics" };
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kUnconditional});
  EXPECT_EQ(Answers(report),
            "valid : yes\nunconditional 1: yes !\nunconditional 2: yes !\nunconditional 3: no\n");
  EXPECT_EQ(FindingOf(report, CheckQuestion::kUnconditional, "1").sentence,
            "Clause 1 is satisfied by every request to generate");
}

TEST(Check, FindsTheClauseThatChangesNothingAndWhatCoversIt) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action == Action::"generate", resource);
@id("2") forbid (principal, action, resource) when { context has label && context.label == "secret" };
@id("3") forbid (principal, action == Action::"generate", resource)
when { context has label && context.label == "secret" && context has purpose };
@id("4") forbid (principal, action == Action::"embed", resource) when { context has enclave };
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kRedundant});
  EXPECT_EQ(Answers(report),
            "valid : yes\nredundant 1: no\nredundant 2: no\nredundant 3: yes !\nredundant 4: yes !\n");
  EXPECT_EQ(FindingOf(report, CheckQuestion::kRedundant, "3").clauses, std::vector<std::string>{"2"});
  EXPECT_EQ(FindingOf(report, CheckQuestion::kRedundant, "4").clauses, std::vector<std::string>{});
}

TEST(Check, FindsThePermitThatAForbidAlwaysOverrides) {
  const auto package = Loaded(R"(
@id("1") @title("Logistics") permit (principal, action == Action::"generate", resource)
when { context has purpose && context.purpose == UseCase::"logistics" };
@id("2") permit (principal, action == Action::"generate", resource)
when { context has purpose && context.purpose == UseCase::"translation" };
@id("3") forbid (principal, action, resource) unless { context has purpose && context.purpose != UseCase::"logistics" };
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kOverridden, CheckQuestion::kNeverPermits});
  EXPECT_EQ(Answers(report),
            "valid : yes\noverridden 1: yes !\noverridden 2: no\nnever permits generate: no\n"
            "never permits embed: yes\nnever permits call_tool: yes\nnever permits release: yes\n"
            "never permits administer: yes\n");
  const Finding& finding = FindingOf(report, CheckQuestion::kOverridden, "1");
  EXPECT_EQ(finding.sentence,
            "Clause 1 (\"Logistics\") permits nothing: whatever satisfies it is forbidden by clause 3");
}

TEST(Check, SaysThatContradictoryClausesPermitNothing) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action == Action::"generate", resource) when { context has label };
@id("2") forbid (principal, action == Action::"generate", resource) when { context has label };
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kNeverPermits});
  EXPECT_TRUE(FindingOf(report, CheckQuestion::kNeverPermits, "generate").is_remarkable);
  EXPECT_FALSE(FindingOf(report, CheckQuestion::kNeverPermits, "embed").is_remarkable);
}

TEST(Check, ReadsAdviceAndSaysWhetherItWouldChangeAnything) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action == Action::"generate", resource);
@id("2") @modality("should") forbid (principal, action, resource) when { context has label };
@id("3") @modality("should") forbid (principal, action == Action::"embed", resource);
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kAdvisory});
  EXPECT_EQ(Answers(report), "valid : yes\nadvisory 1: no\nadvisory 2: yes !\nadvisory 3: yes !\n");
  EXPECT_EQ(FindingOf(report, CheckQuestion::kAdvisory, "2").witnesses.size(), 1U);
  EXPECT_EQ(
      FindingOf(report, CheckQuestion::kAdvisory, "3").sentence,
      "Clause 3 decides nothing: its modality is \"should\"; whatever it advises against is forbidden all "
      "the same");
}

TEST(Check, FindsReferencesThatFloat) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource);
@id("2") @refers_to("law, policy") forbid (principal, action, resource) when { context has label };
)",
                              "", AgreementToml() + R"(
[[reference]]
name = "law"
title = "A law"
version = "as amended"
[[reference]]
name = "policy"
title = "A policy"
date = 2026-01-01
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kFloating});
  EXPECT_EQ(Answers(report), "valid : yes\nfloating 1: no\nfloating 2: yes !\n");
  EXPECT_EQ(FindingOf(report, CheckQuestion::kFloating, "2").facts, std::vector<std::string>{"law"});
}

TEST(Check, FindsTheForbidOfALowerDocumentThatOverridesAHigherOne) {
  const auto package = Loaded(R"(
@id("1") @document("contract") permit (principal, action, resource)
when { context has purpose && context.purpose == UseCase::"logistics" };
@id("2") @document("policy") forbid (principal, action, resource) when { context has label };
@id("3") @document("contract") forbid (principal, action, resource) when { context has enclave };
@id("4") @document("policy") forbid (principal, action, resource) when { context has enclave };
)",
                              "", AgreementToml("order_of_precedence = [\"contract\", \"policy\"]\n"));
  const CheckReport report = Checked(*package, {CheckQuestion::kPrecedence});
  EXPECT_EQ(Answers(report), "valid : yes\nprecedence 2: yes !\nprecedence 4: no\n");
  EXPECT_EQ(FindingOf(report, CheckQuestion::kPrecedence, "2").clauses, std::vector<std::string>{"1"});
}

/// A determination that the customer makes alone.
const std::string kDetermination = R"(
[[fact]]
name = "determination"
type = "{ necessary?: Bool, lawful?: Bool }"
asserted_by = "customer"
)";

TEST(Check, NamesThePartyThatCanSetASafeguardAsideAndItsFact) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource);
@id("2") @title("A person decides") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 }
unless { context has determination && context.determination has necessary && !context.determination.necessary };
)",
                              R"(
@safeguard("no unattended engagement") permit (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" && !(context has decision) };
)",
                              AgreementToml() + kDetermination);
  const CheckReport report = Checked(*package, {CheckQuestion::kSetAside});
  EXPECT_EQ(Answers(report),
            "valid : yes\nset aside by one party no unattended engagement by customer: yes !\n"
            "set aside by one party 2 by customer: yes !\n"
            "set aside by one party no unattended engagement by court: no\n");
  const Finding& finding =
      FindingOf(report, CheckQuestion::kSetAside, "no unattended engagement", "customer");
  EXPECT_EQ(finding.facts, std::vector<std::string>{"determination.necessary"}) << finding.sentence;
  ASSERT_EQ(finding.witnesses.size(), 2U);
  EXPECT_EQ(finding.witnesses[0].decision.outcome, Outcome::kHold);
  EXPECT_EQ(finding.witnesses[1].decision.outcome, Outcome::kPermit);
}

TEST(Check, NamesNobodyWhereEveryPartyNeedsAnother) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action == Action::"generate", resource)
when { context has label && context.label == "secret" }
unless { context has approval && context.approval && context has waiver && context.waiver };
)",
                              "", AgreementToml() + R"(
[[fact]]
name = "approval"
type = "Bool"
asserted_by = "provider"
[[fact]]
name = "waiver"
type = "Bool"
asserted_by = "court"
[[fact]]
name = "label"
asserted_by = "gateway"
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kSetAside});
  EXPECT_EQ(Answers(report), "valid : yes\n");
}

TEST(Check, NamesEachPartyWhoseWordIsEnough) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource) when { context has purpose };
@id("2") forbid (principal, action == Action::"generate", resource)
when { context has purpose && context.purpose == UseCase::"logistics" }
unless { (context has approval && context.approval) || (context has waiver && context.waiver) };
)",
                              "", AgreementToml() + R"(
[[fact]]
name = "approval"
type = "Bool"
asserted_by = "provider"
[[fact]]
name = "waiver"
type = "Bool"
asserted_by = "court"
)");
  const CheckReport report = Checked(*package, {CheckQuestion::kSetAside});
  EXPECT_EQ(Answers(report),
            "valid : yes\nset aside by one party 2 by provider: yes !\n"
            "set aside by one party 2 by customer: yes !\nset aside by one party 2 by court: yes !\n");
  EXPECT_EQ(FindingOf(report, CheckQuestion::kSetAside, "2", "customer").facts,
            std::vector<std::string>{"purpose"});
}

TEST(Check, ChangesAsFewFactsAsItTakes) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action == Action::"generate", resource) when { context has purpose };
@id("2") forbid (principal, action, resource)
when { context has ledger.persons_day && context.ledger.persons_day > 1000 }
unless { context has determination.necessary && context.determination.necessary };
)",
                              "", AgreementToml() + kDetermination);
  const CheckReport report = Checked(*package, {CheckQuestion::kSetAside});
  EXPECT_EQ(FindingOf(report, CheckQuestion::kSetAside, "2", "customer").facts,
            std::vector<std::string>{"determination.necessary"});
}

TEST(Check, TellsAClaimFromASignedAuthority) {
  const std::string clauses = R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action == Action::"generate", resource)
unless { context has authority && context.authority.kind == "order" };
@id("3") forbid (principal, action == Action::"embed", resource)
unless { context has authority && context.authority.kind == "order" && context.authority.signed };
@id("4") forbid (principal, action == Action::"call_tool", resource)
when { context has authority && context.authority.signed };
)";
  const CheckReport report = Checked(*Loaded(clauses), {CheckQuestion::kSetAside});
  EXPECT_EQ(Answers(report),
            "valid : yes\nset aside by one party 2 by customer: yes !\n"
            "set aside by one party 4 by customer: yes !\n"
            "set aside by one party 2 by court: yes !\nset aside by one party 3 by court: yes !\n"
            "set aside by one party 4 by court: yes !\n");
}

TEST(Check, AppliesAcknowledgementsToWhatStandsAgainstLoading) {
  const std::string acknowledged = R"(
[[acknowledgement]]
question = "never errors"
subject = "2"
reason = "known"
)";
  const std::string clauses = R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action, resource) when { context.purpose == UseCase::"logistics" };
)";
  EXPECT_FALSE(CheckBeforeLoading(*Loaded(clauses), TestSolver()).MayLoad());
  const CheckReport report =
      CheckBeforeLoading(*Loaded(clauses, "", AgreementToml() + acknowledged), TestSolver());
  EXPECT_TRUE(report.MayLoad());
  EXPECT_TRUE(FindingOf(report, CheckQuestion::kNeverErrors, "2").is_acknowledged);
}

TEST(Check, AnswersTheSameOnAnyNumberOfThreads) {
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action, resource) when { context has label && context.label == "secret" };
@id("3") forbid (principal, action, resource) when { context.ledger.persons_day + 1 > 100 };
)",
                              R"(
@safeguard("secret") permit (principal, action, resource) when { context has label && context.label == "secret" };
)");
  CheckOptions options;
  options.threads = 1;
  const std::string one = Answers(Check(*package, TestSolver(), options));
  std::size_t reported = 0;
  options.threads = 4;
  options.progress = [&reported](const Progress& progress) {
    EXPECT_LE(++reported, progress.of);
    EXPECT_EQ(reported, progress.done);
  };
  EXPECT_EQ(Answers(Check(*package, TestSolver(), options)), one);
  EXPECT_GT(reported, 0U);
}

TEST(Check, IsUnknownWithoutASolverAndThenStandsAgainstLoading) {
  analysis::Solver none({.program = "/nowhere/cvc5"});
  const auto package = Loaded(R"(
@id("1") permit (principal, action, resource)
when { context has ledger.persons_day && context.ledger.persons_day < 3 }
when { context has ledger.persons_week && context.ledger.persons_week < 3 };
)",
                              R"(
@safeguard("s") permit (principal, action, resource)
when { context has ledger.persons_day && context has ledger.persons_week }
when { context.ledger.persons_day + context.ledger.persons_week > 10 };
)");
  const CheckReport report = CheckBeforeLoading(*package, none);
  const Finding& finding = FindingOf(report, CheckQuestion::kSafeguardHolds, "s");
  EXPECT_EQ(finding.answer, FindingAnswer::kUnknown);
  EXPECT_NE(finding.reason, "");
  EXPECT_FALSE(report.MayLoad());
}

}  // namespace
}  // namespace proviso::terms
