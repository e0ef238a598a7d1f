// Gemini's three gates: events, the array, and the whole answer. What an answer holds is read alike
// for all of them (candidate.h).
//
// There is no terminal event: the last one says why each candidate stopped. It is kept back until
// Finish; a stream that ends before it, and an array that is not closed, are broken.
#include "protocol/internal/gates.h"

#include "protocol/internal/gemini/candidate.h"
#include "protocol/internal/gemini/framing.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/stream_gate.h"
#include "protocol/internal/whole_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

class GeminiStream final : public StreamGate {
 public:
  /// `tail`: how an event may leave that could be the last.
  GeminiStream(AnswerLimits limits, std::unique_ptr<StreamFraming> framing, Tail tail)
      : StreamGate(limits, std::move(framing)), last_(tail) {}

 private:
  Result<Reading> Read(const SseFrame& frame) override;
  void Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings) override {
    candidates_.Hear(calls, rulings);
  }
  Status Rewrite(const SseFrame& frame, std::string& out) override;
  void Settled() override { candidates_.Settled(); }

  Tail last_;
  gemini::Candidates candidates_;
  std::vector<ToolCall> whole_;  // that wait for another candidate's call to be whole
};

Result<Reading> GeminiStream::Read(const SseFrame& frame) {
  if (frame.event == "]") {
    if (!candidates_.finished()) return Broken("array", "it ended before a candidate's stop reason");
    return Flow::kTerminal;
  }
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (frame.event == "error") {
    const Json error = root.Find("error");
    return ProviderError(Absent(error) ? root : error);
  }
  auto seen = candidates_.Read(root, summary_);
  if (!seen) return std::unexpected(seen.error());
  std::ranges::move(seen->whole, std::back_inserter(whole_));
  if (!whole_.empty() && !candidates_.has_open_call()) {
    if (auto proposed = Propose(std::exchange(whole_, {})); !proposed)
      return std::unexpected(proposed.error());
  }
  Reading reading;
  if (candidates_.finished()) reading.tail = last_;
  if (seen->call) {
    reading.flow = Flow::kHold;
  } else if (candidates_.MustRewrite(root)) {
    reading.flow = Flow::kReplace;
    if (auto rewritten = Rewrite(frame, reading.replacement); !rewritten) {
      return std::unexpected(rewritten.error());
    }
  }
  return reading;
}

Status GeminiStream::Rewrite(const SseFrame& frame, std::string& out) {
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  Splice splice;
  candidates_.Withhold(document->root(), splice);
  out.append(splice.empty() ? std::string(frame.bytes) : framing().WithData(frame, splice.Apply(frame.data)));
  return {};
}

class GeminiWhole final : public WholeGate {
 public:
  explicit GeminiWhole(AnswerLimits limits) : WholeGate(limits) {}

 private:
  Status Read(Json root) override {
    auto seen = candidates_.Read(root, summary_);
    if (!seen) return std::unexpected(seen.error());
    if (!candidates_.finished()) return Broken("body", "a candidate without a stop reason");
    return Propose(std::move(seen->whole));
  }
  void Edit(Json root, std::span<const ToolCall> calls, std::span<const Ruling> rulings,
            Splice& splice) override {
    candidates_.Hear(calls, rulings);
    candidates_.Withhold(root, splice);
  }

  gemini::Candidates candidates_;
};

}  // namespace

std::unique_ptr<AnswerGate> MakeGeminiStream(AnswerLimits limits) {
  return std::make_unique<GeminiStream>(limits, gemini::MakeEventFraming(limits.event_bytes_max),
                                        Tail::kEnds);
}

std::unique_ptr<AnswerGate> MakeGeminiArray(AnswerLimits limits) {
  return std::make_unique<GeminiStream>(limits, gemini::MakeArrayFraming(limits.event_bytes_max),
                                        Tail::kKept);
}

std::unique_ptr<AnswerGate> MakeGeminiWhole(AnswerLimits limits) {
  return std::make_unique<GeminiWhole>(limits);
}

}  // namespace proviso::protocol::internal
