#include <algorithm>

#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"
#include "protocol/internal/responses/parts.h"
#include "protocol/internal/responses/request_parts.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

Block PlainBlock(Json text) {
  Block block;
  block.content = TextBlock{.text = text.text(), .citations = {}};
  block.source = RangeOf(text);
  return block;
}

/// A string, or an array of parts.
Status ReadContent(Json content, const std::string& where, std::vector<Block>& out) {
  if (content.is_string()) {
    out.push_back(PlainBlock(content));
    return {};
  }
  if (!content.is_array()) return Malformed(where, "must be a string or an array of parts");
  std::size_t rank = 0;
  for (const Json part : content.elements()) {
    auto block = ReadContentPart(part, At(where, rank++));
    if (!block) return std::unexpected(block.error());
    out.push_back(std::move(*block));
  }
  return {};
}

class InputReader {
 public:
  explicit InputReader(ExchangeRequest& out) : out_(out) {}

  Status ReadItem(Json item, const std::string& where) {
    const std::string type = item.Find("type").text();
    if (type.empty() || type == "message") return ReadMessage(item, where);
    if (type == "reasoning") return Add(Role::kAssistant, ReadReasoningItem(item, where), item);
    if (type == "function_call" || type == "custom_tool_call") {
      return Add(Role::kAssistant, ReadCallItem(item, where), item);
    }
    if (type == "function_call_output" || type == "custom_tool_call_output") return ReadResult(item, where);
    const bool result = type.ends_with("_output") || type.ends_with("_response");
    return Add(result ? Role::kTool : Role::kAssistant, OpaqueItem(item), item);
  }

 private:
  /// The turn that an item of this role belongs to.
  Turn& TurnOf(Role role, Json item) {
    const bool joins = role == Role::kAssistant || role == Role::kTool;
    if (!joins || out_.turns.empty() || out_.turns.back().role != role) {
      out_.turns.push_back({.role = role, .blocks = {}, .name = "", .source = RangeOf(item)});
    }
    out_.turns.back().source.end = item.end();
    return out_.turns.back();
  }

  Status Add(Role role, Result<Block> block, Json item) {
    if (!block) return std::unexpected(block.error());
    TurnOf(role, item).blocks.push_back(std::move(*block));
    return {};
  }

  Status ReadMessage(Json item, const std::string& where) {
    constexpr std::pair<std::string_view, Role> kRoles[] = {{"user", Role::kUser},
                                                            {"assistant", Role::kAssistant},
                                                            {"system", Role::kSystem},
                                                            {"developer", Role::kDeveloper}};
    const std::string word = item.Find("role").text();
    const Role* role = nullptr;
    for (const auto& [name, value] : kRoles) {
      if (word == name) role = &value;
    }
    if (role == nullptr) return Malformed(where + ".role", "must be user, assistant, system or developer");
    std::vector<Block> blocks;
    if (auto read = ReadContent(item.Find("content"), where + ".content", blocks); !read) return read;
    Turn& turn = TurnOf(*role, item);
    for (Block& block : blocks) turn.blocks.push_back(std::move(block));
    KeepRest(item, where, {"type", "role", "content", "id", "status"});
    return {};
  }

  Status ReadResult(Json item, const std::string& where) {
    ResultBlock result;
    result.call_id = item.Find("call_id").text();
    if (result.call_id.empty()) return Malformed(where + ".call_id", "must be a string that is not empty");
    if (auto read = ReadContent(item.Find("output"), where + ".output", result.content); !read) return read;
    Block block;
    block.content = std::move(result);
    block.source = RangeOf(item);
    if (SaysMore(item, {"type", "id", "call_id", "output", "status"})) block.original = item.raw();
    return Add(Role::kTool, std::move(block), item);
  }

  /// What a message says beside its content, for example its `phase`.
  void KeepRest(Json item, const std::string& where, std::initializer_list<std::string_view> known) {
    for (const base::JsonMember member : item.members()) {
      const std::string key = member.key.text();
      if (member.value.is_null() || std::ranges::find(known, key) != known.end()) continue;
      out_.others.push_back({where + "." + key, std::string(member.value.raw()), RangeOf(member.value)});
    }
  }

  ExchangeRequest& out_;
};

}  // namespace

Status ReadResponsesInput(Json root, ExchangeRequest& out) {
  if (const Json instructions = root.Find("instructions"); !Absent(instructions)) {
    if (!instructions.is_string()) return Malformed("instructions", "must be a string");
    out.turns.push_back({.role = Role::kSystem,
                         .blocks = {PlainBlock(instructions)},
                         .name = "",
                         .source = RangeOf(instructions)});
  }
  const Json input = root.Find("input");
  if (input.is_string()) {
    out.turns.push_back(
        {.role = Role::kUser, .blocks = {PlainBlock(input)}, .name = "", .source = RangeOf(input)});
    return {};
  }
  InputReader reader(out);
  std::size_t rank = 0;
  for (const Json item : input.elements()) {
    if (auto read = reader.ReadItem(item, At("input", rank++)); !read) return read;
  }
  return {};
}

}  // namespace proviso::protocol::internal
