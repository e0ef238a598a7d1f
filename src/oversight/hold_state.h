// The life of a held call. One table (hold_state.cc) has every transition; all else is refused.
//
//   waiting ──approve──▶ approved ──release──▶ released
//      │                    │
//      └─deny─▶ denied      ├─expire─▶ expired      (both also straight from waiting)
//                           └─void───▶ void
//
// When the terms change, what is pending is decided again: it waits anew (hold again), nobody is needed any
// more (permit), or it is void.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace proviso::oversight {

enum class HoldState : std::uint8_t {
  kWaiting,   ///< People still have to decide.
  kApproved,  ///< Enough people approved, or the terms that came into force permit it without people; the
              ///< application may take the call, once.
  kDenied,    ///< A person denied it.
  kExpired,   ///< Nobody decided, or nobody took the call, in time.
  kReleased,  ///< The call was handed out. It is never handed out again.
  kVoid,      ///< The terms it was held under are no longer in force, or it was withdrawn.
};

/// `kApprove` is the approval that completes the need; approvals before it change no state.
/// kHoldAgain and kPermit are answers of terms that came into force while it was pending.
enum class HoldEvent : std::uint8_t { kApprove, kDeny, kExpire, kRelease, kVoid, kHoldAgain, kPermit };

/// The state that `event` leads to, or kConflict with a message that names both.
[[nodiscard]] base::Result<HoldState> NextState(HoldState state, HoldEvent event);

/// Waiting or approved: something may still happen to it.
[[nodiscard]] bool IsPending(HoldState state);

/// "waiting", "approved", … and back (kInvalid for another word). Stored and shown as these.
[[nodiscard]] std::string_view Name(HoldState state);
[[nodiscard]] base::Result<HoldState> ParseHoldState(std::string_view name);

}  // namespace proviso::oversight
