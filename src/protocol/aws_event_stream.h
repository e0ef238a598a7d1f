// Frames of `application/vnd.amazon.eventstream`: how Bedrock streams, and the only framing here
// that is binary. All numbers are big-endian.
//
//   4 bytes  size of the frame, these four and the last four included
//   4 bytes  size of the headers
//   4 bytes  CRC-32 (IEEE 802.3) of the eight bytes before
//   …        headers: name size (1 byte), name, type (1 byte), value
//   …        payload
//   4 bytes  CRC-32 of everything before
//
// What a frame means stands in three text headers: `:message-type` is "event" (its name in
// `:event-type`), "exception" (`:exception-type`) or "error" (`:error-code`, `:error-message`).
//
//   AwsFrameReader reader;
//   reader.Append(bytes);
//   for (auto frame = reader.Next(); frame && !frame->empty(); frame = reader.Next())
//     if (auto parsed = ParseAwsFrame(*frame)) Use(parsed->Text(":event-type"), parsed->payload);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/limits.h"

namespace proviso::protocol {

/// One header. Borrows the frame's bytes.
struct AwsHeader {
  /// The numbers are those on the wire.
  enum class Type : std::uint8_t {
    kTrue = 0,
    kFalse = 1,
    kByte = 2,
    kShort = 3,
    kInteger = 4,
    kLong = 5,
    kBytes = 6,
    kText = 7,
    kTimestamp = 8,  ///< Milliseconds since 1970, UTC.
    kUuid = 9,       ///< Sixteen bytes.
  };
  std::string_view name = {};
  Type type = Type::kText;
  std::int64_t number = 0;      ///< Of kByte to kLong and kTimestamp.
  std::string_view bytes = {};  ///< Of kBytes, kText and kUuid.

  bool operator==(const AwsHeader&) const = default;
};

/// One frame taken apart. Borrows its bytes.
struct AwsFrame {
  std::string_view bytes;  ///< Exactly as it came.
  std::vector<AwsHeader> headers;
  std::string_view payload;

  /// The text header of this name, or "".
  [[nodiscard]] std::string_view Text(std::string_view name) const;
};

/// CRC-32 as in IEEE 802.3 (and zlib), continued from `crc`.
[[nodiscard]] std::uint32_t Crc32(std::string_view bytes, std::uint32_t crc = 0);

/// Takes one whole frame apart. kCorrupt on a wrong size, checksum, type or text, a header without
/// a name or twice; kLimit past kAwsFrameBytesMax, kAwsHeaderBytesMax or kAwsHeadersMax.
[[nodiscard]] base::Result<AwsFrame> ParseAwsFrame(std::string_view bytes);

/// Writes a frame. Header names are at most 255 bytes, texts and bytes at most 65,535; what is
/// written must stay within the limits: all asserted, since we alone choose what we write.
[[nodiscard]] std::string MakeAwsFrame(std::span<const AwsHeader> headers, std::string_view payload);
/// An event with a JSON payload.
[[nodiscard]] std::string MakeAwsEvent(std::string_view event_type, std::string_view json);
/// An exception, which SDKs raise: `type` is a member of the stream's shape ("validationException").
[[nodiscard]] std::string MakeAwsException(std::string_view type, std::string_view json);
/// The same headers around another payload.
[[nodiscard]] std::string WithPayload(const AwsFrame& frame, std::string_view payload);

/// Finds where frames end. Any split of the same bytes gives the same frames.
class AwsFrameReader {
 public:
  explicit AwsFrameReader(std::size_t frame_bytes_max = kAwsFrameBytesMax)
      : frame_bytes_max_(frame_bytes_max) {}

  /// Takes bytes; frames handed out earlier become invalid.
  void Append(std::string_view bytes);
  /// All that has not been handed out, from the start of a frame.
  [[nodiscard]] std::string_view Unread() const { return std::string_view(buffer_).substr(begin_); }
  /// Hands out the next whole frame's bytes, "" when there is none yet. A prelude is checked as soon
  /// as it is there, so that a wrong size is found before it is waited for. kCorrupt or kLimit.
  [[nodiscard]] base::Result<std::string_view> Next();
  /// Hands out the first `size` bytes of Unread(), whatever they are.
  std::string_view Skip(std::size_t size);

 private:
  std::size_t frame_bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace proviso::protocol
