// Bounds of the HTTP room. Each is tested at its edge in parser_test.cc or server_test.cc, those of
// HTTP/2 in http2_session_test.cc and http2_server_test.cc, those of codings in
// content_decoding_test.cc, those of answers in upstreams/exchange_test.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

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

/// Text that a compressed answer may unfold into, for each of its bytes, and besides: a bomb is
/// refused, a stream of much the same events is not.
inline constexpr std::size_t kDecodedRatioMax = 256;
inline constexpr std::size_t kDecodedFreeBytes = 1U << 20U;

/// Most interim (1xx) responses before the final one.
inline constexpr std::size_t kInterimResponsesMax = 8;

/// Bytes read from a socket at once, and so the whole read-ahead of one connection.
inline constexpr std::size_t kReadBytes = 16U << 10U;

/// Most pieces in one gathered write.
inline constexpr std::size_t kWritePiecesMax = 8;

/// How long a refused client may keep sending before the socket is closed under it: time for
/// it to read the answer (RFC 9112, 9.6), not more.
inline constexpr std::chrono::milliseconds kLingerMax{500};

/// HTTP/2 streams that a client may have open at once on one connection. A head has the same bounds
/// over HTTP/2 as over HTTP/1.1: kHeadBytesMax, counted as RFC 9113, 6.5.2 counts, and kHeadersMax.
inline constexpr std::uint32_t kHttp2StreamsMax = 128;

/// Handlers at work on one HTTP/2 connection, with those whose stream the client has already left:
/// a stream over it is refused, to be tried again. A cancelled handler needs a moment to end.
inline constexpr std::size_t kHttp2HandlersMax = 2UL * kHttp2StreamsMax;

/// A header list this many times over its bounds ends the connection; one less far over gets 431.
inline constexpr std::size_t kHttp2HeadExcessMax = 4;

/// CONTINUATION frames after one HEADERS frame (CVE-2024-27316).
inline constexpr std::size_t kHttp2ContinuationsMax = 8;

/// Streams that end by a reset of the client, or for a fault of its own (CVE-2023-44487,
/// CVE-2025-8671): so many at once, so many more for each second, and one for each stream answered.
inline constexpr std::uint64_t kHttp2ResetsMax = 200;
inline constexpr std::uint64_t kHttp2ResetsPerSecond = 20;

/// Frames that bring no request and no content (SETTINGS, PING, PRIORITY, WINDOW_UPDATE, empty DATA,
/// unknown ones): so many at once, so many more for each second, and so many for each stream begun
/// and each DATA frame sent.
inline constexpr std::uint64_t kHttp2IdleFramesMax = 1'000;
inline constexpr std::uint64_t kHttp2IdleFramesPerSecond = 50;
inline constexpr std::uint64_t kHttp2IdleFramesPerWork = 10;

/// Entries in one SETTINGS frame.
inline constexpr std::size_t kHttp2SettingsMax = 32;

/// Content that a client may send before our handler asks for it: of one stream, and of all streams
/// of one connection.
inline constexpr std::uint32_t kHttp2StreamWindowBytes = 256U << 10U;
inline constexpr std::uint32_t kHttp2ConnectionWindowBytes = 1U << 20U;

/// Bytes of output that one HTTP/2 connection prepares before the socket has taken the ones before.
inline constexpr std::size_t kHttp2OutputBytesMax = 64U << 10U;

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
