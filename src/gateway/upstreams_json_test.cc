#include "gateway/upstreams_json.h"

#include <gmock/gmock.h>

#include "base/json.h"

namespace proviso::gateway {
namespace {

using testing::HasSubstr;

class Upstreams : public testing::Test {
 protected:
  Upstreams() {
    providers_.Configure({{"ma\"ker", {.failures_in_a_row = 1}}});
    const auto maker = providers_.Find("ma\"ker");
    maker->Add(routing::Event::kAttempt);
    maker->Add(routing::Event::kFallbackFrom);
    maker->AddFailure(routing::Failure::kTimedOut);
    maker->AddLatency(std::chrono::milliseconds(1'250));
    auto pass = maker->breaker().Enter(0);
    if (pass) pass->Report(routing::Health::kIll, 0);
    allowances_.Configure({{"desk-1", {.requests_per_minute = 3}}});
    (void)allowances_.Find("desk-1")->TryReserve({{1, 5, 0}});
  }
  routing::MemoryBudgetStore store_;
  base::FakeClock clock_{0};
  routing::Providers providers_;
  routing::Allowances allowances_{store_, clock_};
};

TEST_F(Upstreams, AreShownAsJson) {
  const std::string text = UpstreamsJson(providers_.Look(0), allowances_.All());
  const auto document = base::JsonDocument::Parse(text);
  ASSERT_TRUE(document) << text;
  const base::Json provider = *document->root().Find("providers").elements().begin();
  EXPECT_EQ(provider.Find("name").text(), "ma\"ker");
  EXPECT_EQ(provider.Find("breaker").Find("state").text(), "open");
  EXPECT_EQ(provider.Find("breaker").Find("probe_in_ms").integer(), 15'000);
  EXPECT_EQ(provider.Find("attempts").integer(), 1);
  EXPECT_EQ(provider.Find("fallbacks").integer(), 1);
  EXPECT_EQ(provider.Find("failures").Find("timeout").integer(), 1);
  EXPECT_EQ(provider.Find("failures").Find("connect").integer(), 0);
  EXPECT_EQ(provider.Find("latency_ms_mean").integer(), 1'250);
  const base::Json key = *document->root().Find("keys").elements().begin();
  EXPECT_EQ(key.Find("id").text(), "desk-1");
  EXPECT_EQ(key.Find("requests").Find("remaining").integer(), 2);
  EXPECT_TRUE(key.Find("tokens").missing());
}

TEST_F(Upstreams, AreWrittenAsPrometheusReadsThem) {
  const std::string text = UpstreamsMetrics(providers_.Look(0), allowances_.All());
  for (const char* line :
       {"# TYPE proviso_upstream_attempts_total counter\n",
        "proviso_upstream_attempts_total{provider=\"ma\\\"ker\"} 1\n",
        "proviso_upstream_fallbacks_total{provider=\"ma\\\"ker\"} 1\n",
        "proviso_upstream_attempts_failed_total{provider=\"ma\\\"ker\",kind=\"timeout\"} 1\n",
        "proviso_upstream_first_byte_seconds_sum{provider=\"ma\\\"ker\"} 1.250000\n",
        "proviso_upstream_first_byte_seconds_count{provider=\"ma\\\"ker\"} 1\n",
        "proviso_upstream_breaker_state{provider=\"ma\\\"ker\"} 2\n",
        "proviso_key_limited_total{key=\"desk-1\"} 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace proviso::gateway
