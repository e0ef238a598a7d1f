#include "protocol/internal/converse/blocks.h"

#include <algorithm>
#include <array>

#include "protocol/internal/reading.h"
#include "protocol/internal/stop_words.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal::converse {
namespace {

using base::Json;
using base::Result;
using base::Status;

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

Result<GateBlock> ReadToolUse(Json use, const std::string& where) {
  if (!use.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(use, {"toolUseId", "name", "input", "type"}, where); !names) {
    return std::unexpected(names.error());
  }
  GateBlock block{.kind = BlockKind::kCall,
                  .call = {.id = use.Find("toolUseId").text(),
                           .name = use.Find("name").text(),
                           .arguments = std::string(use.Find("input").raw())}};
  if (block.call.id.empty()) return Broken(where, "a call without a toolUseId");
  if (block.call.name.empty()) return Broken(where, "a call without a name");
  if (block.call.id.size() > kNameBytesMax || block.call.name.size() > kNameBytesMax) {
    return Broken(where, "an id or a name larger than the limit");
  }
  const Json type = use.Find("type");
  if (type.equals("server_tool_use")) {
    block.kind = BlockKind::kServerCall;
  } else if (!Absent(type) && !type.equals("tool_use")) {
    return Broken(where, "a call of a type that cannot be decided");
  }
  return block;
}

/// How many of the block's members say what it is.
std::size_t KindsOf(Json block) {
  std::size_t kinds = 0;
  for (const base::JsonMember member : block.members()) {
    if (!member.value.is_null() && !member.key.equals("type")) ++kinds;
  }
  return kinds;
}

}  // namespace

Status NoUnknownCall(Json object, std::initializer_list<std::string_view> known, std::string_view where) {
  constexpr std::array kSigns = {"tool", "call", "function", "input"};
  for (const base::JsonMember member : object.members()) {
    const std::string key = member.key.text();
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::string lower = Lower(key);
    const bool named =
        std::ranges::any_of(kSigns, [&](std::string_view sign) { return lower.contains(sign); });
    if (named || !member.value.Find("input").missing()) {
      return Broken(where, "a member that may be a call, which cannot be decided");
    }
  }
  return {};
}

Result<GateBlock> ReadGateBlock(Json json, std::string_view where, AnswerSummary& summary) {
  if (!json.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(json, {"toolUse", "toolResult", "text", "reasoningContent", "input"}, where);
      !names) {
    return std::unexpected(names.error());
  }
  if (auto unknown = NoUnknownCall(json, {"toolUse", "toolResult", "toolAddition", "toolRemoval"}, where);
      !unknown) {
    return std::unexpected(unknown.error());
  }
  if (KindsOf(json) > 1) return Broken(where, "a block that is two things");
  if (const Json use = json.Find("toolUse"); !Absent(use)) {
    auto block = ReadToolUse(use, std::string(where) + ".toolUse");
    if (block && block->kind == BlockKind::kServerCall) ++summary.server_calls;
    return block;
  }
  if (const Json text = json.Find("text"); text.is_string()) {
    summary.text_bytes += text.text().size();
    return GateBlock{.kind = BlockKind::kText, .call = {}};
  }
  for (const Json cited : json.Find("citationsContent").Find("content").elements()) {
    summary.text_bytes += cited.Find("text").text().size();
  }
  if (const Json reasoning = json.Find("reasoningContent"); !Absent(reasoning)) {
    summary.reasoning_bytes += reasoning.Find("reasoningText").Find("text").text().size();
    return GateBlock{.kind = BlockKind::kReasoning, .call = {}};
  }
  return GateBlock{};
}

Status CheckModelResponse(Json fields, std::string_view where) {
  constexpr std::array kSigns = {"tool", "call", "function", "input", "content", "message", "choice", "text"};
  for (const base::JsonMember member : fields.members()) {
    const std::string lower = Lower(member.key.text());
    if (std::ranges::any_of(kSigns, [&](std::string_view sign) { return lower.contains(sign); })) {
      return Broken(where, "content in the model's own format, which cannot be decided");
    }
    if (auto inner = CheckModelResponse(member.value, where); !inner) return inner;
  }
  for (const Json element : fields.elements()) {
    if (auto inner = CheckModelResponse(element, where); !inner) return inner;
  }
  return {};
}

bool IsHarmlessPath(std::string_view json_pointer) {
  constexpr std::array kHarmless = {"stop_sequence", "stop_reason", "stop", "finish_reason",
                                    "usage",         "id",          "model"};
  const std::size_t slash = json_pointer.rfind('/');
  return slash != std::string_view::npos &&
         std::ranges::find(kHarmless, json_pointer.substr(slash + 1)) != kHarmless.end();
}

void ReadCounts(Json usage, Usage& counts) {
  const auto take = [&](std::int64_t& count, std::string_view key) {
    if (usage.Find(key).is_number()) count = CountOf(usage, key);
  };
  take(counts.input_tokens, "inputTokens");
  take(counts.output_tokens, "outputTokens");
  take(counts.cached_tokens, "cacheReadInputTokens");
  take(counts.cache_written_tokens, "cacheWriteInputTokens");
}

Status ReadStop(Json holder, std::string_view where, AnswerSummary& summary) {
  const std::string stop = holder.Find("stopReason").text();
  if (stop.empty()) return Broken(where, "no stopReason");
  if (stop.size() > kNameBytesMax) return Broken(where, "a stopReason larger than the limit");
  summary.stop_raw = stop;
  summary.stop = StopOf(Dialect::kBedrockConverse, stop);
  return {};
}

}  // namespace proviso::protocol::internal::converse
