#include "protocol/internal/responses/items.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/canonical_json.h"
#include "base/json_writer.h"
#include "protocol/internal/reading.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

constexpr std::array kClientItems = {"local_shell_call", "apply_patch_call", "computer_call",
                                     "mcp_approval_request"};
constexpr std::array kServerItems = {"web_search_call",       "file_search_call", "code_interpreter_call",
                                     "image_generation_call", "mcp_call",         "program"};
constexpr std::array kQuietItems = {"compaction", "mcp_list_tools", "mcp_approval_response",
                                    "tool_search_output", "program_output"};

bool Among(std::string_view type, std::span<const char* const> types) {
  return std::ranges::find(types, type) != types.end();
}

/// Members that only a call has.
bool LooksLikeCall(Json object) {
  return std::ranges::any_of(std::array{"arguments", "input", "action", "actions", "operation",
                                        "function_call", "tool_calls", "call_id", "code", "name"},
                             [&](const char* key) { return !Absent(object.Find(key)); });
}

ItemKind KindOf(Json item, std::string_view type) {
  if (type == "message") return ItemKind::kMessage;
  if (type == "reasoning") return ItemKind::kReasoning;
  if (type == "function_call" || type == "custom_tool_call" || Among(type, kClientItems))
    return ItemKind::kCall;
  if (type == "shell_call") {
    const std::string environment = item.Find("environment").Find("type").text();
    return environment.starts_with("container") ? ItemKind::kServerCall : ItemKind::kCall;
  }
  if (type == "tool_search_call") {
    return item.Find("execution").equals("server") ? ItemKind::kServerCall : ItemKind::kCall;
  }
  return Among(type, kServerItems) ? ItemKind::kServerCall : ItemKind::kOther;
}

/// The model's own text of a function's or a custom tool's call.
Status ReadArguments(Json item, std::string_view key, ItemStage stage, std::string_view where,
                     ToolCall& call) {
  call.name = item.Find("name").text();
  if (call.name.empty()) return Broken(where, "a call without a name");
  const Json arguments = item.Find(key);
  const bool begun_empty = stage == ItemStage::kBegun && Absent(arguments);
  if (!arguments.is_string() && !begun_empty) return Broken(where, "a call whose arguments are not a string");
  call.arguments = arguments.text();
  return {};
}

Status ReadCall(Json item, const std::string& type, ItemStage stage, std::string_view where, ToolCall& call) {
  call.id = item.Find(type == "mcp_approval_request" ? "id" : "call_id").text();
  if (call.id.empty()) return Broken(where, "a call without an id");
  Status read;
  if (type == "function_call") {
    read = ReadArguments(item, "arguments", stage, where, call);
  } else if (type == "custom_tool_call") {
    call.kind = CallKind::kCustom;
    read = ReadArguments(item, "input", stage, where, call);
  } else {
    call.name = type;
    call.arguments = std::string(item.raw());
  }
  if (read && (call.id.size() > kNameBytesMax || call.name.size() > kNameBytesMax)) {
    return Broken(where, "an id or a name larger than the limit");
  }
  return read;
}

Status ReadMessage(Json item, std::string_view where, OutputItem& out) {
  if (LooksLikeCall(item)) return Broken(where, "a call inside a message");
  std::size_t rank = 0;
  for (const Json part : item.Find("content").elements()) {
    if (auto checked = CheckPart(part, At(std::string(where) + ".content", rank++)); !checked) return checked;
    const bool refusal = part.Find("type").equals("refusal");
    out.refused = out.refused || refusal;
    out.text_bytes += part.Find(refusal ? "refusal" : "text").text().size();
  }
  return {};
}

}  // namespace

Status CheckPart(Json part, std::string_view where) {
  if (!part.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(part, {"type", "text", "refusal", "name", "arguments", "input"}, where);
      !names) {
    return names;
  }
  if (LooksLikeCall(part)) return Broken(where, "a part that may be a call");
  return {};
}

Result<OutputItem> ReadOutputItem(Json item, ItemStage stage, std::string_view where) {
  if (!item.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(item,
                              {"type", "id", "call_id", "name", "arguments", "input", "action", "operation",
                               "content", "environment", "execution"},
                              where);
      !names) {
    return std::unexpected(names.error());
  }
  OutputItem out;
  out.type = item.Find("type").text();
  if (out.type.empty()) return Broken(where, "an item without a type");
  out.kind = KindOf(item, out.type);
  Status read;
  switch (out.kind) {
    case ItemKind::kMessage:
      read = ReadMessage(item, where, out);
      break;
    case ItemKind::kReasoning:
      for (const char* key : {"summary", "content"}) {
        for (const Json part : item.Find(key).elements())
          out.reasoning_bytes += part.Find("text").text().size();
      }
      break;
    case ItemKind::kCall:
      read = ReadCall(item, out.type, stage, where, out.call);
      break;
    case ItemKind::kServerCall:
      break;
    case ItemKind::kOther:
      if (!Among(out.type, kQuietItems) && !out.type.ends_with("_call_output") && LooksLikeCall(item)) {
        read = Broken(where, "an item that may be a call, of a type that cannot be decided");
      }
      break;
  }
  if (!read) return std::unexpected(read.error());
  return out;
}

std::string SubstanceOf(Json item) {
  std::map<std::string, std::string> members;
  for (const base::JsonMember member : item.members()) {
    const std::string key = member.key.text();
    if (key != "id" && key != "status" && !member.value.is_null()) {
      members.emplace(key, base::CanonicalJson(member.value));
    }
  }
  base::JsonWriter json;
  json.BeginObject();
  for (const auto& [key, value] : members) json.Key(key).Raw(value);
  return json.EndObject().Take();
}

Status ReadResponseHead(Json response, std::string_view where, AnswerSummary& summary) {
  if (!response.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(response,
                              {"id", "model", "output", "status", "incomplete_details", "error", "usage",
                               "tool_calls", "function_call", "choices"},
                              where);
      !names) {
    return names;
  }
  for (const char* key : {"tool_calls", "function_call", "choices"}) {
    if (!Absent(response.Find(key))) return Broken(where, "content outside `output`");
  }
  if (const Json output = response.Find("output"); !Absent(output) && !output.is_array()) {
    return Broken(std::string(where) + ".output", "not an array");
  }
  summary.id = Shorten(response.Find("id").text(), kNameBytesMax);
  summary.model = Shorten(response.Find("model").text(), kNameBytesMax);
  summary.choices = 1;
  const Json usage = response.Find("usage");
  if (!usage.is_object()) return {};
  summary.usage = {.input_tokens = CountOf(usage, "input_tokens"),
                   .output_tokens = CountOf(usage, "output_tokens"),
                   .cached_tokens = CountOf(usage.Find("input_tokens_details"), "cached_tokens"),
                   .cache_written_tokens = CountOf(usage.Find("input_tokens_details"), "cache_write_tokens"),
                   .reasoning_tokens = CountOf(usage.Find("output_tokens_details"), "reasoning_tokens")};
  return {};
}

Status ReadFinish(Json response, OutputFacts facts, std::string_view where, AnswerSummary& summary) {
  const std::string status = response.Find("status").text();
  if (const Json error = response.Find("error"); !Absent(error)) return ProviderError(error);
  if (status == "failed" || status == "cancelled") {
    return base::Fail(base::ErrorCode::kUnavailable, "the provider's answer: its status is " + status);
  }
  if (status == "completed") {
    summary.stop_raw = status;
    summary.stop = facts.called    ? StopClass::kToolCall
                   : facts.refused ? StopClass::kRefusal
                                   : StopClass::kEnd;
    return {};
  }
  if (status != "incomplete") return Broken(where, "a status that is not an end: an answer must be finished");
  summary.stop_raw = Shorten(response.Find("incomplete_details").Find("reason").text(), kNameBytesMax);
  if (summary.stop_raw.empty()) summary.stop_raw = status;
  summary.stop = summary.stop_raw == "max_output_tokens" ? StopClass::kLength
                 : summary.stop_raw == "content_filter"  ? StopClass::kContentFilter
                                                         : StopClass::kOther;
  return {};
}

void WithholdFromResponse(Json response, std::span<const ItemRuling> rulings, Survivors survivors,
                          Splice& splice) {
  const std::string response_id = response.Find("id").text();
  std::size_t rank = 0;
  for (const Json item : response.Find("output").elements()) {
    if (KindOf(item, item.Find("type").text()) != ItemKind::kCall) continue;
    const ItemRuling& given = rulings[rank++];
    if (given.ruling.kind != Ruling::Kind::kWithhold) continue;
    splice.Replace(item, OwnMessage(OwnMessageId(response_id, given.output_index), given.ruling.notice));
  }
  if (survivors == Survivors::kSome) return;
  constexpr std::string_view kReason = R"({"reason":"content_filter"})";
  const Json details = response.Find("incomplete_details");
  std::string status = "\"incomplete\"";
  if (details.missing()) status.append(R"(,"incomplete_details":)").append(kReason);
  splice.Replace(response.Find("status"), status);
  if (!details.missing()) splice.Replace(details, std::string(kReason));
}

}  // namespace proviso::protocol::internal
