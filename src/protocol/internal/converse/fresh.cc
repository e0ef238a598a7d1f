#include <vector>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/aws_event_stream.h"
#include "protocol/internal/converse/blocks.h"
#include "protocol/internal/fresh_answers.h"

namespace proviso::protocol::internal {
namespace {

/// One content block, in the texts that the two deliveries need.
struct FreshBlock {
  std::string whole;  ///< In a whole answer.
  std::string start;  ///< In contentBlockStart; "" for none.
  std::string delta;  ///< In the one contentBlockDelta.
};

constexpr std::string_view kNoUsage = R"({"inputTokens":0,"outputTokens":0,"totalTokens":0})";
constexpr std::string_view kNoMetrics = R"({"latencyMs":0})";

FreshBlock CallBlock(const ToolCall& call) {
  const std::string head =
      R"({"toolUse":{"toolUseId":)" + base::JsonString(call.id) + R"(,"name":)" + base::JsonString(call.name);
  return {.whole = head + R"(,"input":)" + call.arguments + "}}",
          .start = head + "}}",
          .delta = R"({"toolUse":{"input":)" + base::JsonString(call.arguments) + "}}"};
}

std::string Whole(std::span<const FreshBlock> blocks, std::string_view stop) {
  base::JsonWriter json;
  json.BeginObject().Key("metrics").Raw(kNoMetrics);
  json.Key("output").BeginObject().Key("message").BeginObject().Key("content").BeginArray();
  for (const FreshBlock& block : blocks) json.Raw(block.whole);
  json.EndArray().Key("role").String("assistant").EndObject().EndObject();
  return json.Key("stopReason").String(stop).Key("usage").Raw(kNoUsage).EndObject().Take();
}

std::string Stream(std::span<const FreshBlock> blocks, std::string_view stop) {
  std::string out = MakeAwsEvent("messageStart", R"({"role":"assistant"})");
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string index = R"({"contentBlockIndex":)" + std::to_string(i);
    if (!blocks[i].start.empty()) {
      out += MakeAwsEvent("contentBlockStart", index + R"(,"start":)" + blocks[i].start + "}");
    }
    out += MakeAwsEvent("contentBlockDelta", index + R"(,"delta":)" + blocks[i].delta + "}");
    out += MakeAwsEvent("contentBlockStop", index + "}");
  }
  out += MakeAwsEvent("messageStop", R"({"stopReason":)" + base::JsonString(stop) + "}");
  return out + MakeAwsEvent("metadata", R"({"metrics":)" + std::string(kNoMetrics) + R"(,"usage":)" +
                                            std::string(kNoUsage) + "}");
}

std::string Complete(Delivery delivery, std::span<const FreshBlock> blocks, std::string_view stop) {
  return delivery == Delivery::kStream ? Stream(blocks, stop) : Whole(blocks, stop);
}

}  // namespace

base::Result<std::string> FreshConverseCalls(Delivery delivery, const AnswerFrame& /*frame*/,
                                             std::span<const ToolCall> calls) {
  std::vector<FreshBlock> blocks;
  for (const ToolCall& call : calls) {
    const auto arguments = base::JsonDocument::Parse(call.arguments);
    if (call.kind != CallKind::kFunction || !arguments || !arguments->root().is_object()) {
      return base::Fail(base::ErrorCode::kInvalid,
                        "rendering: Bedrock Converse carries only calls whose arguments are a JSON object");
    }
    blocks.push_back(CallBlock(call));
  }
  if (blocks.empty()) return base::Fail(base::ErrorCode::kInvalid, "rendering: there must be a call");
  return Complete(delivery, blocks, "tool_use");
}

std::string FreshConverseNotice(Delivery delivery, const AnswerFrame& /*frame*/, std::string_view text) {
  const FreshBlock block{.whole = R"({"text":)" + base::JsonString(text) + "}",
                         .start = "",
                         .delta = R"({"text":)" + base::JsonString(text) + "}"};
  return Complete(delivery, {&block, 1}, converse::kWithheldStop);
}

}  // namespace proviso::protocol::internal
