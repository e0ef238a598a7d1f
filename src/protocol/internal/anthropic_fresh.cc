#include <vector>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/fresh_answers.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

/// One content block, in the three texts that the two deliveries need.
struct FreshBlock {
  std::string whole;  ///< In a whole answer.
  std::string start;  ///< In content_block_start.
  std::string delta;  ///< In the one content_block_delta.
};

constexpr std::string_view kNoUsage = R"({"input_tokens":0,"output_tokens":0})";

FreshBlock TextBlock(std::string_view text) {
  const std::string quoted = base::JsonString(text);
  return {.whole = R"({"type":"text","text":)" + quoted + "}",
          .start = R"({"type":"text","text":""})",
          .delta = R"({"type":"text_delta","text":)" + quoted + "}"};
}

FreshBlock CallBlock(const ToolCall& call) {
  const std::string head =
      R"({"type":"tool_use","id":)" + base::JsonString(call.id) + R"(,"name":)" + base::JsonString(call.name);
  return {.whole = head + R"(,"input":)" + call.arguments + "}",
          .start = head + R"(,"input":{}})",
          .delta = R"({"type":"input_json_delta","partial_json":)" + base::JsonString(call.arguments) + "}"};
}

std::string Message(const AnswerFrame& frame, std::string_view content, std::string_view stop) {
  base::JsonWriter json;
  json.BeginObject().Key("id").String(frame.id).Key("type").String("message").Key("role").String("assistant");
  json.Key("model").String(frame.model).Key("content").Raw(content).Key("stop_reason");
  stop.empty() ? json.Null() : json.String(stop);
  return json.Key("stop_sequence").Null().Key("usage").Raw(kNoUsage).EndObject().Take();
}

std::string Event(std::string_view type, std::string_view members) {
  return MakeFrame(type, R"({"type":")" + std::string(type) + "\"" + std::string(members) + "}");
}

std::string Stream(const AnswerFrame& frame, std::span<const FreshBlock> blocks, std::string_view stop) {
  std::string out = Event("message_start", R"(,"message":)" + Message(frame, "[]", ""));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string index = R"(,"index":)" + std::to_string(i);
    out += Event("content_block_start", index + R"(,"content_block":)" + blocks[i].start);
    out += Event("content_block_delta", index + R"(,"delta":)" + blocks[i].delta);
    out += Event("content_block_stop", index);
  }
  out += Event("message_delta", R"(,"delta":{"stop_reason":)" + base::JsonString(stop) +
                                    R"(,"stop_sequence":null},"usage":{"output_tokens":0})");
  return out + Event("message_stop", "");
}

std::string Complete(Delivery delivery, const AnswerFrame& frame, std::span<const FreshBlock> blocks,
                     std::string_view stop) {
  if (delivery == Delivery::kStream) return Stream(frame, blocks, stop);
  std::string content = "[";
  for (const FreshBlock& block : blocks) content += (content.size() == 1 ? "" : ",") + block.whole;
  return Message(frame, content + "]", stop);
}

}  // namespace

base::Result<std::string> FreshAnthropicCalls(Delivery delivery, const AnswerFrame& frame,
                                              std::span<const ToolCall> calls) {
  std::vector<FreshBlock> blocks;
  for (const ToolCall& call : calls) {
    const auto arguments = base::JsonDocument::Parse(call.arguments);
    if (call.kind != CallKind::kFunction || !arguments || !arguments->root().is_object()) {
      return base::Fail(base::ErrorCode::kInvalid,
                        "rendering: Anthropic Messages carries only calls whose arguments are a JSON object");
    }
    blocks.push_back(CallBlock(call));
  }
  if (blocks.empty()) return base::Fail(base::ErrorCode::kInvalid, "rendering: there must be a call");
  return Complete(delivery, frame, blocks, "tool_use");
}

std::string FreshAnthropicNotice(Delivery delivery, const AnswerFrame& frame, std::string_view text) {
  const FreshBlock block = TextBlock(text);
  return Complete(delivery, frame, {&block, 1}, "refusal");
}

}  // namespace proviso::protocol::internal
