// Bounds of this room.
#pragma once

namespace proviso::store {

/// How long a statement waits for another connection's lock before it fails with kUnavailable.
inline constexpr int kBusyWaitMs = 5'000;

}  // namespace proviso::store
