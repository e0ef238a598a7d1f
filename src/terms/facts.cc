#include "terms/facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/canonical_json.h"
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

/// A Long or a decimal with exactly the value of `text`, if there is one.
std::optional<Value> ExactNumber(std::string_view text) {
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, whole);
  if (error == std::errc() && stop == end) return Value::Long(whole);
  if (const auto decimal = cedar::Decimal::Parse(text)) return Value::FromDecimal(*decimal);
  return std::nullopt;
}

/// The number in its canonical text, so that 7.0 cannot pass where 7 is forbidden.
Value NumberValue(const base::Json& number) {
  std::string text = base::CanonicalJson(number);
  if (auto exact = ExactNumber(text)) return std::move(*exact);
  const auto read_as = number.number();
  if (!read_as) return Value::String(std::move(text));
  // 7.00000000000000000001 is 7 to whoever reads it as a double.
  constexpr std::size_t kShortestDoubleBytesMax = 32;
  std::array<char, kShortestDoubleBytesMax> shortest{};
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), *read_as);
  if (auto exact = ExactNumber({shortest.data(), written.ptr})) return std::move(*exact);
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

std::string Escaped(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '/') {
      escaped += "%2F";
    } else if (c == '%') {
      escaped += "%25";
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

EntityUid ResourceOf(const Question& question) {
  switch (question.act) {
    case Act::kCallTool:
      return ToolUid(question.tool_server, question.tool);
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
  std::vector<Attribute> context;
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
  for (const Attribute& other : facts.others) {
    const bool given = std::ranges::find(context, other.name, &Attribute::name) != context.end();
    if (!given && other.name != "decision") context.push_back(other);
  }
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
  if (!document->root().is_object())
    return base::Fail(base::ErrorCode::kInvalid, "arguments: must be a JSON object");
  return InputValue(document->root());
}

EntityUid ToolUid(std::string_view server, std::string_view tool) {
  if (server.empty()) return {"Tool", Escaped(tool)};
  return {"Tool", Escaped(server) + "/" + std::string(tool)};
}

Record ContextOf(const Question& question) {
  return ContextWith(question, question.facts.decision);
}

std::vector<cedar::Entity> EntitiesOf(const Question& question) {
  std::vector<cedar::Entity> entities;
  std::vector<EntityUid> above;
  if (!question.organization.empty()) above.emplace_back("Organization", question.organization);
  entities.push_back({PrincipalOf(question), std::move(above), {}, {}});
  if (!question.model.empty()) {
    std::vector<EntityUid> parents;
    if (!question.provider.empty()) parents.emplace_back("Provider", question.provider);
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
