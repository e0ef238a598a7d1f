// The Responses API as server-sent events:
//   response.created, response.in_progress,
//   (response.output_item.added, its pieces, response.output_item.done)*,
//   response.completed or response.incomplete, which tell the whole output once more.
//
// A call is whole at its output_item.done. It has by then been told up to four times (fragments, their
// sum, the item, and at last the response), and clients differ in which one they act on: all must agree.
//
// A withheld call becomes a message item of the same output_index, six events where there may have
// been two: the sequence numbers behind it are then moved up.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/json_writer.h"
#include "protocol/internal/gates.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/responses/call_pieces.h"
#include "protocol/internal/responses/items.h"
#include "protocol/internal/stream_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

class ResponsesStream final : public StreamGate {
 public:
  explicit ResponsesStream(AnswerLimits limits) : StreamGate(limits) {}

 private:
  struct Open {
    OutputItem item;
    CallPieces pieces;
  };
  /// A call that was told whole.
  struct Told {
    std::size_t output_index;
    std::string type;
    std::string id;
    std::string substance;
    Ruling ruling;
    bool told_again = false;  ///< In the terminal event.
  };

  Result<Reading> Read(const SseFrame& frame) override;
  void Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings) override;
  Status Rewrite(const SseFrame& frame, std::string& out) override;
  [[nodiscard]] bool MustRewrite() const override { return shift_ != 0; }
  void Settled() override { settled_ = told_.size(); }

  Result<Reading> Dispatch(const SseFrame& frame, Json root, const std::string& type);
  Result<Reading> Lifecycle(Json root, const std::string& type);
  Result<Reading> Added(Json root, std::size_t index);
  Result<Reading> Piece(Json root, const std::string& type, std::size_t index);
  Reading Text(Json root, const std::string& type);
  Result<Reading> Done(Json root, std::size_t index);
  Result<Reading> DoneCall(Json entry, OutputItem item, const Open& open, std::size_t index);
  Result<Reading> Terminal(const SseFrame& frame, Json root, const std::string& type);
  Result<Reading> Unknown(Json root, const std::string& type) const;
  /// Reads the output that the terminal event repeats; gives the rulings on its calls, in order.
  Result<std::vector<ItemRuling>> ReadAgain(Json output);
  std::string RewriteTerminal(const SseFrame& frame, Json root, std::span<const ItemRuling> again) const;
  void Renumber(Json root, Splice& splice) const;
  [[nodiscard]] bool InCall() const;
  [[nodiscard]] const Told* WithheldAt(std::size_t index) const;

  bool started_ = false;
  std::map<std::size_t, Open> open_;  // by output_index
  std::size_t next_index_ = 0;
  std::vector<Told> told_;
  std::vector<ToolCall> waiting_;        // whole, but another call is open
  std::size_t settled_ = 0;              // of told_, those that were ruled
  std::size_t finished_text_bytes_ = 0;  // of done messages
  std::size_t finished_reasoning_bytes_ = 0;
  bool refused_ = false;
  std::int64_t shift_ = 0;  // added to the provider's sequence numbers
};

Result<Reading> ResponsesStream::Read(const SseFrame& frame) {
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (auto names = CheckNames(root,
                              {"type", "response", "item", "output_index", "delta", "arguments", "input",
                               "part", "error", "sequence_number", "command_index"},
                              "event");
      !names) {
    return std::unexpected(names.error());
  }
  const std::string type = root.Find("type").text();
  if (type == "error" || frame.event == "error") {
    const Json error = root.Find("error");
    return ProviderError(error.is_object() ? error : root);
  }
  if (type.empty()) return Broken("event", "no type");
  if (!frame.event.empty() && frame.event != type) {
    return Broken("event", "its name and the type in its data differ");
  }
  auto reading = Dispatch(frame, root, type);
  const bool passes = reading && (reading->flow == Flow::kPass || reading->flow == Flow::kText);
  if (!passes || shift_ == 0 || InCall()) return reading;
  Splice splice;
  Renumber(root, splice);
  reading->flow = Flow::kReplace;
  reading->replacement = WithData(frame, splice.Apply(frame.data));
  return reading;
}

Result<Reading> ResponsesStream::Dispatch(const SseFrame& frame, Json root, const std::string& type) {
  if (type == "response.created" || type == "response.queued" || type == "response.in_progress") {
    return Lifecycle(root, type);
  }
  if (type == "response.failed") return ProviderError(root.Find("response").Find("error"));
  if (!started_) return Broken(type, "before response.created");
  if (type == "response.completed" || type == "response.incomplete") return Terminal(frame, root, type);
  const Json given = root.Find("output_index");
  if (given.missing()) return Unknown(root, type);
  const auto index = given.integer();
  if (!index || *index < 0) return Broken(type + ".output_index", "not a number of an item");
  if (type == "response.output_item.added") return Added(root, static_cast<std::size_t>(*index));
  if (type == "response.output_item.done") return Done(root, static_cast<std::size_t>(*index));
  return Piece(root, type, static_cast<std::size_t>(*index));
}

Result<Reading> ResponsesStream::Lifecycle(Json root, const std::string& type) {
  if (type == "response.created" && started_) return Broken(type, "a second answer in one");
  started_ = true;
  const Json response = root.Find("response");
  if (auto head = ReadResponseHead(response, type, summary_); !head) return std::unexpected(head.error());
  if (response.Find("output").size() != 0) return Broken(type, "output before its items");
  return Reading{};
}

Result<Reading> ResponsesStream::Added(Json root, std::size_t index) {
  if (index < next_index_)
    return Broken("response.output_item.added", "an output_index that was there before");
  next_index_ = index + 1;
  if (Absent(root.Find("item")))
    return Reading{};  // some providers skip an index so; nothing may follow of it
  auto item = ReadOutputItem(root.Find("item"), ItemStage::kBegun, At("item", index));
  if (!item) return std::unexpected(item.error());
  const bool call = item->kind == ItemKind::kCall;
  if (item->kind == ItemKind::kServerCall) ++summary_.server_calls;
  CallPieces pieces(item->type);
  open_.emplace(index, Open{.item = std::move(*item), .pieces = std::move(pieces)});
  return call ? Flow::kHold : Flow::kPass;
}

Result<Reading> ResponsesStream::Piece(Json root, const std::string& type, std::size_t index) {
  const auto open = open_.find(index);
  if (open == open_.end()) return Broken(type, "for an item that is not open");
  if (open->second.item.kind == ItemKind::kCall) {
    if (auto taken = open->second.pieces.Take(type, root); !taken) return std::unexpected(taken.error());
    return Flow::kHold;
  }
  if (CallPieces::IsOfClientCall(type, open->second.item.type)) {
    return Broken(type, "a piece of a call inside another item");
  }
  if (const Json part = root.Find("part"); !Absent(part)) {
    if (auto checked = CheckPart(part, type); !checked) return std::unexpected(checked.error());
  }
  if (!Absent(root.Find("item"))) return Broken(type, "an item outside its place");
  return Text(root, type);
}

/// More text of an open item is most of a stream; the rest of such an event is always the same.
Reading ResponsesStream::Text(Json root, const std::string& type) {
  const Json delta = root.Find("delta");
  Reading reading;
  if (type == "response.output_text.delta" || type == "response.refusal.delta") {
    reading.holes.counter = &AnswerSummary::text_bytes;
  } else if (type == "response.reasoning_summary_text.delta" || type == "response.reasoning_text.delta") {
    reading.holes.counter = &AnswerSummary::reasoning_bytes;
  }
  if (reading.holes.counter == nullptr || !delta.is_string()) return reading;
  summary_.*reading.holes.counter += delta.text().size();
  reading.flow = Flow::kText;
  reading.holes.text = {.begin = delta.begin(), .end = delta.end()};
  if (const Json padding = root.Find("obfuscation"); padding.is_string()) {
    reading.holes.padding = {.begin = padding.begin(), .end = padding.end()};
  }
  if (const Json number = root.Find("sequence_number"); number.integer()) {
    reading.holes.number = {.begin = number.begin(), .end = number.end()};
  }
  return reading;
}

Result<Reading> ResponsesStream::Done(Json root, std::size_t index) {
  const std::string where = At("item", index);
  const auto found = open_.find(index);
  if (found == open_.end()) return Broken("response.output_item.done", "an item that is not open");
  const Json entry = root.Find("item");
  auto item = ReadOutputItem(entry, ItemStage::kDone, where);
  if (!item) return std::unexpected(item.error());
  const Open open = std::move(found->second);
  open_.erase(found);
  if (item->type != open.item.type || item->kind != open.item.kind) {
    return Broken(where, "it ends as another item than it began");
  }
  finished_text_bytes_ += item->text_bytes;
  finished_reasoning_bytes_ += item->reasoning_bytes;
  // Some providers tell a text only here.
  summary_.text_bytes = std::max(summary_.text_bytes, finished_text_bytes_);
  summary_.reasoning_bytes = std::max(summary_.reasoning_bytes, finished_reasoning_bytes_);
  refused_ = refused_ || item->refused;
  if (item->kind == ItemKind::kCall) return DoneCall(entry, std::move(*item), open, index);
  return Reading{};
}

Result<Reading> ResponsesStream::DoneCall(Json entry, OutputItem item, const Open& open, std::size_t index) {
  const std::string where = At("item", index);
  const bool named = item.type == "function_call" || item.type == "custom_tool_call";
  if (named && (item.call.name != open.item.call.name || item.call.id != open.item.call.id)) {
    return Broken(where, "a call that ends with another name or id than it began");
  }
  if (auto agreed = open.pieces.Agree(entry, where); !agreed) return std::unexpected(agreed.error());
  item.call.position = told_.size();
  told_.push_back({.output_index = index,
                   .type = item.type,
                   .id = item.call.id,
                   .substance = SubstanceOf(entry),
                   .ruling = {}});
  waiting_.push_back(std::move(item.call));
  if (InCall()) return Flow::kHold;
  if (auto proposed = Propose(std::exchange(waiting_, {})); !proposed)
    return std::unexpected(proposed.error());
  return Flow::kHold;
}

Result<Reading> ResponsesStream::Terminal(const SseFrame& frame, Json root, const std::string& type) {
  if (InCall()) return Broken(type, "inside a call");
  const Json response = root.Find("response");
  if (auto head = ReadResponseHead(response, type, summary_); !head) return std::unexpected(head.error());
  if (type != "response." + response.Find("status").text())
    return Broken(type, "another status than its name says");
  const auto again = ReadAgain(response.Find("output"));
  if (!again) return std::unexpected(again.error());
  if (auto finish = ReadFinish(response, {.called = !told_.empty(), .refused = refused_}, type, summary_);
      !finish) {
    return std::unexpected(finish.error());
  }
  Reading reading = Flow::kTerminal;
  if (shift_ != 0 || summary_.calls_withheld != 0) reading.replacement = RewriteTerminal(frame, root, *again);
  return reading;
}

Result<std::vector<ItemRuling>> ResponsesStream::ReadAgain(Json output) {
  std::vector<ItemRuling> rulings;
  std::size_t rank = 0;
  for (const Json entry : output.elements()) {
    const std::string where = At("response.output", rank++);
    const auto item = ReadOutputItem(entry, ItemStage::kDone, where);
    if (!item) return std::unexpected(item.error());
    refused_ = refused_ || item->refused;
    if (item->kind != ItemKind::kCall) continue;
    const auto told = std::ranges::find_if(told_, [&](const Told& call) {
      return !call.told_again && call.type == item->type && call.id == item->call.id;
    });
    if (told == told_.end()) return Broken(where, "a call that was not streamed");
    if (told->substance != SubstanceOf(entry))
      return Broken(where, "a call that differs from the streamed one");
    told->told_again = true;
    rulings.push_back({.output_index = told->output_index, .ruling = told->ruling});
  }
  return rulings;
}

std::string ResponsesStream::RewriteTerminal(const SseFrame& frame, Json root,
                                             std::span<const ItemRuling> again) const {
  const bool none_left = summary_.calls_withheld == summary_.calls;
  Splice splice;
  Renumber(root, splice);
  WithholdFromResponse(root.Find("response"), again, none_left ? Survivors::kNone : Survivors::kSome, splice);
  if (!none_left) return WithData(frame, splice.Apply(frame.data));
  constexpr std::string_view kType = "response.incomplete";
  splice.Replace(root.Find("type"), base::JsonString(kType));
  return MakeFrame(frame.event.empty() ? "" : kType, splice.Apply(frame.data));
}

Result<Reading> ResponsesStream::Unknown(Json root, const std::string& type) const {
  for (const char* key : {"response", "item", "delta", "arguments", "input", "part", "content"}) {
    if (!Absent(root.Find(key))) return Broken(type, "an unknown type that carries content");
  }
  return Reading{};
}

void ResponsesStream::Hear(std::span<const ToolCall> /*calls*/, std::span<const Ruling> rulings) {
  std::size_t at = settled_;
  for (const Ruling& ruling : rulings) told_[at++].ruling = ruling;
}

Status ResponsesStream::Rewrite(const SseFrame& frame, std::string& out) {
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  const auto index = root.Find("output_index").integer();
  const Told* withheld = index ? WithheldAt(static_cast<std::size_t>(*index)) : nullptr;
  if (withheld == nullptr) {
    Splice splice;
    Renumber(root, splice);
    out.append(splice.empty() ? std::string(frame.bytes) : WithData(frame, splice.Apply(frame.data)));
  } else if (root.Find("type").equals("response.output_item.added")) {
    const std::int64_t first = root.Find("sequence_number").integer().value_or(0) + shift_;
    out.append(MessageEvents(OwnMessageId(summary_.id, withheld->output_index), withheld->output_index,
                             withheld->ruling.notice, first));
    shift_ += kMessageEvents - 1;
  } else if (shift_ > 0) {
    --shift_;
  }
  return {};
}

void ResponsesStream::Renumber(Json root, Splice& splice) const {
  const Json number = root.Find("sequence_number");
  if (shift_ == 0 || !number.integer()) return;
  splice.Replace(number, std::to_string(*number.integer() + shift_));
}

bool ResponsesStream::InCall() const {
  return std::ranges::any_of(open_,
                             [](const auto& entry) { return entry.second.item.kind == ItemKind::kCall; });
}

const ResponsesStream::Told* ResponsesStream::WithheldAt(std::size_t index) const {
  const auto told = std::ranges::find(told_, index, &Told::output_index);
  return told != told_.end() && told->ruling.kind == Ruling::Kind::kWithhold ? &*told : nullptr;
}

}  // namespace

std::unique_ptr<AnswerGate> MakeResponsesStream(AnswerLimits limits) {
  return std::make_unique<ResponsesStream>(limits);
}

}  // namespace proviso::protocol::internal
