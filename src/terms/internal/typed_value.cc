#include "terms/internal/typed_value.h"

#include "base/clock.h"
#include "base/fields.h"

namespace proviso::terms::internal {
namespace {

using base::Json;
using cedar::Type;
using cedar::Value;

std::unexpected<base::Error> Wrong(std::string_view wanted) {
  return base::Fail(base::ErrorCode::kInvalid, ": must be " + std::string(wanted));
}

/// The value that `parse` reads from a text, or what was wanted instead.
template <typename Parse, typename Make>
base::Result<Value> FromText(const Json& json, std::string_view wanted, const Parse& parse,
                             const Make& make) {
  if (!json.is_string()) return Wrong(wanted);
  const auto parsed = parse(json.text());
  if (!parsed) return Wrong(std::string(wanted) + " (" + parsed.error().message + ")");
  return make(*parsed);
}

base::Result<Value> ReadDecimal(const Json& json) {
  std::string text = json.is_number() ? std::string(json.raw()) : json.text();
  if (json.integer()) text += ".0";
  const auto decimal = cedar::Decimal::Parse(text);
  if (!decimal) return Wrong("a decimal such as \"12.5\"");
  return Value::FromDecimal(*decimal);
}

/// Recursion follows the type, whose depth the schema's reader bounds.
base::Result<Value> ReadSet(const Json& json, const Type& type) {
  if (!json.is_array()) return Wrong("a list, " + type.Text());
  std::vector<Value> elements;
  for (const Json element : json.elements()) {
    auto value = TypedValue(element, *type.element);
    if (!value)
      return base::Fail(value.error().code,
                        "[" + std::to_string(elements.size()) + "]" + value.error().message);
    elements.push_back(std::move(*value));
  }
  return Value::FromElements(std::move(elements));
}

base::Result<Value> ReadRecord(const Json& json, const Type& type) {
  if (!json.is_object()) return Wrong("a table, " + type.Text());
  std::vector<std::string> names;
  std::vector<cedar::Attribute> attributes;
  for (const cedar::AttributeType& attribute : type.attributes) {
    names.push_back(attribute.name);
    const Json member = json.Find(attribute.name);
    if (member.missing()) {
      if (attribute.presence == cedar::Presence::kOptional) continue;
      return base::Fail(base::ErrorCode::kInvalid, "." + attribute.name + ": is missing");
    }
    auto value = TypedValue(member, *attribute.type);
    if (!value) return base::Fail(value.error().code, "." + attribute.name + value.error().message);
    attributes.push_back({attribute.name, std::move(*value)});
  }
  for (const base::JsonMember member : json.members()) {
    const std::string key = member.key.text();
    if (type.FindAttribute(key) != nullptr) continue;
    const std::string meant = base::DidYouMean(key, names);
    return base::Fail(base::ErrorCode::kInvalid,
                      "." + key + ": unknown key" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  return Value::FromRecord(cedar::Record(std::move(attributes)));
}

}  // namespace

base::Result<std::int64_t> ReadInstant(const std::string& text) {
  const auto utc = base::ParseUtc(text);
  if (utc) return *utc;
  const auto cedar_spelling = cedar::Datetime::Parse(text);
  if (cedar_spelling) return cedar_spelling->epoch_ms;
  return std::unexpected(utc.error());
}

base::Result<Value> TypedValue(const Json& json, const Type& type) {
  switch (type.kind) {
    case Type::Kind::kBool:
      if (!json.is_bool()) return Wrong("true or false");
      return Value::Bool(json.is_true());
    case Type::Kind::kLong:
      if (!json.integer()) return Wrong("a whole number");
      return Value::Long(*json.integer());
    case Type::Kind::kString:
      if (!json.is_string()) return Wrong("a text in quotes");
      return Value::String(json.text());
    case Type::Kind::kSet:
      return ReadSet(json, type);
    case Type::Kind::kRecord:
      return ReadRecord(json, type);
    case Type::Kind::kEntity:
      if (!json.is_string()) return Wrong("the id of one " + type.entity_type + ", a text in quotes");
      return Value::Entity(cedar::EntityUid(type.entity_type, json.text()));
    case Type::Kind::kDecimal:
      return ReadDecimal(json);
    case Type::Kind::kIpAddress:
      return FromText(json, "an address or range", cedar::IpAddress::Parse, Value::FromIpAddress);
    case Type::Kind::kDatetime:
      return FromText(json, "an instant such as \"2026-03-01T09:00:00Z\"", ReadInstant,
                      [](std::int64_t ms) { return Value::FromDatetime(cedar::Datetime{ms}); });
    case Type::Kind::kDuration:
      break;
  }
  return FromText(json, "a duration such as \"1h30m\"", cedar::Duration::Parse, Value::FromDuration);
}

}  // namespace proviso::terms::internal
