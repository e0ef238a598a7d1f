// A Chat Completions request as an Exchange.
//
// Read as typed: all roles, text, images, audio, files, refusals, calls of all three kinds, results,
// tools, choices and settings, and the reasoning members of compatible servers (`reasoning_content`,
// `reasoning`, OpenRouter's `reasoning_details`, Mistral's thinking parts). All else is kept in
// ExchangeRequest::others and Block::original.
#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

/// One message, and what it owes to those before it.
class MessageReader {
 public:
  explicit MessageReader(ExchangeRequest& out) : out_(out) {}

  Status Read(Json message, const std::string& where);

 private:
  Status ReadRole(Json message, const std::string& where, Turn& turn);
  Status ReadAssistant(Json message, const std::string& where, Turn& turn);
  Status ReadResult(Json message, const std::string& where, Turn& turn);
  void KeepOthers(Json message, const std::string& where, const Turn& turn);

  ExchangeRequest& out_;
  std::string legacy_id_;  // of the last function_call, which has none of its own
};

Status MessageReader::ReadRole(Json message, const std::string& where, Turn& turn) {
  const std::string role = message.Find("role").text();
  for (const auto& [word, known] :
       {std::pair("system", Role::kSystem), std::pair("developer", Role::kDeveloper),
        std::pair("user", Role::kUser), std::pair("assistant", Role::kAssistant),
        std::pair("tool", Role::kTool), std::pair("function", Role::kTool)}) {
    if (role != word) continue;
    turn.role = known;
    return {};
  }
  return Malformed(where + ".role", "must be system, developer, user, assistant, tool or function");
}

Status MessageReader::Read(Json message, const std::string& where) {
  Turn turn;
  turn.source = PlaceOf(message);
  if (auto role = ReadRole(message, where, turn); !role) return role;
  Status read;
  if (turn.role == Role::kTool) {
    read = ReadResult(message, where, turn);
  } else {
    auto name = StringMember(message, "name", where);
    if (!name) return std::unexpected(name.error());
    turn.name = std::move(*name);
    read = turn.role == Role::kAssistant
               ? ReadAssistant(message, where, turn)
               : ReadContent(message.Find("content"), where + ".content", EmptyText::kKept, turn.blocks);
  }
  if (!read) return read;
  KeepOthers(message, where, turn);
  out_.turns.push_back(std::move(turn));
  return {};
}

Status MessageReader::ReadAssistant(Json message, const std::string& where, Turn& turn) {
  if (auto read = ReadReasoning(message, where, turn.blocks); !read) return read;
  if (auto read = ReadContent(message.Find("content"), where + ".content", EmptyText::kSkipped, turn.blocks);
      !read)
    return read;
  if (auto read = ReadAnnotations(message.Find("annotations"), where + ".annotations", turn.blocks); !read)
    return read;
  auto refusal = StringMember(message, "refusal", where);
  if (!refusal) return std::unexpected(refusal.error());
  if (!refusal->empty()) {
    turn.blocks.push_back(MakeBlock(RefusalBlock{std::move(*refusal)}));
    turn.blocks.back().source = PlaceOf(message.Find("refusal"));
  }
  return ReadCalls(message, where, out_.turns.size(), turn.blocks, legacy_id_);
}

Status MessageReader::ReadResult(Json message, const std::string& where, Turn& turn) {
  ResultBlock result;
  const bool legacy = message.Find("role").equals("function");
  auto id = StringMember(message, "tool_call_id", where);
  if (!id) return std::unexpected(id.error());
  auto name = StringMember(message, "name", where);
  if (!name) return std::unexpected(name.error());
  if (!legacy && id->empty()) return Malformed(where + ".tool_call_id", "must be the id of a call");
  result.call_id = legacy ? legacy_id_ : std::move(*id);
  result.name = std::move(*name);
  if (auto read =
          ReadContent(message.Find("content"), where + ".content", EmptyText::kSkipped, result.content);
      !read)
    return read;
  turn.blocks.push_back(MakeBlock(std::move(result)));
  turn.blocks.back().source = PlaceOf(message);
  return {};
}

void MessageReader::KeepOthers(Json message, const std::string& where, const Turn& turn) {
  const bool assistant = turn.role == Role::kAssistant;
  const bool result = turn.role == Role::kTool;
  for (const base::JsonMember member : message.members()) {
    const std::string key = member.key.text();
    if (key == "role" || key == "content" || key == "name" || member.value.is_null()) continue;
    if (assistant && IsAssistantMember(key)) continue;
    if (result && key == "tool_call_id") continue;
    out_.others.push_back({where + "." + key, std::string(member.value.raw()), PlaceOf(member.value)});
  }
}

}  // namespace

Status ReadChatExchange(Json root, ExchangeRequest& out) {
  MessageReader messages(out);
  std::size_t rank = 0;
  for (const Json message : root.Find("messages").elements()) {
    if (auto read = messages.Read(message, At("messages", rank++)); !read) return read;
  }
  if (auto tools = ReadChatTools(root, out); !tools) return tools;
  return ReadChatSettings(root, out);
}

}  // namespace proviso::protocol::internal
