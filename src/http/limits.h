// Bounds of the HTTP room. Each is tested at its edge in parser_test.cc or server_test.cc, those of
// answers in upstreams/exchange_test.cc.
#pragma once

#include <chrono>
#include <cstddef>

namespace proviso::http {

/// Largest request or response head: start line, header lines and the empty line.
inline constexpr std::size_t kHeadBytesMax = 32U << 10U;

/// Most header lines in one head.
inline constexpr std::size_t kHeadersMax = 100;

/// Longest request target.
inline constexpr std::size_t kTargetBytesMax = 8U << 10U;

/// Largest sum of chunk extension bytes in one body; extensions carry no meaning and are dropped.
inline constexpr std::size_t kChunkExtensionBytesMax = 1U << 10U;

/// Largest body that any handler may ask for.
inline constexpr std::size_t kBodyBytesMax = 64U << 20U;

/// Largest answer of an upstream, whole or streamed.
inline constexpr std::size_t kAnswerBytesMax = 1U << 30U;

/// Most interim (1xx) responses before the final one.
inline constexpr std::size_t kInterimResponsesMax = 8;

/// Bytes read from a socket at once, and so the whole read-ahead of one connection.
inline constexpr std::size_t kReadBytes = 16U << 10U;

/// Most pieces in one gathered write.
inline constexpr std::size_t kWritePiecesMax = 8;

/// How long a refused client may keep sending before the socket is closed under it: time for
/// it to read the answer (RFC 9112, 9.6), not more.
inline constexpr std::chrono::milliseconds kLingerMax{500};

/// How often deadlines are looked at; a deadline fires at most this much late.
inline constexpr std::chrono::milliseconds kDeadlineTick{25};

/// Waits of one server connection. A slow sender gets 408 and is closed.
struct ServerTimeouts {
  std::chrono::milliseconds tls_handshake{10'000};
  /// From the first byte of a head to its last.
  std::chrono::milliseconds head{10'000};
  /// From the end of the head to the end of the body.
  std::chrono::milliseconds body{60'000};
  /// Between two requests.
  std::chrono::milliseconds idle{75'000};
  /// For the client to take one write.
  std::chrono::milliseconds write{30'000};
};

}  // namespace proviso::http
