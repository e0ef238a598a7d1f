#include "terms/internal/joined_type.h"

#include <algorithm>

namespace proviso::terms::internal {
namespace {

using cedar::AttributeType;
using cedar::Presence;
using cedar::Type;
using cedar::TypePtr;

/// Of a member that only one of two records has, or that one does not require.
AttributeType Optional(AttributeType attribute) {
  attribute.presence = Presence::kOptional;
  return attribute;
}

base::Result<TypePtr> JoinedRecord(const Type& a, const Type& b, const std::string& path) {
  auto joined = std::make_shared<Type>();
  joined->kind = Type::Kind::kRecord;
  joined->depth = std::max(a.depth, b.depth);
  for (const AttributeType& mine : a.attributes) {
    const AttributeType* other = b.FindAttribute(mine.name);
    if (other == nullptr) {
      joined->attributes.push_back(Optional(mine));
      continue;
    }
    auto type = JoinedType(mine.type, other->type, path + "." + mine.name);
    if (!type) return type;
    AttributeType both = mine;
    both.type = std::move(*type);
    if (other->presence == Presence::kOptional) both.presence = Presence::kOptional;
    joined->attributes.push_back(std::move(both));
  }
  for (const AttributeType& theirs : b.attributes) {
    if (a.FindAttribute(theirs.name) == nullptr) joined->attributes.push_back(Optional(theirs));
  }
  std::ranges::sort(joined->attributes, {}, &AttributeType::name);
  return joined;
}

}  // namespace

/// Depth is bounded by the schema's.
base::Result<TypePtr> JoinedType(const TypePtr& a, const TypePtr& b, const std::string& path) {
  if (a == b) return a;
  const bool same = a->kind == b->kind && a->entity_type == b->entity_type;
  if (same && a->kind == Type::Kind::kRecord) return JoinedRecord(*a, *b, path);
  if (same && a->kind == Type::Kind::kSet) {
    auto element = JoinedType(a->element, b->element, path);
    if (!element || *element == a->element) return element ? base::Result<TypePtr>(a) : element;
    auto joined = std::make_shared<Type>(*a);
    joined->element = std::move(*element);
    return joined;
  }
  if (same) return a;
  return base::Fail(base::ErrorCode::kInvalid,
                    path + ": " + a->Text() + " in one agreement, " + b->Text() + " in the other");
}

}  // namespace proviso::terms::internal
