// The Responses API as one JSON body.
#include <algorithm>

#include "protocol/internal/gates.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/responses/items.h"
#include "protocol/internal/whole_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

class ResponsesWhole final : public WholeGate {
 public:
  explicit ResponsesWhole(AnswerLimits limits) : WholeGate(limits) {}

 private:
  Status Read(Json root) override;
  void Edit(Json root, std::span<const ToolCall> calls, std::span<const Ruling> rulings,
            Splice& splice) override;

  std::vector<std::size_t> indexes_;  // of the proposed calls' items
};

Status ResponsesWhole::Read(Json root) {
  if (const Json error = root.Find("error"); !Absent(error)) return ProviderError(error);
  if (auto head = ReadResponseHead(root, "body", summary_); !head) return head;
  if (!root.Find("output").is_array()) return Broken("output", "missing or not an array");
  std::vector<ToolCall> calls;
  OutputFacts facts;
  std::size_t index = 0;
  for (const Json entry : root.Find("output").elements()) {
    auto item = ReadOutputItem(entry, ItemStage::kDone, At("output", index));
    if (!item) return std::unexpected(item.error());
    summary_.text_bytes += item->text_bytes;
    summary_.reasoning_bytes += item->reasoning_bytes;
    facts.refused = facts.refused || item->refused;
    if (item->kind == ItemKind::kServerCall) ++summary_.server_calls;
    if (item->kind == ItemKind::kCall) {
      item->call.position = calls.size();
      calls.push_back(std::move(item->call));
      indexes_.push_back(index);
    }
    ++index;
  }
  facts.called = !calls.empty();
  if (auto finish = ReadFinish(root, facts, "status", summary_); !finish) return finish;
  return Propose(std::move(calls));
}

void ResponsesWhole::Edit(Json root, std::span<const ToolCall> /*calls*/, std::span<const Ruling> rulings,
                          Splice& splice) {
  std::vector<ItemRuling> given;
  for (std::size_t i = 0; i < rulings.size(); ++i) given.push_back({indexes_[i], rulings[i]});
  const bool released = std::ranges::count(rulings, Ruling::Kind::kRelease, &Ruling::kind) != 0;
  WithholdFromResponse(root, given, released ? Survivors::kSome : Survivors::kNone, splice);
}

}  // namespace

std::unique_ptr<AnswerGate> MakeResponsesWhole(AnswerLimits limits) {
  return std::make_unique<ResponsesWhole>(limits);
}

}  // namespace proviso::protocol::internal
