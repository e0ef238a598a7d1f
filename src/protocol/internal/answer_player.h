// For tests and benchmarks of this room: plays a provider's answer through a gate, and finds the
// recorded answers.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/answer.h"

namespace proviso::protocol::internal {

/// What came of one answer.
struct Played {
  std::string out;      ///< All that left the gate.
  std::string running;  ///< What left before Finish.
  std::vector<ToolCall> calls;
  AnswerSummary summary;
  std::string error;  ///< "" when Finish succeeded.

  bool operator==(const Played&) const = default;
};

/// How the bytes are cut: given what is left, how many to feed next.
using Cut = std::function<std::size_t(std::string_view rest)>;
[[nodiscard]] Cut Whole();
[[nodiscard]] Cut Pieces(std::size_t bytes);
[[nodiscard]] Cut RandomPieces(unsigned seed);

/// Decides one call.
using Decide = std::function<Ruling(const ToolCall& call)>;
[[nodiscard]] Ruling ReleaseIt(const ToolCall& call);
[[nodiscard]] Ruling WithholdIt(const ToolCall& call);

[[nodiscard]] Played Play(Dialect dialect, Delivery delivery, std::string_view bytes, const Cut& cut,
                          const Decide& decide, AnswerLimits limits = {});

/// The same through any gate.
[[nodiscard]] Played PlayThrough(AnswerGate& gate, std::string_view bytes, const Cut& cut,
                                 const Decide& decide);

/// "data: …" frames out of lines of JSON, as each dialect's providers send them, with the end.
[[nodiscard]] std::string FramesOf(Dialect dialect, std::string_view lines);

/// The same as Gemini's array.
[[nodiscard]] std::string ArrayOf(std::string_view lines);

/// One recorded answer.
struct Recording {
  std::string name;
  Dialect dialect;
  Delivery delivery;
  std::string bytes;  ///< As the provider sends them.
};

/// All recorded answers of all dialects; empty when the shared data is not there.
[[nodiscard]] std::vector<Recording> Recordings();

}  // namespace proviso::protocol::internal
