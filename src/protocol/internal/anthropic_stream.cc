// Anthropic Messages as server-sent events:
//   message_start, (content_block_start, content_block_delta*, content_block_stop)*,
//   message_delta, message_stop; ping anywhere.
//
// Blocks come one after another with indexes 0, 1, 2, …; a stream that numbers or nests them in
// another way is refused. A tool_use block is whole at its content_block_stop. message_start may
// bring whole blocks itself, calls among them (programmatic tool calling does).
#include <optional>

#include "base/json_writer.h"
#include "protocol/internal/anthropic_blocks.h"
#include "protocol/internal/gates.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/stream_gate.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

class AnthropicStream final : public StreamGate {
 public:
  explicit AnthropicStream(AnswerLimits limits) : StreamGate(limits) {}

 private:
  struct Open {
    Block block;
    std::string fragments;  // of a call's arguments
  };

  Result<Reading> Read(const SseFrame& frame) override;
  void Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings) override;
  Status Rewrite(const SseFrame& frame, std::string& out) override;
  void Settled() override { rulings_ = {}; }

  Result<Reading> Dispatch(const SseFrame& frame, Json root, const std::string& type);
  Result<Reading> Start(Json root);
  Result<Reading> BlockStart(Json root);
  Result<Reading> BlockDelta(Json root);
  Result<Reading> CallDelta(Json delta);
  Result<Reading> BlockStop(Json root);
  Result<Reading> Delta(const SseFrame& frame, Json root);
  Result<Reading> Stop();
  Result<Reading> Unknown(Json root);
  /// Refuses an event that comes out of its place.
  [[nodiscard]] Status InOrder(std::string_view type, Json root) const;

  std::string start_;  // the first message_start's data
  std::optional<Open> open_;
  std::size_t blocks_ = 0;
  std::vector<Ruling> rulings_;
};

Result<Reading> AnthropicStream::Read(const SseFrame& frame) {
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (auto names = CheckNames(
          root, {"type", "index", "message", "content_block", "delta", "error", "usage", "content", "input"},
          "event");
      !names) {
    return std::unexpected(names.error());
  }
  const std::string type = root.Find("type").text();
  if (type == "error" || frame.event == "error") {
    const Json error = root.Find("error");
    return ProviderError(error.missing() ? root : error);
  }
  if (!frame.event.empty() && frame.event != type) {
    return Broken("event", "its name and the type in its data differ");
  }
  return Dispatch(frame, root, type);
}

Result<Reading> AnthropicStream::Dispatch(const SseFrame& frame, Json root, const std::string& type) {
  if (type == "ping") return Reading{};
  if (type == "message_start") return Start(root);
  if (auto order = InOrder(type, root); !order) return std::unexpected(order.error());
  if (type == "content_block_start") return BlockStart(root);
  if (type == "content_block_delta") return BlockDelta(root);
  if (type == "content_block_stop") return BlockStop(root);
  if (type == "message_delta") return Delta(frame, root);
  if (type == "message_stop") return Stop();
  return Unknown(root);
}

Status AnthropicStream::InOrder(std::string_view type, Json root) const {
  if (start_.empty()) return Broken(type, "before message_start");
  const bool of_block = type.starts_with("content_block_");
  if (of_block) {
    if (!summary_.stop_raw.empty()) return Broken(type, "after the stop reason");
    if (open_.has_value() == (type == "content_block_start")) {
      return Broken(type, open_ ? "inside another block" : "without a block");
    }
    if (root.Find("index").integer() != static_cast<std::int64_t>(blocks_)) {
      return Broken(type, "an index that is not the next one, " + std::to_string(blocks_));
    }
    return {};
  }
  if (open_) return Broken(type, "inside a content block");
  return {};
}

Result<Reading> AnthropicStream::Start(Json root) {
  if (!start_.empty()) {
    const bool repeated = root.raw() == start_ && !open_ && blocks_ == 0 && summary_.stop_raw.empty();
    if (!repeated) return Broken("message_start", "a second message in one answer");
    return Flow::kDrop;
  }
  start_ = std::string(root.raw());
  const Json message = root.Find("message");
  auto calls = ReadMessage(message, "message_start.message", summary_);
  if (!calls) return std::unexpected(calls.error());
  blocks_ = message.Find("content").size();
  if (calls->empty()) return Reading{};
  if (auto proposed = Propose(std::move(*calls)); !proposed) return std::unexpected(proposed.error());
  return Flow::kHold;
}

Result<Reading> AnthropicStream::BlockStart(Json root) {
  auto block = ReadBlock(root.Find("content_block"), "content_block_start", summary_);
  if (!block) return std::unexpected(block.error());
  open_ = Open{.block = std::move(*block), .fragments = ""};
  return open_->block.kind == BlockKind::kCall ? Flow::kHold : Flow::kPass;
}

Result<Reading> AnthropicStream::CallDelta(Json delta) {
  const Json fragment = delta.Find("partial_json");
  if (!delta.Find("type").equals("input_json_delta") || !fragment.is_string()) {
    return Broken("content_block_delta", "something else than input_json_delta in a tool_use block");
  }
  open_->fragments += fragment.text();
  return Flow::kHold;
}

Result<Reading> AnthropicStream::BlockDelta(Json root) {
  const Json delta = root.Find("delta");
  if (auto names =
          CheckNames(delta, {"type", "text", "thinking", "partial_json", "input"}, "content_block_delta");
      !names) {
    return std::unexpected(names.error());
  }
  const BlockKind kind = open_->block.kind;
  if (kind == BlockKind::kCall) return CallDelta(delta);
  const std::string type = delta.Find("type").text();
  const bool of_server_call = kind == BlockKind::kServerCall && type == "input_json_delta";
  if (!of_server_call && (!delta.Find("partial_json").missing() || !delta.Find("input").missing())) {
    return Broken("content_block_delta", "a call's input in a block that is not a call");
  }
  Json text;
  Reading reading;
  if (of_server_call) {
    text = delta.Find("partial_json");
  } else if (type == "text_delta") {
    text = delta.Find("text");
    reading.holes.counter = &AnswerSummary::text_bytes;
  } else if (type == "thinking_delta") {
    text = delta.Find("thinking");
    reading.holes.counter = &AnswerSummary::reasoning_bytes;
  }
  if (!text.is_string()) return reading;
  reading.flow = Flow::kText;
  reading.holes.text = {.begin = text.begin(), .end = text.end()};
  if (reading.holes.counter != nullptr) summary_.*reading.holes.counter += text.text().size();
  return reading;
}

Result<Reading> AnthropicStream::BlockStop(Json /*root*/) {
  Open open = std::move(*open_);
  open_.reset();
  ++blocks_;
  if (open.block.kind != BlockKind::kCall) return Reading{};
  ToolCall& call = open.block.call;
  if (!open.fragments.empty()) {
    if (!call.arguments.empty() && call.arguments != "{}") {
      return Broken("content_block_stop", "a call with input both at its start and in fragments");
    }
    call.arguments = std::move(open.fragments);
  }
  call.position = summary_.calls;
  if (auto proposed = Propose({std::move(call)}); !proposed) return std::unexpected(proposed.error());
  return Flow::kHold;
}

Result<Reading> AnthropicStream::Delta(const SseFrame& frame, Json root) {
  const Json delta = root.Find("delta");
  for (const Json place : {root, delta}) {
    for (const std::string_view key : {"content", "content_block", "input", "tool_use", "tool_calls"}) {
      if (!Absent(place.Find(key))) return Broken("message_delta", "content outside a content block");
    }
  }
  if (auto names =
          CheckNames(delta, {"stop_reason", "content", "input", "tool_use", "tool_calls"}, "message_delta");
      !names) {
    return std::unexpected(names.error());
  }
  ReadUsage(root.Find("usage"), summary_.usage);
  if (auto read = ReadStop(delta, "message_delta", summary_); !read) return std::unexpected(read.error());
  const Json stop = delta.Find("stop_reason");
  if (!stop.is_string()) return Reading{};
  if (summary_.calls_withheld == 0 || summary_.calls_withheld != summary_.calls) return Reading{};
  Splice splice;
  splice.Replace(stop, "\"refusal\"");
  Reading reading = Flow::kReplace;
  reading.replacement = WithData(frame, splice.Apply(frame.data));
  return reading;
}

Result<Reading> AnthropicStream::Stop() {
  if (summary_.stop_raw.empty()) return Broken("message_stop", "before a stop reason");
  return Flow::kTerminal;
}

Result<Reading> AnthropicStream::Unknown(Json root) {
  for (const std::string_view key : {"message", "content_block", "delta", "content", "input"}) {
    if (!Absent(root.Find(key))) return Broken("event", "an unknown type that carries content");
  }
  if (!root.Find("type").is_string()) return Broken("event", "no type");
  return Reading{};
}

void AnthropicStream::Hear(std::span<const ToolCall> /*calls*/, std::span<const Ruling> rulings) {
  rulings_.assign(rulings.begin(), rulings.end());
}

Status AnthropicStream::Rewrite(const SseFrame& frame, std::string& out) {
  const auto document = ParseAnswerJson(frame.data, "event");
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  const Json type = root.Find("type");
  if (type.equals("message_start")) {
    Splice splice;
    WithholdFromMessage(root.Find("message"), rulings_, splice);
    out.append(WithData(frame, splice.Apply(frame.data)));
  } else if (type.equals("content_block_start")) {
    const std::string index(root.Find("index").raw());
    out.append(MakeFrame("content_block_start", R"({"type":"content_block_start","index":)" + index +
                                                    R"(,"content_block":)" + NoticeBlock("") + "}"));
    const std::string text = base::JsonString(rulings_.front().notice);
    out.append(MakeFrame("content_block_delta", R"({"type":"content_block_delta","index":)" + index +
                                                    R"(,"delta":{"type":"text_delta","text":)" + text +
                                                    "}}"));
  } else if (!type.equals("content_block_delta")) {
    out.append(frame.bytes);
  }
  return {};
}

}  // namespace

std::unique_ptr<AnswerGate> MakeAnthropicStream(AnswerLimits limits) {
  return std::make_unique<AnthropicStream>(limits);
}

}  // namespace proviso::protocol::internal
