#include "terms/worked_request.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "terms/decide.h"
#include "terms/declare.h"
#include "terms/internal/typed_value.h"

namespace proviso::terms {
namespace {

using base::Fields;
using base::Json;

using Errors = std::vector<std::string>;

std::optional<std::string> OptionalText(Fields& table, std::string_view key) {
  if (!table.Has(key)) return std::nullopt;
  return table.Text(key, "");
}

std::optional<std::int64_t> OptionalInteger(Fields& table, std::string_view key) {
  if (!table.Has(key)) return std::nullopt;
  return table.Integer(key, 0, INT64_MIN, INT64_MAX);
}

std::optional<std::int64_t> OptionalInstant(Fields& table, std::string_view key) {
  const auto text = OptionalText(table, key);
  if (!text) return std::nullopt;
  const auto instant = internal::ReadInstant(*text);
  if (!instant) table.Error(key, instant.error().message);
  return instant ? std::optional(*instant) : std::nullopt;
}

std::optional<AuthorityFact> ReadAuthorityFact(Fields& facts, Errors& errors) {
  if (!facts.Has("authority")) return std::nullopt;
  Fields table(facts.Table("authority"), facts.PathOf("authority"), errors);
  AuthorityFact authority;
  authority.kind = table.RequiredText("kind");
  const bool is_signed = table.Boolean("signed", false);
  authority.standing = is_signed ? AuthorityFact::Standing::kSigned : AuthorityFact::Standing::kClaimed;
  authority.reference = table.Text("case", "");
  authority.issuer = table.Text("issuer", "");
  authority.subject_cap = OptionalInteger(table, "subject_cap");
  authority.expires_ms = OptionalInstant(table, "expires");
  table.RefuseOthers();
  return authority;
}

std::optional<DecisionFact> ReadDecisionFact(Fields& facts, const Agreement& agreement, Errors& errors) {
  if (!facts.Has("decision")) return std::nullopt;
  Fields table(facts.Table("decision"), facts.PathOf("decision"), errors);
  std::vector<std::string> known;
  for (const NamedApprover& approver : agreement.approvers) known.push_back(approver.person);
  const std::vector<std::string> people = table.Texts("people");
  for (const std::string& person : people) {
    if (std::ranges::find(known, person) != known.end()) continue;
    const std::string meant = base::DidYouMean(person, known);
    table.Error("people",
                person + " is not an [[approver]]" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  DecisionFact decision = DecisionBy(agreement, people);
  const bool matches = table.Boolean("call_digest_matches", true);
  decision.match = matches ? DecisionFact::Match::kThisCall : DecisionFact::Match::kAnotherCall;
  table.RefuseOthers();
  return decision;
}

/// `tools = ["lookup_stock", "server/name"]`: offered under the schema that the catalogue has.
OfferedToolsFact OfferedOf(const std::vector<std::string>& offered, const Agreement& agreement) {
  OfferedToolsFact fact;
  fact.offered = static_cast<std::int64_t>(offered.size());
  for (const std::string& name : offered) {
    const auto known = std::ranges::find_if(agreement.tools, [&name](const CatalogueTool& tool) {
      return (tool.server.empty() ? tool.name : tool.server + "/" + tool.name) == name;
    });
    if (known == agreement.tools.end()) {
      ++fact.uncatalogued;
    } else if (std::ranges::find(fact.effects, known->effect) == fact.effects.end()) {
      fact.effects.push_back(known->effect);
    }
  }
  return fact;
}

std::optional<OfferedToolsFact> ReadOfferedTools(Fields& facts, const Agreement& agreement, Errors& errors) {
  const Json given = facts.Any("tools");
  if (given.missing()) return std::nullopt;
  if (given.is_array()) return OfferedOf(facts.Texts("tools"), agreement);
  Fields table(facts.Table("tools"), facts.PathOf("tools"), errors);
  OfferedToolsFact fact;
  fact.offered = table.Integer("offered", 0, 0, INT64_MAX);
  fact.uncatalogued = table.Integer("uncatalogued", 0, 0, INT64_MAX);
  fact.effects = table.Texts("effects");
  table.RefuseOthers();
  return fact;
}

/// A table, or the arguments as the very text that a model would send.
void ReadInput(Fields& table, Facts& facts) {
  const Json given = table.Any("input");
  if (given.missing()) return;
  auto input = InputFromJson(given.is_string() ? given.text() : std::string(given.raw()));
  if (input) {
    facts.input = std::move(*input);
  } else {
    facts.undecidable = input.error().message;
  }
}

/// Facts that have no member of their own in Facts, by the schema's context for the act.
void ReadOtherFacts(Fields& table, const cedar::Type& context, Facts& facts, Errors& errors) {
  constexpr std::array<std::string_view, 13> kOwn{"purpose", "on_behalf_of", "authority", "label", "enclave",
                                                  "network", "standing",     "effect",    "tools", "decision",
                                                  "input",   "now",          "model"};
  for (const cedar::AttributeType& fact : context.attributes) {
    if (std::ranges::find(kOwn, fact.name) != kOwn.end()) continue;
    const Json given = table.Any(fact.name);
    if (given.missing()) continue;
    auto value = internal::TypedValue(given, *fact.type);
    if (value) {
      facts.others.push_back({fact.name, std::move(*value)});
    } else {
      errors.push_back(table.PathOf(fact.name) + value.error().message);
    }
  }
}

/// A moment at which an agreement with dates is in force.
std::optional<std::int64_t> MomentInForce(const Agreement& agreement) {
  if (agreement.effective_ms) return agreement.effective_ms;
  if (agreement.expires_ms) return *agreement.expires_ms - 1;
  return std::nullopt;
}

Facts ReadFacts(Fields& table, Act act, const Agreement& agreement, const cedar::Schema& schema,
                Errors& errors) {
  Facts facts;
  facts.purpose = OptionalText(table, "purpose");
  facts.on_behalf_of = OptionalText(table, "on_behalf_of");
  facts.label = OptionalText(table, "label");
  facts.enclave = OptionalText(table, "enclave");
  facts.network = OptionalText(table, "network");
  facts.standing = OptionalText(table, "standing");
  facts.effect = OptionalText(table, "effect");
  facts.authority = ReadAuthorityFact(table, errors);
  facts.decision = ReadDecisionFact(table, agreement, errors);
  facts.tools = ReadOfferedTools(table, agreement, errors);
  facts.now_ms = OptionalInstant(table, "now");
  if (!facts.now_ms) facts.now_ms = MomentInForce(agreement);
  ReadInput(table, facts);
  const cedar::ActionDeclaration* action =
      schema.FindAction(cedar::EntityUid("Action", std::string(NameOf(act))));
  if (action != nullptr) ReadOtherFacts(table, *action->context, facts, errors);
  table.RefuseOthers();
  return facts;
}

/// What each act needs named.
void CheckNames(Fields& table, const Question& question) {
  switch (question.act) {
    case Act::kCallTool:
      if (question.tool.empty()) table.Error("tool", "is missing: a call_tool names its tool");
      return;
    case Act::kGenerate:
    case Act::kEmbed:
    case Act::kRelease:
      if (question.model.empty()) table.Error("model", "is missing: this act is of a model");
      return;
    case Act::kAdminister:
      return;
  }
}

}  // namespace

WorkedRequest ReadWorkedRequest(Fields& table, const Agreement& agreement, const cedar::Schema& schema,
                                Errors& errors) {
  WorkedRequest request;
  Question& question = request.question;
  const std::string act =
      table.Choice("act", "generate", {"generate", "embed", "call_tool", "release", "administer"});
  question.act = ActNamed(act).value_or(Act::kGenerate);
  question.application = table.RequiredText("application");
  const ApplicationTerms* application = agreement.FindApplication(question.application);
  question.organization = table.Text("organization", application == nullptr ? "" : application->organization);
  question.provider = table.Text("provider", "");
  question.model = table.Text("model", "");
  question.tool = table.Text("tool", "");
  question.tool_server = table.Text("server", "");
  CheckNames(table, question);
  Fields facts(table.Table("facts"), table.PathOf("facts"), errors);
  question.facts = ReadFacts(facts, question.act, agreement, schema, errors);
  const CatalogueTool* tool = agreement.FindTool(question.tool_server, question.tool);
  const bool is_catalogued = table.Boolean("catalogued", true);
  if (question.act == Act::kCallTool && !question.facts.effect && tool != nullptr && is_catalogued)
    question.facts.effect = tool->effect;
  if (question.facts.purpose) {
    const auto allowed = AllowedPurpose(agreement, question.application, *question.facts.purpose);
    if (!allowed) request.refusal = allowed.error().message;
  }
  return request;
}

Decision DecideWorked(const Package& package, const WorkedRequest& request) {
  if (!request.refusal) return Decide(package, request.question);
  Decision decision;
  decision.detail = *request.refusal;
  return decision;
}

}  // namespace proviso::terms
