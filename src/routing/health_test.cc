#include "routing/health.h"

#include <gtest/gtest.h>

namespace proviso::routing {
namespace {

TEST(Providers, KeepWhatWasLearntOverAReloadAndForgetWhoIsGone) {
  Providers providers;
  providers.Configure({{"a", {}}, {"b", {}}});
  const auto a = providers.Find("a");
  ASSERT_NE(a, nullptr);
  a->Add(Event::kAttempt);
  a->AddFailure(Failure::kTimedOut);
  a->AddLatency(std::chrono::milliseconds(3));
  auto pass = a->breaker().Enter(0);
  ASSERT_TRUE(pass);
  pass->Report(Health::kIll, 0);
  providers.Configure({{"a", {.failures_in_a_row = 1}}, {"c", {}}});
  EXPECT_EQ(providers.Find("a"), a);
  EXPECT_EQ(providers.Find("b"), nullptr);
  const auto views = providers.Look(0);
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].name, "a");
  EXPECT_EQ(views[0].Of(Event::kAttempt), 1);
  EXPECT_EQ(views[0].Of(Event::kRetry), 0);
  EXPECT_EQ(views[0].Of(Failure::kTimedOut), 1);
  EXPECT_EQ(views[0].latency_microseconds, 3'000);
  EXPECT_EQ(views[0].latencies, 1);
  EXPECT_EQ(views[0].breaker.failures_in_a_row, 1);
  EXPECT_EQ(views[1].name, "c");
}

}  // namespace
}  // namespace proviso::routing
