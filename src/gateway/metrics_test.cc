#include "gateway/metrics.h"

#include <gmock/gmock.h>

namespace proviso::gateway {
namespace {

using testing::HasSubstr;

TEST(Metrics, SumTheCores) {
  Metrics metrics(3);
  metrics.core(0).Add(Count::kAnswers);
  metrics.core(2).Add(Count::kAnswers, 41);
  EXPECT_EQ(metrics.Sum(Count::kAnswers), 42U);
  EXPECT_EQ(metrics.Sum(Count::kCallersLeft), 0U);
}

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
  Metrics metrics(1);
  metrics.core(0).Add(Count::kRequestsForbidden, 7);
  const std::string text = metrics.Render(99);
  EXPECT_THAT(text, HasSubstr("# HELP proviso_requests_total Requests by what was decided about them.\n"
                              "# TYPE proviso_requests_total counter\n"
                              "proviso_requests_total{outcome=\"permit\"} 0\n"
                              "proviso_requests_total{outcome=\"hold\"} 0\n"
                              "proviso_requests_total{outcome=\"forbid\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE proviso_record_entries gauge\nproviso_record_entries 99\n"));
  EXPECT_TRUE(text.ends_with("\n"));
}

TEST(Metrics, ShowEachCountOnce) {
  Metrics metrics(1);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Count::kLast); ++i) {
    metrics.core(0).Add(static_cast<Count>(i), 1'000 + i);
  }
  const std::string text = metrics.Render(0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Count::kLast); ++i) {
    const std::string sample = " " + std::to_string(1'000 + i) + "\n";
    const auto at = text.find(sample);
    ASSERT_NE(at, std::string::npos) << i;
    EXPECT_EQ(text.find(sample, at + 1), std::string::npos) << i;
  }
}

}  // namespace
}  // namespace proviso::gateway
