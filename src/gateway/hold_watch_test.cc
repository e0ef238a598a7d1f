#include "gateway/hold_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "oversight/memory_hold_store.h"

namespace proviso::gateway {
namespace {

using oversight::HoldState;
using std::chrono::milliseconds;
using std::chrono::seconds;

class HoldWatchTest : public testing::Test {
 protected:
  std::string Held(std::int64_t lifetime_ms = 60'000) {
    oversight::ProposedCall proposed;
    proposed.call = {"engage", "{}", "call_1"};
    proposed.model = proposed.provider = proposed.dialect = proposed.application = proposed.organization =
        "x";
    const auto hold = desk_.Open(proposed, lifetime_ms);
    EXPECT_TRUE(hold) << hold.error().message;
    return hold->id;
  }

  base::SystemClock clock_;
  EventLog events_{clock_, open("/dev/null", O_WRONLY | O_CLOEXEC)};
  oversight::MemoryHoldStore store_;
  oversight::Desk desk_{store_, clock_};
};

TEST_F(HoldWatchTest, TellsOfAChangeThatAnyoneMade) {
  const std::string id = Held();
  const std::string other = Held();
  HoldWatch watch(desk_, events_);
  std::promise<HoldState> changed;
  std::atomic<int> calls = 0;
  const auto number = watch.Add(id, [&](HoldState state) {
    if (++calls == 1) changed.set_value(state);
  });
  ASSERT_TRUE(desk_.Void(other, "not of interest"));
  ASSERT_TRUE(desk_.Void(id, "a reason"));
  auto state = changed.get_future();
  ASSERT_EQ(state.wait_for(seconds(5)), std::future_status::ready);
  EXPECT_EQ(state.get(), HoldState::kVoid);
  watch.Remove(number);
  EXPECT_EQ(calls, 1);
}

TEST_F(HoldWatchTest, EndsHoldsWhoseTimeIsOver) {
  const std::string id = Held(oversight::kLifetimeMsMin);
  HoldWatch watch(desk_, events_);
  std::promise<HoldState> changed;
  const auto number = watch.Add(id, [&](HoldState state) { changed.set_value(state); });
  auto state = changed.get_future();
  ASSERT_EQ(state.wait_for(seconds(5)), std::future_status::ready);
  EXPECT_EQ(state.get(), HoldState::kExpired);
  watch.Remove(number);
}

TEST_F(HoldWatchTest, CallsNobodyAfterRemove) {
  HoldWatch watch(desk_, events_);
  for (int i = 0; i < 50; ++i) {
    const std::string id = Held();
    auto alive = std::make_unique<std::atomic<int>>(0);
    const auto number = watch.Add(id, [counter = alive.get()](HoldState) { ++*counter; });
    ASSERT_TRUE(desk_.Void(id, "a reason"));
    watch.Remove(number);
    alive.reset();  // a late call would touch freed memory: for the sanitizers
  }
}

}  // namespace
}  // namespace proviso::gateway
