#include "oversight/hold_state.h"

#include <array>
#include <string>

namespace proviso::oversight {
namespace {

struct Transition {
  HoldState from;
  HoldEvent event;
  HoldState to;
};

constexpr std::array kTransitions = {
    Transition{HoldState::kWaiting, HoldEvent::kApprove, HoldState::kApproved},
    Transition{HoldState::kWaiting, HoldEvent::kDeny, HoldState::kDenied},
    Transition{HoldState::kWaiting, HoldEvent::kExpire, HoldState::kExpired},
    Transition{HoldState::kWaiting, HoldEvent::kVoid, HoldState::kVoid},
    Transition{HoldState::kApproved, HoldEvent::kExpire, HoldState::kExpired},
    Transition{HoldState::kApproved, HoldEvent::kRelease, HoldState::kReleased},
    Transition{HoldState::kApproved, HoldEvent::kVoid, HoldState::kVoid},
    Transition{HoldState::kWaiting, HoldEvent::kHoldAgain, HoldState::kWaiting},
    Transition{HoldState::kWaiting, HoldEvent::kPermit, HoldState::kApproved},
    Transition{HoldState::kApproved, HoldEvent::kHoldAgain, HoldState::kWaiting},
    Transition{HoldState::kApproved, HoldEvent::kPermit, HoldState::kApproved},
};

std::string_view Verb(HoldEvent event) {
  switch (event) {
    case HoldEvent::kApprove:
      return "approved";
    case HoldEvent::kDeny:
      return "denied";
    case HoldEvent::kExpire:
      return "expired";
    case HoldEvent::kRelease:
      return "released";
    case HoldEvent::kVoid:
      return "made void";
    case HoldEvent::kHoldAgain:
      return "held again";
    case HoldEvent::kPermit:
      return "permitted";
  }
  return "";
}

constexpr std::array kStates = {HoldState::kWaiting, HoldState::kApproved, HoldState::kDenied,
                                HoldState::kExpired, HoldState::kReleased, HoldState::kVoid};

}  // namespace

base::Result<HoldState> NextState(HoldState state, HoldEvent event) {
  for (const auto& transition : kTransitions) {
    if (transition.from == state && transition.event == event) return transition.to;
  }
  return base::Fail(base::ErrorCode::kConflict, "a held call that is " + std::string(Name(state)) +
                                                    " cannot be " + std::string(Verb(event)));
}

bool IsPending(HoldState state) {
  return state == HoldState::kWaiting || state == HoldState::kApproved;
}

std::string_view Name(HoldState state) {
  switch (state) {
    case HoldState::kWaiting:
      return "waiting";
    case HoldState::kApproved:
      return "approved";
    case HoldState::kDenied:
      return "denied";
    case HoldState::kExpired:
      return "expired";
    case HoldState::kReleased:
      return "released";
    case HoldState::kVoid:
      return "void";
  }
  return "";
}

base::Result<HoldState> ParseHoldState(std::string_view name) {
  for (const auto state : kStates) {
    if (Name(state) == name) return state;
  }
  return base::Fail(
      base::ErrorCode::kInvalid,
      "no such state of a held call: write waiting, approved, denied, expired, released or void");
}

}  // namespace proviso::oversight
