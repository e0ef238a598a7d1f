#include "protocol/token_count.h"

#include <algorithm>
#include <initializer_list>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol {
namespace {

using base::Json;
using base::JsonWriter;
using base::Result;

std::unexpected<base::Error> NoCount(Dialect dialect) {
  return base::Fail(base::ErrorCode::kInvalid, std::string(NameOf(dialect)) + " has no token counting");
}

void WriteMembers(JsonWriter& json, Json object, std::initializer_list<std::string_view> taken) {
  for (const base::JsonMember member : object.members()) {
    const std::string key = member.key.text();
    if (std::ranges::find(taken, key) != taken.end()) json.Key(key).Raw(member.value.raw());
  }
}

/// Where the number stands; "" for a dialect that does not count.
std::string_view MemberOf(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return "";
    case Dialect::kOpenAiResponses:
    case Dialect::kAnthropicMessages:
      return "input_tokens";
    case Dialect::kGemini:
      return "totalTokens";
    case Dialect::kBedrockConverse:
      return "inputTokens";
  }
  return "";
}

}  // namespace

bool CountsTokens(Dialect dialect) {
  return !MemberOf(dialect).empty();
}

Result<std::string> AsTokenCount(Dialect dialect, std::string_view model, std::string_view body) {
  const auto document =
      base::JsonDocument::Parse(body, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (!root.is_object()) return internal::Malformed("body", "must be a JSON object");
  JsonWriter json;
  json.BeginObject();
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return NoCount(dialect);
    case Dialect::kOpenAiResponses:
      WriteMembers(json, root,
                   {"model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls",
                    "reasoning", "text", "truncation", "conversation", "previous_response_id"});
      break;
    case Dialect::kAnthropicMessages:
      WriteMembers(json, root,
                   {"model", "messages", "system", "tools", "tool_choice", "thinking", "mcp_servers",
                    "cache_control", "context_management", "output_config"});
      break;
    case Dialect::kGemini:
      json.Key("generateContentRequest").BeginObject();
      json.Key("model").String("models/" + std::string(model));
      WriteMembers(json, root, {"contents", "systemInstruction", "tools", "toolConfig", "generationConfig"});
      json.EndObject();
      break;
    case Dialect::kBedrockConverse:
      json.Key("input").BeginObject().Key("converse").BeginObject();
      WriteMembers(json, root, {"messages", "system", "toolConfig", "additionalModelRequestFields"});
      json.EndObject().EndObject();
      break;
  }
  return json.EndObject().Take();
}

Result<std::int64_t> ReadTokenCount(Dialect dialect, std::string_view body) {
  if (!CountsTokens(dialect)) return NoCount(dialect);
  const auto document = internal::ParseAnswerJson(body, "body");
  if (!document) return std::unexpected(document.error());
  if (const Json error = document->root().Find("error"); !internal::Absent(error)) {
    return internal::ProviderError(error);
  }
  const std::string_view member = MemberOf(dialect);
  const auto tokens = document->root().Find(member).integer();
  if (!tokens || *tokens < 0) return internal::Broken(member, "not a number of tokens");
  return *tokens;
}

Result<std::string> WriteTokenCount(Dialect dialect, std::int64_t tokens) {
  if (!CountsTokens(dialect)) return NoCount(dialect);
  JsonWriter json;
  json.BeginObject();
  if (dialect == Dialect::kOpenAiResponses) json.Key("object").String("response.input_tokens");
  return json.Key(MemberOf(dialect)).Integer(tokens).EndObject().Take();
}

}  // namespace proviso::protocol
