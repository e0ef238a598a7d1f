// How a stream's bytes are cut into events, whatever the dialect. A gate and a reader see the same
// events, because they cut with the same class.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {

class StreamFraming {
 public:
  virtual ~StreamFraming() = default;

  /// Takes bytes; events handed out earlier become invalid.
  virtual void Append(std::string_view bytes) = 0;
  /// All that has not been handed out, from the start of an event.
  [[nodiscard]] virtual std::string_view Unread() const = 0;
  /// Hands out the next whole event's bytes, "" when there is none yet. kLimit or kCorrupt.
  [[nodiscard]] virtual base::Result<std::string_view> Next() = 0;
  /// Hands out the first `size` bytes of Unread(): whole events, or at the end of the stream the rest.
  virtual std::string_view Skip(std::size_t size) = 0;
  /// Takes one event apart. kCorrupt, or kUnavailable with the provider's words when it is an error.
  [[nodiscard]] virtual base::Result<SseFrame> Parse(std::string_view bytes) const = 0;
  /// The bytes of an event that Parse gave, with other data.
  [[nodiscard]] virtual std::string WithData(const SseFrame& frame, std::string_view data) const = 0;
};

/// Server-sent events (sse.h).
[[nodiscard]] std::unique_ptr<StreamFraming> MakeSseFraming(std::size_t event_bytes_max);

/// AWS frames (aws_event_stream.h), given as if they were server-sent events: `event` is the
/// `:event-type` and `data` the payload; `data_begin` stays 0, since other text means another checksum.
[[nodiscard]] std::unique_ptr<StreamFraming> MakeAwsFraming(std::size_t event_bytes_max);

/// The frame of such an event with another payload and the same headers.
[[nodiscard]] base::Result<std::string> WithAwsData(const SseFrame& frame, std::string_view data);

}  // namespace proviso::protocol::internal
