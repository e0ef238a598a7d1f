#include "terms/report_json.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "terms/internal/golden_for_tests.h"
#include "terms/internal/reports_for_tests.h"

namespace proviso::terms {
namespace {

using testing::HasSubstr;

template <typename Write>
std::string Written(const Write& write) {
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  write(json);
  return json.Take() + "\n";
}

TEST(ReportJson, OfACheckIsAsInTheGoldenFile) {
  const auto package = internal::ReportedPackage();
  const CheckReport report = internal::ReportOf(*package);
  const std::string text =
      Written([&](base::JsonWriter& json) { WriteCheckReport(json, {"terms", package.get(), report}); });
  EXPECT_TRUE(base::JsonDocument::Parse(text).has_value());
  internal::ExpectGolden("check_report.json", text);
}

TEST(ReportJson, OfADiffIsAsInTheGoldenFile) {
  const auto before = internal::ReportedPackage();
  const auto after = internal::ReportedPackage(internal::kReportedLater);
  const DiffReport report = internal::DiffOf(*before, *after);
  const std::string text =
      Written([&](base::JsonWriter& json) { WriteDiffReport(json, {*before, *after, report}); });
  EXPECT_TRUE(base::JsonDocument::Parse(text).has_value());
  internal::ExpectGolden("diff_report.json", text);
}

TEST(ReportJson, HasNoPackageWhereItWasRefused) {
  const CheckReport report = RefusedReport({base::ErrorCode::kInvalid, "a.cedar:1: one"});
  const std::string text =
      Written([&](base::JsonWriter& json) { WriteCheckReport(json, {"terms", nullptr, report}); });
  EXPECT_THAT(text, HasSubstr("\"package\": null"));
  EXPECT_THAT(text, HasSubstr("\"may_load\": false"));
  EXPECT_THAT(text, HasSubstr("\"sentence\": \"a.cedar:1: one\""));
}

TEST(ReportJson, DoesNotSayWhetherItMayLoadWhenThatWasNotAsked) {
  const auto package = internal::ReportedPackage();
  const CheckReport report;
  EXPECT_THAT(Written([&](base::JsonWriter& json) {
                WriteCheckReport(json, {"terms", package.get(), report, {CheckQuestion::kAdvisory}});
              }),
              HasSubstr("\"may_load\": null"));
}

}  // namespace
}  // namespace proviso::terms
