#include "protocol/internal/anthropic_blocks.h"

#include <algorithm>

#include "base/json_writer.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/stop_words.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

Result<ToolCall> ReadCall(Json block, std::string_view where) {
  ToolCall call{.id = block.Find("id").text(),
                .name = block.Find("name").text(),
                .arguments = std::string(block.Find("input").raw())};
  if (call.id.empty()) return Broken(where, "a tool_use block without an id");
  if (call.name.empty()) return Broken(where, "a tool_use block without a name");
  if (call.id.size() > kNameBytesMax || call.name.size() > kNameBytesMax) {
    return Broken(where, "an id or a name larger than the limit");
  }
  return call;
}

}  // namespace

Result<Block> ReadBlock(Json block, std::string_view where, AnswerSummary& summary) {
  if (!block.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(block, {"type", "id", "name", "input", "text"}, where); !names) {
    return std::unexpected(names.error());
  }
  if (!block.Find("type").is_string()) return Broken(where, "a block without a type");
  const std::string type = block.Find("type").text();
  if (type == "tool_use") {
    auto call = ReadCall(block, where);
    if (!call) return std::unexpected(call.error());
    return Block{.kind = BlockKind::kCall, .call = std::move(*call)};
  }
  if (type == "server_tool_use" || type == "mcp_tool_use") {
    ++summary.server_calls;
    return Block{.kind = BlockKind::kServerCall, .call = {}};
  }
  if (!block.Find("input").missing() || type.ends_with("tool_use")) {
    return Broken(where, "a block that may be a call, of a type that cannot be decided");
  }
  if (type == "text") {
    summary.text_bytes += block.Find("text").text().size();
    return Block{.kind = BlockKind::kText, .call = {}};
  }
  if (type == "thinking") {
    summary.reasoning_bytes += block.Find("thinking").text().size();
    return Block{.kind = BlockKind::kReasoning, .call = {}};
  }
  return Block{};
}

Result<std::vector<ToolCall>> ReadMessage(Json message, std::string_view where, AnswerSummary& summary) {
  if (!message.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(message, {"content", "stop_reason", "usage", "id", "model", "type"}, where);
      !names) {
    return std::unexpected(names.error());
  }
  summary.id = Shorten(message.Find("id").text(), kNameBytesMax);
  summary.model = Shorten(message.Find("model").text(), kNameBytesMax);
  summary.choices = 1;
  ReadUsage(message.Find("usage"), summary.usage);
  if (auto stop = ReadStop(message, where, summary); !stop) return std::unexpected(stop.error());
  const Json content = message.Find("content");
  if (!content.is_array()) return Broken(std::string(where) + ".content", "missing or not an array");
  std::vector<ToolCall> calls;
  std::size_t rank = 0;
  for (const Json entry : content.elements()) {
    auto block = ReadBlock(entry, At(std::string(where) + ".content", rank++), summary);
    if (!block) return std::unexpected(block.error());
    if (block->kind != BlockKind::kCall) continue;
    block->call.position = calls.size();
    calls.push_back(std::move(block->call));
  }
  return calls;
}

Status ReadStop(Json holder, std::string_view where, AnswerSummary& summary) {
  const std::string stop = holder.Find("stop_reason").text();
  if (stop.empty()) return {};
  if (stop.size() > kNameBytesMax) return Broken(where, "a stop reason larger than the limit");
  if (!summary.stop_raw.empty() && stop != summary.stop_raw) return Broken(where, "a second stop reason");
  summary.stop_raw = stop;
  summary.stop = StopOf(Dialect::kAnthropicMessages, stop);
  return {};
}

void ReadUsage(Json usage, Usage& counts) {
  const auto take = [&](std::int64_t& count, Json holder, std::string_view key) {
    if (holder.Find(key).is_number()) count = CountOf(holder, key);
  };
  take(counts.input_tokens, usage, "input_tokens");
  take(counts.output_tokens, usage, "output_tokens");
  take(counts.cached_tokens, usage, "cache_read_input_tokens");
  take(counts.cache_written_tokens, usage, "cache_creation_input_tokens");
  take(counts.reasoning_tokens, usage.Find("output_tokens_details"), "thinking_tokens");
}

std::string NoticeBlock(std::string_view notice) {
  return R"({"type":"text","text":)" + base::JsonString(notice) + "}";
}

void WithholdFromMessage(Json message, std::span<const Ruling> rulings, Splice& splice) {
  std::size_t rank = 0;
  for (const Json block : message.Find("content").elements()) {
    if (!block.Find("type").equals("tool_use")) continue;
    const Ruling& ruling = rulings[rank++];
    if (ruling.kind == Ruling::Kind::kWithhold) splice.Replace(block, NoticeBlock(ruling.notice));
  }
  const bool any_released = std::ranges::any_of(
      rulings, [](const Ruling& ruling) { return ruling.kind == Ruling::Kind::kRelease; });
  if (const Json stop = message.Find("stop_reason"); stop.is_string() && !any_released) {
    splice.Replace(stop, "\"refusal\"");
  }
}

}  // namespace proviso::protocol::internal
