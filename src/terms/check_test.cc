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

std::string Text(FindingAnswer answer) {
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

/// "vacuous 2: yes", one line for each finding of these questions.
std::string Answers(const CheckReport& report) {
  std::string lines;
  for (const Finding& finding : report.findings) {
    lines += std::string(NameOf(finding.question)) + " " + finding.subject +
             (finding.party.empty() ? "" : " by " + finding.party) + ": " + Text(finding.answer) +
             (finding.is_remarkable ? " !" : "") + "\n";
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

}  // namespace
}  // namespace proviso::terms
