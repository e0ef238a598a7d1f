// The events of a Responses stream as steps.
//
// Items may overlap; steps may not. The steps of the first item that is not done flow, those of later
// ones wait for it. What was told before is not told again at the end: only what is new.
#include <algorithm>
#include <deque>
#include <optional>

#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/responses/answer_parts.h"
#include "protocol/internal/responses/block_steps.h"
#include "protocol/internal/responses/items.h"
#include "protocol/internal/responses/parts.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;
using Steps = std::vector<AnswerDelta>;

AnswerDelta Step(AnswerDelta::Kind kind) {
  AnswerDelta delta;
  delta.kind = kind;
  return delta;
}

/// One output item on its way.
class ItemSteps {
 public:
  ItemSteps(std::size_t index, Json item) : index_(index), type_(item.Find("type").text()) {
    if (IsCall()) {
      CallBlock call;
      call.kind = type_ == "custom_tool_call" ? CallKind::kCustom : CallKind::kFunction;
      call.id = item.Find("call_id").text();
      call.name = item.Find("name").text();
      call.item_id = item.Find("id").text();
      Block begin;
      begin.content = std::move(call);
      block_.Begin(std::move(begin), waiting_);
    }
    id_ = item.Find("id").text();
  }

  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] Steps& waiting() { return waiting_; }

  /// An event between the item's beginning and its end.
  Status Take(const std::string& type, Json event) {
    if (type_ == "message") return TakeOfMessage(type, event);
    if (type_ == "reasoning") TakeOfReasoning(type, event);
    const bool fragment =
        type == "response.function_call_arguments.delta" || type == "response.custom_tool_call_input.delta";
    if (IsCall() && fragment) block_.Text(event.Find("delta").text(), waiting_);
    return {};
  }

  /// The whole item, which has what did not come in pieces.
  void Finish(const OutputBlocks& whole) {
    for (std::size_t i = ended_; i < whole.blocks.size(); ++i) {
      if (!block_.open()) BeginAs(whole.blocks[i]);
      EndAs(whole.blocks[i]);
    }
    Cut();
    for (const Member& member : whole.others) {
      waiting_.push_back(Step(AnswerDelta::Kind::kOther));
      waiting_.back().member = member;
    }
  }

  /// The answer ended within the item, and nothing more is known of it.
  void Cut() {
    if (block_.open()) block_.Cut(waiting_);
    done_ = true;
  }

 private:
  [[nodiscard]] bool IsCall() const { return type_ == "function_call" || type_ == "custom_tool_call"; }

  Status TakeOfMessage(const std::string& type, Json event) {
    const bool refusal =
        type.starts_with("response.refusal.") || event.Find("part").Find("type").equals("refusal");
    if (type == "response.content_part.added") {
      if (block_.open()) return Broken(type, "a part inside another");
      BeginText(refusal);
    } else if (type == "response.output_text.delta" || type == "response.refusal.delta") {
      if (!block_.open()) BeginText(refusal);
      block_.Text(event.Find("delta").text(), waiting_);
    } else if (type == "response.output_text.annotation.added") {
      if (const auto* text = std::get_if<TextBlock>(&block_.told().content);
          text != nullptr && block_.open()) {
        block_.Cite(ReadCitation(event.Find("annotation"), text->text), waiting_);
      }
    } else if (type == "response.content_part.done" && block_.open()) {
      auto whole = ReadContentPart(event.Find("part"), "part");
      if (!whole) return Broken(type, whole.error().message);
      whole->source = {};
      EndAs(*whole);
    }
    return {};
  }

  void TakeOfReasoning(const std::string& type, Json event) {
    const bool full = type == "response.reasoning_text.delta";
    if (!full && type != "response.reasoning_summary_text.delta") return;
    const std::int64_t part = event.Find(full ? "content_index" : "summary_index").integer().value_or(0);
    if (!block_.open()) {
      Block begin;
      begin.content =
          ReasoningBlock{.text = "",
                         .form = full ? ReasoningBlock::Form::kFull : ReasoningBlock::Form::kSummary,
                         .signature = "",
                         .id = id_};
      block_.Begin(std::move(begin), waiting_);
    } else if (part != part_) {
      block_.Text(kReasoningBreak, waiting_);
    }
    part_ = part;
    block_.Text(event.Find("delta").text(), waiting_);
  }

  void BeginText(bool refusal) {
    Block begin;
    if (refusal) begin.content = RefusalBlock{};
    block_.Begin(std::move(begin), waiting_);
  }

  /// Begins a block of which nothing was told yet.
  void BeginAs(const Block& whole) {
    Block begin = whole;
    if (auto* text = std::get_if<TextBlock>(&begin.content)) *text = {};
    if (auto* refusal = std::get_if<RefusalBlock>(&begin.content)) *refusal = {};
    if (auto* reasoning = std::get_if<ReasoningBlock>(&begin.content)) {
      reasoning->text.clear();
      reasoning->signature.clear();
    }
    if (!std::holds_alternative<OpaqueBlock>(begin.content)) begin.original.clear();
    block_.Begin(std::move(begin), waiting_);
  }

  void EndAs(const Block& whole) {
    block_.End(whole, waiting_);
    ++ended_;
  }

  std::size_t index_;
  std::string type_;
  std::string id_;
  BlockSteps block_;
  std::int64_t part_ = 0;
  std::size_t ended_ = 0;  // blocks of the item
  Steps waiting_;
  bool done_ = false;
};

class ResponsesEventReader final : public EventReader {
 public:
  Status Read(std::string_view event, std::string_view data, Steps& out) override;
  [[nodiscard]] bool Complete() const override { return ended_; }
  Status Finish(Steps&) override { return {}; }

 private:
  Status Dispatch(const std::string& type, Json root, Steps& out);
  Status Added(Json root);
  Status Done(Json item, std::size_t index);
  Status Terminal(Json response, Steps& out);
  void Drain(Steps& out);
  ItemSteps* Find(std::size_t index);

  std::deque<ItemSteps> items_;  // those that are not told to their end
  std::size_t next_index_ = 0;
  OutputFacts facts_;
  bool started_ = false;
  bool ended_ = false;
};

Status ResponsesEventReader::Read(std::string_view event, std::string_view data, Steps& out) {
  const auto document = ParseAnswerJson(data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  const std::string type = root.Find("type").text();
  if (ended_) return Broken(type, "behind the end");
  if (type == "error" || event == "error") {
    const Json error = root.Find("error");
    return ProviderError(error.is_object() ? error : root);
  }
  return Dispatch(type, root, out);
}

Status ResponsesEventReader::Dispatch(const std::string& type, Json root, Steps& out) {
  const Json response = root.Find("response");
  if (type == "response.failed") return ProviderError(response.Find("error"));
  if (type == "response.created" && !started_) {
    started_ = true;
    out.push_back(Step(AnswerDelta::Kind::kStart));
    out.back().id = response.Find("id").text();
    out.back().model = response.Find("model").text();
    out.back().created_s = response.Find("created_at").integer().value_or(0);
    return {};
  }
  if (!started_) return Broken(type, "before response.created");
  if (type == "response.completed" || type == "response.incomplete") return Terminal(response, out);
  const auto given = root.Find("output_index").integer();
  if (!given || *given < 0) return {};
  const auto index = static_cast<std::size_t>(*given);
  Status read;
  if (type == "response.output_item.added") {
    read = Added(root);
  } else if (type == "response.output_item.done") {
    read = Done(root.Find("item"), index);
  } else if (ItemSteps* item = Find(index)) {
    read = item->Take(type, root);
  }
  if (read) Drain(out);
  return read;
}

Status ResponsesEventReader::Added(Json root) {
  const auto index = static_cast<std::size_t>(*root.Find("output_index").integer());
  if (index < next_index_)
    return Broken("response.output_item.added", "an output_index that was there before");
  next_index_ = index + 1;
  if (Absent(root.Find("item"))) return {};
  items_.emplace_back(index, root.Find("item"));
  return {};
}

Status ResponsesEventReader::Done(Json item, std::size_t index) {
  ItemSteps* steps = Find(index);
  if (steps == nullptr) return Broken("response.output_item.done", "an item that is not open");
  const auto whole = ReadOutputBlocks(item, index);
  if (!whole) return std::unexpected(whole.error());
  facts_.called = facts_.called || whole->item.kind == ItemKind::kCall;
  facts_.refused = facts_.refused || whole->item.refused;
  steps->Finish(*whole);
  return {};
}

Status ResponsesEventReader::Terminal(Json response, Steps& out) {
  // What a whole response may not have, its telling at the end of a stream may not have either.
  AnswerSummary head;
  if (auto read = ReadResponseHead(response, "response", head); !read) return read;
  std::size_t index = 0;
  for (const Json item : response.Find("output").elements()) {
    const std::size_t at = index++;
    if (at >= next_index_) {
      next_index_ = at + 1;
      items_.emplace_back(at, item);
    }
    if (Find(at) == nullptr) continue;
    if (auto done = Done(item, at); !done) return done;
  }
  for (ItemSteps& item : items_) {
    if (!item.done()) item.Cut();
  }
  Drain(out);
  for (Member& member : ReadResponseOthers(response)) {
    out.push_back(Step(AnswerDelta::Kind::kOther));
    out.back().member = std::move(member);
  }
  if (const Json usage = response.Find("usage"); usage.is_object()) {
    out.push_back(Step(AnswerDelta::Kind::kUsage));
    out.back().usage = ReadUsage(Dialect::kOpenAiResponses, usage);
  }
  auto stop = ReadStopOf(response, facts_);
  if (!stop) return std::unexpected(stop.error());
  out.push_back(Step(AnswerDelta::Kind::kStop));
  out.back().stop = std::move(*stop);
  out.push_back(Step(AnswerDelta::Kind::kEnd));
  ended_ = true;
  return {};
}

void ResponsesEventReader::Drain(Steps& out) {
  while (!items_.empty()) {
    ItemSteps& first = items_.front();
    std::ranges::move(first.waiting(), std::back_inserter(out));
    first.waiting().clear();
    if (!first.done()) return;
    items_.pop_front();
  }
}

ItemSteps* ResponsesEventReader::Find(std::size_t index) {
  const auto item = std::ranges::find_if(
      items_, [&](const ItemSteps& steps) { return steps.index() == index && !steps.done(); });
  return item == items_.end() ? nullptr : &*item;
}

}  // namespace

std::unique_ptr<EventReader> MakeResponsesEventReader() {
  return std::make_unique<ResponsesEventReader>();
}

}  // namespace proviso::protocol::internal
