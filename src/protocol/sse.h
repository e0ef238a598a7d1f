// Server-sent events (WHATWG HTML §9.2) cut out of a byte stream, with the bytes they came in.
//
// Stricter than the standard where clients disagree, because a stream that two parsers read
// differently can hide a call from one of them:
//   passes    LF and CRLF line ends (also mixed), comments, `data:` with or without a space,
//             several data lines (joined by LF), blank keep-alive lines, `id` and `retry`
//   refused   a CR that is not before an LF, a byte order mark, any other field name or one in
//             another letter case, a line without a colon, two `event` lines in one event
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::protocol {

/// One event with its field names, line ends and the blank line behind it.
struct SseFrame {
  std::string_view bytes;  ///< Exactly as it came.
  std::string_view event;  ///< The `event` field; "" when absent.
  bool has_data = false;   ///< False: a comment, a blank line; it means nothing to a client.
  std::string data;        ///< All data lines, joined by LF.
  /// Where the data stands in `bytes` when it is one line; 0 otherwise.
  std::size_t data_begin = 0;
};

/// Reads the fields of one frame. Fails with kCorrupt.
[[nodiscard]] base::Result<SseFrame> ParseFrame(std::string_view bytes);

/// The frame with other data: same other lines, one `data` line in the place of the first.
[[nodiscard]] std::string WithData(const SseFrame& frame, std::string_view data);

/// "event: <name>\ndata: <data>\n\n", or without the first line when `event` is empty.
[[nodiscard]] std::string MakeFrame(std::string_view event, std::string_view data);

/// Finds where frames end. Any split of the same bytes gives the same frames.
class SseReader {
 public:
  explicit SseReader(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  /// Takes bytes; frames handed out earlier become invalid.
  void Append(std::string_view bytes);
  /// All that has not been handed out, from the start of a frame.
  [[nodiscard]] std::string_view Unread() const { return std::string_view(buffer_).substr(begin_); }
  /// Hands out the next whole frame's bytes, "" when there is none yet. Fails with kLimit.
  [[nodiscard]] base::Result<std::string_view> Next();
  /// Hands out the first `size` bytes of Unread(), which must be whole frames.
  std::string_view Skip(std::size_t size);

 private:
  std::size_t frame_bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;       // the frame's first byte
  std::size_t line_begin_ = 0;  // the unfinished line's first byte
  std::size_t scanned_ = 0;     // no line end before this
};

}  // namespace proviso::protocol
