#include "terms/facts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "terms/limits.h"

namespace proviso::terms {
namespace {

using cedar::Attribute;
using cedar::EntityUid;
using cedar::Record;
using cedar::Value;

constexpr std::array<std::pair<Act, std::string_view>, 5> kActs{{{Act::kGenerate, "generate"},
                                                                 {Act::kEmbed, "embed"},
                                                                 {Act::kCallTool, "call_tool"},
                                                                 {Act::kRelease, "release"},
                                                                 {Act::kAdminister, "administer"}}};

Value Strings(const std::vector<std::string>& texts) {
  std::vector<Value> values;
  for (const std::string& text : texts) values.push_back(Value::String(text));
  return Value::FromElements(std::move(values));
}

Value AuthorityValue(const AuthorityFact& authority) {
  std::vector<Attribute> attributes{
      {"kind", Value::String(authority.kind)},
      {"signed", Value::Bool(authority.standing == AuthorityFact::Standing::kSigned)}};
  if (!authority.reference.empty()) attributes.push_back({"case", Value::String(authority.reference)});
  if (!authority.issuer.empty()) attributes.push_back({"issuer", Value::String(authority.issuer)});
  if (authority.subject_cap) attributes.push_back({"subject_cap", Value::Long(*authority.subject_cap)});
  if (authority.expires_ms) {
    attributes.push_back({"expires", Value::FromDatetime(cedar::Datetime{*authority.expires_ms})});
  }
  return Value::FromRecord(Record(std::move(attributes)));
}

Value DecisionValue(const DecisionFact& decision) {
  std::vector<Value> people;
  for (const std::string& person : decision.people)
    people.push_back(Value::Entity(EntityUid("Person", person)));
  return Value::FromRecord(
      Record({{"count", Value::Long(static_cast<std::int64_t>(decision.people.size()))},
              {"roles", Strings(decision.roles)},
              {"approvers", Value::FromElements(std::move(people))},
              {"call_digest_matches", Value::Bool(decision.match == DecisionFact::Match::kThisCall)}}));
}

Value ToolsValue(const OfferedToolsFact& tools) {
  return Value::FromRecord(Record({{"offered", Value::Long(tools.offered)},
                                   {"uncatalogued", Value::Long(tools.uncatalogued)},
                                   {"effects", Strings(tools.effects)}}));
}

/// A decimal when four digits hold the number exactly; otherwise its own text.
Value NumberValue(const base::Json& number) {
  if (const auto integer = number.integer()) return Value::Long(*integer);
  std::string text(number.raw());
  if (auto decimal = cedar::Decimal::Parse(text)) return Value::FromDecimal(*decimal);
  return Value::String(std::move(text));
}

/// Depth is bounded by the JSON limits of the one caller.
Value InputValue(const base::Json& json) {
  switch (json.kind()) {
    case base::JsonKind::kBool:
      return Value::Bool(json.is_true());
    case base::JsonKind::kNumber:
      return NumberValue(json);
    case base::JsonKind::kArray: {
      std::vector<Value> values;
      for (const base::Json element : json.elements()) {
        if (!element.is_null()) values.push_back(InputValue(element));
      }
      return Value::FromElements(std::move(values));
    }
    case base::JsonKind::kObject: {
      std::vector<Attribute> attributes;
      for (const base::JsonMember member : json.members()) {
        if (!member.value.is_null()) attributes.push_back({member.key.text(), InputValue(member.value)});
      }
      return Value::FromRecord(Record(std::move(attributes)));
    }
    case base::JsonKind::kString:
    case base::JsonKind::kNull:
    case base::JsonKind::kMissing:
      break;
  }
  return Value::String(json.text());
}

EntityUid ResourceOf(const Question& question) {
  switch (question.act) {
    case Act::kCallTool:
      return {"Tool",
              question.tool_server.empty() ? question.tool : question.tool_server + "/" + question.tool};
    case Act::kAdminister:
      return {"Gateway", "gateway"};
    case Act::kGenerate:
    case Act::kEmbed:
    case Act::kRelease:
      break;
  }
  return {"Model", question.model};
}

EntityUid PrincipalOf(const Question& question) {
  return {question.act == Act::kAdminister ? "Person" : "Application", question.application};
}

void AddText(std::vector<Attribute>& context, std::string_view name, const std::optional<std::string>& text) {
  if (text) context.push_back({std::string(name), Value::String(*text)});
}

void AddEntity(std::vector<Attribute>& context, std::string_view name, std::string_view type,
               const std::optional<std::string>& id) {
  if (id) context.push_back({std::string(name), Value::Entity(EntityUid(std::string(type), *id))});
}

Record ContextWith(const Question& question, const std::optional<DecisionFact>& decision) {
  const Facts& facts = question.facts;
  std::vector<Attribute> context = facts.others;
  AddEntity(context, "purpose", "UseCase", facts.purpose);
  AddText(context, "on_behalf_of", facts.on_behalf_of);
  if (facts.authority) context.push_back({"authority", AuthorityValue(*facts.authority)});
  AddText(context, "label", facts.label);
  AddEntity(context, "enclave", "Enclave", facts.enclave);
  AddText(context, "network", facts.network);
  AddText(context, "standing", facts.standing);
  AddText(context, "effect", facts.effect);
  if (!question.model.empty())
    context.push_back({"model", Value::Entity(EntityUid("Model", question.model))});
  if (facts.tools) context.push_back({"tools", ToolsValue(*facts.tools)});
  if (facts.input) context.push_back({"input", *facts.input});
  if (facts.now_ms) context.push_back({"now", Value::FromDatetime(cedar::Datetime{*facts.now_ms})});
  if (decision) context.push_back({"decision", DecisionValue(*decision)});
  return Record(std::move(context));
}

}  // namespace

std::string_view NameOf(Act act) {
  for (const auto& [known, name] : kActs) {
    if (known == act) return name;
  }
  return "";
}

std::optional<Act> ActNamed(std::string_view name) {
  for (const auto& [act, known] : kActs) {
    if (known == name) return act;
  }
  return std::nullopt;
}

base::Result<Value> InputFromJson(std::string_view json) {
  if (json.size() > kInputBytesMax) {
    return base::Fail(base::ErrorCode::kLimit,
                      "arguments larger than " + std::to_string(kInputBytesMax) + " bytes cannot be decided");
  }
  const auto document =
      base::JsonDocument::Parse(json, {.depth_max = kInputDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return base::Within("arguments", document.error());
  return InputValue(document->root());
}

Record ContextOf(const Question& question) {
  return ContextWith(question, question.facts.decision);
}

std::vector<cedar::Entity> EntitiesOf(const Question& question) {
  std::vector<cedar::Entity> entities;
  const EntityUid organization("Organization", question.organization);
  entities.push_back({PrincipalOf(question), {organization}, {}, {}});
  if (!question.model.empty()) {
    std::vector<EntityUid> parents{EntityUid("Provider", question.provider)};
    if (question.facts.enclave) parents.emplace_back("Enclave", *question.facts.enclave);
    entities.push_back({EntityUid("Model", question.model), std::move(parents), {}, {}});
  }
  if (question.act == Act::kCallTool) {
    std::vector<EntityUid> parents;
    if (!question.tool_server.empty()) parents.emplace_back("ToolServer", question.tool_server);
    entities.push_back({ResourceOf(question), std::move(parents), {}, {}});
  }
  return entities;
}

cedar::Request RequestOf(const Question& question, const std::optional<DecisionFact>& decision) {
  return {PrincipalOf(question), EntityUid("Action", std::string(NameOf(question.act))), ResourceOf(question),
          Value::FromRecord(ContextWith(question, decision ? decision : question.facts.decision))};
}

}  // namespace proviso::terms
