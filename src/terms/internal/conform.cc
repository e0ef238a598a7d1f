#include "terms/internal/conform.h"

#include <algorithm>

#include "terms/internal/typed_value.h"
#include "terms/package.h"

namespace proviso::terms::internal {
namespace {

using cedar::AttributeType;
using cedar::EntityUid;
using cedar::Schema;
using cedar::Type;
using cedar::Value;
using cedar::ValueKind;

ValueKind KindOf(const Type& type) {
  switch (type.kind) {
    case Type::Kind::kBool:
      return ValueKind::kBool;
    case Type::Kind::kLong:
      return ValueKind::kLong;
    case Type::Kind::kString:
      return ValueKind::kString;
    case Type::Kind::kSet:
      return ValueKind::kSet;
    case Type::Kind::kRecord:
      return ValueKind::kRecord;
    case Type::Kind::kEntity:
      return ValueKind::kEntity;
    case Type::Kind::kDecimal:
      return ValueKind::kDecimal;
    case Type::Kind::kIpAddress:
      return ValueKind::kIpAddress;
    case Type::Kind::kDatetime:
      return ValueKind::kDatetime;
    case Type::Kind::kDuration:
      break;
  }
  return ValueKind::kDuration;
}

bool IsEntityOf(const EntityUid& uid, const Type& type, const Schema& schema) {
  if (uid.type() != type.entity_type) return false;
  const cedar::EntityDeclaration* declared = schema.FindEntity(type.entity_type);
  return declared == nullptr || declared->choices.empty() ||
         std::ranges::find(declared->choices, uid.id()) != declared->choices.end();
}

/// Recursion here and below follows the type, whose depth the schema's reader bounds.
bool IsOfType(const Value& value, const Type& type, const Schema& schema);

/// Both are sorted by name.
bool IsRecordOf(const cedar::Record& record, const Type& type, const Schema& schema) {
  auto given = record.attributes().begin();
  const auto end = record.attributes().end();
  for (const AttributeType& declared : type.attributes) {
    if (given == end || given->name != declared.name) {
      if (declared.presence == cedar::Presence::kRequired) return false;
      continue;
    }
    if (!IsOfType(given->value, *declared.type, schema)) return false;
    ++given;
  }
  return given == end;  // what is left stands before or between the declared ones
}

bool IsOfType(const Value& value, const Type& type, const Schema& schema) {
  if (value.kind() != KindOf(type)) return false;
  if (const EntityUid* uid = value.AsEntity()) return IsEntityOf(*uid, type, schema);
  if (const cedar::Record* record = value.AsRecord()) return IsRecordOf(*record, type, schema);
  const cedar::Set* set = value.AsSet();
  return set == nullptr || std::ranges::all_of(set->elements(), [&](const Value& element) {
           return IsOfType(element, *type.element, schema);
         });
}

std::unexpected<base::Error> NotOfType(const Value& value, const Type& type) {
  return base::Fail(base::ErrorCode::kInvalid,
                    ": must be " + type.Text() + " and is a " + std::string(cedar::KindName(value.kind())));
}

base::Result<Value> Bring(const Value& value, const Type& type, const Schema& schema);

base::Result<Value> BringRecord(const Value& value, const Type& type, const Schema& schema) {
  const cedar::Record* record = value.AsRecord();
  if (record == nullptr) return NotOfType(value, type);
  std::vector<cedar::Attribute> members;
  for (const AttributeType& declared : type.attributes) {
    const Value* given = record->Find(declared.name);
    if (given == nullptr && declared.presence == cedar::Presence::kOptional) continue;
    if (given == nullptr)
      return base::Fail(base::ErrorCode::kInvalid,
                        "." + declared.name + ": is missing, and the terms need it");
    auto member = Bring(*given, *declared.type, schema);
    if (!member) return base::Fail(member.error().code, "." + declared.name + member.error().message);
    members.push_back({declared.name, std::move(*member)});
  }
  return Value::FromRecord(cedar::Record(std::move(members)));
}

base::Result<Value> BringSet(const Value& value, const Type& type, const Schema& schema) {
  const cedar::Set* set = value.AsSet();
  if (set == nullptr) return NotOfType(value, type);
  std::vector<Value> elements;
  for (const Value& element : set->elements()) {
    auto brought = Bring(element, *type.element, schema);
    if (!brought) return base::Fail(brought.error().code, "[…]" + brought.error().message);
    elements.push_back(std::move(*brought));
  }
  return Value::FromElements(std::move(elements));
}

/// What a text of JSON can stand for.
base::Result<Value> BringText(const Value& value, const std::string& text, const Type& type,
                              const Schema& schema) {
  if (type.kind == Type::Kind::kEntity) {
    EntityUid uid(type.entity_type, text);
    if (IsEntityOf(uid, type, schema)) return Value::Entity(std::move(uid));
  } else if (type.kind == Type::Kind::kDatetime) {
    if (const auto instant = ReadInstant(text)) return Value::FromDatetime(cedar::Datetime{*instant});
  } else if (type.kind == Type::Kind::kDuration) {
    if (const auto duration = cedar::Duration::Parse(text)) return Value::FromDuration(*duration);
  } else if (type.kind == Type::Kind::kIpAddress) {
    if (const auto address = cedar::IpAddress::Parse(text)) return Value::FromIpAddress(*address);
  }
  return NotOfType(value, type);
}

base::Result<Value> Bring(const Value& value, const Type& type, const Schema& schema) {
  if (type.kind == Type::Kind::kRecord) return BringRecord(value, type, schema);
  if (type.kind == Type::Kind::kSet) return BringSet(value, type, schema);
  if (IsOfType(value, type, schema)) return value;
  if (const std::string* text = value.AsString()) return BringText(value, *text, type, schema);
  if (const std::int64_t* whole = value.AsLong(); whole != nullptr && type.kind == Type::Kind::kDecimal) {
    if (const auto decimal = cedar::Decimal::Parse(std::to_string(*whole) + ".0"))
      return Value::FromDecimal(*decimal);
  }
  return NotOfType(value, type);
}

const Type* TypeOf(const Package& package, std::string_view fact) {
  const AttributeType* declared = package.facts_type().FindAttribute(fact);
  return declared == nullptr ? nullptr : declared->type.get();
}

}  // namespace

base::Result<std::optional<Value>> Conformed(const Value& value, const Type& type, const Schema& schema) {
  if (IsOfType(value, type, schema)) return std::nullopt;
  auto brought = Bring(value, type, schema);
  if (!brought) return std::unexpected(brought.error());
  return std::move(*brought);
}

base::Result<ConformedQuestion> ConformedQuestion::Of(const Package& package, const Question& question) {
  ConformedQuestion conformed;
  conformed.as_given_ = &question;
  const auto change = [&]() -> Facts& {
    if (!conformed.changed_) conformed.changed_ = question;
    return conformed.changed_->facts;
  };
  const auto bring = [&](std::string_view fact, const Value& value) -> base::Result<std::optional<Value>> {
    const Type* type = TypeOf(package, fact);
    if (type == nullptr) return std::nullopt;  // no clause can name it
    auto brought = Conformed(value, *type, package.schema());
    if (!brought) return base::Fail(brought.error().code, std::string(fact) + brought.error().message);
    return brought;
  };
  if (question.facts.input) {
    auto input = bring("input", *question.facts.input);
    if (!input) return std::unexpected(input.error());
    if (*input) change().input = std::move(**input);
  }
  for (std::size_t i = 0; i < question.facts.others.size(); ++i) {
    const cedar::Attribute& given = question.facts.others[i];
    auto other = bring(given.name, given.value);
    if (!other) return std::unexpected(other.error());
    if (*other) change().others[i].value = std::move(**other);
  }
  return conformed;
}

}  // namespace proviso::terms::internal
