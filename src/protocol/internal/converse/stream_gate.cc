// Converse as AWS frames:
//   messageStart, (contentBlockStart?, contentBlockDelta*, contentBlockStop?)*, messageStop, metadata.
//
// Blocks come one after another with rising indexes. Only a call has to begin with its start and end
// with its stop; a text may do without either, and ends where the next block begins. `metadata` comes
// last, before messageStop, or not at all (all are recorded): the answer is complete at messageStop,
// and ends when the metadata has come too, or with the bytes.
#include "protocol/internal/stream_gate.h"

#include <optional>

#include "base/json_writer.h"
#include "protocol/aws_event_stream.h"
#include "protocol/internal/converse/blocks.h"
#include "protocol/internal/gates.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/splice.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;
using converse::BlockKind;

class ConverseStream final : public StreamGate {
 public:
  explicit ConverseStream(AnswerLimits limits) : StreamGate(limits, MakeAwsFraming(limits.event_bytes_max)) {
    summary_.choices = 1;
  }

 private:
  struct Open {
    converse::GateBlock block;
    std::string fragments;  // of a call's arguments
  };

  Result<Reading> Read(const SseFrame& frame) override;
  void Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings) override;
  Status Rewrite(const SseFrame& frame, std::string& out) override;
  void Settled() override { ruling_ = {}; }

  Result<Reading> MessageStart();
  Result<Reading> BlockStart(Json root);
  Result<Reading> BlockDelta(Json root);
  Result<Reading> CallDelta(Json delta);
  Result<Reading> BlockStop();
  Result<Reading> Stop(const SseFrame& frame, Json root);
  Result<Reading> Metadata(Json root);
  Result<Reading> Unknown(std::string_view event, Json root);
  /// Makes the block of this index the current one, or fails when it cannot be.
  [[nodiscard]] Status BeginBlock(Json root, std::string_view event);
  [[nodiscard]] bool InCall() const { return open_ && open_->block.kind == BlockKind::kCall; }

  bool started_ = false;
  bool stopped_ = false;
  bool counted_ = false;  // metadata came
  std::optional<Open> open_;
  std::int64_t index_ = -1;  // of the current or last block
  Ruling ruling_;
};

Result<Reading> ConverseStream::Read(const SseFrame& frame) {
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (auto names = CheckNames(root,
                              {"contentBlockIndex", "start", "delta", "stopReason", "usage", "role",
                               "toolUse", "additionalModelResponseFields"},
                              "event");
      !names) {
    return std::unexpected(names.error());
  }
  const bool of_block = frame.event.starts_with("contentBlock");
  if (stopped_ && (of_block || frame.event.starts_with("message"))) {
    return Broken(frame.event, "after messageStop");
  }
  if (frame.event == "messageStart") return MessageStart();
  if (frame.event == "contentBlockStart") return BlockStart(root);
  if (frame.event == "contentBlockDelta") return BlockDelta(root);
  if (frame.event == "contentBlockStop") {
    const bool right = open_ && root.Find("contentBlockIndex").integer() == index_;
    return right ? BlockStop() : Broken(frame.event, "of a block that is not open");
  }
  if (frame.event == "messageStop") return Stop(frame, root);
  if (frame.event == "metadata") return Metadata(root);
  return Unknown(frame.event, root);
}

Result<Reading> ConverseStream::MessageStart() {
  if (started_ || index_ >= 0) return Broken("messageStart", "a second message in one answer");
  started_ = true;
  return Reading{};
}

Status ConverseStream::BeginBlock(Json root, std::string_view event) {
  const auto index = root.Find("contentBlockIndex").integer();
  if (!index) return Broken(event, "no contentBlockIndex");
  if (InCall()) return Broken(event, "inside a call that has not stopped");
  if (*index <= index_) return Broken(event, "an index that has been before");
  index_ = *index;
  open_ = Open{};
  return {};
}

Result<Reading> ConverseStream::BlockStart(Json root) {
  if (auto begun = BeginBlock(root, "contentBlockStart"); !begun) return std::unexpected(begun.error());
  auto block = converse::ReadGateBlock(root.Find("start"), "contentBlockStart.start", summary_);
  if (!block) return std::unexpected(block.error());
  open_->block = std::move(*block);
  return InCall() ? Flow::kHold : Flow::kPass;
}

Result<Reading> ConverseStream::BlockDelta(Json root) {
  constexpr std::string_view kWhere = "contentBlockDelta";
  const Json delta = root.Find("delta");
  if (!delta.is_object()) return Broken(kWhere, "no delta");
  if (auto names = CheckNames(delta, {"text", "toolUse", "reasoningContent", "input"}, kWhere); !names) {
    return std::unexpected(names.error());
  }
  if (!open_ || root.Find("contentBlockIndex").integer() != index_) {
    if (auto begun = BeginBlock(root, kWhere); !begun) return std::unexpected(begun.error());
  }
  if (InCall()) return CallDelta(delta);
  const bool of_server_call = open_->block.kind == BlockKind::kServerCall;
  if (!of_server_call && !Absent(delta.Find("toolUse"))) {
    return Broken(kWhere, "a call's input in a block that is not a call");
  }
  if (auto unknown = converse::NoUnknownCall(delta, {"toolUse", "toolResult"}, kWhere); !unknown) {
    return std::unexpected(unknown.error());
  }
  summary_.text_bytes += delta.Find("text").text().size();
  summary_.reasoning_bytes += delta.Find("reasoningContent").Find("text").text().size();
  return Reading{};
}

Result<Reading> ConverseStream::CallDelta(Json delta) {
  const Json use = delta.Find("toolUse");
  if (delta.size() != 1 || !use.is_object() || use.size() != 1 || !use.Find("input").is_string()) {
    return Broken("contentBlockDelta", "something else than input in a call");
  }
  open_->fragments += use.Find("input").text();
  return Flow::kHold;
}

Result<Reading> ConverseStream::BlockStop() {
  Open open = std::move(*open_);
  open_.reset();
  if (open.block.kind != BlockKind::kCall) return Reading{};
  ToolCall& call = open.block.call;
  if (!call.arguments.empty() && !open.fragments.empty()) {
    return Broken("contentBlockStop", "a call with input both at its start and in fragments");
  }
  // A call without arguments comes with one empty fragment, or none.
  if (call.arguments.empty()) call.arguments = open.fragments.empty() ? "{}" : std::move(open.fragments);
  call.position = summary_.calls;
  if (auto proposed = Propose({std::move(call)}); !proposed) return std::unexpected(proposed.error());
  return Flow::kHold;
}

Result<Reading> ConverseStream::Stop(const SseFrame& frame, Json root) {
  constexpr std::string_view kWhere = "messageStop";
  if (InCall()) return Broken(kWhere, "inside a call that has not stopped");
  open_.reset();
  if (auto read = converse::ReadStop(root, kWhere, summary_); !read) return std::unexpected(read.error());
  if (auto unknown = converse::NoUnknownCall(root, {}, kWhere); !unknown) {
    return std::unexpected(unknown.error());
  }
  const Json fields = root.Find("additionalModelResponseFields");
  if (auto checked = converse::CheckModelResponse(fields, kWhere); !checked) {
    return std::unexpected(checked.error());
  }
  stopped_ = true;
  Reading reading = counted_ ? Flow::kTerminal : Flow::kEnding;
  if (summary_.calls_withheld == 0 || summary_.calls_withheld != summary_.calls) return reading;
  Splice splice;
  splice.Replace(root.Find("stopReason"), base::JsonString(converse::kWithheldStop));
  auto replaced = WithAwsData(frame, splice.Apply(frame.data));
  if (!replaced) return std::unexpected(replaced.error());
  reading.replacement = std::move(*replaced);
  return reading;
}

Result<Reading> ConverseStream::Metadata(Json root) {
  if (counted_) return Broken("metadata", "a second time");
  counted_ = true;
  converse::ReadCounts(root.Find("usage"), summary_.usage);
  const Json model = root.Find("trace").Find("promptRouter").Find("invokedModelId");
  summary_.model = Shorten(model.text(), kNameBytesMax);
  return stopped_ ? Flow::kTerminal : Flow::kPass;
}

Result<Reading> ConverseStream::Unknown(std::string_view event, Json root) {
  if (event.ends_with("xception")) return ProviderError(root);
  const bool carries = !root.Find("contentBlockIndex").missing() || !root.Find("start").missing() ||
                       !root.Find("delta").missing() || !root.Find("content").missing();
  if (carries) return Broken("event", "an unknown type that carries content");
  if (auto unknown = converse::NoUnknownCall(root, {}, "event"); !unknown) {
    return std::unexpected(unknown.error());
  }
  return Reading{};
}

void ConverseStream::Hear(std::span<const ToolCall> /*calls*/, std::span<const Ruling> rulings) {
  ruling_ = rulings.front();
}

Status ConverseStream::Rewrite(const SseFrame& frame, std::string& out) {
  if (frame.event == "contentBlockStart") {
    const auto document = ParseAnswerJson(frame.data, "event");
    if (!document) return std::unexpected(document.error());
    base::JsonWriter json;
    json.BeginObject().Key("contentBlockIndex").Raw(document->root().Find("contentBlockIndex").raw());
    json.Key("delta").BeginObject().Key("text").String(ruling_.notice).EndObject().EndObject();
    out.append(MakeAwsEvent("contentBlockDelta", json.Take()));
  } else if (frame.event != "contentBlockDelta") {
    out.append(frame.bytes);
  }
  return {};
}

}  // namespace

std::unique_ptr<AnswerGate> MakeConverseStream(AnswerLimits limits) {
  return std::make_unique<ConverseStream>(limits);
}

}  // namespace proviso::protocol::internal
