#include "cedar/internal/checked_type.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "cedar/internal/lexer.h"
#include "cedar/print.h"

namespace proviso::cedar::internal {
namespace {

using Kind = CheckedType::Kind;
using Openness = CheckedType::Openness;

constexpr std::size_t kShownDepthMax = 3;
constexpr std::size_t kShownFieldsMax = 8;

std::size_t Mixed(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6U) + (seed >> 2U));
}

std::string_view SimpleName(Kind kind) {
  switch (kind) {
    case Kind::kNever:
      return "nothing";
    case Kind::kTrue:
      return "true";
    case Kind::kFalse:
      return "false";
    case Kind::kBool:
      return "Bool";
    case Kind::kLong:
      return "Long";
    case Kind::kString:
      return "String";
    case Kind::kAnyEntity:
      return "any entity";
    case Kind::kDecimal:
      return "decimal";
    case Kind::kIpAddress:
      return "ipaddr";
    case Kind::kDatetime:
      return "datetime";
    case Kind::kDuration:
      return "duration";
    case Kind::kSet:
    case Kind::kRecord:
    case Kind::kEntity:
      return "";
  }
  std::unreachable();
}

void AppendType(std::string& out, const CheckedType& type, std::size_t depth);

void AppendRecord(std::string& out, const CheckedType& type, std::size_t depth) {
  out += '{';
  std::size_t shown = 0;
  for (const CheckedField& field : type.fields) {
    if (shown > 0) out += ", ";
    if (depth == kShownDepthMax || shown++ == kShownFieldsMax) {
      out += "…";
      break;
    }
    out += IsIdentifier(field.name) ? std::string(field.name) : QuoteString(field.name);
    if (field.presence == Presence::kOptional) out += '?';
    out += ": ";
    AppendType(out, *field.type, depth + 1);
  }
  if (type.openness == Openness::kOpen) out += type.fields.empty() ? "…" : ", …";
  out += '}';
}

void AppendType(std::string& out, const CheckedType& type, std::size_t depth) {
  if (type.kind == Kind::kSet) {
    // A set of sets of … is as deep as its text; the rest of the house prints it whole, too.
    out += "Set<";
    AppendType(out, *type.element, depth);
    out += '>';
  } else if (type.kind == Kind::kRecord) {
    AppendRecord(out, type, depth);
  } else if (!type.entity_types.empty()) {
    for (std::size_t i = 0; i < type.entity_types.size(); ++i) {
      if (i > 0) out += " or ";
      if (i == kShownFieldsMax) {
        out += "…";
        break;
      }
      out += type.entity_types[i];
    }
  } else {
    out += SimpleName(type.kind);
  }
}

Kind KindOf(Type::Kind kind) {
  switch (kind) {
    case Type::Kind::kBool:
      return Kind::kBool;
    case Type::Kind::kLong:
      return Kind::kLong;
    case Type::Kind::kString:
      return Kind::kString;
    case Type::Kind::kSet:
      return Kind::kSet;
    case Type::Kind::kRecord:
      return Kind::kRecord;
    case Type::Kind::kEntity:
      return Kind::kEntity;
    case Type::Kind::kDecimal:
      return Kind::kDecimal;
    case Type::Kind::kIpAddress:
      return Kind::kIpAddress;
    case Type::Kind::kDatetime:
      return Kind::kDatetime;
    case Type::Kind::kDuration:
      return Kind::kDuration;
  }
  std::unreachable();
}

}  // namespace

bool IsActionType(std::string_view entity_type) {
  return entity_type == "Action" || entity_type.ends_with("::Action");
}

std::string_view JoinFailureText(JoinFailure failure) {
  switch (failure) {
    case JoinFailure::kNone:
    case JoinFailure::kDifferentKinds:
      return "use values of one type";
    case JoinFailure::kEntityAndRecord:
      return "an entity is never a record; name one of its attributes";
    case JoinFailure::kEntityTypes:
      return "entities of different types are never the same; use one entity type";
    case JoinFailure::kRecordWidth:
      return "give both records the same attributes";
    case JoinFailure::kOptionality:
      return "an attribute that is optional in one record must be optional in the other";
  }
  std::unreachable();
}

const CheckedField* CheckedType::FindField(std::string_view name) const {
  const auto at = std::ranges::lower_bound(fields, name, {}, &CheckedField::name);
  return at != fields.end() && at->name == name ? &*at : nullptr;
}

bool CheckedType::IsBoolean() const {
  return kind == Kind::kBool || kind == Kind::kTrue || kind == Kind::kFalse;
}

bool CheckedType::IsEntity() const {
  return kind == Kind::kEntity || kind == Kind::kAnyEntity;
}

std::string CheckedType::Text() const {
  std::string out;
  AppendType(out, *this, 0);
  return out;
}

std::size_t TypeTable::Hash::operator()(const CheckedType* type) const {
  std::size_t hash = Mixed(static_cast<std::size_t>(type->kind), static_cast<std::size_t>(type->openness));
  hash = Mixed(hash, std::hash<TypeRef>()(type->element));
  for (const CheckedField& field : type->fields) {
    hash = Mixed(Mixed(hash, std::hash<std::string_view>()(field.name)), std::hash<TypeRef>()(field.type));
    hash = Mixed(hash, static_cast<std::size_t>(field.presence));
  }
  for (const std::string_view name : type->entity_types) {
    hash = Mixed(hash, std::hash<std::string_view>()(name));
  }
  return hash;
}

std::size_t TypeTable::PairHash::operator()(const std::pair<TypeRef, TypeRef>& pair) const {
  return Mixed(std::hash<TypeRef>()(pair.first), std::hash<TypeRef>()(pair.second));
}

TypeRef TypeTable::Intern(CheckedType type) {
  budget_.Spend(1 + type.fields.size() + type.entity_types.size());
  if (const auto known = known_.find(&type); known != known_.end()) return known->second;
  TypeRef kept = &types_.emplace_back(std::move(type));
  known_.emplace(kept, kept);
  return kept;
}

TypeRef TypeTable::Simple(Kind kind) {
  return Intern({.kind = kind});
}

TypeRef TypeTable::SetOf(TypeRef element) {
  return Intern({.kind = Kind::kSet, .element = element});
}

TypeRef TypeTable::RecordOf(std::vector<CheckedField> fields, Openness openness) {
  std::ranges::sort(fields, {}, &CheckedField::name);
  return Intern({.kind = Kind::kRecord, .openness = openness, .fields = std::move(fields)});
}

TypeRef TypeTable::EntityOf(std::string_view entity_type) {
  return Intern({.kind = Kind::kEntity, .entity_types = {entity_type}});
}

TypeRef TypeTable::FromSchema(const Type& type) {
  if (const auto known = from_schema_.find(&type); known != from_schema_.end()) return known->second;
  TypeRef made = nullptr;
  if (type.kind == Type::Kind::kSet) {
    made = SetOf(FromSchema(*type.element));
  } else if (type.kind == Type::Kind::kRecord) {
    std::vector<CheckedField> fields;
    fields.reserve(type.attributes.size());
    for (const AttributeType& attribute : type.attributes) {
      fields.push_back({attribute.name, FromSchema(*attribute.type), attribute.presence});
    }
    made = RecordOf(std::move(fields), Openness::kClosed);
  } else if (type.kind == Type::Kind::kEntity) {
    made = EntityOf(type.entity_type);
  } else {
    made = Simple(KindOf(type.kind));
  }
  from_schema_.emplace(&type, made);
  return made;
}

bool TypeTable::IsSubtype(TypeRef sub, TypeRef super) {
  if (sub == super || sub->kind == Kind::kNever) return true;
  if (super->kind == Kind::kBool) return sub->IsBoolean();
  const bool permissive = mode_ == ValidationMode::kPermissive;
  if (super->kind == Kind::kAnyEntity) return permissive && sub->IsEntity();
  if (sub->kind != super->kind) return false;
  switch (sub->kind) {
    case Kind::kSet:
      return IsSubtype(sub->element, super->element);
    case Kind::kRecord: {
      if (const auto known = subtypes_.find({sub, super}); known != subtypes_.end()) return known->second;
      const bool is_subtype = IsRecordSubtype(*sub, *super);
      subtypes_.emplace(std::pair(sub, super), is_subtype);
      return is_subtype;
    }
    case Kind::kEntity:
      return permissive && std::ranges::includes(super->entity_types, sub->entity_types);
    case Kind::kNever:
    case Kind::kTrue:
    case Kind::kFalse:
    case Kind::kBool:
    case Kind::kLong:
    case Kind::kString:
    case Kind::kAnyEntity:
    case Kind::kDecimal:
    case Kind::kIpAddress:
    case Kind::kDatetime:
    case Kind::kDuration:
      return false;  // these are subtypes only of themselves
  }
  std::unreachable();
}

bool TypeTable::IsRecordSubtype(const CheckedType& sub, const CheckedType& super) {
  if (budget_.spent()) return false;
  budget_.Spend(super.fields.size());
  if (sub.openness == Openness::kOpen && super.openness == Openness::kClosed) return false;
  const bool may_be_wider = super.openness == Openness::kOpen && mode_ == ValidationMode::kPermissive;
  if (!may_be_wider && sub.fields.size() != super.fields.size()) return false;
  return std::ranges::all_of(super.fields, [&](const CheckedField& field) {
    const CheckedField* own = sub.FindField(field.name);
    return own != nullptr && IsFieldSubtype(*own, field);
  });
}

bool TypeTable::IsFieldSubtype(const CheckedField& sub, const CheckedField& super) {
  const bool presence_fits = sub.presence == super.presence ||
                             (mode_ == ValidationMode::kPermissive && sub.presence == Presence::kRequired);
  return presence_fits && IsSubtype(sub.type, super.type);
}

Join TypeTable::LeastUpperBound(TypeRef a, TypeRef b) {
  if (IsSubtype(a, b)) return {b};
  if (IsSubtype(b, a)) return {a};
  if (const auto known = joins_.find({a, b}); known != joins_.end()) return known->second;
  const Join join = JoinUnequal(a, b);
  joins_.emplace(std::pair(a, b), join);
  return join;
}

Join TypeTable::JoinUnequal(TypeRef a, TypeRef b) {
  if (budget_.spent()) return {.failure = JoinFailure::kDifferentKinds};
  if (a->IsBoolean() && b->IsBoolean()) return {Simple(Kind::kBool)};
  if (a->kind == Kind::kSet && b->kind == Kind::kSet) {
    const Join join = LeastUpperBound(a->element, b->element);
    return join.type == nullptr ? join : Join{SetOf(join.type)};
  }
  if (a->IsEntity() && b->IsEntity()) return JoinEntities(*a, *b);
  if (a->kind == Kind::kRecord && b->kind == Kind::kRecord) return JoinRecords(*a, *b);
  const bool entity_and_record =
      (a->IsEntity() && b->kind == Kind::kRecord) || (b->IsEntity() && a->kind == Kind::kRecord);
  return {.failure = entity_and_record ? JoinFailure::kEntityAndRecord : JoinFailure::kDifferentKinds};
}

Join TypeTable::JoinEntities(const CheckedType& a, const CheckedType& b) {
  if (mode_ == ValidationMode::kStrict) return {.failure = JoinFailure::kEntityTypes};
  if (a.kind != Kind::kEntity || b.kind != Kind::kEntity) return {Simple(Kind::kAnyEntity)};
  CheckedType both{.kind = Kind::kEntity};
  std::ranges::set_union(a.entity_types, b.entity_types, std::back_inserter(both.entity_types));
  return {Intern(std::move(both))};
}

Join TypeTable::JoinRecords(const CheckedType& a, const CheckedType& b) {
  std::vector<CheckedField> fields;
  if (mode_ == ValidationMode::kStrict) {
    const JoinFailure failure = JoinFieldsStrictly(a, b, fields);
    if (failure != JoinFailure::kNone) return {.failure = failure};
  } else {
    fields = CommonFields(a, b);
  }
  const bool complete = fields.size() == a.fields.size() && fields.size() == b.fields.size();
  const bool open = a.openness == Openness::kOpen || b.openness == Openness::kOpen || !complete;
  return {RecordOf(std::move(fields), open ? Openness::kOpen : Openness::kClosed)};
}

JoinFailure TypeTable::JoinFieldsStrictly(const CheckedType& a, const CheckedType& b,
                                          std::vector<CheckedField>& joined) {
  budget_.Spend(a.fields.size());
  if (!std::ranges::equal(a.fields, b.fields, {}, &CheckedField::name, &CheckedField::name)) {
    return JoinFailure::kRecordWidth;
  }
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    const Join join = LeastUpperBound(a.fields[i].type, b.fields[i].type);
    if (join.type == nullptr) return join.failure;
    if (a.fields[i].presence != b.fields[i].presence) return JoinFailure::kOptionality;
    joined.push_back({a.fields[i].name, join.type, a.fields[i].presence});
  }
  return JoinFailure::kNone;
}

std::vector<CheckedField> TypeTable::CommonFields(const CheckedType& a, const CheckedType& b) {
  budget_.Spend(a.fields.size());
  std::vector<CheckedField> common;
  for (const CheckedField& field : a.fields) {
    const CheckedField* other = b.FindField(field.name);
    if (other == nullptr) continue;
    const Join join = LeastUpperBound(field.type, other->type);
    if (join.type == nullptr) continue;
    const bool required = field.presence == Presence::kRequired && other->presence == Presence::kRequired;
    common.push_back({field.name, join.type, required ? Presence::kRequired : Presence::kOptional});
  }
  return common;
}

}  // namespace proviso::cedar::internal
