#include "protocol/internal/responses/response_object.h"

#include <algorithm>

#include "base/json_writer.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {

std::string ResponseIdOf(std::string_view id) {
  return id.starts_with("resp_") ? std::string(id) : "resp_" + std::string(id);
}

std::string WriteResponse(const ResponseHead& head, const ResponseBody& body) {
  base::JsonWriter json;
  json.BeginObject().Key("id").String(head.id).Key("object").String("response");
  json.Key("created_at").Integer(head.created_s).Key("status").String(body.status);
  json.Key("error").Null().Key("incomplete_details");
  if (body.reason.empty()) {
    json.Null();
  } else {
    json.BeginObject().Key("reason").String(body.reason).EndObject();
  }
  // The SDKs' types require what follows, even of a caller who never set it.
  json.Key("instructions").Null().Key("metadata").BeginObject().EndObject().Key("model").String(head.model);
  json.Key("output").Raw("[" + body.output + "]").Key("parallel_tool_calls").Bool(true);
  json.Key("temperature").Null().Key("tool_choice").String("auto").Key("tools").BeginArray().EndArray();
  json.Key("top_p").Null().Key("usage");
  body.usage.empty() ? json.Null() : json.Raw(body.usage);
  for (const Member& member : body.others) json.Key(member.path).Raw(member.json);
  return json.EndObject().Take();
}

std::string WriteEvent(std::string_view type, std::int64_t& sequence, std::string_view members) {
  base::JsonWriter json;
  json.BeginObject().Key("type").String(type).Key("sequence_number").Integer(sequence++);
  std::string event = json.EndObject().Take();
  event.pop_back();
  event.append(",").append(members).append("}");
  // A provider's own item may be laid out over lines; outside strings a line end is only space.
  std::ranges::replace(event, '\n', ' ');
  std::ranges::replace(event, '\r', ' ');
  return MakeFrame(type, event);
}

std::string WriteOpening(const ResponseHead& head, std::int64_t& sequence) {
  const std::string response = R"("response":)" + WriteResponse(head, {.status = "in_progress"});
  std::string out = WriteEvent("response.created", sequence, response);
  return out + WriteEvent("response.in_progress", sequence, response);
}

}  // namespace proviso::protocol::internal
