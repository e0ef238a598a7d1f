// The facts of POST /v1/responses and /v1/responses/input_tokens.
//
// What the provider keeps and we cannot see cannot be decided, so a request that leans on it is
// refused with a word on what to send instead: earlier responses and conversations, stored prompts,
// references to stored items, and work in the background whose answer never passes here.
#include <array>

#include "base/canonical_json.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

struct Unseen {
  std::string_view member;
  std::string_view instead;
};
constexpr std::array kUnseen = {
    Unseen{"previous_response_id",
           "what the provider keeps cannot be decided here; send the earlier items in input"},
    Unseen{"conversation", "what the provider keeps cannot be decided here; send the earlier items in input"},
    Unseen{"prompt",
           "a prompt that the provider keeps cannot be decided here; send its text in instructions"},
};

Status RefuseUnseen(Json root) {
  for (const Unseen& unseen : kUnseen) {
    if (!Absent(root.Find(unseen.member))) return Malformed(unseen.member, unseen.instead);
  }
  const Json background = root.Find("background");
  if (!Absent(background) && !background.is_bool()) return Malformed("background", "must be true or false");
  if (background.is_true()) {
    return Malformed("background", "an answer in the background cannot be decided as it comes; leave it out");
  }
  return {};
}

Status AddCallersTool(Request& request, Json tool, std::string kind, const std::string& where) {
  auto name = StringMember(tool, "name", where);
  if (!name) return std::unexpected(name.error());
  const Json schema = tool.Find(kind == "custom" ? "format" : "parameters");
  return AddTool(request,
                 {.name = std::move(*name),
                  .kind = std::move(kind),
                  .schema = Absent(schema) ? "" : base::CanonicalJson(schema)},
                 where);
}

Status ReadTools(Request& request, Json tools, const std::string& where, std::size_t depth);

Status ReadTool(Request& request, Json tool, const std::string& where, std::size_t depth) {
  if (!tool.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequestNames(
          tool, {"type", "name", "parameters", "format", "tools", "server_label", "execution"}, where);
      !names) {
    return names;
  }
  auto type = StringMember(tool, "type", where);
  if (!type) return std::unexpected(type.error());
  if (type->empty()) return Malformed(where + ".type", "must be a string that is not empty");
  if (*type == "function" || *type == "custom") return AddCallersTool(request, tool, *type, where);
  if (*type == "namespace") return ReadTools(request, tool.Find("tools"), where + ".tools", depth + 1);
  auto label = StringMember(tool, "server_label", where);
  if (!label) return std::unexpected(label.error());
  const Json schema = tool.Find("parameters");
  return AddTool(request,
                 {.name = *type == "mcp" && !label->empty() ? std::move(*label) : *type,
                  .kind = *type,
                  .schema = Absent(schema) ? "" : base::CanonicalJson(schema)},
                 where);
}

/// `depth` is that of namespaces: one may not hold another.
Status ReadTools(Request& request, Json tools, const std::string& where, std::size_t depth) {
  if (Absent(tools)) return {};
  if (!tools.is_array()) return Malformed(where, "must be an array");
  if (depth > 1) return Malformed(where, "a namespace inside a namespace");
  std::size_t rank = 0;
  for (const Json tool : tools.elements()) {
    if (auto read = ReadTool(request, tool, At(where, rank++), depth); !read) return read;
  }
  return {};
}

Status ReadItem(Request& request, Json item, const std::string& where) {
  if (!item.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequestNames(item,
                                     {"type", "role", "content", "id", "call_id", "name", "arguments",
                                      "input", "output", "summary", "encrypted_content", "tools"},
                                     where);
      !names) {
    return names;
  }
  auto type = StringMember(item, "type", where);
  if (!type) return std::unexpected(type.error());
  auto role = StringMember(item, "role", where);
  if (!role) return std::unexpected(role.error());
  const bool message = *type == "message" || (type->empty() && !role->empty());
  if (message && role->empty()) return Malformed(where + ".role", "must be a string");
  if (message) return {};
  if (*type == "item_reference" || type->empty()) {
    return Malformed(where,
                     "a reference to an item that the provider keeps cannot be decided here; send "
                     "the item itself, with its type");
  }
  // A search for tools that the caller ran itself puts tools within reach.
  return ReadTools(request, item.Find("tools"), where + ".tools", 0);
}

Status ReadInput(Json root, Request& request) {
  const Json input = root.Find("input");
  if (input.is_string()) {
    request.messages = 1;
    return {};
  }
  if (!input.is_array()) return Malformed("input", "must be a string or an array of items");
  for (const Json item : input.elements()) {
    if (request.messages == kMessagesMax) {
      return base::Fail(base::ErrorCode::kLimit,
                        "input: more than " + std::to_string(kMessagesMax) + " items");
    }
    if (auto read = ReadItem(request, item, At("input", request.messages)); !read) return read;
    ++request.messages;
  }
  return request.messages == 0 ? Malformed("input", "must not be empty") : Status{};
}

}  // namespace

Status ReadResponsesRequest(Json root, Request& request) {
  if (auto names = CheckRequestNames(root,
                                     {"model", "stream", "input", "instructions", "tools", "tool_choice",
                                      "background", "previous_response_id", "conversation", "prompt", "user",
                                      "safety_identifier", "store", "max_output_tokens"},
                                     "body");
      !names) {
    return names;
  }
  if (auto model = ReadModel(root, request); !model) return model;
  if (auto delivery = ReadDelivery(root, request); !delivery) return delivery;
  if (auto unseen = RefuseUnseen(root); !unseen) return unseen;
  if (auto input = ReadInput(root, request); !input) return input;
  if (auto tools = ReadTools(request, root.Find("tools"), "tools", 0); !tools) return tools;
  const auto tokens = PositiveMember(root, "max_output_tokens");
  if (!tokens) return std::unexpected(tokens.error());
  request.output_tokens_max = *tokens;
  for (const std::string_view key : {"safety_identifier", "user"}) {
    auto user = StringMember(root, key, "");
    if (!user) return std::unexpected(user.error());
    if (request.declared_user.empty()) request.declared_user = std::move(*user);
  }
  return {};
}

}  // namespace proviso::protocol::internal
