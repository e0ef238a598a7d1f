#include "enforcement/held_question.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "enforcement/ruling.h"

namespace proviso::enforcement {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Json;

constexpr std::string_view kFormat = "proviso.held-question/v1";

void PutText(base::JsonWriter& json, std::string_view key, const std::optional<std::string>& text) {
  if (text) json.Key(key).String(*text);
}

std::optional<std::string> TextAt(Json root, std::string_view key) {
  const Json text = root.Find(key);
  return text.is_string() ? std::optional(text.text()) : std::nullopt;
}

terms::Decision Forbidden(std::string detail) {
  terms::Decision decision;
  decision.detail = std::move(detail);
  return decision;
}

/// What is kept, read back.
struct Kept {
  Caller caller;
  Declarations declared;
  protocol::Request request;
  std::string tool_server;
  protocol::CallKind kind = protocol::CallKind::kFunction;
};

base::Result<Kept> Read(const std::string& question) {
  if (question.empty()) return Fail(ErrorCode::kInvalid, "what it was decided on was too long to be kept");
  const auto document = base::JsonDocument::Parse(question);
  if (!document) return std::unexpected(document.error());
  const Json root = document->root();
  if (!root.Find("format").equals(kFormat))
    return Fail(ErrorCode::kInvalid, "format: must be " + std::string(kFormat));
  Kept kept;
  kept.caller.key_id = root.Find("key").text();
  kept.caller.application = root.Find("application").text();
  kept.declared = {TextAt(root, "purpose"), TextAt(root, "authority"), TextAt(root, "on_behalf_of"),
                   TextAt(root, "facts")};
  kept.tool_server = root.Find("tool_server").text();
  const auto dialect = protocol::DialectNamed(root.Find("dialect").text());
  if (dialect) kept.request.dialect = *dialect;
  if (!dialect && kept.tool_server.empty()) return Fail(ErrorCode::kInvalid, "dialect: not known");
  const bool embeds = root.Find("operation").equals("embed");
  kept.request.operation = embeds ? protocol::Operation::kEmbed : protocol::Operation::kGenerate;
  if (root.Find("call").equals("custom")) kept.kind = protocol::CallKind::kCustom;
  for (const Json tool : root.Find("tools").elements())
    kept.request.tools.push_back(
        {tool.Find("name").text(), tool.Find("kind").text(), tool.Find("schema").text()});
  return kept;
}

base::Result<Case> CaseOf(const Kept& kept, const oversight::HeldCall& held,
                          std::shared_ptr<const terms::Package> terms, const Target* target,
                          const base::Clock& clock) {
  if (!kept.tool_server.empty()) {
    const ToolOpening opening{std::move(terms),
                              kept.caller,
                              kept.declared,
                              held.proposed.dialect,
                              kept.tool_server,
                              kept.request.tools,
                              "",
                              0,
                              clock};
    return OpenToolCase(opening);
  }
  const Opening opening{std::move(terms), kept.caller, kept.declared, *target, kept.request, "", clock};
  return OpenCase(opening);
}

}  // namespace

std::string HeldQuestionOf(const Case& the_case, const protocol::ToolCall* call) {
  const bool custom = call != nullptr && call->kind == protocol::CallKind::kCustom;
  const bool embeds = the_case.request.operation == protocol::Operation::kEmbed;
  base::JsonWriter json;
  json.BeginObject().Key("format").String(kFormat).Key("key").String(the_case.caller.key_id);
  json.Key("application").String(the_case.caller.application).Key("dialect").String(the_case.dialect);
  json.Key("operation")
      .String(embeds ? "embed" : "generate")
      .Key("call")
      .String(custom ? "custom" : "function");
  PutText(json, "purpose", the_case.declared.purpose);
  PutText(json, "authority", the_case.declared.authority);
  PutText(json, "on_behalf_of", the_case.declared.on_behalf_of);
  PutText(json, "facts", the_case.declared.facts);
  json.Key("tool_server").String(the_case.tool_server).Key("tools").BeginArray();
  for (const protocol::OfferedTool& tool : the_case.request.tools) {
    json.BeginObject().Key("name").String(tool.name).Key("kind").String(tool.kind);
    json.Key("schema").String(tool.schema).EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

base::Result<DecidedAgain> DecideAgain(const oversight::Hold& hold, const oversight::HeldCall& held,
                                       std::shared_ptr<const terms::Package> terms, const Target* target,
                                       const base::Clock& clock) {
  auto kept = Read(hold.question);
  if (!kept) return base::Within("it cannot be decided again", kept.error());
  const terms::ApplicationTerms* application = terms->agreement().FindApplication(kept->caller.application);
  kept->caller.organization = application == nullptr ? held.proposed.organization : application->organization;
  const Target gone{held.proposed.model, held.proposed.provider, "", "", ""};
  auto the_case = CaseOf(*kept, held, terms, target == nullptr ? &gone : target, clock);
  if (!the_case) return std::unexpected(the_case.error());
  the_case->request_digest = held.proposed.request_digest;
  DecidedAgain again{std::move(*the_case), {}, {}};
  const bool for_request = IsForRequest(held.proposed);
  if (!for_request) {
    again.call = {.id = held.proposed.call.call_id,
                  .name = held.proposed.call.tool,
                  .arguments = held.proposed.call.arguments,
                  .kind = kept->kind,
                  .position = 0};
  }
  if (application == nullptr) {
    again.decision = Forbidden("the agreement in force names no application " + kept->caller.application);
  } else if (target == nullptr && kept->tool_server.empty()) {
    again.decision = Forbidden("the model " + held.proposed.model + " is not configured any more");
  } else {
    again.decision = for_request ? RuleRequest(again.the_case, std::nullopt)
                                 : RuleCall(again.the_case, again.call, std::nullopt);
  }
  return again;
}

std::string WhyForbidden(const terms::Decision& decision) {
  if (!decision.detail.empty()) return decision.detail;
  if (decision.clauses.empty()) return "no clause in force permits it";
  std::string ids;
  for (const terms::Clause& clause : decision.clauses) ids += (ids.empty() ? "" : ", ") + clause.id;
  return "forbidden by " + ids + " of the terms in force";
}

oversight::Redecision RedecisionOf(const DecidedAgain& again) {
  using Outcome = oversight::Redecision::Outcome;
  oversight::Redecision redecision;
  switch (again.decision.outcome) {
    case terms::Outcome::kPermit:
      redecision.outcome = Outcome::kPermit;
      break;
    case terms::Outcome::kForbid:
      redecision.outcome = Outcome::kForbid;
      redecision.reason = WhyForbidden(again.decision);
      break;
    case terms::Outcome::kHold: {
      const oversight::ProposedCall now = ProposalForCall(again.the_case, again.call, again.decision);
      redecision.outcome = Outcome::kHold;
      redecision.clauses = now.clauses;
      redecision.need = now.need;
      break;
    }
  }
  return redecision;
}

}  // namespace proviso::enforcement
