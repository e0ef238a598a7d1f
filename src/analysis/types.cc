#include "analysis/internal/types.h"

#include <algorithm>
#include <array>

#include "analysis/limits.h"

namespace proviso::analysis::internal {
namespace {

using cedar::Type;
using cedar::TypePtr;
using cedar::Value;
using Kind = Type::Kind;

bool Spend(const Type& type, std::size_t& left) {
  if (left == 0) return false;
  --left;
  if (type.element != nullptr && !Spend(*type.element, left)) return false;
  return std::ranges::all_of(type.attributes, [&](const auto& field) { return Spend(*field.type, left); });
}

bool IsIdentifier(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, fits);
}

bool RecordConforms(const cedar::Record& record, const Type& type) {
  const bool all_known = std::ranges::all_of(record.attributes(), [&](const cedar::Attribute& attribute) {
    const cedar::AttributeType* declared = type.FindAttribute(attribute.name);
    return declared != nullptr && Conforms(attribute.value, *declared->type);
  });
  return all_known && std::ranges::all_of(type.attributes, [&](const cedar::AttributeType& declared) {
           return declared.presence == cedar::Presence::kOptional || record.Find(declared.name) != nullptr;
         });
}

}  // namespace

bool IsTooLarge(const Type& type) {
  std::size_t left = kTypePartsMax;
  return !Spend(type, left);
}

bool SameType(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.entity_type != b.entity_type) return false;
  if (a.kind == Kind::kSet) return SameType(*a.element, *b.element);
  return std::ranges::equal(a.attributes, b.attributes, [](const auto& left, const auto& right) {
    return left.name == right.name && left.presence == right.presence && SameType(*left.type, *right.type);
  });
}

bool Conforms(const Value& value, const Type& type) {
  switch (type.kind) {
    case Kind::kBool:
      return value.AsBool() != nullptr;
    case Kind::kLong:
      return value.AsLong() != nullptr;
    case Kind::kString:
      return value.AsString() != nullptr;
    case Kind::kDecimal:
      return value.AsDecimal() != nullptr;
    case Kind::kIpAddress:
      return value.AsIpAddress() != nullptr;
    case Kind::kDatetime:
      return value.AsDatetime() != nullptr;
    case Kind::kDuration:
      return value.AsDuration() != nullptr;
    case Kind::kEntity:
      return value.AsEntity() != nullptr && value.AsEntity()->type() == type.entity_type;
    case Kind::kSet:
      return value.AsSet() != nullptr &&
             std::ranges::all_of(value.AsSet()->elements(),
                                 [&](const Value& element) { return Conforms(element, *type.element); });
    case Kind::kRecord:
      return value.AsRecord() != nullptr && RecordConforms(*value.AsRecord(), type);
  }
  std::unreachable();
}

Value PlainValue(const Type& type, const cedar::Schema* schema) {
  switch (type.kind) {
    case Kind::kBool:
      return Value::Bool(false);
    case Kind::kLong:
      return Value::Long(0);
    case Kind::kString:
      return Value::String("");
    case Kind::kSet:
      return Value::FromElements({});
    case Kind::kRecord: {
      std::vector<cedar::Attribute> attributes;
      for (const cedar::AttributeType& field : type.attributes) {
        if (field.presence == cedar::Presence::kOptional) continue;
        attributes.push_back({field.name, PlainValue(*field.type, schema)});
      }
      return Value::FromRecord(cedar::Record(std::move(attributes)));
    }
    case Kind::kEntity: {
      const auto choices =
          schema == nullptr ? std::vector<std::string>() : ChoicesOf(*schema, type.entity_type);
      return Value::Entity(cedar::EntityUid(type.entity_type, choices.empty() ? "" : choices.front()));
    }
    case Kind::kDecimal:
      return Value::FromDecimal({});
    case Kind::kIpAddress:
      return Value::FromIpAddress({});
    case Kind::kDatetime:
      return Value::FromDatetime({});
    case Kind::kDuration:
      return Value::FromDuration({});
  }
  std::unreachable();
}

std::string PathOf(std::string_view path, std::string_view name) {
  std::string out(path);
  if (IsIdentifier(name)) return out + "." + std::string(name);
  out += "[\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"]";
}

TypePtr SimpleType(Kind kind) {
  // Made once and shared by all threads: never written again.
  static const auto kSimple = [] {
    std::array<TypePtr, 10> types;
    for (std::size_t i = 0; i < types.size(); ++i) {
      types[i] = std::make_shared<const Type>(Type{.kind = static_cast<Kind>(i)});
    }
    return types;
  }();
  return kSimple[static_cast<std::size_t>(kind)];
}

TypePtr EntityType(std::string_view name) {
  return std::make_shared<const Type>(Type{.kind = Kind::kEntity, .entity_type = std::string(name)});
}

TypePtr SetType(TypePtr element) {
  const std::uint32_t depth = element->depth + 1;
  return std::make_shared<const Type>(
      Type{.kind = Kind::kSet, .element = std::move(element), .depth = depth});
}

std::vector<std::string> ChoicesOf(const cedar::Schema& schema, std::string_view entity_type) {
  if (const cedar::EntityDeclaration* declaration = schema.FindEntity(entity_type)) {
    return declaration->choices;
  }
  std::vector<std::string> actions;
  for (const auto& [uid, action] : schema.actions()) {
    if (uid.type() == entity_type) actions.push_back(uid.id());
  }
  return actions;
}

bool IsActionType(std::string_view entity_type) {
  return entity_type == "Action" || entity_type.ends_with("::Action");
}

}  // namespace proviso::analysis::internal
