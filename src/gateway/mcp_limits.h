// Bounds of the MCP proxy, besides those of one message (mcp/limits.h).
#pragma once

#include <chrono>
#include <cstddef>

namespace proviso::gateway {

/// Sessions that are open at once, of all callers and of one.
inline constexpr std::size_t kMcpSessionsMax = 20'000;
inline constexpr std::size_t kMcpSessionsPerCallerMax = 1'000;
/// A session that nobody used for so long is forgotten; its client begins a new one.
inline constexpr std::chrono::milliseconds kMcpSessionIdleMax{8 * 3'600'000};
/// Requests of one session that have no answer yet.
inline constexpr std::size_t kMcpRequestsInFlightMax = 256;
/// Streams from servers (GET) that one caller keeps open.
inline constexpr std::size_t kMcpStreamsPerCallerMax = 256;
/// Tools of one session whose schemas are remembered.
inline constexpr std::size_t kMcpToolsRememberedMax = 4'096;
/// How long what a server listed is believed, when it does not say that it changed.
inline constexpr std::chrono::milliseconds kMcpToolsFreshMax{60'000};
/// Approved calls whose server asked something, and how long the client's answer is waited for.
inline constexpr std::size_t kMcpContinuationsMax = 10'000;
inline constexpr std::chrono::milliseconds kMcpContinuationMax{600'000};
/// Pages of a tool list that the gateway itself asks for, and how long for all of them.
inline constexpr std::size_t kMcpListPagesMax = 32;
inline constexpr std::chrono::milliseconds kMcpListWaitMax{30'000};
/// Longest silence of a server on an open stream.
inline constexpr std::chrono::milliseconds kMcpSilenceMax{3'600'000};
/// A session id, an event id, a version, or a mirrored name in a header.
inline constexpr std::size_t kMcpHeaderBytesMax = 4'096;

}  // namespace proviso::gateway
