// Complete Responses answers that we write ourselves.
#include <vector>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/fresh_answers.h"
#include "protocol/internal/responses/items.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

using base::JsonString;

/// "resp_" and our id: the SDKs and later requests expect the prefix.
std::string ResponseId(const AnswerFrame& frame) {
  return "resp_" + frame.id;
}

/// How the answer ends.
enum class Ending : std::uint8_t { kOpen, kCompleted, kFiltered };

std::string Response(const AnswerFrame& frame, Ending ending, std::string_view output) {
  base::JsonWriter json;
  json.BeginObject().Key("id").String(ResponseId(frame)).Key("object").String("response");
  json.Key("created_at").Integer(frame.created_s).Key("status");
  switch (ending) {
    case Ending::kOpen:
      json.String("in_progress");
      break;
    case Ending::kCompleted:
      json.String("completed");
      break;
    case Ending::kFiltered:
      json.String("incomplete");
      break;
  }
  json.Key("error").Null().Key("incomplete_details");
  ending == Ending::kFiltered ? json.Raw(R"({"reason":"content_filter"})") : json.Null();
  json.Key("instructions").Null().Key("metadata").BeginObject().EndObject().Key("model").String(frame.model);
  json.Key("output").Raw(output).Key("parallel_tool_calls").Bool(true).Key("temperature").Null();
  json.Key("tool_choice").String("auto").Key("tools").BeginArray().EndArray().Key("top_p").Null();
  json.Key("usage");
  if (ending == Ending::kOpen) {
    json.Null();
  } else {
    json.Raw(R"({"input_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens":0,)"
             R"("output_tokens_details":{"reasoning_tokens":0},"total_tokens":0})");
  }
  return json.EndObject().Take();
}

std::string Event(std::string_view type, std::int64_t& sequence, std::string_view members) {
  return MakeFrame(type, R"({"type":")" + std::string(type) + R"(","sequence_number":)" +
                             std::to_string(sequence++) + "," + std::string(members) + "}");
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
  std::string out = Event("response.output_item.added", sequence, at + R"(,"item":)" + item.begun);
  if (!item.stem.empty()) {
    const std::string of = at + R"(,"item_id":)" + JsonString(item.id);
    out += Event(item.stem + ".delta", sequence, of + R"(,"delta":)" + JsonString(item.text));
    out += Event(item.stem + ".done", sequence, of + ",\"" + item.sum_key + "\":" + JsonString(item.text));
  }
  return out + Event("response.output_item.done", sequence, at + R"(,"item":)" + item.whole);
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

std::string Opening(const AnswerFrame& frame, std::int64_t& sequence) {
  const std::string response = R"("response":)" + Response(frame, Ending::kOpen, "[]");
  std::string out = Event("response.created", sequence, response);
  return out + Event("response.in_progress", sequence, response);
}

}  // namespace

base::Result<std::string> FreshResponsesCalls(Delivery delivery, const AnswerFrame& frame,
                                              std::span<const ToolCall> calls) {
  if (calls.empty()) return base::Fail(base::ErrorCode::kInvalid, "rendering: there must be a call");
  std::int64_t sequence = 0;
  std::string events = Opening(frame, sequence);
  std::string output = "[";
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].kind == CallKind::kLegacyFunction) {
      return base::Fail(base::ErrorCode::kInvalid, "rendering: the Responses API has no calls without an id");
    }
    const FreshItem item = ItemOf(frame, calls[i], i);
    events += ItemEvents(item, i, sequence);
    output += (i == 0 ? "" : ",") + item.whole;
  }
  const std::string response = Response(frame, Ending::kCompleted, output + "]");
  if (delivery != Delivery::kStream) return response;
  return events + Event("response.completed", sequence, R"("response":)" + response);
}

std::string FreshResponsesNotice(Delivery delivery, const AnswerFrame& frame, std::string_view text) {
  const std::string id = OwnMessageId(ResponseId(frame), 0);
  const std::string response = Response(frame, Ending::kFiltered, "[" + OwnMessage(id, text) + "]");
  if (delivery != Delivery::kStream) return response;
  std::int64_t sequence = 0;
  std::string out = Opening(frame, sequence);
  out += MessageEvents(id, 0, text, sequence);
  sequence += kMessageEvents;
  return out + Event("response.incomplete", sequence, R"("response":)" + response);
}

}  // namespace proviso::protocol::internal
