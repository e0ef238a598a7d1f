// `in`: false where the schema lets nothing of the one type be in anything of the other; known where
// an action is asked for.
#include <algorithm>

#include "cedar/internal/typechecker.h"

namespace proviso::cedar::internal {

Typing Typechecker::CheckIn(const CoreNode& node, const Capabilities& prior) {
  const Typing left = Expect(node.child(0), prior, Expected::kEntity);
  const Typing right = Expect(node.child(1), prior, Expected::kEntityOrSet);
  if (!left.ok || !right.ok) return {types_.Simple(TypeKind::kBool), false};
  const EntityUid* entity = NamedEntity(node.child(0));
  if (entity != nullptr && IsActionType(entity->type())) {
    if (const auto groups = NamedEntities(node.child(1))) return TypeOfActionIn(*entity, *groups);
  }
  return Of(CanBeIn(left.type, right.type) ? TypeKind::kBool : TypeKind::kFalse);
}

/// All that an action is in is in the schema, so the answer is known.
Typing Typechecker::TypeOfActionIn(const EntityUid& action, std::span<const EntityUid* const> groups) {
  bool is_in = false;
  for (const EntityUid* group : groups) {
    if (!IsActionType(group->type())) continue;
    if (schema_.schema().FindAction(*group) == nullptr) return {types_.Simple(TypeKind::kBool), false};
    is_in = is_in || schema_.IsActionIn(action, *group);
  }
  return Of(is_in ? TypeKind::kTrue : TypeKind::kFalse);
}

bool Typechecker::CanBeIn(TypeRef left, TypeRef right) {
  TypeRef container = right->kind == TypeKind::kSet ? right->element : right;
  if (left->kind != TypeKind::kEntity || container->kind != TypeKind::kEntity) return true;
  return std::ranges::any_of(left->entity_types, [&](std::string_view type) {
    return std::ranges::any_of(container->entity_types,
                               [&](std::string_view group) { return schema_.CanBeIn(type, group); });
  });
}

const EntityUid* Typechecker::NamedEntity(const CoreNode& node) const {
  if (node.kind == Kind::kEntity) return node.entity;
  const bool is_action = node.kind == Kind::kVariable && node.variable == VariableName::kAction;
  return is_action ? &request_->action->uid : nullptr;
}

std::optional<std::vector<const EntityUid*>> Typechecker::NamedEntities(const CoreNode& node) const {
  if (const EntityUid* one = NamedEntity(node)) return std::vector{one};
  if (node.kind != Kind::kSet) return std::nullopt;
  std::vector<const EntityUid*> all;
  for (const CoreNode* element : node.children) {
    const EntityUid* entity = NamedEntity(*element);
    if (entity == nullptr) return std::nullopt;
    all.push_back(entity);
  }
  return all;
}

}  // namespace proviso::cedar::internal
