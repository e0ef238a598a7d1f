#include "gateway/hold_json.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "oversight/statement.h"

namespace proviso::gateway {
namespace {

void WriteNeed(base::JsonWriter& json, const oversight::DecisionNeed& need) {
  json.BeginObject().Key("people").Integer(need.people).Key("roles").BeginArray();
  for (const std::string& role : need.roles) json.String(role);
  json.EndArray().EndObject();
}

base::Status WriteHold(base::JsonWriter& json, const oversight::Hold& hold) {
  const auto progress = oversight::ProgressOf(hold);
  if (!progress) return std::unexpected(progress.error());
  json.BeginObject().Key("id").String(hold.id).Key("state").String(oversight::Name(hold.state));
  json.Key("application").String(hold.application);
  json.Key("created")
      .String(base::FormatUtc(hold.created_ms))
      .Key("expires")
      .String(base::FormatUtc(hold.expires_ms));
  json.Key("people").Integer(progress->people).Key("needed");
  WriteNeed(json, progress->need);
  json.Key("progress").String(progress->message);
  json.Key("statement_digest").String("sha256:" + base::ToHex(oversight::StatementDigest(hold.statement)));
  json.Key("statement").String(hold.statement).Key("decisions").BeginArray();
  for (const oversight::Decision& decision : hold.decisions) {
    json.BeginObject()
        .Key("person")
        .String(decision.person)
        .Key("verdict")
        .String(oversight::Name(decision.verdict));
    json.Key("time")
        .String(base::FormatUtc(decision.signed_ms))
        .Key("reason")
        .String(decision.reason)
        .EndObject();
  }
  json.EndArray().EndObject();
  return {};
}

}  // namespace

base::Result<std::string> HoldJson(const oversight::Hold& hold) {
  base::JsonWriter json;
  if (auto written = WriteHold(json, hold); !written) return std::unexpected(written.error());
  return json.Take();
}

base::Result<std::string> HoldListJson(std::span<const oversight::Hold> holds) {
  base::JsonWriter json;
  json.BeginObject().Key("holds").BeginArray();
  for (const oversight::Hold& hold : holds) {
    if (auto written = WriteHold(json, hold); !written) return std::unexpected(written.error());
  }
  json.EndArray().EndObject();
  return json.Take();
}

std::string ProgressJson(const oversight::Progress& progress) {
  base::JsonWriter json;
  json.BeginObject()
      .Key("state")
      .String(oversight::Name(progress.state))
      .Key("people")
      .Integer(progress.people);
  json.Key("needed");
  WriteNeed(json, progress.need);
  json.Key("message").String(progress.message).EndObject();
  return json.Take();
}

}  // namespace proviso::gateway
