// Bounds of the gateway's listener.
#pragma once

#include <chrono>
#include <cstddef>

namespace proviso::gateway {

/// Most threads (cores) of one server.
inline constexpr unsigned kThreadsMax = 256;

/// Connections that one core serves at once; more wait in the kernel's queue.
inline constexpr std::size_t kConnectionsPerCoreMax = 20'000;

/// Connections that may wait to be accepted.
inline constexpr int kBacklog = 4'096;

/// How often people's decisions are looked for while a request waits for one.
inline constexpr std::chrono::milliseconds kLookEvery{50};

/// How often holds whose time is over are ended.
inline constexpr std::chrono::milliseconds kExpireEvery{1'000};

/// Longest silence on a stream that waits for a person, before a keep-alive is sent.
inline constexpr std::chrono::milliseconds kKeepAliveEvery{10'000};

/// Hold ids in one Proviso-Hold header.
inline constexpr std::size_t kPresentedHoldsMax = 16;

/// A provider's error body that is passed to the caller.
inline constexpr std::size_t kErrorBodyBytesMax = 1U << 20U;

/// Approval note in a request to the holds API.
inline constexpr std::size_t kApprovalBodyBytesMax = 64U << 10U;

/// How long the rest of a provider's connection is read after the answer is whole, to use it again.
inline constexpr std::chrono::milliseconds kTrailMax{100};

}  // namespace proviso::gateway
