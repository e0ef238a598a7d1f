// Bounds of the gateway's listener.
#pragma once

#include <cstddef>

namespace proviso::gateway {

/// Most threads (cores) of one server.
inline constexpr unsigned kThreadsMax = 256;

/// Connections that one core serves at once; more wait in the kernel's queue.
inline constexpr std::size_t kConnectionsPerCoreMax = 20'000;

/// Connections that may wait to be accepted.
inline constexpr int kBacklog = 4'096;

}  // namespace proviso::gateway
