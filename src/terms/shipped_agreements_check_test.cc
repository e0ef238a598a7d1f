// What `terms check` says of the agreements that the project ships: every remarkable finding, and no other.
#include <gmock/gmock.h>

#include "terms/check.h"
#include "terms/internal/shipped_for_tests.h"

namespace proviso::terms {
namespace {

using internal::LoadedFrom;
using internal::LoadedShipped;
using internal::ShippedNames;
using internal::SwappedShipped;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::SizeIs;

analysis::Solver& TestSolver() {
  static analysis::Solver solver({.time_ms_max = 60'000});
  return solver;
}

/// "set aside by one party: 2.1 by court", or "…, acknowledged".
std::string InShort(const Finding& finding) {
  return std::string(NameOf(finding.question)) + ": " + finding.subject +
         (finding.party.empty() ? "" : " by " + finding.party) +
         (finding.is_acknowledged ? ", acknowledged" : "");
}

std::vector<std::string> Remarkable(const CheckReport& report) {
  std::vector<std::string> findings;
  for (const Finding& finding : report.findings) {
    if (finding.is_remarkable) findings.push_back(InShort(finding));
  }
  return findings;
}

const Finding* FindFinding(const CheckReport& report, CheckQuestion question, std::string_view subject,
                           std::string_view party) {
  for (const Finding& finding : report.findings) {
    if (finding.question == question && finding.subject == subject && finding.party == party) return &finding;
  }
  return nullptr;
}

enum class Loading : std::uint8_t { kLoads, kIsDraft };

struct Row {
  std::string name;
  Loading loading;
  std::vector<std::string> remarkable;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> kRows{
      {"any-lawful-use",
       Loading::kIsDraft,
       {"safeguard holds: no mass domestic surveillance", "safeguard holds: no unattended engagement",
        "set aside by one party: no mass domestic surveillance by customer",
        "set aside by one party: no unattended engagement by customer"}},
      {"break-glass",
       Loading::kLoads,
       {"advisory: 2.3",
        "set aside by one party: no change without a person or a signed reason by duty-office",
        "set aside by one party: 2.1 by duty-office"}},
      {"dangerous-capabilities",
       Loading::kLoads,
       {"set aside by one party: no test of a system without a signed consent by system-owner",
        "set aside by one party: 2.2 by system-owner"}},
      {"deployment",
       Loading::kLoads,
       {"set aside by one party: 2.2 by assessor", "set aside by one party: 2.3 by assessor"}},
      {"domestic-surveillance-intentional",
       Loading::kIsDraft,
       {"safeguard holds: no mass domestic surveillance",
        "set aside by one party: no mass domestic surveillance by customer",
        "set aside by one party: 2.1 by customer",
        "set aside by one party: no mass domestic surveillance by court",
        "set aside by one party: 2.1 by court"}},
      {"domestic-surveillance-mass",
       Loading::kLoads,
       {"set aside by one party: no mass domestic surveillance by court",
        "set aside by one party: 2.1 by court"}},
      {"human-control-advisory",
       Loading::kIsDraft,
       {"advisory: 2.1", "safeguard holds: no unattended engagement"}},
      {"human-control-always", Loading::kLoads, {}},
      {"human-control-where-required",
       Loading::kLoads,
       {"safeguard holds: no unattended engagement, acknowledged",
        "set aside by one party: no unattended engagement by customer",
        "set aside by one party: 2.1 by customer"}},
      {"overnight-offer",
       Loading::kIsDraft,
       {"safeguard holds: no mass domestic surveillance", "safeguard holds: no unattended engagement",
        "set aside by one party: no mass domestic surveillance by customer",
        "set aside by one party: no unattended engagement by customer",
        "set aside by one party: 2.1 by customer", "set aside by one party: 3.1 by customer",
        "set aside by one party: no mass domestic surveillance by court",
        "set aside by one party: 2.1 by court"}},
      {"people-and-data",
       Loading::kLoads,
       {"set aside by one party: 2.2 by customer", "set aside by one party: 3.6 by court",
        "set aside by one party: 2.1 by registrar", "set aside by one party: 2.2 by registrar",
        "set aside by one party: 2.3 by registrar", "set aside by one party: 3.1 by registrar",
        "set aside by one party: 3.2 by registrar"}},
      {"reporting-and-exit", Loading::kLoads, {"set aside by one party: 3.1 by ordering-office"}},
      {"template", Loading::kLoads, {}},
      {"two-exceptions",
       Loading::kLoads,
       {"set aside by one party: no mass domestic surveillance by court",
        "set aside by one party: 2.1 by court"}},
      {"use-and-field",
       Loading::kLoads,
       {"set aside by one party: no controlled technology on a claim by provider",
        "set aside by one party: 2.1 by provider"}},
      {"verification-and-review", Loading::kLoads, {"set aside by one party: 2.1 by certifier"}}};
  return kRows;
}

TEST(CheckOfShippedAgreements, FindsWhatEachWordingSaysAndNothingElse) {
  std::vector<std::string> names;
  for (const Row& row : Rows()) {
    names.push_back(row.name);
    const auto package = LoadedShipped(row.name);
    ASSERT_NE(package, nullptr);
    const CheckReport report = Check(*package, TestSolver(), {});
    EXPECT_THAT(Remarkable(report), ElementsAreArray(row.remarkable)) << row.name;
    EXPECT_EQ(report.MayLoad(), row.loading == Loading::kLoads) << row.name;
    EXPECT_EQ(CheckBeforeLoading(*package, TestSolver()).MayLoad(), row.loading == Loading::kLoads)
        << row.name;
    for (const Finding& finding : report.findings) EXPECT_EQ(finding.reason, "") << finding.sentence;
  }
  std::vector<std::string> shipped = ShippedNames();
  shipped.emplace_back("template");
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(shipped)) << "each shipped package has its row";
}

TEST(CheckOfShippedAgreements, RemarksWhatEachReadmeSaysThatItRemarks) {
  for (const Row& row : Rows()) {
    if (row.name == "template") continue;
    const std::string readme = base::ReadFile(internal::ShippedAgreements() / row.name / "README.md").value();
    EXPECT_EQ(readme.contains("`terms check` remarks nothing."), row.remarkable.empty()) << row.name;
    for (const std::string& line : row.remarkable) {
      const std::size_t by = line.rfind(" by ");
      if (by == std::string::npos) continue;
      EXPECT_THAT(readme, HasSubstr("the " + line.substr(by + 4) + " alone can set aside ")) << row.name;
    }
  }
}

TEST(CheckOfShippedAgreements, FindsTheSameWhenThePartiesChangePlaces) {
  for (const std::string name : {"overnight-offer", "two-exceptions", "use-and-field", "people-and-data"}) {
    const auto as_shipped = LoadedShipped(name);
    const auto swapped = LoadedFrom(SwappedShipped(name));
    ASSERT_NE(as_shipped, nullptr);
    ASSERT_NE(swapped, nullptr);
    CheckReport expected = Check(*as_shipped, TestSolver(), {});
    for (Finding& finding : expected.findings) {
      if (finding.party == "provider" || finding.party == "customer")
        finding.party = finding.party == "provider" ? "customer" : "provider";
    }
    EXPECT_EQ(Remarkable(Check(*swapped, TestSolver(), {})), Remarkable(expected)) << name;
  }
}

TEST(CheckOfShippedAgreements, NamesWhoCanSetTheOvernightOffersExceptionsAside) {
  const auto package = LoadedShipped("overnight-offer");
  ASSERT_NE(package, nullptr);
  CheckOptions options;
  options.only = {CheckQuestion::kSafeguardHolds, CheckQuestion::kSetAside};
  const CheckReport report = Check(*package, TestSolver(), options);
  for (const auto& [subject, fact] : std::vector<std::pair<std::string, std::string>>{
           {"no mass domestic surveillance", "determination.necessary"},
           {"no unattended engagement", "determination.human_control_required"},
           {"2.1", "determination.necessary"},
           {"3.1", "determination.human_control_required"}}) {
    const Finding* aside = FindFinding(report, CheckQuestion::kSetAside, subject, "customer");
    ASSERT_NE(aside, nullptr) << subject;
    EXPECT_THAT(aside->facts, testing::ElementsAre(fact)) << subject;
    ASSERT_THAT(aside->witnesses, SizeIs(2));
    EXPECT_NE(aside->witnesses[0].decision.outcome, Outcome::kPermit);
    EXPECT_EQ(aside->witnesses[1].decision.outcome, Outcome::kPermit);
  }
}

TEST(CheckOfShippedAgreements, NamesWhoTheConditionOfAPairHandsTheDecisionTo) {
  struct Handed {
    std::string package;
    std::string safeguard;
    std::string fact;
    Outcome before;
  };
  for (const Handed& row :
       std::vector<Handed>{{"human-control-where-required", "no unattended engagement",
                            "determination.human_control_required", Outcome::kHold},
                           {"domestic-surveillance-intentional", "no mass domestic surveillance",
                            "collection.mode", Outcome::kForbid}}) {
    const auto package = LoadedShipped(row.package);
    ASSERT_NE(package, nullptr);
    const CheckReport report = Check(*package, TestSolver(), {});
    for (const std::string& subject : {row.safeguard, std::string("2.1")}) {
      const Finding* aside = FindFinding(report, CheckQuestion::kSetAside, subject, "customer");
      ASSERT_NE(aside, nullptr) << row.package;
      EXPECT_THAT(aside->facts, testing::ElementsAre(row.fact));
      ASSERT_THAT(aside->witnesses, SizeIs(2));
      EXPECT_EQ(aside->witnesses[0].decision.outcome, row.before);
    }
  }
}

}  // namespace
}  // namespace proviso::terms
