#include "terms/report.h"

#include <gmock/gmock.h>

#include "terms/internal/report_parts.h"
#include "terms/internal/reports_for_tests.h"

namespace proviso::terms {
namespace {

using internal::FindingOf;

TEST(Report, NamesEachThingThatIsWrongInARefusedPackage) {
  const CheckReport report = RefusedReport({base::ErrorCode::kInvalid, "a.cedar:1: one\na.cedar:2: two\n"});
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[1].sentence, "a.cedar:2: two");
  EXPECT_EQ(report.findings[1].question, CheckQuestion::kValid);
  EXPECT_FALSE(report.MayLoad());
  EXPECT_FALSE(IsClear({"terms", nullptr, report}));
  EXPECT_EQ(internal::VerdictOf(CheckedPackage{"terms", nullptr, report}),
            "The package is refused: 2 things are wrong in it.");
}

TEST(Report, LeavesNothingOpenThatIsKnownAndAcknowledgedOrAsOneWouldSuppose) {
  Finding finding = FindingOf(CheckQuestion::kVacuous, "1", FindingAnswer::kNo, Basis::kWitness, "");
  EXPECT_FALSE(IsOpen(finding));
  finding.is_remarkable = true;
  EXPECT_TRUE(IsOpen(finding));
  finding.is_acknowledged = true;
  EXPECT_FALSE(IsOpen(finding));
  finding = FindingOf(CheckQuestion::kVacuous, "1", FindingAnswer::kUnknown, Basis::kUnknown, "");
  EXPECT_TRUE(IsOpen(finding));
}

TEST(Report, DoesNotSayWhetherAPackageMayLoadWhenThatWasNotAsked) {
  const auto package = internal::ReportedPackage();
  const CheckReport report;
  const CheckedPackage some{
      "terms", package.get(), report, {CheckQuestion::kVacuous, CheckQuestion::kAdvisory}};
  EXPECT_EQ(internal::VerdictOf(some),
            "Only this was asked: vacuous and advisory. Whether a gateway may load the package was not.");
  EXPECT_TRUE(IsClear(some));
  const CheckedPackage enough{
      "terms",
      package.get(),
      report,
      {CheckQuestion::kValid, CheckQuestion::kNeverErrors, CheckQuestion::kSafeguardHolds}};
  EXPECT_TRUE(internal::TellsWhetherItMayLoad(enough));
}

TEST(Report, IsTheSameOnlyWhereEachDirectionIsProved) {
  DiffReport report;
  for (const Direction& direction : Directions()) {
    report.differences.emplace_back().direction = direction;
    report.differences.back().answer = FindingAnswer::kNo;
  }
  EXPECT_TRUE(IsSame(report));
  EXPECT_EQ(internal::VerdictOf(report),
            "No request's outcome differs: proved in each of the six directions.");
  report.differences[5].answer = FindingAnswer::kUnknown;
  EXPECT_FALSE(IsSame(report));
  EXPECT_EQ(internal::VerdictOf(report), "No difference was found; 1 direction is unknown.");
}

TEST(Report, FindsTheClausesThatTwoPackagesWordOtherwise) {
  const auto before = internal::ReportedPackage();
  const auto after = internal::ReportedPackage(internal::kReportedLater);
  std::vector<std::string> found;
  for (const auto& change : internal::WordingChanges(*before, *after))
    found.push_back(change.id + (change.before == nullptr  ? " added"
                                 : change.after == nullptr ? " gone"
                                                           : ""));
  EXPECT_THAT(found, testing::ElementsAre("4.2", "6 added", "5 gone"));
  EXPECT_TRUE(internal::WordingChanges(*before, *before).empty());
}

TEST(Report, ShowsRequestsThatHoldAsExamplesOfThePackage) {
  const auto package = internal::ReportedPackage();
  std::string file;
  std::size_t shown = 0;
  for (const Finding& finding : internal::ReportOf(*package).findings) {
    for (std::size_t i = 0; i < finding.witnesses.size(); ++i, ++shown) {
      const Witness& witness = finding.witnesses[i];
      file += internal::ExampleToml(*package, witness.question, internal::ExampleName(finding, i),
                                    witness.decision.outcome);
    }
  }
  const auto with_examples = internal::LoadClauses(
      std::string(internal::kReportedClauses), internal::AgreementToml(), {{"examples/found.toml", file}});
  ASSERT_TRUE(with_examples.has_value()) << with_examples.error().message << "\n" << file;
  const ExampleReport report = RunExamples(**with_examples);
  EXPECT_EQ(report.results.size(), shown);
  EXPECT_EQ(report.Failed(), 0U);
}

}  // namespace
}  // namespace proviso::terms
