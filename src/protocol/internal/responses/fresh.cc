// Complete Responses answers that we write ourselves.
#include <vector>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/fresh_answers.h"
#include "protocol/internal/responses/items.h"
#include "protocol/internal/responses/response_object.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonString;

constexpr std::string_view kNoUsage =
    R"({"input_tokens":0,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":0,)"
    R"("output_tokens_details":{"reasoning_tokens":0},"total_tokens":0})";

ResponseHead HeadOf(const AnswerFrame& frame) {
  return {.id = ResponseIdOf(frame.id), .model = frame.model, .created_s = frame.created_s};
}

/// One item: as it begins, the pieces between (event type, member, text), and done.
struct FreshItem {
  std::string begun;
  std::string whole;
  std::string stem;  ///< "" when the item is told only as itself.
  std::string sum_key;
  std::string text;
  std::string id;
};

std::string ItemEvents(const FreshItem& item, std::size_t index, std::int64_t& sequence) {
  const std::string at = R"("output_index":)" + std::to_string(index);
  std::string out = WriteEvent("response.output_item.added", sequence, at + R"(,"item":)" + item.begun);
  if (!item.stem.empty()) {
    const std::string of = at + R"(,"item_id":)" + JsonString(item.id);
    out += WriteEvent(item.stem + ".delta", sequence, of + R"(,"delta":)" + JsonString(item.text));
    out +=
        WriteEvent(item.stem + ".done", sequence, of + ",\"" + item.sum_key + "\":" + JsonString(item.text));
  }
  return out + WriteEvent("response.output_item.done", sequence, at + R"(,"item":)" + item.whole);
}

/// Whether the call is one of the item types whose arguments are the item itself (items.h).
bool IsItem(const ToolCall& call) {
  const auto document = base::JsonDocument::Parse(call.arguments);
  if (!document || !document->root().Find("type").equals(call.name)) return false;
  const auto item = ReadOutputItem(document->root(), ItemStage::kDone, "call");
  return item && item->kind == ItemKind::kCall && item->call.name == call.name && item->call.id == call.id &&
         item->type != "function_call" && item->type != "custom_tool_call";
}

FreshItem ItemOf(const AnswerFrame& frame, const ToolCall& call, std::size_t index) {
  if (call.kind == CallKind::kFunction && IsItem(call)) {
    return {
        .begun = call.arguments, .whole = call.arguments, .stem = "", .sum_key = "", .text = "", .id = ""};
  }
  const bool custom = call.kind == CallKind::kCustom;
  const std::string sum_key = custom ? "input" : "arguments";
  const std::string id = (custom ? "ctc_" : "fc_") + frame.id + "_" + std::to_string(index);
  const auto item = [&](std::string_view status, std::string_view text) {
    base::JsonWriter json;
    json.BeginObject().Key("id").String(id).Key("type").String(custom ? "custom_tool_call" : "function_call");
    json.Key("status").String(status).Key("call_id").String(call.id).Key("name").String(call.name);
    return json.Key(sum_key).String(text).EndObject().Take();
  };
  return {.begun = item("in_progress", ""),
          .whole = item("completed", call.arguments),
          .stem = custom ? "response.custom_tool_call_input" : "response.function_call_arguments",
          .sum_key = sum_key,
          .text = call.arguments,
          .id = id};
}

}  // namespace

base::Result<std::string> FreshResponsesCalls(Delivery delivery, const AnswerFrame& frame,
                                              std::span<const ToolCall> calls) {
  if (calls.empty()) return base::Fail(base::ErrorCode::kInvalid, "rendering: there must be a call");
  const ResponseHead head = HeadOf(frame);
  std::int64_t sequence = 0;
  std::string events = WriteOpening(head, sequence);
  std::string output;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].kind == CallKind::kLegacyFunction) {
      return base::Fail(base::ErrorCode::kInvalid, "rendering: the Responses API has no calls without an id");
    }
    const FreshItem item = ItemOf(frame, calls[i], i);
    events += ItemEvents(item, i, sequence);
    output += (i == 0 ? "" : ",") + item.whole;
  }
  const std::string response =
      WriteResponse(head, {.status = "completed", .output = output, .usage = std::string(kNoUsage)});
  if (delivery != Delivery::kStream) return response;
  return events + WriteEvent("response.completed", sequence, R"("response":)" + response);
}

std::string FreshResponsesNotice(Delivery delivery, const AnswerFrame& frame, std::string_view text) {
  const ResponseHead head = HeadOf(frame);
  const std::string id = OwnMessageId(head.id, 0);
  const std::string response = WriteResponse(head, {.status = "incomplete",
                                                    .reason = "content_filter",
                                                    .output = OwnMessage(id, text),
                                                    .usage = std::string(kNoUsage)});
  if (delivery != Delivery::kStream) return response;
  std::int64_t sequence = 0;
  std::string out = WriteOpening(head, sequence);
  out += MessageEvents(id, 0, text, sequence);
  sequence += kMessageEvents;
  return out + WriteEvent("response.incomplete", sequence, R"("response":)" + response);
}

}  // namespace proviso::protocol::internal
