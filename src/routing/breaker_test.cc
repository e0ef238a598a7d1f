#include "routing/breaker.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace proviso::routing {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kMs = 1'000'000;

BreakerRule Rule() {
  return {.failures_in_a_row = 3,
          .failure_percent = 50,
          .samples_min = 10,
          .window = milliseconds(10'000),
          .rest = milliseconds(5'000)};
}

void Report(Breaker& breaker, Health health, std::int64_t now_ns) {
  auto pass = breaker.Enter(now_ns);
  ASSERT_TRUE(pass);
  pass->Report(health, now_ns);
}

BreakerState StateOf(const Breaker& breaker) {
  return breaker.Look(0).state;
}

void Open(Breaker& breaker, std::int64_t now_ns) {
  for (int i = 0; i < 3; ++i) Report(breaker, Health::kIll, now_ns);
  ASSERT_EQ(StateOf(breaker), BreakerState::kOpen);
}

TEST(Breaker, OpensAfterFailuresInARow) {
  const auto breaker = Breaker::Make(Rule());
  Report(*breaker, Health::kIll, 0);
  Report(*breaker, Health::kIll, 0);
  Report(*breaker, Health::kWell, 0);
  Report(*breaker, Health::kIll, 0);
  Report(*breaker, Health::kIll, 0);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kClosed);
  Report(*breaker, Health::kIll, 0);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kOpen);
  const auto refused = breaker->Enter(1'000 * kMs);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().ask_again_in, milliseconds(4'000));
}

TEST(Breaker, OpensWhenTooManyOfEnoughReportsInTheWindowFailed) {
  const auto breaker = Breaker::Make(Rule());
  for (int i = 0; i < 9; ++i) Report(*breaker, i % 2 == 0 ? Health::kIll : Health::kWell, 0);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kClosed);  // five of nine: not enough reports
  Report(*breaker, Health::kWell, 0);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kClosed);  // success never opens
  Report(*breaker, Health::kIll, 0);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kOpen);
}

TEST(Breaker, ForgetsWhatIsOlderThanTheWindow) {
  const auto breaker = Breaker::Make(Rule());
  for (int i = 0; i < 8; ++i) Report(*breaker, i % 2 == 0 ? Health::kIll : Health::kWell, 0);
  EXPECT_EQ(breaker->Look(9'999 * kMs).window_samples, 8);
  EXPECT_EQ(breaker->Look(10'000 * kMs).window_samples, 0);
  for (int i = 0; i < 8; ++i) Report(*breaker, i < 6 ? Health::kWell : Health::kIll, 10'000 * kMs);
  EXPECT_EQ(breaker->Look(10'000 * kMs).window_failures, 2);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kClosed);
}

TEST(Breaker, LetsOneProbeThroughAfterItsRest) {
  const auto breaker = Breaker::Make(Rule());
  Open(*breaker, 0);
  EXPECT_FALSE(breaker->Enter(5'000 * kMs - 1));
  auto probe = breaker->Enter(5'000 * kMs);
  ASSERT_TRUE(probe);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kHalfOpen);
  EXPECT_FALSE(breaker->Enter(5'000 * kMs)) << "a second probe";
  probe->Report(Health::kWell, 6'000 * kMs);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kClosed);
  EXPECT_EQ(breaker->Look(6'000 * kMs).window_samples, 0);
}

TEST(Breaker, RestsAgainWhenTheProbeFails) {
  const auto breaker = Breaker::Make(Rule());
  Open(*breaker, 0);
  auto probe = breaker->Enter(5'000 * kMs);
  ASSERT_TRUE(probe);
  probe->Report(Health::kIll, 7'000 * kMs);
  EXPECT_FALSE(breaker->Enter(11'999 * kMs));
  EXPECT_TRUE(breaker->Enter(12'000 * kMs));
  EXPECT_EQ(breaker->Look(0).opened_times, 2);
}

TEST(Breaker, GivesTheProbesPlaceToAnotherWhenNothingWasLearnt) {
  const auto breaker = Breaker::Make(Rule());
  Open(*breaker, 0);
  {
    const auto lost = breaker->Enter(5'000 * kMs);
  }
  EXPECT_EQ(StateOf(*breaker), BreakerState::kHalfOpen);
  auto second = breaker->Enter(5'000 * kMs);
  ASSERT_TRUE(second);
  auto moved = std::move(*second);
  EXPECT_FALSE(breaker->Enter(5'000 * kMs)) << "a moved pass still holds the place";
}

TEST(Breaker, DoesNotHearWhoEnteredBeforeItOpened) {
  const auto breaker = Breaker::Make(Rule());
  auto slow = breaker->Enter(0);
  ASSERT_TRUE(slow);
  Open(*breaker, 0);
  slow->Report(Health::kWell, 1'000 * kMs);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kOpen);
}

TEST(Breaker, TakesANewRuleAndKeepsItsState) {
  const auto breaker = Breaker::Make(Rule());
  Open(*breaker, 0);
  BreakerRule rule = Rule();
  rule.window = milliseconds(1'000);
  breaker->Change(rule);
  EXPECT_EQ(StateOf(*breaker), BreakerState::kOpen);
}

TEST(Breaker, KnowsIllnessFromLimitsAndFaults) {
  struct Row {
    AttemptFailure failure;
    Health health;
  };
  for (const Row& row :
       {Row{{Failure::kConnect}, Health::kIll}, Row{{Failure::kClosed}, Health::kIll},
        Row{{Failure::kTimedOut}, Health::kIll}, Row{{Failure::kMalformed}, Health::kIll},
        Row{{Failure::kStatus, 500}, Health::kIll}, Row{{Failure::kStatus, 529}, Health::kIll},
        Row{{Failure::kStatus, 429}, Health::kUnknown}, Row{{Failure::kStatus, 400}, Health::kWell},
        Row{{Failure::kStatus, 401}, Health::kWell}}) {
    EXPECT_EQ(HealthOf(row.failure), row.health) << NameOf(row.failure.kind) << row.failure.status;
  }
}

TEST(Breaker, LetsExactlyOneOfManyThreadsProbe) {
  const auto breaker = Breaker::Make(Rule());
  Open(*breaker, 0);
  std::atomic<int> entered{0};
  std::vector<std::optional<Breaker::Pass>> passes(8);
  {
    std::vector<std::jthread> threads;
    for (auto& pass : passes) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1'000; ++i) {
          auto probe = breaker->Enter(5'000 * kMs);
          if (!probe) continue;
          ++entered;
          pass.emplace(std::move(*probe));
          return;
        }
      });
    }
  }
  EXPECT_EQ(entered, 1);
}

TEST(Breaker, TakesReportsFromManyThreads) {
  BreakerRule rule = Rule();
  rule.failures_in_a_row = 1'000'000;
  rule.samples_min = 1'000'000;
  const auto breaker = Breaker::Make(rule);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&breaker, t] {
        for (int i = 0; i < 5'000; ++i) {
          auto pass = breaker->Enter(0);
          if (pass) pass->Report(t % 2 == 0 ? Health::kIll : Health::kWell, 0);
        }
      });
    }
  }
  EXPECT_EQ(breaker->Look(0).window_samples, 20'000);
  EXPECT_EQ(breaker->Look(0).window_failures, 10'000);
}

}  // namespace
}  // namespace proviso::routing
