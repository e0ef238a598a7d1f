#include "mcp/answers.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"

namespace proviso::mcp {
namespace {

using base::JsonWriter;

/// 2025-03-26 is what a client speaks that sends no version; of it, only batches are refused.
constexpr std::array<std::string_view, 4> kVersions = {"2025-03-26", "2025-06-18", "2025-11-25",
                                                       "2026-07-28"};

JsonWriter Response(std::string_view id) {
  JsonWriter json;
  json.BeginObject().Key("jsonrpc").String("2.0").Key("id").Raw(id);
  return json;
}

JsonWriter& PutError(JsonWriter& json, Code code, std::string_view message) {
  json.Key("error").BeginObject().Key("code").Integer(static_cast<std::int32_t>(code));
  return json.Key("message").String(message);
}

std::string_view NameOf(Withheld::Outcome outcome) {
  switch (outcome) {
    case Withheld::Outcome::kForbid:
      return "forbid";
    case Withheld::Outcome::kHold:
      return "hold";
    case Withheld::Outcome::kDenied:
      break;
  }
  return "denied";
}

void PutFacts(JsonWriter& json, std::string_view prefix, const Withheld& withheld) {
  const auto key = [prefix](std::string_view name) { return std::string(prefix) + std::string(name); };
  json.Key(key("outcome")).String(NameOf(withheld.outcome));
  json.Key(key("decision")).String(withheld.decision_id);
  json.Key(key("clauses")).BeginArray();
  for (const std::string& clause : withheld.clauses) json.String(clause);
  json.EndArray();
  if (!withheld.hold_id.empty()) json.Key(key("hold")).String(withheld.hold_id);
}

}  // namespace

std::string RenderError(std::string_view id, Code code, std::string_view message) {
  JsonWriter json = Response(id);
  PutError(json, code, message);
  return json.EndObject().EndObject().Take();
}

std::string RenderUnsupportedVersion(std::string_view id, std::string_view requested) {
  JsonWriter json = Response(id);
  PutError(json, Code::kUnsupportedVersion, "MCP-Protocol-Version: not a version that passes here");
  json.Key("data").BeginObject().Key("supported").BeginArray();
  for (const std::string_view version : kVersions) json.String(version);
  json.EndArray().Key("requested").String(requested).EndObject();
  return json.EndObject().EndObject().Take();
}

std::string RenderWithheld(std::string_view id, Method method, const Withheld& withheld) {
  JsonWriter json = Response(id);
  if (method != Method::kToolsCall) {
    PutError(json, withheld.outcome == Withheld::Outcome::kHold ? Code::kHeld : Code::kWithheld,
             withheld.text);
    json.Key("data").BeginObject();
    PutFacts(json, "", withheld);
    return json.EndObject().EndObject().EndObject().Take();
  }
  json.Key("result").BeginObject().Key("content").BeginArray().BeginObject();
  json.Key("type").String("text").Key("text").String(withheld.text).EndObject().EndArray();
  json.Key("isError").Bool(true);
  json.Key("resultType").String("complete");  // required from 2026-07-28 on; earlier results may hold more
  json.Key("_meta").BeginObject();
  PutFacts(json, "proviso/", withheld);
  return json.EndObject().EndObject().EndObject().Take();
}

std::string RenderProgress(std::string_view token, std::uint32_t step, std::string_view text) {
  JsonWriter json;
  json.BeginObject().Key("jsonrpc").String("2.0").Key("method").String("notifications/progress");
  json.Key("params").BeginObject().Key("progressToken").Raw(token);
  json.Key("progress").Number(static_cast<double>(step) / 1e6).Key("message").String(text);
  return json.EndObject().EndObject().Take();
}

bool IsKnownVersion(std::string_view version) {
  return std::ranges::find(kVersions, version) != kVersions.end();
}

}  // namespace proviso::mcp
