// Strict HTTP/1.1 message parsing (RFC 9112), without I/O.
//
// Whoever parses more kindly than the next hop can be used against it. So each message is read
// twice: llhttp, in strict mode with every lenient flag off, frames it; our own scan of the raw
// head refuses what llhttp lets pass or what has two readings (bare CR or LF, folded lines,
// repeated or mixed lengths, any Transfer-Encoding but exactly "chunked", a target that is not in
// origin form). When the two disagree on where the head ends or how long the body is, the message
// is refused. Nothing is repaired.
//
//   RequestParser parser;
//   auto used = parser.ParseHead(buffer, head);   // 0 until the whole head is there
//   buffer.remove_prefix(*used);
//   while (!parser.BodyDone()) used = parser.ParseBody(more_bytes, body, body_bytes_max);
//   parser.Reset();
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace proviso::http {

/// Why a message is not accepted. For a request, `status` is the answer; for a response it is
/// 502, the answer that a gateway gives in its place.
struct Refusal {
  int status = 400;
  std::string reason;

  bool operator==(const Refusal&) const = default;
};

template <typename T>
using Parsed = std::expected<T, Refusal>;

namespace internal {
class Framer;
}  // namespace internal

/// What both directions share. One parser serves one connection, message after message.
class MessageParser {
 public:
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  /// Decodes body bytes from the front of `input` and appends them to `out`. Returns how many
  /// bytes of `input` belong to this message; less than all of it only when the body is done.
  /// Refuses with 413 as soon as the body would pass `body_bytes_max` (counted since the head).
  [[nodiscard]] Parsed<std::size_t> ParseBody(std::string_view input, std::string& out,
                                              std::size_t body_bytes_max);

  /// True when the head is parsed and no byte of the body is outstanding.
  [[nodiscard]] bool BodyDone() const;

  /// Makes ready for the next message.
  void Reset();

 protected:
  enum class Kind : std::uint8_t { kRequest, kResponse };
  explicit MessageParser(Kind kind);
  ~MessageParser();

  /// Finds the end of the head: its length, or 0 while more bytes are needed.
  [[nodiscard]] Parsed<std::size_t> FindHeadEnd(std::string_view input);

  std::unique_ptr<internal::Framer> framer_;
  std::size_t scanned_bytes_ = 0;
  std::size_t body_bytes_ = 0;
};

class RequestParser final : public MessageParser {
 public:
  RequestParser() : MessageParser(Kind::kRequest) {}

  /// Reads a head from the front of `input`, which must begin at the head's first byte and may
  /// grow from call to call. Returns its length, or 0 while more bytes are needed; refuses as
  /// soon as a byte is wrong. `head` keeps its capacity, so that a connection reuses it.
  [[nodiscard]] Parsed<std::size_t> ParseHead(std::string_view input, RequestHead& head);
};

/// What the request was decides whether its response may have a body.
enum class ResponseTo : std::uint8_t { kHead, kOther };

class ResponseParser final : public MessageParser {
 public:
  ResponseParser() : MessageParser(Kind::kResponse) {}

  /// As RequestParser::ParseHead. An interim head (1xx) is returned like any other and has no
  /// body: Reset() and read on.
  [[nodiscard]] Parsed<std::size_t> ParseHead(std::string_view input, ResponseTo request, ResponseHead& head);

  /// The peer closed. Ends a body that is framed by the close; refuses any other one as cut off.
  [[nodiscard]] Parsed<void> FinishAtClose();
};

}  // namespace proviso::http
