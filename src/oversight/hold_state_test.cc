#include "oversight/hold_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace proviso::oversight {
namespace {

constexpr HoldState kStates[] = {HoldState::kWaiting, HoldState::kApproved, HoldState::kDenied,
                                 HoldState::kExpired, HoldState::kReleased, HoldState::kVoid};
constexpr HoldEvent kEvents[] = {HoldEvent::kApprove, HoldEvent::kDeny, HoldEvent::kExpire,
                                 HoldEvent::kRelease, HoldEvent::kVoid, HoldEvent::kHoldAgain,
                                 HoldEvent::kPermit};

// One row a state, one column an event, in the order of kEvents.
constexpr std::optional<HoldState> kNo;
constexpr std::optional<HoldState> kExpected[][7] = {
    {HoldState::kApproved, HoldState::kDenied, HoldState::kExpired, kNo, HoldState::kVoid,
     HoldState::kWaiting, HoldState::kApproved},
    {kNo, kNo, HoldState::kExpired, HoldState::kReleased, HoldState::kVoid, HoldState::kWaiting,
     HoldState::kApproved},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
};

TEST(HoldState, AllowsTheseTransitionsAndRefusesEveryOther) {
  for (std::size_t s = 0; s < std::size(kStates); ++s) {
    for (std::size_t e = 0; e < std::size(kEvents); ++e) {
      const auto next = NextState(kStates[s], kEvents[e]);
      const auto& expected = kExpected[s][e];
      ASSERT_EQ(next.has_value(), expected.has_value()) << Name(kStates[s]) << ", event " << e;
      if (expected) {
        EXPECT_EQ(*next, *expected);
      } else {
        EXPECT_EQ(next.error().code, base::ErrorCode::kConflict);
        EXPECT_THAT(next.error().message, testing::HasSubstr(std::string(Name(kStates[s]))));
      }
    }
  }
}

TEST(HoldState, IsPendingExactlyWhereATransitionLeadsOn) {
  for (const auto state : kStates) {
    const bool leads_on = std::ranges::any_of(
        kEvents, [state](HoldEvent event) { return NextState(state, event).has_value(); });
    EXPECT_EQ(IsPending(state), leads_on) << Name(state);
  }
}

TEST(HoldState, NamesReadBack) {
  for (const auto state : kStates) EXPECT_EQ(ParseHoldState(Name(state)), state);
  for (const std::string_view wrong : {"", "Waiting", "approve", "waiting "}) {
    EXPECT_FALSE(ParseHoldState(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace proviso::oversight
