// The request of POST /model/MODEL/converse, converse-stream and count-tokens: the facts.
//
// What we could not see is refused: a prompt that is stored with the provider (named by its ARN in
// the place of the model, with `promptVariables`), a request in a model's own format (invokeModel),
// and members of `additionalModelRequestFields` that would offer tools, content or a token limit
// past the members that are read here.
#include <algorithm>
#include <array>

#include "base/canonical_json.h"
#include "protocol/internal/converse/blocks.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

Status ReadToolSpec(Request& request, Json spec, const std::string& where) {
  if (!spec.is_object()) return Malformed(where, "must be an object");
  if (auto names = CheckRequestNames(spec, {"name", "inputSchema"}, where); !names) return names;
  auto name = StringMember(spec, "name", where);
  if (!name) return std::unexpected(name.error());
  const Json schema = spec.Find("inputSchema").Find("json");
  if (!schema.is_object()) return Malformed(where + ".inputSchema.json", "must be an object");
  return AddTool(
      request, {.name = std::move(*name), .kind = "function", .schema = base::CanonicalJson(schema)}, where);
}

/// A member of a tool that is no toolSpec: the provider defines or runs it.
Status ReadProviderTool(Request& request, const base::JsonMember& member, const std::string& where) {
  const std::string kind = member.key.text();
  auto name = StringMember(member.value, "name", where + "." + kind);
  if (!name) return std::unexpected(name.error());
  return AddTool(request, {.name = name->empty() ? kind : std::move(*name), .kind = kind, .schema = ""},
                 where);
}

Status ReadTools(Request& request, Json root) {
  const Json config = root.Find("toolConfig");
  if (Absent(config)) return {};
  if (!config.is_object()) return Malformed("toolConfig", "must be an object");
  if (auto names = CheckRequestNames(config, {"tools", "toolChoice"}, "toolConfig"); !names) return names;
  const auto tools = ArrayMember(config, "tools");
  if (!tools) return std::unexpected(tools.error());
  std::size_t rank = 0;
  for (const Json tool : tools->elements()) {
    const std::string where = At("toolConfig.tools", rank++);
    if (!tool.is_object()) return Malformed(where, "must be an object");
    if (auto names = CheckRequestNames(tool, {"toolSpec", "systemTool", "cachePoint"}, where); !names) {
      return names;
    }
    for (const base::JsonMember member : tool.members()) {
      if (member.key.equals("cachePoint")) continue;
      auto read = member.key.equals("toolSpec") ? ReadToolSpec(request, member.value, where + ".toolSpec")
                                                : ReadProviderTool(request, member, where);
      if (!read) return read;
    }
  }
  return {};
}

/// A turn may add a tool to those in reach.
Status ReadToolAddition(Request& request, Json addition, const std::string& where) {
  const Json tool = addition.Find("tool");
  if (!tool.is_object()) return Malformed(where + ".tool", "must be an object");
  auto name = StringMember(tool, "name", where + ".tool");
  if (!name) return std::unexpected(name.error());
  const auto server = StringMember(tool, "serverName", where + ".tool");
  if (!server) return std::unexpected(server.error());
  if (name->empty()) name = *server;
  return AddTool(request, {.name = std::move(*name), .kind = "toolAddition", .schema = ""}, where);
}

Status ReadMessages(Request& request, Json root) {
  const auto messages = ArrayMember(root, "messages");
  if (!messages) return std::unexpected(messages.error());
  for (const Json message : messages->elements()) {
    const std::string where = At("messages", request.messages);
    if (request.messages == kMessagesMax) {
      return base::Fail(base::ErrorCode::kLimit, "messages: more than " + std::to_string(kMessagesMax));
    }
    if (!message.is_object()) return Malformed(where, "must be an object");
    if (auto names = CheckRequestNames(message, {"role", "content"}, where); !names) return names;
    if (!message.Find("role").is_string()) return Malformed(where + ".role", "must be a string");
    const Json content = message.Find("content");
    if (!content.is_array()) return Malformed(where + ".content", "must be an array");
    std::size_t rank = 0;
    for (const Json block : content.elements()) {
      const std::string here = At(where + ".content", rank++);
      if (!block.is_object()) return Malformed(here, "must be an object");
      if (auto names = CheckRequestNames(block, {"toolUse", "toolResult", "toolAddition", "text"}, here);
          !names) {
        return names;
      }
      const Json addition = block.Find("toolAddition");
      if (Absent(addition)) continue;
      if (auto read = ReadToolAddition(request, addition, here + ".toolAddition"); !read) return read;
    }
    ++request.messages;
  }
  return request.messages == 0 ? Malformed("messages", "must not be empty") : Status{};
}

/// "tool_choice" and "toolChoice" as "toolchoice".
std::string Bare(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      bare.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if (c != '_' && c != '-') {
      bare.push_back(c);
    }
  }
  return bare;
}

/// What a member in a model's own format must not be named.
bool MayHideSomething(std::string_view bare) {
  constexpr std::array kParts = {"tool",   "function",  "mcp",   "search",
                                 "plugin", "container", "skill", "connector"};
  constexpr std::array kNames = {"messages",      "system",        "prompt",    "preamble", "documents",
                                 "chathistory",   "inputtext",     "model",     "modelid",  "input",
                                 "message",       "stream",        "maxtokens", "n",        "maxgenlen",
                                 "maxtokencount", "numgenerations"};
  return std::ranges::any_of(kParts, [&](std::string_view part) { return bare.contains(part); }) ||
         std::ranges::find(kNames, bare) != kNames.end() ||
         (bare.starts_with("max") && bare.contains("token"));
}

Status CheckModelFields(Json fields, const std::string& where) {
  for (const base::JsonMember member : fields.members()) {
    const std::string key = member.key.text();
    const std::string here = where + "." + key;
    if (!std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; })) {
      return Malformed(where, "a member's name that is not plain ASCII");
    }
    if (MayHideSomething(Bare(key))) {
      return Malformed(here,
                       "this could offer tools, content or limits that are not decided; use toolConfig, "
                       "messages, system or inferenceConfig");
    }
    if (auto inner = CheckModelFields(member.value, here); !inner) return inner;
  }
  std::size_t rank = 0;
  for (const Json element : fields.elements()) {
    if (auto inner = CheckModelFields(element, At(where, rank++)); !inner) return inner;
  }
  return {};
}

Status ReadLimits(Request& request, Json root) {
  const Json inference = root.Find("inferenceConfig");
  if (!Absent(inference)) {
    if (!inference.is_object()) return Malformed("inferenceConfig", "must be an object");
    if (auto names = CheckRequestNames(inference, {"maxTokens"}, "inferenceConfig"); !names) return names;
    const auto tokens = PositiveMember(inference, "maxTokens");
    if (!tokens) return base::Within("inferenceConfig", tokens.error());
    request.output_tokens_max = *tokens;
  }
  std::size_t rank = 0;
  for (const Json path : root.Find("additionalModelResponseFieldPaths").elements()) {
    const std::string where = At("additionalModelResponseFieldPaths", rank++);
    if (converse::IsHarmlessPath(path.text())) continue;
    return Malformed(where, "this may return content in the model's own format, which cannot be decided");
  }
  const Json fields = root.Find("additionalModelRequestFields");
  if (!Absent(fields) && !fields.is_object()) {
    return Malformed("additionalModelRequestFields", "must be an object");
  }
  return CheckModelFields(fields, "additionalModelRequestFields");
}

Status ReadConversation(Request& request, Json root) {
  auto names = CheckRequestNames(root,
                                 {"messages", "system", "toolConfig", "inferenceConfig", "guardrailConfig",
                                  "additionalModelRequestFields", "promptVariables", "modelId", "input",
                                  "additionalModelResponseFieldPaths"},
                                 "body");
  if (!names) return names;
  if (!Absent(root.Find("promptVariables"))) {
    return Malformed("promptVariables",
                     "a prompt stored with the provider cannot be decided; send the messages");
  }
  if (!Absent(root.Find("modelId"))) return Malformed("modelId", "stands in the path, not in the body");
  const Json system = root.Find("system");
  if (!Absent(system) && !system.is_array()) return Malformed("system", "must be an array");
  if (auto read = ReadMessages(request, root); !read) return read;
  if (auto read = ReadTools(request, root); !read) return read;
  return ReadLimits(request, root);
}

}  // namespace

Status ReadConverseRequest(Json root, Request& request) {
  if (request.model.contains(":prompt/")) {
    return Malformed("path", "a prompt stored with the provider cannot be decided; name a model");
  }
  if (request.operation != Operation::kCountTokens) return ReadConversation(request, root);
  if (auto names = CheckRequestNames(root, {"input", "messages"}, "body"); !names) return names;
  const Json input = root.Find("input");
  if (!input.is_object()) return Malformed("input", "must be an object");
  if (auto names = CheckRequestNames(input, {"converse", "invokeModel"}, "input"); !names) return names;
  if (!Absent(input.Find("invokeModel"))) {
    return Malformed("input.invokeModel", "a model's own format cannot be decided; use input.converse");
  }
  const Json converse = input.Find("converse");
  if (!converse.is_object()) return Malformed("input.converse", "must be an object");
  return ReadConversation(request, converse);
}

}  // namespace proviso::protocol::internal
