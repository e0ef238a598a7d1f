#include "protocol/internal/stream_gate.h"

#include <algorithm>

#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {

using base::ErrorCode;
using base::Status;

Status StreamGate::Take(std::string_view bytes, std::string& out) {
  framing_->Append(bytes);
  if (pending().empty()) return Run(out);
  return WithinHeldLimit(held_bytes_ + framing_->Unread().size());
}

Status StreamGate::Run(std::string& out) {
  while (pending().empty()) {
    if (!ended_) {
      if (const auto match = shape_.Find(framing_->Unread());
          match && match->bytes <= limits_.event_bytes_max) {
        if (shape_counter_ != nullptr) summary_.*shape_counter_ += match->text_bytes;
        if (auto emitted = Emit(framing_->Skip(match->bytes), out); !emitted) return emitted;
        continue;
      }
    }
    const auto frame = framing_->Next();
    if (!frame) return std::unexpected(frame.error());
    if (frame->empty()) return {};
    if (auto handled = Handle(*frame, out); !handled) return handled;
  }
  return {};
}

Status StreamGate::Handle(std::string_view bytes, std::string& out) {
  const auto frame = framing_->Parse(bytes);
  if (!frame) return std::unexpected(frame.error());
  const bool keep_alive = !frame->has_data && (frame->event.empty() || frame->event == "ping");
  if (ended_) {
    if (!keep_alive) return Broken("event stream", "an event after the terminal event");
    return KeepForClose(bytes);
  }
  if (keep_alive) {
    if (!held_.empty() || last_.empty()) return Emit(bytes, out);
    last_.append(bytes);
    return {};
  }
  const auto reading = Read(*frame);
  if (!reading) return std::unexpected(reading.error());
  if (reading->flow == Flow::kText) {
    LearnShape(*frame, reading->holes);
  } else {
    shape_.Forget();
  }
  switch (reading->flow) {
    case Flow::kPass:
    case Flow::kText:
      return Emit(bytes, out, reading->tail);
    case Flow::kHold:
      return Keep(bytes, reading->tail);
    case Flow::kReplace:
      return Emit(reading->replacement, out, reading->tail);
    case Flow::kDrop:
      return {};
    case Flow::kEnding:
    case Flow::kTerminal:
      ending_ = true;
      ended_ = reading->flow == Flow::kTerminal;
      return KeepForClose(reading->replacement.empty() ? bytes : reading->replacement);
  }
  return {};
}

Status StreamGate::Emit(std::string_view bytes, std::string& out, Tail tail) {
  if (!held_.empty()) return Keep(bytes, tail);
  if (ending_) return KeepForClose(bytes);
  Leave(bytes, tail, out);
  return {};
}

void StreamGate::Leave(std::string_view bytes, Tail tail, std::string& out) {
  out.append(last_);  // it was not the last
  last_.clear();
  tail_ = tail;
  (tail == Tail::kNone ? out : last_).append(bytes);
}

Status StreamGate::Keep(std::string_view bytes, Tail tail) {
  held_bytes_ += bytes.size();
  held_.emplace_back(std::string(bytes), tail);
  return WithinHeldLimit(held_bytes_);
}

Status StreamGate::KeepForClose(std::string_view bytes) {
  terminal_.append(bytes);
  return WithinHeldLimit(terminal_.size());
}

Status StreamGate::WithinHeldLimit(std::size_t bytes) const {
  if (bytes <= limits_.held_bytes_max) return {};
  return base::Fail(ErrorCode::kLimit, "the provider's answer: more than " +
                                           std::to_string(limits_.held_bytes_max) +
                                           " bytes kept back for a tool call or the end");
}

void StreamGate::LearnShape(const SseFrame& frame, const TextHoles& holes) {
  if (frame.data_begin == 0) return shape_.Forget();
  using enum EventShape::Content;
  const auto hole = [&](TextHoles::Range range, EventShape::Content content) {
    const std::size_t quote = content == kNumber ? 0 : 1;
    return EventShape::Hole{.begin = frame.data_begin + range.begin + quote,
                            .end = frame.data_begin + range.end - quote,
                            .content = content};
  };
  std::vector<EventShape::Hole> sorted{hole(holes.text, kText)};
  if (holes.padding.end != 0) sorted.push_back(hole(holes.padding, kPadding));
  if (holes.number.end != 0) sorted.push_back(hole(holes.number, kNumber));
  std::ranges::sort(sorted, {}, &EventShape::Hole::begin);
  shape_.Learn(frame.bytes, sorted);
  shape_counter_ = holes.counter;
}

Status StreamGate::Settle(std::span<const ToolCall> calls, std::span<const Ruling> rulings,
                          std::string& out) {
  Hear(calls, rulings);
  const bool all_released = !MustRewrite() && std::ranges::all_of(rulings, [](const Ruling& ruling) {
    return ruling.kind == Ruling::Kind::kRelease;
  });
  for (const Held& held : held_) {
    const auto frame = framing_->Parse(held.bytes);
    if (!frame) return std::unexpected(frame.error());
    std::string rewritten;
    if (all_released || !frame->has_data) {
      rewritten = held.bytes;
    } else if (auto done = Rewrite(*frame, rewritten); !done) {
      return done;
    }
    if (!frame->has_data && !last_.empty()) {
      last_.append(rewritten);
    } else {
      Leave(rewritten, held.tail, out);
    }
  }
  held_.clear();
  held_bytes_ = 0;
  Settled();
  return Run(out);
}

Status StreamGate::Close(std::string& out) {
  if (const std::string_view rest = framing_->Unread(); !rest.empty()) {
    // The body ended without a last blank line: only the last event may come so.
    std::string before;
    if (auto handled = Handle(framing_->Skip(rest.size()), before); !handled) return handled;
    if (tail_ != Tail::kNone) out.append(before);
  }
  if (!ending_ && tail_ != Tail::kEnds) return Broken("event stream", "it ended before its terminal event");
  if (!pending().empty() || !held_.empty()) return Broken("event stream", "it ended inside a tool call");
  out.append(last_).append(terminal_);
  return {};
}

}  // namespace proviso::protocol::internal
