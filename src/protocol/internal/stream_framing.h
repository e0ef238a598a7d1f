// How a stream's bytes are cut into events, for StreamGate. All give SseFrames, so that a dialect
// reads its events without knowing what carried them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {

class StreamFraming {
 public:
  virtual ~StreamFraming() = default;
  /// Takes bytes; frames handed out earlier become invalid.
  virtual void Append(std::string_view bytes) = 0;
  /// All that has not been handed out, from the start of a frame.
  [[nodiscard]] virtual std::string_view Unread() const = 0;
  /// Hands out the next whole frame's bytes, "" when there is none yet. Any split of the same
  /// bytes gives the same frames.
  [[nodiscard]] virtual base::Result<std::string_view> Next() = 0;
  /// Hands out the first `size` bytes of Unread(): whole frames, or all that is left at the end.
  virtual std::string_view Skip(std::size_t size) = 0;
  /// Reads one frame. Fails with kCorrupt.
  [[nodiscard]] virtual base::Result<SseFrame> Parse(std::string_view bytes) const = 0;
  /// The frame's bytes with other data.
  [[nodiscard]] virtual std::string WithData(const SseFrame& frame, std::string_view data) const = 0;
};

/// Server-sent events (sse.h).
[[nodiscard]] std::unique_ptr<StreamFraming> MakeSseFraming(std::size_t frame_bytes_max);

}  // namespace proviso::protocol::internal
