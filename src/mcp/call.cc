#include "mcp/call.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/canonical_json.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "mcp/internal/splice.h"
#include "mcp/limits.h"

namespace proviso::mcp {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Json;

constexpr std::string_view kHoldKey = "proviso/hold";
constexpr std::size_t kHoldIdBytesMax = 128;

constexpr std::array<std::string_view, 6> kCallMembers = {"name", "arguments",      "_meta",
                                                          "task", "inputResponses", "requestState"};
constexpr std::array<std::string_view, 5> kReadMembers = {"uri", "_meta", "task", "inputResponses",
                                                          "requestState"};

base::Status CheckMembers(Json params, std::span<const std::string_view> known) {
  for (const base::JsonMember member : params.members()) {
    const auto is = [&member](std::string_view name) { return member.key.equals(name); };
    if (std::ranges::any_of(known, is)) continue;
    return Fail(ErrorCode::kInvalid, "params: " + member.key.Where() +
                                         ": the method has no such member, or not in this letter case");
  }
  return {};
}

base::Result<std::string> ReadName(Json params, std::string_view member) {
  const Json value = params.Find(member);
  if (!value.is_string())
    return Fail(ErrorCode::kInvalid, "params." + std::string(member) + ": must be a string");
  std::string text = value.text();
  if (text.empty() || text.size() > kNameBytesMax) {
    return Fail(ErrorCode::kLimit, "params." + std::string(member) + ": must have 1 to " +
                                       std::to_string(kNameBytesMax) + " bytes");
  }
  return text;
}

base::Result<std::string> ReadArguments(Json params) {
  const Json arguments = params.Find("arguments");
  if (arguments.missing() || arguments.is_null()) return "{}";
  if (!arguments.is_object()) return Fail(ErrorCode::kInvalid, "params.arguments: must be an object");
  return base::CanonicalJson(arguments);
}

base::Status ReadTool(Json params, ToolCall& call) {
  auto name = ReadName(params, "name");
  if (!name) return std::unexpected(name.error());
  if (*name == ToolNameOf(Method::kResourcesRead) || *name == ToolNameOf(Method::kPromptsGet)) {
    return Fail(
        ErrorCode::kInvalid,
        "params.name: a tool that bears the name of a method is not called; the terms could not tell them "
        "apart");
  }
  auto arguments = ReadArguments(params);
  if (!arguments) return std::unexpected(arguments.error());
  call.tool = std::move(*name);
  call.input = std::move(*arguments);
  return {};
}

base::Status ReadResource(Json params, ToolCall& call) {
  auto uri = ReadName(params, "uri");
  if (!uri) return std::unexpected(uri.error());
  base::JsonWriter input;
  input.BeginObject().Key("uri").String(*uri).EndObject();
  call.input = input.Take();
  return {};
}

base::Status ReadPrompt(Json params, ToolCall& call) {
  auto name = ReadName(params, "name");
  if (!name) return std::unexpected(name.error());
  auto arguments = ReadArguments(params);
  if (!arguments) return std::unexpected(arguments.error());
  base::JsonWriter input;
  input.BeginObject().Key("arguments").Raw(*arguments).Key("name").String(*name).EndObject();
  call.input = input.Take();
  return {};
}

/// The members beside what is typed, in one spelling.
std::string RestOf(Json params) {
  std::map<std::string, std::string> rest;
  for (const base::JsonMember member : params.members()) {
    const std::string key = member.key.text();
    if (key == "name" || key == "arguments" || key == "uri" || key == "_meta") continue;
    rest.emplace(key, base::CanonicalJson(member.value));
  }
  base::JsonWriter json;
  json.BeginObject();
  for (const auto& [key, value] : rest) json.Key(key).Raw(value);
  return json.EndObject().Take();
}

base::Status ReadMeta(Json params, ToolCall& call) {
  const Json meta = params.Find("_meta");
  if (meta.missing()) return {};
  if (!meta.is_object()) return Fail(ErrorCode::kInvalid, "params._meta: must be an object");
  const Json token = meta.Find("progressToken");
  if (token.is_string() || token.integer()) call.progress_token = token.raw();
  const Json hold = meta.Find(kHoldKey);
  if (hold.missing()) return {};
  call.hold_id = hold.text();
  if (call.hold_id.empty() || call.hold_id.size() > kHoldIdBytesMax) {
    return Fail(ErrorCode::kInvalid, "params._meta[\"" + std::string(kHoldKey) + "\"]: must be a hold id");
  }
  return {};
}

/// `header` with the protocol's base64 form undone; nothing when it cannot be.
std::optional<std::string> Unwrapped(std::string_view header) {
  constexpr std::string_view kBegin = "=?base64?";
  constexpr std::string_view kEnd = "?=";
  if (!header.starts_with(kBegin) || !header.ends_with(kEnd) || header.size() < kBegin.size() + kEnd.size())
    return std::string(header);
  header.remove_prefix(kBegin.size());
  header.remove_suffix(kEnd.size());
  const auto bytes = base::FromBase64(header);
  if (!bytes || !base::IsUtf8(base::AsText(*bytes))) return std::nullopt;
  return std::string(base::AsText(*bytes));
}

/// Depth is bounded by the parse.
bool Holds(Json value, std::string_view text, std::string_view as_number) {
  switch (value.kind()) {
    case base::JsonKind::kString:
      return value.equals(text);
    case base::JsonKind::kBool:
      return value.raw() == text;
    case base::JsonKind::kNumber:
      return value.raw() == text || (!as_number.empty() && base::CanonicalJson(value) == as_number);
    case base::JsonKind::kArray:
      for (const Json element : value.elements()) {
        if (Holds(element, text, as_number)) return true;
      }
      break;
    case base::JsonKind::kObject:
      for (const base::JsonMember member : value.members()) {
        if (Holds(member.value, text, as_number)) return true;
      }
      break;
    case base::JsonKind::kNull:
    case base::JsonKind::kMissing:
      break;
  }
  return false;
}

}  // namespace

base::Result<ToolCall> ReadToolCall(Method method, const Message& request) {
  const Json params = request.params();
  const bool reads = method == Method::kResourcesRead;
  const std::span<const std::string_view> known = reads ? std::span<const std::string_view>(kReadMembers)
                                                        : std::span<const std::string_view>(kCallMembers);
  base::Status read = CheckMembers(params, known);
  ToolCall call;
  call.tool = ToolNameOf(method);
  if (read && method == Method::kToolsCall) read = ReadTool(params, call);
  if (read && method == Method::kResourcesRead) read = ReadResource(params, call);
  if (read && method == Method::kPromptsGet) read = ReadPrompt(params, call);
  if (read) read = ReadMeta(params, call);
  if (!read) return std::unexpected(read.error());
  call.rest = RestOf(params);
  call.continues = !params.Find("inputResponses").missing() || !params.Find("requestState").missing();
  return call;
}

std::string WithoutHold(const Message& request) {
  const Json meta = request.params().Find("_meta");
  std::vector<internal::ListItem> members;
  for (const base::JsonMember member : meta.members())
    members.push_back({member.key.begin(), member.value.end(), member.key.equals(kHoldKey)});
  return internal::CutFromList(request.text(), members);
}

bool HeaderSays(std::string_view header, std::string_view value) {
  const auto text = Unwrapped(header);
  return text && *text == value;
}

bool InputHolds(std::string_view input, std::string_view header) {
  const auto text = Unwrapped(header);
  const auto document = base::JsonDocument::Parse(input);
  if (!text || !document) return false;
  const auto number = base::JsonDocument::Parse(*text);
  const bool is_number = number && number->root().is_number();
  return Holds(document->root(), *text, is_number ? base::CanonicalJson(number->root()) : "");
}

}  // namespace proviso::mcp
