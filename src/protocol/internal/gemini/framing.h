// Gemini's two framings of a stream. Both hand out a bare JSON object where an event should begin
// (a server that fails in mid-stream writes its error so) as a frame with the event name "error".
#pragma once

#include <memory>

#include "protocol/internal/stream_framing.h"

namespace proviso::protocol::internal::gemini {

/// Without alt=sse: one JSON array, "[{…}", ",\r\n{…}", …, "]". A frame is an element with the comma
/// or bracket and the space before it; its data is the element, as it came. The closing bracket is
/// a frame without data and with the event name "]".
[[nodiscard]] std::unique_ptr<StreamFraming> MakeArrayFraming(std::size_t frame_bytes_max);

/// With alt=sse: server-sent events.
[[nodiscard]] std::unique_ptr<StreamFraming> MakeEventFraming(std::size_t frame_bytes_max);

}  // namespace proviso::protocol::internal::gemini
