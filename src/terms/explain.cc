#include "terms/explain.h"

#include <algorithm>

#include "terms/finding.h"

namespace proviso::terms {
namespace {

constexpr std::string_view kFormat = "proviso.decision/v1";

std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      printable += "\xef\xbf\xbd";
    } else {
      printable.push_back(c);
    }
  }
  return printable;
}

std::string_view Sentence(const Decision& decision) {
  switch (decision.ground) {
    case Ground::kPermitted:
      return "a clause permits it, and none forbids it";
    case Ground::kForbidden:
      return decision.outcome == Outcome::kHold ? "a clause forbids it unless people decide"
                                                : "a clause forbids it";
    case Ground::kErringForbid:
      return decision.outcome == Outcome::kHold
                 ? "a clause that forbids could not be evaluated without a people's decision"
                 : "a clause that forbids could not be evaluated, and a safeguard never fails open";
    case Ground::kNotPermitted:
      if (!decision.detail.empty()) return "what the request declares is refused";
      return decision.outcome == Outcome::kHold ? "a clause permits it once people decide"
                                                : "no clause permits it";
    case Ground::kUndecidable:
      return "the request cannot be decided";
    case Ground::kNotInForce:
      break;
  }
  return "the agreement is not in force";
}

std::string_view NameOf(cedar::Effect effect) {
  return effect == cedar::Effect::kPermit ? "permit" : "forbid";
}

std::string_view NameOf(Modality modality) {
  return modality == Modality::kShall ? "shall" : "should";
}

std::string Joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : std::string(between)) + text;
  return joined;
}

/// The people of the agreement who may decide under the profile, each once.
std::vector<std::string> PeopleOf(const Agreement& agreement, const ApproverProfile& profile) {
  std::vector<std::string> people;
  for (const NamedApprover& approver : agreement.approvers) {
    const bool known = std::ranges::find(people, approver.person) != people.end();
    if (!known && MayDecide(approver, profile)) people.push_back(approver.person);
  }
  return people;
}

void AppendClause(std::string& text, std::string_view lead, const Clause& clause) {
  text += "  " + std::string(lead) + clause.id + " \"" + clause.title + "\"";
  if (!clause.source.empty()) text += ", " + clause.source;
  text += " (" + clause.file + ")\n";
}

void AppendNeed(std::string& text, const Agreement& agreement, const ApproverProfile& need) {
  text += "needs: " + std::to_string(need.count) + (need.count == 1 ? " person" : " people");
  if (!need.roles.empty()) text += " with the role " + Joined(need.roles, " or ");
  text += " (approver profile " + need.name + "), of " + Joined(PeopleOf(agreement, need), ", ") + "\n";
}

std::string Asked(const Question& question) {
  std::string asked(NameOf(question.act));
  asked += " by " + question.application;
  if (!question.organization.empty()) asked += " of " + question.organization;
  if (question.act == Act::kCallTool) {
    asked += ", tool " + question.tool;
    if (!question.tool_server.empty()) asked += " of server " + question.tool_server;
  }
  if (!question.model.empty()) asked += ", model " + question.model;
  if (!question.provider.empty()) asked += " of " + question.provider;
  return Printable(asked);
}

void WriteClause(base::JsonWriter& json, const Clause& clause) {
  json.BeginObject().Key("id").String(clause.id).Key("title").String(clause.title);
  json.Key("source").String(clause.source).Key("effect").String(NameOf(clause.effect));
  json.Key("modality").String(NameOf(clause.modality)).Key("file").String(clause.file).EndObject();
}

void WriteClauses(base::JsonWriter& json, std::string_view key, const std::vector<Clause>& clauses) {
  json.Key(key).BeginArray();
  for (const Clause& clause : clauses) WriteClause(json, clause);
  json.EndArray();
}

void WriteTexts(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.Key(key).BeginArray();
  for (const std::string& text : texts) json.String(text);
  json.EndArray();
}

void WriteNeed(base::JsonWriter& json, const Agreement& agreement, const Decision& decision) {
  json.Key("need");
  if (!decision.need) {
    json.Null();
    return;
  }
  json.BeginObject().Key("profile").String(decision.need->name);
  json.Key("count").Integer(static_cast<std::int64_t>(decision.need->count));
  WriteTexts(json, "roles", decision.need->roles);
  WriteTexts(json, "people", PeopleOf(agreement, *decision.need));
  json.EndObject();
}

}  // namespace

std::string_view NameOf(Ground ground) {
  switch (ground) {
    case Ground::kPermitted:
      return "permitted";
    case Ground::kForbidden:
      return "forbidden";
    case Ground::kErringForbid:
      return "erring_forbid";
    case Ground::kNotPermitted:
      return "not_permitted";
    case Ground::kUndecidable:
      return "undecidable";
    case Ground::kNotInForce:
      break;
  }
  return "not_in_force";
}

void WriteAcknowledgements(base::JsonWriter& json, const Agreement& agreement) {
  json.BeginArray();
  for (const Acknowledgement& one : agreement.acknowledgements) {
    json.BeginObject().Key("question").String(NameOf(one.question)).Key("subject").String(one.subject);
    json.Key("party").String(one.party).Key("reason").String(one.reason).EndObject();
  }
  json.EndArray();
}

std::string ExplainText(const Package& package, const Question& question, const Decision& decision) {
  std::string text(NameOf(decision.outcome));
  text += ": " + std::string(Sentence(decision)) + "\n";
  text += "asked: " + Asked(question) + "\n";
  if (!decision.detail.empty()) text += "why:   " + Printable(decision.detail) + "\n";
  if (!decision.clauses.empty()) text += "clauses:\n";
  for (const Clause& clause : decision.clauses) AppendClause(text, "", clause);
  if (decision.need) AppendNeed(text, package.agreement(), *decision.need);
  if (!decision.advice_against.empty() || !decision.advice_for.empty())
    text += "advice, which decides nothing:\n";
  for (const Clause& clause : decision.advice_against) AppendClause(text, "against: ", clause);
  for (const Clause& clause : decision.advice_for) AppendClause(text, "for: ", clause);
  if (!decision.errors.empty()) text += "errors:\n";
  for (const ClauseError& error : decision.errors) text += "  " + Printable(error.message) + "\n";
  return text;
}

void WriteDecision(base::JsonWriter& json, const Package& package, const Question& question,
                   const Decision& decision) {
  const Agreement& agreement = package.agreement();
  json.BeginObject().Key("format").String(kFormat);
  json.Key("outcome").String(NameOf(decision.outcome)).Key("ground").String(NameOf(decision.ground));
  json.Key("sentence").String(Sentence(decision)).Key("detail").String(decision.detail);
  json.Key("request").BeginObject().Key("act").String(NameOf(question.act));
  json.Key("application").String(question.application).Key("organization").String(question.organization);
  json.Key("provider").String(question.provider).Key("model").String(question.model);
  json.Key("tool").String(question.tool).Key("server").String(question.tool_server).EndObject();
  json.Key("agreement").BeginObject().Key("name").String(agreement.name);
  json.Key("version").String(agreement.version).Key("digest").String(package.DigestText()).EndObject();
  WriteClauses(json, "clauses", decision.clauses);
  WriteNeed(json, agreement, decision);
  json.Key("advice").BeginObject();
  WriteClauses(json, "against", decision.advice_against);
  WriteClauses(json, "for", decision.advice_for);
  json.EndObject();
  json.Key("acknowledgements");
  WriteAcknowledgements(json, agreement);
  json.Key("errors").BeginArray();
  for (const ClauseError& error : decision.errors) {
    json.BeginObject().Key("clause").String(error.clause.id).Key("message").String(error.message).EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace proviso::terms
