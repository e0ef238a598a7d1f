#include "http/testing/http2_frames.h"

#include <array>

namespace proviso::http::testing {
namespace {

std::uint32_t ReadU32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = (value << 8U) | static_cast<unsigned char>(c);
  return value;
}

/// An HPACK string without Huffman coding; its length with a seven-bit prefix (RFC 7541, 5.1 and 5.2).
std::string HpackString(std::string_view text) {
  std::string out;
  if (text.size() < 127) {
    out.push_back(static_cast<char>(text.size()));
  } else {
    out.push_back(127);
    std::size_t rest = text.size() - 127;
    for (; rest >= 128; rest /= 128) out.push_back(static_cast<char>(rest % 128 + 128));
    out.push_back(static_cast<char>(rest));
  }
  return out.append(text);
}

std::string_view NameOf(std::uint8_t type) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "DATA",         "HEADERS", "PRIORITY", "RST_STREAM",    "SETTINGS",
      "PUSH_PROMISE", "PING",    "GOAWAY",   "WINDOW_UPDATE", "CONTINUATION"};
  return type < kNames.size() ? kNames[type] : "?";
}

}  // namespace

std::string U32(std::uint32_t value) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(value >> shift));
  return out;
}

std::string Encode(const Frame& frame) {
  std::string out = U32(static_cast<std::uint32_t>(frame.payload.size())).substr(1);
  out.push_back(static_cast<char>(frame.type));
  out.push_back(static_cast<char>(frame.flags));
  return out + U32(frame.stream_id) + frame.payload;
}

std::string HeaderBlock(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out.push_back('\0');
    out += HpackString(name) + HpackString(value);
  }
  return out;
}

std::string ClientPreface() {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Encode({.type = kSettingsFrame, .payload = {}});
}

Fields RequestFields(std::string_view method, std::string_view path, Fields more) {
  Fields fields = {{":method", std::string(method)},
                   {":scheme", "http"},
                   {":authority", "x"},
                   {":path", std::string(path)}};
  for (auto& field : more) fields.push_back(std::move(field));
  return fields;
}

std::string Headers(std::uint32_t stream_id, const Fields& fields, int flags) {
  return Encode({kHeadersFrame, static_cast<std::uint8_t>(flags), stream_id, HeaderBlock(fields)});
}

std::string Data(std::uint32_t stream_id, std::string_view bytes, int flags) {
  return Encode({kDataFrame, static_cast<std::uint8_t>(flags), stream_id, std::string(bytes)});
}

std::string RstStream(std::uint32_t stream_id, std::uint32_t error) {
  return Encode({kRstStreamFrame, 0, stream_id, U32(error)});
}

std::string Ping() {
  return Encode({kPingFrame, 0, 0, "pingpong"});
}

std::string WindowUpdate(std::uint32_t stream_id, std::uint32_t bytes) {
  return Encode({kWindowUpdateFrame, 0, stream_id, U32(bytes)});
}

std::string Settings(std::uint16_t id, std::uint32_t value) {
  return Encode({kSettingsFrame, 0, 0, U32(id).substr(2) + U32(value)});
}

std::vector<Frame> TakeFrames(std::string& bytes) {
  std::vector<Frame> frames;
  while (bytes.size() >= 9) {
    const std::size_t length = ReadU32(std::string("\0", 1) + bytes.substr(0, 3));
    if (bytes.size() < 9 + length) break;
    frames.push_back({static_cast<std::uint8_t>(bytes[3]), static_cast<std::uint8_t>(bytes[4]),
                      ReadU32(std::string_view(bytes).substr(5)), bytes.substr(9, length)});
    bytes.erase(0, 9 + length);
  }
  return frames;
}

std::string Describe(const Frame& frame) {
  std::string out(NameOf(frame.type));
  if (frame.type == kGoAwayFrame) {
    return out + " " + std::to_string(ReadU32(frame.payload)) + " code " +
           std::to_string(ReadU32(std::string_view(frame.payload).substr(4)));
  }
  if (frame.stream_id != 0) out += " " + std::to_string(frame.stream_id);
  const bool may_end = frame.type == kDataFrame || frame.type == kHeadersFrame;
  if (may_end && (frame.flags & kEndStream) != 0) out += " end";
  if ((frame.type == kSettingsFrame || frame.type == kPingFrame) && (frame.flags & kAck) != 0) out += " ack";
  if (frame.type == kDataFrame) out += " '" + frame.payload + "'";
  if (frame.type == kRstStreamFrame) out += " code " + std::to_string(ReadU32(frame.payload));
  if (frame.type == kWindowUpdateFrame) out += " " + std::to_string(ReadU32(frame.payload));
  return out;
}

}  // namespace proviso::http::testing
