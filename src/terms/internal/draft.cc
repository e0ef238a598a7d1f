#include "terms/internal/draft.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "terms/decide.h"

namespace proviso::terms::internal {
namespace {

using cedar::CoreNode;
using cedar::EntityUid;
using cedar::Record;
using cedar::Type;
using cedar::Value;
using Kind = CoreNode::Kind;
using Path = std::vector<std::string>;

/// `context.authority.kind` as {"authority", "kind"}; nothing for any other expression.
std::optional<Path> PathOf(const CoreNode& node) {
  if (node.kind == Kind::kVariable && node.variable == cedar::VariableName::kContext) return Path{};
  if (node.kind != Kind::kGetAttribute) return std::nullopt;
  auto path = PathOf(node.child(0));
  if (path) path->emplace_back(node.name);
  return path;
}

template <typename T>
std::optional<Value> Parsed(std::string_view text, Value (*make)(T)) {
  const auto parsed = T::Parse(text);
  return parsed ? std::optional(make(*parsed)) : std::nullopt;
}

std::optional<Value> ConstantCall(const CoreNode& call) {
  if (call.children.size() != 1 || call.child(0).kind != Kind::kString) return std::nullopt;
  const std::string_view text = call.child(0).name;
  if (call.function == cedar::ExtensionFunction::kDatetime)
    return Parsed<cedar::Datetime>(text, Value::FromDatetime);
  if (call.function == cedar::ExtensionFunction::kDuration)
    return Parsed<cedar::Duration>(text, Value::FromDuration);
  if (call.function == cedar::ExtensionFunction::kDecimal)
    return Parsed<cedar::Decimal>(text, Value::FromDecimal);
  return std::nullopt;
}

std::optional<Value> ConstantOf(const CoreNode& node) {
  if (node.kind == Kind::kBool) return Value::Bool(node.boolean);
  if (node.kind == Kind::kString) return Value::String(std::string(node.name));
  if (node.kind == Kind::kEntity) return Value::Entity(*node.entity);
  if (node.kind == Kind::kCall) return ConstantCall(node);
  if (node.kind == Kind::kLong) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(node.name.data(), node.name.data() + node.name.size(), number);
    if (error == std::errc() && stop == node.name.data() + node.name.size()) return Value::Long(number);
  }
  if (node.kind != Kind::kSet) return std::nullopt;
  std::vector<Value> elements;
  for (const CoreNode* child : node.children) {
    auto element = ConstantOf(*child);
    if (!element) return std::nullopt;
    elements.push_back(std::move(*element));
  }
  return Value::FromElements(std::move(elements));
}

/// The plainest value of a type. Depth is bounded by the schema's.
Value Plain(const Type& type) {
  switch (type.kind) {
    case Type::Kind::kBool:
      return Value::Bool(false);
    case Type::Kind::kLong:
      return Value::Long(0);
    case Type::Kind::kString:
      return Value::String("x");
    case Type::Kind::kSet:
      return Value::FromElements({});
    case Type::Kind::kEntity:
      return Value::Entity(EntityUid(type.entity_type, "x"));
    case Type::Kind::kDecimal:
      return Value::FromDecimal(cedar::Decimal{});
    case Type::Kind::kIpAddress:
      return Value::FromIpAddress(*cedar::IpAddress::Parse("10.0.0.1"));
    case Type::Kind::kDatetime:
      return Value::FromDatetime(cedar::Datetime{});
    case Type::Kind::kDuration:
      return Value::FromDuration(cedar::Duration{});
    case Type::Kind::kRecord:
      break;
  }
  std::vector<cedar::Attribute> attributes;
  for (const cedar::AttributeType& attribute : type.attributes) {
    if (attribute.presence == cedar::Presence::kRequired)
      attributes.push_back({attribute.name, Plain(*attribute.type)});
  }
  return Value::FromRecord(Record(std::move(attributes)));
}

/// A value of the same kind that is not this one.
Value AnotherThan(const Value& value) {
  if (const bool* truth = value.AsBool()) return Value::Bool(!*truth);
  if (const std::int64_t* number = value.AsLong()) return Value::Long(*number == 0 ? 1 : 0);
  if (const std::string* text = value.AsString()) return Value::String(*text == "x" ? "y" : "x");
  if (const EntityUid* uid = value.AsEntity())
    return Value::Entity(EntityUid(uid->type(), uid->id() == "x" ? "y" : "x"));
  return value;
}

/// A number `by` away, where there is one.
std::optional<Value> Moved(const Value& value, std::int64_t by) {
  if (const std::int64_t* number = value.AsLong()) {
    std::int64_t moved = 0;
    if (__builtin_add_overflow(*number, by, &moved)) return std::nullopt;
    return Value::Long(moved);
  }
  if (const cedar::Datetime* instant = value.AsDatetime())
    return Value::FromDatetime(cedar::Datetime{instant->epoch_ms + by});
  if (const cedar::Duration* span = value.AsDuration())
    return Value::FromDuration(cedar::Duration{span->ms + by});
  return std::nullopt;
}

/// `record` with `value` at the path from `at` on; records that are not there are made of their types.
Record WithPath(const Record& record, const Type& type, const Path& path, std::size_t at,
                const std::optional<Value>& value) {
  if (at + 1 == path.size()) return WithAttribute(record, path[at], value);
  const cedar::AttributeType* declared = type.FindAttribute(path[at]);
  const Value* held = record.Find(path[at]);
  if (declared == nullptr || declared->type->kind != Type::Kind::kRecord || (held == nullptr && !value))
    return record;
  const Value below = held != nullptr ? *held : Plain(*declared->type);
  return WithAttribute(record, path[at],
                       Value::FromRecord(WithPath(*below.AsRecord(), *declared->type, path, at + 1, value)));
}

}  // namespace

Draft::Draft(const Package& package, Act act)
    : package_(package),
      context_(package.schema().FindAction(EntityUid("Action", std::string(NameOf(act))))->context) {
  const Agreement& agreement = package.agreement();
  Question& names = flat_.names;
  names.act = act;
  names.application =
      act == Act::kAdminister || agreement.applications.empty() ? "x" : agreement.applications.front().id;
  if (act == Act::kCallTool) {
    names.tool = "x";
    flat_.facts = WithAttribute(flat_.facts, "input", Plain(*context_->FindAttribute("input")->type));
  } else if (act != Act::kAdminister) {
    names.model = "x";
  }
  constexpr std::int64_t kSomeDayMs = 1'767'225'600'000;  // 2026-01-01
  const std::int64_t now_ms = agreement.effective_ms ? *agreement.effective_ms
                              : agreement.expires_ms ? *agreement.expires_ms - 1
                                                     : kSomeDayMs;
  flat_.facts = WithAttribute(flat_.facts, "now", Value::FromDatetime(cedar::Datetime{now_ms}));
}

Draft::Draft(const Package& package, const Question& from, std::vector<std::string> facts)
    : package_(package),
      context_(package.schema().FindAction(EntityUid("Action", std::string(NameOf(from.act))))->context),
      flat_(Flatten(from)),
      only_(std::set<std::string>(facts.begin(), facts.end())) {}

void Draft::Make(const CoreNode& condition, bool wanted) {
  switch (condition.kind) {
    case Kind::kNot:
      return Make(condition.child(0), !wanted);
    case Kind::kAnd:
    case Kind::kOr:
      // One false operand is enough; where only some facts may change, it is any that reads them.
      if ((condition.kind == Kind::kAnd) == wanted || only_) {
        for (const CoreNode* child : condition.children) Make(*child, wanted);
      } else {
        Make(*condition.children.back(), wanted);
      }
      return;
    case Kind::kIf:
      Make(condition.child(0), true);
      return Make(condition.child(1), wanted);
    case Kind::kHasAttribute: {
      auto path = PathOf(condition.child(0));
      if (!path) return;
      path->emplace_back(condition.name);
      const cedar::TypePtr type = TypeAt(*path);
      if (type == nullptr || (wanted && Find(*path) != nullptr)) return;
      return Set(*path, wanted ? std::optional(Plain(*type)) : std::nullopt);
    }
    case Kind::kGetAttribute:
      if (const auto path = PathOf(condition)) Set(*path, Value::Bool(wanted));
      return;
    case Kind::kEqual:
      return MakeEqual(condition.child(0), condition.child(1), wanted);
    case Kind::kLess:
    case Kind::kLessOrEqual:
      return MakeOrdered(condition.child(0), condition.child(1), condition.kind == Kind::kLessOrEqual,
                         wanted);
    case Kind::kIn:
      return MakeIn(condition.child(0), condition.child(1), wanted);
    case Kind::kContains:
    case Kind::kContainsAll:
    case Kind::kContainsAny:
      return MakeContained(condition.child(0), condition.child(1), wanted);
    case Kind::kLike:
      return MakeMatch(condition.child(0), *condition.pattern, wanted);
    case Kind::kBool:
    case Kind::kLong:
    case Kind::kString:
    case Kind::kEntity:
    case Kind::kVariable:
    case Kind::kSlot:
    case Kind::kNegate:
    case Kind::kIsEmpty:
    case Kind::kAdd:
    case Kind::kSubtract:
    case Kind::kMultiply:
    case Kind::kGetTag:
    case Kind::kHasTag:
    case Kind::kIs:
    case Kind::kSet:
    case Kind::kRecord:
    case Kind::kCall:
      return;
  }
}

void Draft::MakeEqual(const CoreNode& left, const CoreNode& right, bool wanted) {
  auto constant = ConstantOf(right);
  const CoreNode& what = constant ? left : right;
  if (!constant) constant = ConstantOf(left);
  if (!constant) return;
  if (what.kind == Kind::kVariable && constant->AsEntity() != nullptr) {
    if (wanted) SetName(what.variable, *constant->AsEntity());
    return;
  }
  const auto path = PathOf(what);
  if (!path || path->empty()) return;
  if (wanted) return Set(*path, *constant);
  const Value* held = Find(*path);
  if (held == nullptr || *held == *constant) Set(*path, Other(*path, *constant));
}

void Draft::MakeOrdered(const CoreNode& left, const CoreNode& right, bool or_equal, bool wanted) {
  const auto path_left = PathOf(left);
  const auto path_right = PathOf(right);
  if (const auto bound = ConstantOf(right); bound && path_left) {
    // left < bound, or not: then left >= bound.
    Set(*path_left, Moved(*bound, wanted ? (or_equal ? 0 : -1) : (or_equal ? 1 : 0)));
  } else if (const auto low = ConstantOf(left); low && path_right) {
    Set(*path_right, Moved(*low, wanted ? (or_equal ? 0 : 1) : (or_equal ? -1 : 0)));
  }
}

void Draft::MakeIn(const CoreNode& below, const CoreNode& above, bool wanted) {
  auto constant = ConstantOf(above);
  if (!constant || !wanted) return;
  if (const cedar::Set* any = constant->AsSet()) {
    if (any->empty()) return;
    constant = Value(any->elements().front());
  }
  const EntityUid* uid = constant->AsEntity();
  if (uid == nullptr) return;
  if (const auto path = PathOf(below); path && !path->empty()) {
    const cedar::TypePtr type = TypeAt(*path);
    if (type != nullptr && type->entity_type == uid->type()) return Set(*path, *constant);
  }
  if (below.kind == Kind::kVariable && below.variable == cedar::VariableName::kAction) return;
  PlaceUnder(*uid);
}

void Draft::MakeContained(const CoreNode& set, const CoreNode& element, bool wanted) {
  const auto constant = ConstantOf(element);
  if (const auto path = PathOf(set); path && constant && wanted) {
    std::vector<Value> elements;
    if (const Value* held = Find(*path); held != nullptr && held->AsSet() != nullptr)
      elements = held->AsSet()->elements();
    if (const cedar::Set* more = constant->AsSet()) {
      elements.insert(elements.end(), more->elements().begin(), more->elements().end());
    } else {
      elements.push_back(*constant);
    }
    return Set(*path, Value::FromElements(std::move(elements)));
  }
  const auto known = ConstantOf(set);
  const auto path = PathOf(element);
  if (!known || !path || known->AsSet() == nullptr || known->AsSet()->empty()) return;
  Set(*path, wanted ? known->AsSet()->elements().front() : Other(*path, known->AsSet()->elements().front()));
}

void Draft::MakeMatch(const CoreNode& text, const cedar::Pattern& pattern, bool wanted) {
  const auto path = PathOf(text);
  if (!path) return;
  std::string matching;
  for (const cedar::PatternElement& element : pattern) {
    if (element.kind == cedar::PatternElement::Kind::kCharacter && element.character < 0x80)
      matching.push_back(static_cast<char>(element.character));
  }
  Set(*path, Value::String(wanted ? matching : "x"));
}

void Draft::SetName(cedar::VariableName name, const EntityUid& uid) {
  if (only_) return;
  Question& names = flat_.names;
  if (name == cedar::VariableName::kPrincipal) {
    names.application = uid.id();
  } else if (uid.type() == "Model") {
    names.model = uid.id();
  } else if (uid.type() == "Tool") {
    const std::size_t slash = uid.id().find('/');
    names.tool_server = slash == std::string::npos ? "" : uid.id().substr(0, slash);
    names.tool = slash == std::string::npos ? uid.id() : uid.id().substr(slash + 1);
  }
}

void Draft::PlaceUnder(const EntityUid& above) {
  if (above.type() == "Enclave") return Set({"enclave"}, Value::Entity(above));
  if (only_) return;
  if (above.type() == "Provider") flat_.names.provider = above.id();
  if (above.type() == "ToolServer") flat_.names.tool_server = above.id();
  if (above.type() != "Organization") return;
  for (const ApplicationTerms& application : package_.agreement().applications) {
    if (application.organization == above.id()) flat_.names.application = application.id;
  }
}

void Draft::Set(const Path& path, const std::optional<Value>& value) {
  if (path.empty() || path.front() == "model" || (only_ && !only_->contains(path.front()))) return;
  flat_.facts = WithPath(flat_.facts, *context_, path, 0, value);
}

Value Draft::Other(const Path& path, const Value& than) const {
  const ApplicationTerms* application = package_.agreement().FindApplication(flat_.names.application);
  if (path != Path{"purpose"} || application == nullptr) return AnotherThan(than);
  for (const std::string& purpose : application->purposes) {
    if (than.AsEntity() == nullptr || purpose != than.AsEntity()->id())
      return Value::Entity(EntityUid("UseCase", purpose));
  }
  return AnotherThan(than);
}

const Value* Draft::Find(const Path& path) const {
  const Record* record = &flat_.facts;
  const Value* value = nullptr;
  for (const std::string& step : path) {
    value = record == nullptr ? nullptr : record->Find(step);
    if (value == nullptr) return nullptr;
    record = value->AsRecord();
  }
  return value;
}

cedar::TypePtr Draft::TypeAt(const Path& path) const {
  cedar::TypePtr type = context_;
  for (const std::string& step : path) {
    const cedar::AttributeType* attribute =
        type->kind == Type::Kind::kRecord ? type->FindAttribute(step) : nullptr;
    if (attribute == nullptr) return nullptr;
    type = attribute->type;
  }
  return type;
}

namespace {

/// A tool of the catalogue that has this effect, where the tool that is called does not.
void GiveATool(const Agreement& agreement, Question& question) {
  const CatalogueTool* named = agreement.FindTool(question.tool_server, question.tool);
  if (!question.facts.effect) {
    return;
  }
  if (named != nullptr && named->effect == *question.facts.effect) return;
  const auto fits = std::ranges::find(agreement.tools, *question.facts.effect, &CatalogueTool::effect);
  if (fits == agreement.tools.end()) return;
  question.tool = fits->name;
  question.tool_server = fits->server;
}

/// An application that may declare this purpose, where the one that asks may not.
void GiveAnApplication(const Agreement& agreement, Question& question) {
  const auto may = [&question](const ApplicationTerms& application) {
    return std::ranges::find(application.purposes, *question.facts.purpose) != application.purposes.end();
  };
  const ApplicationTerms* asks = agreement.FindApplication(question.application);
  if (!question.facts.purpose || (asks != nullptr && may(*asks))) return;
  const auto fits = std::ranges::find_if(agreement.applications, may);
  if (fits != agreement.applications.end()) question.application = fits->id;
}

void GiveAnAuthority(const Agreement& agreement, Question& question) {
  if (!question.facts.authority) return;
  AuthorityFact& authority = *question.facts.authority;
  if (authority.standing == AuthorityFact::Standing::kClaimed) {
    authority.subject_cap.reset();
    authority.expires_ms.reset();
    return;
  }
  const auto known = std::ranges::find(agreement.authority_issuers, authority.issuer, &AuthorityIssuer::id);
  if (known == agreement.authority_issuers.end() && !agreement.authority_issuers.empty())
    authority.issuer = agreement.authority_issuers.front().id;
}

/// All the people whom the agreement names: whatever a clause asks of a decision, they are most likely it.
void GivePeople(const Agreement& agreement, Question& question) {
  if (!question.facts.decision) return;
  std::vector<std::string> people;
  for (const NamedApprover& approver : agreement.approvers) people.push_back(approver.person);
  question.facts.decision = DecisionBy(agreement, people);
}

}  // namespace

Question Draft::Finished() const {
  Question question = Unflatten(flat_);
  const Agreement& agreement = package_.agreement();
  if (!only_) {
    if (question.act == Act::kCallTool) GiveATool(agreement, question);
    if (question.act != Act::kAdminister) GiveAnApplication(agreement, question);
    GivePeople(agreement, question);
    const ApplicationTerms* application = agreement.FindApplication(question.application);
    question.organization = application == nullptr ? "" : application->organization;
  }
  GiveAnAuthority(agreement, question);
  return question;
}

}  // namespace proviso::terms::internal
