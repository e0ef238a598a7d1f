#include "terms/report_text.h"

#include <gmock/gmock.h>

#include <sstream>

#include "terms/internal/golden_for_tests.h"
#include "terms/internal/plain_text.h"
#include "terms/internal/reports_for_tests.h"

namespace proviso::terms {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ReportText : public testing::Test {
 protected:
  [[nodiscard]] std::string Check(const TextOptions& options) const {
    return CheckText({"terms", package_.get(), report_}, options);
  }
  std::shared_ptr<const Package> package_ = internal::ReportedPackage();
  CheckReport report_ = internal::ReportOf(*package_);
};

TEST_F(ReportText, OfACheckIsAsInTheGoldenFile) {
  internal::ExpectGolden("check_report.txt", Check({.width = 80, .emphasise = {}}));
}

TEST_F(ReportText, OfADiffIsAsInTheGoldenFile) {
  const auto after = internal::ReportedPackage(internal::kReportedLater);
  const DiffReport report = internal::DiffOf(*package_, *after);
  internal::ExpectGolden("diff_report.txt",
                         DiffText({*package_, *after, report}, {.width = 80, .emphasise = {}}));
}

TEST_F(ReportText, ShowsWhatIsAsOneWouldSupposeOnlyWhenAsked) {
  EXPECT_THAT(Check({.emphasise = {}}), Not(HasSubstr("No request makes 1 err.")));
  EXPECT_THAT(Check({.detail = TextOptions::Detail::kAll, .emphasise = {}}),
              HasSubstr("  * No request makes 1 err.\n"));
}

TEST_F(ReportText, StaysWithinTheWidthButForRequestsAndLongWords) {
  std::istringstream lines(Check({.width = 70, .emphasise = {}}));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("      ") || line.find("sha256:") != std::string::npos) continue;
    EXPECT_LE(internal::ColumnsOf(line), 70U) << line;
  }
}

TEST_F(ReportText, EndsEveryEmphasisOnItsLine) {
  const std::string text = Check({.width = 60, .emphasise = [](Emphasis, std::string_view line) {
                                    return "{" + std::string(line) + "}";
                                  }});
  EXPECT_THAT(text, StartsWith("{A gateway does not load it: 1 finding stands against it.}\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(line.find('{') == std::string::npos, !line.ends_with('}')) << line;
  }
}

TEST_F(ReportText, ListsWhatIsWrongInARefusedPackage) {
  const CheckReport report =
      RefusedReport({base::ErrorCode::kInvalid, "a.cedar:1: \x1b[31mone\na.cedar:2: two"});
  EXPECT_EQ(CheckText({"terms", nullptr, report}, {.emphasise = {}}),
            "The package is refused: 2 things are wrong in it.\n"
            "  * a.cedar:1: \xef\xbf\xbd[31mone\n  * a.cedar:2: two\n");
}

}  // namespace
}  // namespace proviso::terms
