#include "cedar/schema.h"

#include <algorithm>

#include "cedar/internal/lexer.h"
#include "cedar/internal/schema_fragment.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace {

constexpr std::size_t kShownDepthMax = 3;
constexpr std::size_t kShownAttributesMax = 8;

void AppendType(std::string& out, const Type& type, std::size_t depth);

void AppendRecord(std::string& out, const Type& type, std::size_t depth) {
  out += '{';
  std::size_t shown = 0;
  for (const AttributeType& attribute : type.attributes) {
    if (shown > 0) out += ", ";
    if (depth == kShownDepthMax || shown++ == kShownAttributesMax) {
      out += "…";
      break;
    }
    out += NameOrQuoted(attribute.name);
    if (attribute.presence == Presence::kOptional) out += '?';
    out += ": ";
    AppendType(out, *attribute.type, depth + 1);
  }
  out += '}';
}

void AppendType(std::string& out, const Type& type, std::size_t depth) {
  switch (type.kind) {
    case Type::Kind::kBool:
      out += "Bool";
      return;
    case Type::Kind::kLong:
      out += "Long";
      return;
    case Type::Kind::kString:
      out += "String";
      return;
    case Type::Kind::kSet:
      out += "Set<";
      AppendType(out, *type.element, depth);
      out += '>';
      return;
    case Type::Kind::kRecord:
      AppendRecord(out, type, depth);
      return;
    case Type::Kind::kEntity:
      out += type.entity_type;
      return;
    case Type::Kind::kDecimal:
      out += "decimal";
      return;
    case Type::Kind::kIpAddress:
      out += "ipaddr";
      return;
    case Type::Kind::kDatetime:
      out += "datetime";
      return;
    case Type::Kind::kDuration:
      out += "duration";
      return;
  }
}

}  // namespace

std::optional<std::string_view> AttributeType::FindAnnotation(std::string_view key) const {
  const auto at = std::ranges::find(annotations, key, &Annotation::key);
  if (at == annotations.end()) return std::nullopt;
  return at->value;
}

const AttributeType* Type::FindAttribute(std::string_view name) const {
  const auto at = std::ranges::lower_bound(attributes, name, {}, &AttributeType::name);
  return at != attributes.end() && at->name == name ? &*at : nullptr;
}

std::string Type::Text() const {
  std::string out;
  AppendType(out, *this, 0);
  return out;
}

base::Result<Schema> Schema::Parse(std::string_view text, std::string_view source_name) {
  const auto fragment = internal::ParseSchemaText(text, source_name);
  if (!fragment) return std::unexpected(fragment.error());
  return internal::ResolveSchema(*fragment);
}

base::Result<Schema> Schema::ParseJson(std::string_view text, std::string_view source_name) {
  const auto fragment = internal::ParseSchemaJson(text, source_name);
  if (!fragment) return std::unexpected(fragment.error());
  return internal::ResolveSchema(*fragment);
}

const EntityDeclaration* Schema::FindEntity(std::string_view name) const {
  const auto at = entities_.find(name);
  return at == entities_.end() ? nullptr : &at->second;
}

const ActionDeclaration* Schema::FindAction(const EntityUid& uid) const {
  const auto at = actions_.find(uid);
  return at == actions_.end() ? nullptr : &at->second;
}

}  // namespace proviso::cedar
