// What all streamed dialects share: framing, keeping back, order, the end. A dialect says how its
// bytes are cut (framing.h), what one event means (Read) and how a kept event looks after rulings
// (Rewrite).
//
// Order is kept strictly: from the first event of a call on, everything is kept back until no call
// is open and all pending ones are ruled, then leaves in the order it came.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/answer.h"
#include "protocol/internal/event_shape.h"
#include "protocol/internal/stream_framing.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {

/// What becomes of one event.
enum class Flow : std::uint8_t {
  kPass,     ///< Leaves at once, unless something before it is kept back.
  kText,     ///< As kPass, and it carried nothing but the text in TextHoles.
  kHold,     ///< Part of a call: kept back, with all that follows.
  kReplace,  ///< As kPass, with Reading::replacement for its bytes.
  kDrop,     ///< Never leaves (a repeated message_start).
  /// The answer may end here, and leaves in Close; more may follow, which is read and kept behind it.
  /// For dialects whose stream ends with its bytes and not with an event.
  kEnding,
  kTerminal,  ///< The end; leaves in Close, and nothing may follow.
};

/// Where a kText event's strings stand, as offsets in the frame's *data*, quotes included.
struct TextHoles {
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  Range text{};
  Range padding{};  ///< A second string that may differ (OpenAI's `obfuscation`); empty when none.
  Range number{};   ///< A whole number that counts the events (`sequence_number`); empty when none.
  /// Which of the summary's counters the text adds to; null for none.
  std::size_t AnswerSummary::* counter = nullptr;
};

/// For dialects whose last event is one like the others.
enum class Tail : std::uint8_t {
  kNone,
  kKept,  ///< Could be the last: kept back until another event comes, or until Close.
  kEnds,  ///< The same, and the stream may end behind it without a terminal event.
};

/// What a dialect makes of one event. Most often only a Flow, hence the conversion.
struct Reading {
  Reading() = default;
  Reading(Flow only) : flow(only) {}

  Flow flow = Flow::kPass;
  TextHoles holes;          ///< For kText.
  std::string replacement;  ///< For kReplace; also for kEnding and kTerminal when not empty.
  Tail tail = Tail::kNone;
};

class StreamGate : public AnswerGate {
 protected:
  /// Server-sent events.
  explicit StreamGate(AnswerLimits limits) : StreamGate(limits, MakeSseFraming(limits.event_bytes_max)) {}
  StreamGate(AnswerLimits limits, std::unique_ptr<StreamFraming> framing)
      : AnswerGate(limits), framing_(std::move(framing)) {}

  [[nodiscard]] const StreamFraming& framing() const { return *framing_; }

  /// Reads one event that has data. May Propose calls; then the rest waits.
  [[nodiscard]] virtual base::Result<Reading> Read(const SseFrame& frame) = 0;
  /// Takes the rulings on the calls proposed last, before the kept events are rewritten.
  virtual void Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings) = 0;
  /// Appends what a kept event becomes after Hear; only asked when something was withheld.
  [[nodiscard]] virtual base::Status Rewrite(const SseFrame& frame, std::string& out) = 0;
  /// Whether kept events are rewritten even when nothing of them was withheld: something before was.
  [[nodiscard]] virtual bool MustRewrite() const { return false; }
  /// The rulings no longer apply to what follows.
  virtual void Settled() = 0;

 private:
  base::Status Take(std::string_view bytes, std::string& out) final;
  base::Status Settle(std::span<const ToolCall> calls, std::span<const Ruling> rulings,
                      std::string& out) final;
  base::Status Close(std::string& out) final;
  [[nodiscard]] bool Complete() const final { return ended_; }

  [[nodiscard]] base::Status Run(std::string& out);
  [[nodiscard]] base::Status Handle(std::string_view bytes, std::string& out);
  [[nodiscard]] base::Status Emit(std::string_view bytes, std::string& out, Tail tail = Tail::kNone);
  [[nodiscard]] base::Status Keep(std::string_view bytes, Tail tail);
  [[nodiscard]] base::Status KeepForClose(std::string_view bytes);
  void Leave(std::string_view bytes, Tail tail, std::string& out);
  [[nodiscard]] base::Status WithinHeldLimit(std::size_t bytes) const;
  void LearnShape(const SseFrame& frame, const TextHoles& holes);

  struct Held {
    std::string bytes;
    Tail tail;
  };

  std::unique_ptr<StreamFraming> framing_;
  EventShape shape_;
  std::size_t AnswerSummary::* shape_counter_ = nullptr;
  std::vector<Held> held_;  // whole frames, in order
  std::size_t held_bytes_ = 0;
  std::string last_;  // the event that could be the last, and what means nothing behind it
  Tail tail_ = Tail::kNone;
  std::string terminal_;
  bool ending_ = false;  // the answer may end with its bytes
  bool ended_ = false;
};

}  // namespace proviso::protocol::internal
