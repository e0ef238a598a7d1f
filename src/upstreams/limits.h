// Bounds of the upstreams room. Each is tested at its edge in exchange_test.cc.
#pragma once

#include <chrono>
#include <cstddef>

namespace proviso::upstreams {

/// Idle connections that one core keeps to one endpoint; more are closed after use.
inline constexpr std::size_t kIdleConnectionsMax = 64;

/// Largest credential, in bytes.
inline constexpr std::size_t kCredentialBytesMax = 8U << 10U;

/// After an upstream broke off our write: how long to look for the answer that it gave first.
inline constexpr std::chrono::milliseconds kEarlyAnswerWait{200};

/// Waits of one exchange with an upstream.
struct Timeouts {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds tls_handshake{5'000};
  /// For the upstream to take the whole request.
  std::chrono::milliseconds write{60'000};
  /// From the end of the request to the first byte of the answer: a long prompt takes a while.
  std::chrono::milliseconds first_byte{600'000};
  /// Between two reads of the answer.
  std::chrono::milliseconds between_bytes{120'000};
  /// An idle connection older than this is not used again; below the idle limits of common
  /// servers (60 s and more), so that we seldom meet a connection that is just being closed.
  std::chrono::milliseconds idle{20'000};
};

}  // namespace proviso::upstreams
