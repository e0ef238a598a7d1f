// The provider's gate, then the provider's reader, then the caller's writer.
#include <utility>

#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/withheld_stop.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Status;

class TranslatingGate : public AnswerGate {
 public:
  TranslatingGate(GateTranslation translation, AnswerLimits limits)
      : AnswerGate(limits),
        foreign_(translation.from != translation.to),
        gate_(MakeGate(translation.from, translation.from_delivery, limits)),
        reader_(MakeAnswerReader(translation.from, translation.from_delivery, limits)),
        writer_(MakeAnswerWriter(translation.to, translation.to_delivery, std::move(translation.envelope))) {}

 private:
  Status Take(std::string_view bytes, std::string& out) override {
    return Advance(gate_->Feed(bytes, released_), out);
  }

  Status Settle(std::span<const ToolCall>, std::span<const Ruling> rulings, std::string& out) override {
    return Advance(gate_->Rule(rulings, released_), out);
  }

  Status Close(std::string& out) override {
    if (auto advanced = Advance(gate_->Finish(released_), out); !advanced) return advanced;
    std::vector<AnswerDelta> steps;
    const Status finished = reader_->Finish(steps);
    const Status written = Write(steps, out);
    if (!finished) return finished;
    return written ? AllCallsWritten() : written;
  }

  bool Complete() const override { return gate_->ended(); }

  /// After the inner gate moved: its output is translated, its pending calls become ours.
  Status Advance(const Status& moved, std::string& out) {
    std::vector<AnswerDelta> steps;
    const Status read = reader_->Feed(released_, steps);
    released_.clear();
    const Status written = Write(steps, out);
    std::set<std::string> left_out = std::move(summary_.left_out);
    const std::size_t calls = summary_.calls;
    summary_ = gate_->summary();
    summary_.left_out = std::move(left_out);
    if (!moved) return moved;
    if (!read) return read;
    if (!written || gate_->pending().empty()) return written;
    summary_.calls = calls;  // Propose counts them again
    Status proposed = Propose({gate_->pending().begin(), gate_->pending().end()});
    return proposed;
  }

  /// Calls of kinds that only the provider's dialect has (a shell, a patch) were decided like any other,
  /// but nobody would run them: that is no complete answer.
  [[nodiscard]] Status AllCallsWritten() const {
    if (calls_written_ + summary_.calls_withheld >= summary_.calls) return {};
    return internal::Broken("tool calls", "one of a kind that the caller's dialect cannot express");
  }

  /// Names the stop that the provider's gate put in the place of the model's own.
  void MarkWithheld(AnswerDelta& step) const {
    const auto filtered = [](StopClass stop) {
      return stop == StopClass::kContentFilter || stop == StopClass::kRefusal;
    };
    const AnswerSummary& told = gate_->summary();
    if (!foreign_ || step.kind != AnswerDelta::Kind::kStop || told.calls_withheld == 0) return;
    if (!filtered(step.stop.stop) || filtered(told.stop)) return;
    step.stop.stop = StopClass::kContentFilter;
    step.stop.stop_raw = internal::kWithheldRaw;
    step.stop.stop_details.clear();
  }

  Status Write(std::vector<AnswerDelta>& steps, std::string& out) {
    for (AnswerDelta& step : steps) {
      MarkWithheld(step);
      const bool begins = step.kind == AnswerDelta::Kind::kBlockBegin;
      if (begins && std::holds_alternative<CallBlock>(step.block.content)) ++calls_written_;
      if (const auto* opaque = std::get_if<OpaqueBlock>(&step.block.content); opaque != nullptr && begins) {
        summary_.left_out.insert(opaque->type);
      }
      if (auto written = writer_->Write(step, out); !written) return written;
    }
    return {};
  }

  const bool foreign_;
  std::unique_ptr<AnswerGate> gate_;
  std::unique_ptr<AnswerReader> reader_;
  std::unique_ptr<AnswerWriter> writer_;
  std::string released_;
  std::size_t calls_written_ = 0;
};

}  // namespace

std::unique_ptr<AnswerGate> MakeTranslatingGate(GateTranslation translation, AnswerLimits limits) {
  translation.envelope.from = translation.from;
  return std::make_unique<TranslatingGate>(std::move(translation), limits);
}

}  // namespace proviso::protocol
