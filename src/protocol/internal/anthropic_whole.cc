// Anthropic Messages as one JSON body.
#include "protocol/internal/anthropic_blocks.h"
#include "protocol/internal/gates.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/whole_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

class AnthropicWhole final : public WholeGate {
 public:
  explicit AnthropicWhole(AnswerLimits limits) : WholeGate(limits) {}

 private:
  Status Read(Json root) override {
    if (root.Find("type").equals("error")) return ProviderError(root.Find("error"));
    if (!root.Find("type").equals("message")) return Broken("type", "not \"message\"");
    auto calls = ReadMessage(root, "body", summary_);
    if (!calls) return std::unexpected(calls.error());
    return Propose(std::move(*calls));
  }

  void Edit(Json root, std::span<const ToolCall> /*calls*/, std::span<const Ruling> rulings,
            Splice& splice) override {
    WithholdFromMessage(root, rulings, splice);
  }
};

}  // namespace

std::unique_ptr<AnswerGate> MakeAnthropicWhole(AnswerLimits limits) {
  return std::make_unique<AnthropicWhole>(limits);
}

}  // namespace proviso::protocol::internal
