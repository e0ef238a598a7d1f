// Literal HTTP/2 frames (RFC 9113) and header blocks (RFC 7541, literals without indexing), for tests.
//
//   client.Send(ClientPreface() + Headers(1, RequestFields("POST", "/v1"), kEndHeaders) + Data(1, "{}",
//   kEndStream));
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proviso::http::testing {

// Types and flags (RFC 9113, 6).
inline constexpr std::uint8_t kDataFrame = 0x0;
inline constexpr std::uint8_t kHeadersFrame = 0x1;
inline constexpr std::uint8_t kPriorityFrame = 0x2;
inline constexpr std::uint8_t kRstStreamFrame = 0x3;
inline constexpr std::uint8_t kSettingsFrame = 0x4;
inline constexpr std::uint8_t kPingFrame = 0x6;
inline constexpr std::uint8_t kGoAwayFrame = 0x7;
inline constexpr std::uint8_t kWindowUpdateFrame = 0x8;
inline constexpr std::uint8_t kContinuationFrame = 0x9;
inline constexpr std::uint8_t kEndStream = 0x1;
inline constexpr std::uint8_t kAck = 0x1;
inline constexpr std::uint8_t kEndHeaders = 0x4;
inline constexpr std::uint8_t kPadded = 0x8;

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream_id = 0;
  std::string payload;

  bool operator==(const Frame&) const = default;
};

[[nodiscard]] std::string U32(std::uint32_t value);
[[nodiscard]] std::string Encode(const Frame& frame);
[[nodiscard]] std::string HeaderBlock(const Fields& fields);

/// The preface and an empty SETTINGS frame.
[[nodiscard]] std::string ClientPreface();
/// :method, :scheme, :authority and :path, and then `more`.
[[nodiscard]] Fields RequestFields(std::string_view method, std::string_view path, Fields more = {});
[[nodiscard]] std::string Headers(std::uint32_t stream_id, const Fields& fields, int flags);
[[nodiscard]] std::string Data(std::uint32_t stream_id, std::string_view bytes, int flags = 0);
[[nodiscard]] std::string RstStream(std::uint32_t stream_id, std::uint32_t error);
[[nodiscard]] std::string Ping();
[[nodiscard]] std::string WindowUpdate(std::uint32_t stream_id, std::uint32_t bytes);
/// One entry.
[[nodiscard]] std::string Settings(std::uint16_t id, std::uint32_t value);

/// Takes the whole frames from the front of `bytes`.
[[nodiscard]] std::vector<Frame> TakeFrames(std::string& bytes);
/// "SETTINGS", "DATA 1 end 'text'", "GOAWAY 3 code 11", … one line a frame, for comparing. Header
/// blocks are not decoded.
[[nodiscard]] std::string Describe(const Frame& frame);

}  // namespace proviso::http::testing
