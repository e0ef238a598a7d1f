#include "terms/report_html.h"

#include <gmock/gmock.h>

#include <regex>
#include <set>

#include "terms/internal/golden_for_tests.h"
#include "terms/internal/reports_for_tests.h"

namespace proviso::terms {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMadeMs = 1'800'000'000'000;

class ReportHtml : public testing::Test {
 protected:
  [[nodiscard]] std::string Check() const { return CheckHtml({"terms", before_.get(), check_}, kMadeMs); }
  [[nodiscard]] std::string Diff() const { return DiffHtml({*before_, *after_, diff_}, kMadeMs); }

  std::shared_ptr<const Package> before_ = internal::ReportedPackage();
  std::shared_ptr<const Package> after_ = internal::ReportedPackage(internal::kReportedLater);
  CheckReport check_ = internal::ReportOf(*before_);
  DiffReport diff_ = internal::DiffOf(*before_, *after_);
};

std::set<std::string> AllOf(const std::string& page, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(page.begin(), page.end(), expression); at != std::sregex_iterator(); ++at)
    found.insert((*at)[1]);
  return found;
}

TEST_F(ReportHtml, OfACheckIsAsInTheGoldenFile) {
  internal::ExpectGolden("check_report.html", Check());
}

TEST_F(ReportHtml, OfADiffIsAsInTheGoldenFile) {
  internal::ExpectGolden("diff_report.html", Diff());
}

TEST_F(ReportHtml, StandsOnItsOwn) {
  for (const std::string& page : {Check(), Diff()}) {
    for (const std::string_view fetches :
         {"<script", "<link", "<img", "<iframe", "url(", "@import", "http:", "https:"})
      EXPECT_THAT(page, Not(HasSubstr(fetches)));
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  }
}

TEST_F(ReportHtml, LeadsEveryLinkToAPlaceOnThePage) {
  for (const std::string& page : {Check(), Diff()}) {
    const std::set<std::string> anchors = AllOf(page, " id=\"([^\"]*)\"");
    for (const std::string& link : AllOf(page, "href=\"#([^\"]*)\""))
      EXPECT_TRUE(anchors.contains(link)) << link;
    EXPECT_GE(anchors.size(), 5U);
  }
}

TEST_F(ReportHtml, EscapesWhateverAnAuthorWrote) {
  constexpr std::string_view kHostile = "</h3></style><script>alert(1)</script><p title=\"x' onload='y\">";
  constexpr std::string_view kClauses =
      R"(@id("<i>") @title("</td><script>alert(2)</script>") @source("\" onclick=\"x")
permit (principal, action, resource) when { context.label == "</pre><script>alert(3)</script>" };)";
  const auto hostile = internal::ReportedPackage(kClauses, "title = \"<script>alert(4)</script>\"\n");
  CheckReport report;
  Finding finding = internal::FindingOf(CheckQuestion::kVacuous, "<i>", FindingAnswer::kUnknown,
                                        Basis::kUnknown, std::string(kHostile));
  finding.reason = kHostile;
  finding.party = kHostile;
  finding.facts = {std::string(kHostile)};
  Question question = internal::Generation();
  question.model = kHostile;
  question.facts.label = kHostile;
  finding.witnesses.push_back(internal::WitnessOf(*hostile, question, std::string(kHostile)));
  report.findings.push_back(finding);
  DiffReport diff = internal::DiffOf(*before_, *hostile);
  diff.notes.emplace_back(kHostile);
  for (const std::string& page : {CheckHtml({std::string(kHostile), hostile.get(), report}, kMadeMs),
                                  CheckHtml({std::string(kHostile), nullptr, report}, kMadeMs),
                                  DiffHtml({*before_, *hostile, diff}, kMadeMs)}) {
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<i>")));
    EXPECT_THAT(page, Not(HasSubstr("\" onclick")));
    EXPECT_THAT(page, HasSubstr("&lt;/script&gt;"));
    EXPECT_EQ(AllOf(page, "(</style>)").size(), 1U);
  }
}

}  // namespace
}  // namespace proviso::terms
