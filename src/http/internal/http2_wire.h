// Names of the HTTP/2 wire (RFC 9113) that are needed without nghttp2.
#pragma once

#include <cstdint>
#include <string_view>

namespace proviso::http::internal {

/// What a client sends first (RFC 9113, 3.4).
inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The error codes that we send (RFC 9113, 7).
enum class Http2Error : std::uint32_t {
  kNone = 0x0,
  kProtocol = 0x1,
  kInternal = 0x2,
  kFlowControl = 0x3,
  kRefusedStream = 0x7,
  kCancel = 0x8,
  kEnhanceYourCalm = 0xb,
};

}  // namespace proviso::http::internal
