#include "protocol/request.h"

#include <algorithm>

#include "base/json_writer.h"
#include "protocol/internal/requests.h"
#include "protocol/limits.h"

namespace proviso::protocol {

using base::ErrorCode;
using base::Json;
using base::Result;
using base::Status;

namespace internal {

std::unexpected<base::Error> Malformed(std::string_view where, std::string_view what) {
  return base::Fail(ErrorCode::kInvalid, std::string(where) + ": " + std::string(what));
}

Status CheckRequestNames(Json object, std::initializer_list<std::string_view> names, std::string_view where) {
  const std::string disguised = DisguisedMember(object, names);
  if (disguised.empty()) return {};
  return Malformed(where,
                   "\"" + disguised + "\" differs from a known member only by letter case; write it exactly");
}

Result<std::string> StringMember(Json object, std::string_view key, std::string_view where) {
  const Json value = object.Find(key);
  if (Absent(value)) return std::string();
  if (!value.is_string()) {
    return Malformed(where.empty() ? std::string(key) : std::string(where) + "." + std::string(key),
                     "must be a string");
  }
  return value.text();
}

Result<std::optional<std::int64_t>> PositiveMember(Json object, std::string_view key) {
  const Json value = object.Find(key);
  if (Absent(value)) return std::nullopt;
  const auto number = value.integer();
  if (!number || *number < 1) return Malformed(key, "must be a positive integer");
  return number;
}

Result<Json> ArrayMember(Json object, std::string_view key) {
  const Json value = object.Find(key);
  if (Absent(value)) return Json();
  if (!value.is_array()) return Malformed(key, "must be an array");
  return value;
}

Status AddTool(Request& request, OfferedTool tool, std::string_view where) {
  if (tool.name.empty()) return Malformed(where, "a tool without a name");
  if (tool.name.size() > kNameBytesMax || tool.kind.size() > kNameBytesMax) {
    return base::Fail(ErrorCode::kLimit, std::string(where) + ": a name larger than " +
                                             std::to_string(kNameBytesMax) + " bytes");
  }
  if (request.tools.size() == kToolsMax) {
    return base::Fail(ErrorCode::kLimit,
                      std::string(where) + ": more than " + std::to_string(kToolsMax) + " tools");
  }
  request.tools.push_back(std::move(tool));
  return {};
}

Status ReadModel(Json root, Request& request) {
  const Json model = root.Find("model");
  if (!model.is_string()) return Malformed("model", "must be a string");
  request.model = model.text();
  request.model_begin = model.begin();
  request.model_end = model.end();
  if (request.model.empty()) return Malformed("model", "must not be empty");
  if (request.model.size() > kNameBytesMax) {
    return base::Fail(ErrorCode::kLimit, "model: larger than " + std::to_string(kNameBytesMax) + " bytes");
  }
  return {};
}

Status ReadDelivery(Json root, Request& request) {
  const Json stream = root.Find("stream");
  if (!Absent(stream) && !stream.is_bool()) return Malformed("stream", "must be true or false");
  request.delivery = stream.is_true() ? Delivery::kStream : Delivery::kWhole;
  return {};
}

namespace {

Status ReadMessages(Json root, Request& request) {
  const auto messages = ArrayMember(root, "messages");
  if (!messages) return std::unexpected(messages.error());
  for (const Json message : messages->elements()) {
    const std::string where = At("messages", request.messages);
    if (request.messages == kMessagesMax) {
      return base::Fail(ErrorCode::kLimit, "messages: more than " + std::to_string(kMessagesMax));
    }
    if (!message.is_object()) return Malformed(where, "must be an object");
    if (!message.Find("role").is_string()) return Malformed(where + ".role", "must be a string");
    ++request.messages;
  }
  return request.messages == 0 ? Malformed("messages", "must not be empty") : Status{};
}

Status ReadShared(Json root, Request& request) {
  auto names =
      CheckRequestNames(root,
                        {"model", "messages", "stream", "tools", "functions", "n", "user", "metadata",
                         "max_tokens", "max_completion_tokens", "mcp_servers", "web_search_options",
                         "tool_choice", "system", "container", "safety_identifier"},
                        "body");
  if (!names) return names;
  if (auto model = ReadModel(root, request); !model) return model;
  if (auto delivery = ReadDelivery(root, request); !delivery) return delivery;
  return ReadMessages(root, request);
}

}  // namespace
}  // namespace internal

Result<Request> ReadRequest(const Inbound& inbound, std::string_view body) {
  if (body.size() > kRequestBytesMax) {
    return base::Fail(ErrorCode::kLimit, "body: larger than " + std::to_string(kRequestBytesMax) + " bytes");
  }
  const auto document =
      base::JsonDocument::Parse(body, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (!root.is_object()) return internal::Malformed("body", "must be a JSON object");
  Request request;
  request.dialect = inbound.dialect;
  request.operation = inbound.operation;
  request.model = inbound.model;
  request.delivery = inbound.delivery;
  Status read;
  switch (inbound.dialect) {
    case Dialect::kOpenAiChat:
      if (inbound.operation == Operation::kEmbed) {
        read = internal::ReadOpenAiEmbedding(root, request);
        break;
      }
      read = internal::ReadShared(root, request);
      if (read) read = internal::ReadOpenAiRequest(root, request);
      break;
    case Dialect::kAnthropicMessages:
      read = internal::ReadShared(root, request);
      if (read) read = internal::ReadAnthropicRequest(root, request);
      break;
    case Dialect::kOpenAiResponses:
      read = internal::ReadResponsesRequest(root, request);
      break;
    case Dialect::kGemini:
      read = internal::ReadGeminiRequest(root, request);
      break;
    case Dialect::kBedrockConverse:
      read = internal::ReadConverseRequest(root, request);
      break;
  }
  if (!read) return std::unexpected(read.error());
  return request;
}

std::string WithModel(std::string_view body, const Request& request, std::string_view upstream_model) {
  constexpr std::string_view kResource = "\"models/";
  std::vector<Request::Place> places = request.model_places;
  if (request.model_end != 0) places.push_back({request.model_begin, request.model_end});
  std::string out;
  out.reserve(body.size() + upstream_model.size());
  std::size_t at = 0;
  for (const Request::Place& place : places) {
    out.append(body.substr(at, place.begin - at));
    const bool resource = body.substr(place.begin).starts_with(kResource);
    base::AppendJsonString(out, (resource ? "models/" : "") + std::string(upstream_model));
    at = place.end;
  }
  out.append(body.substr(at));
  return out;
}

}  // namespace proviso::protocol
