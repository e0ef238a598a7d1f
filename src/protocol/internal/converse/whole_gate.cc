// Converse as one JSON body: {"output":{"message":{"role","content":[…]}},"stopReason","usage","metrics"}.
#include "protocol/internal/whole_gate.h"

#include <algorithm>

#include "base/json_writer.h"
#include "protocol/internal/converse/blocks.h"
#include "protocol/internal/gates.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

class ConverseWhole final : public WholeGate {
 public:
  explicit ConverseWhole(AnswerLimits limits) : WholeGate(limits) {}

 private:
  Status Read(Json root) override;
  Status ReadFrame(Json root);
  void Edit(Json root, std::span<const ToolCall> calls, std::span<const Ruling> rulings,
            Splice& splice) override;

  std::vector<std::size_t> ranks_;  // of the calls among the blocks
};

/// All around the blocks.
Status ConverseWhole::ReadFrame(Json root) {
  if (auto names =
          CheckNames(root, {"output", "stopReason", "usage", "content", "message", "toolUse"}, "body");
      !names) {
    return names;
  }
  const Json output = root.Find("output");
  if (output.missing() && root.Find("message").is_string()) return ProviderError(root);
  const Json message = output.Find("message");
  if (!message.is_object() || output.size() != 1) return Broken("output", "not one message");
  if (auto names = CheckNames(message, {"role", "content", "toolUse"}, "output.message"); !names)
    return names;
  for (const Json place : {root, message}) {
    if (auto unknown = converse::NoUnknownCall(place, {}, "body"); !unknown) return unknown;
  }
  if (!root.Find("content").missing()) return Broken("content", "outside the message");
  if (!message.Find("content").is_array()) return Broken("output.message.content", "missing or not an array");
  if (auto stop = converse::ReadStop(root, "body", summary_); !stop) return stop;
  converse::ReadCounts(root.Find("usage"), summary_.usage);
  summary_.model =
      Shorten(root.Find("trace").Find("promptRouter").Find("invokedModelId").text(), kNameBytesMax);
  summary_.choices = 1;
  return converse::CheckModelResponse(root.Find("additionalModelResponseFields"),
                                      "additionalModelResponseFields");
}

Status ConverseWhole::Read(Json root) {
  if (auto frame = ReadFrame(root); !frame) return frame;
  std::vector<ToolCall> calls;
  std::size_t rank = 0;
  for (const Json entry : root.Find("output").Find("message").Find("content").elements()) {
    const std::size_t here = rank++;
    auto block = converse::ReadGateBlock(entry, At("output.message.content", here), summary_);
    if (!block) return std::unexpected(block.error());
    if (block->kind != converse::BlockKind::kCall) continue;
    if (block->call.arguments.empty()) block->call.arguments = "{}";
    block->call.position = calls.size();
    calls.push_back(std::move(block->call));
    ranks_.push_back(here);
  }
  return Propose(std::move(calls));
}

void ConverseWhole::Edit(Json root, std::span<const ToolCall> /*calls*/, std::span<const Ruling> rulings,
                         Splice& splice) {
  std::size_t rank = 0;
  std::size_t call = 0;
  for (const Json block : root.Find("output").Find("message").Find("content").elements()) {
    if (call == ranks_.size()) break;
    if (rank++ != ranks_[call]) continue;
    const Ruling& ruling = rulings[call++];
    if (ruling.kind == Ruling::Kind::kRelease) continue;
    splice.Replace(block, R"({"text":)" + base::JsonString(ruling.notice) + "}");
  }
  const bool any_released = std::ranges::count(rulings, Ruling::Kind::kRelease, &Ruling::kind) != 0;
  if (!any_released) splice.Replace(root.Find("stopReason"), base::JsonString(converse::kWithheldStop));
}

}  // namespace

std::unique_ptr<AnswerGate> MakeConverseWhole(AnswerLimits limits) {
  return std::make_unique<ConverseWhole>(limits);
}

}  // namespace proviso::protocol::internal
