#include "cedar/internal/validate_names.h"

#include <algorithm>
#include <utility>

#include "cedar/internal/library.h"
#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

void CheckType(std::string_view type, const SchemaIndex& schema, Position at,
               std::vector<TypeProblem>& problems) {
  if (schema.IsKnownType(type)) return;
  std::vector<std::string_view> names;
  for (const auto& [name, declaration] : schema.schema().entities()) names.push_back(name);
  problems.push_back(
      {FindingKind::kUnknownEntityType, at,
       "the schema has no entity type `" + std::string(type) + "`" + schema.Suggestion(type, names)});
}

void CheckAction(const EntityUid& uid, const SchemaIndex& schema, Position at,
                 std::vector<TypeProblem>& problems) {
  if (schema.schema().FindAction(uid) != nullptr) return;
  std::vector<std::string> texts;
  for (const auto& [action, declaration] : schema.schema().actions()) texts.push_back(action.Text());
  const std::vector<std::string_view> names(texts.begin(), texts.end());
  problems.push_back(
      {FindingKind::kUnknownAction, at,
       "the schema has no action `" + uid.Text() + "`" + schema.Suggestion(uid.Text(), names)});
}

void CheckEnumeratedId(const EntityUid& uid, const SchemaIndex& schema, Position at,
                       std::vector<TypeProblem>& problems) {
  const EntityDeclaration* declaration = schema.schema().FindEntity(uid.type());
  if (declaration == nullptr || declaration->choices.empty() || Contains(declaration->choices, uid.id())) {
    return;
  }
  const std::vector<std::string_view> names(declaration->choices.begin(), declaration->choices.end());
  problems.push_back({FindingKind::kUnknownEnumeratedId, at,
                      "`" + uid.type() + "` is enumerated and has no `" + uid.Text() + "`" +
                          schema.Suggestion(uid.id(), names)});
}

/// Whether an entity of `type` can satisfy the constraint.
bool CanSatisfy(std::string_view type, const ScopeConstraint& constraint, const EntityUid* target,
                SchemaIndex& schema) {
  switch (constraint.kind) {
    case ScopeConstraint::Kind::kAny:
      return true;
    case ScopeConstraint::Kind::kEqual:
      return target == nullptr || type == target->type();
    case ScopeConstraint::Kind::kIn:
      return target == nullptr || schema.CanBeIn(type, target->type());
    case ScopeConstraint::Kind::kIs:
      return type == constraint.type;
    case ScopeConstraint::Kind::kIsIn:
      return type == constraint.type && (target == nullptr || schema.CanBeIn(type, target->type()));
  }
  std::unreachable();
}

const EntityUid* TargetOf(const ScopeConstraint& constraint, const SlotValues& slots) {
  if (!constraint.target) return nullptr;
  if (const auto* uid = std::get_if<EntityUid>(&*constraint.target)) return uid;
  const bool is_principal = std::get<SlotName>(*constraint.target) == SlotName::kPrincipal;
  const std::optional<EntityUid>& value = is_principal ? slots.principal : slots.resource;
  return value ? &*value : nullptr;
}

bool CanSatisfy(const EntityUid& action, const ActionConstraint& constraint, SchemaIndex& schema) {
  if (schema.budget().spent()) return true;  // ends the search; nothing is concluded from it
  switch (constraint.kind) {
    case ActionConstraint::Kind::kAny:
      return true;
    case ActionConstraint::Kind::kEqual:
      return action == constraint.entities[0];
    case ActionConstraint::Kind::kIn:
    case ActionConstraint::Kind::kInList:
      return std::ranges::any_of(constraint.entities,
                                 [&](const EntityUid& group) { return schema.IsActionIn(action, group); });
  }
  std::unreachable();
}

bool AllDeclared(const ActionConstraint& constraint, const SchemaIndex& schema) {
  return std::ranges::all_of(
      constraint.entities, [&](const EntityUid& uid) { return schema.schema().FindAction(uid) != nullptr; });
}

}  // namespace

void FindUnknownNames(const CoreTree& tree, const SchemaIndex& schema, std::vector<TypeProblem>& problems) {
  for (const CoreNode& node : tree.nodes()) {
    schema.budget().Spend(1);
    if (schema.budget().spent() || problems.size() >= kFindingsMax) return;
    if (node.kind == CoreNode::Kind::kIs) {
      CheckType(node.name, schema, node.position, problems);
    } else if (node.kind == CoreNode::Kind::kEntity && IsActionType(node.entity->type())) {
      CheckAction(*node.entity, schema, node.position, problems);
    } else if (node.kind == CoreNode::Kind::kEntity) {
      CheckType(node.entity->type(), schema, node.position, problems);
      CheckEnumeratedId(*node.entity, schema, node.position, problems);
    }
  }
}

void FindUnknownSlotTypes(const SlotValues& slots, const SchemaIndex& schema, Position at,
                          std::vector<TypeProblem>& problems) {
  if (slots.principal) CheckType(slots.principal->type(), schema, at, problems);
  if (slots.resource) CheckType(slots.resource->type(), schema, at, problems);
}

void FindMissingAction(const PolicyBody& policy, const SlotValues& slots, SchemaIndex& schema,
                       std::vector<TypeProblem>& problems) {
  const EntityUid* principal = TargetOf(policy.principal, slots);
  const EntityUid* resource = TargetOf(policy.resource, slots);
  const auto applies = [&](const ActionDeclaration& action) {
    return CanSatisfy(action.uid, policy.action, schema) &&
           std::ranges::any_of(action.principal_types,
                               [&](const std::string& type) {
                                 return CanSatisfy(type, policy.principal, principal, schema);
                               }) &&
           std::ranges::any_of(action.resource_types, [&](const std::string& type) {
             return CanSatisfy(type, policy.resource, resource, schema);
           });
  };
  const bool any = AllDeclared(policy.action, schema) &&
                   std::ranges::any_of(schema.schema().actions(),
                                       [&](const auto& action) { return applies(action.second); });
  if (any) return;
  // At the scope's last part, so that names that are not known come before it.
  problems.push_back(
      {FindingKind::kNoApplicableAction, policy.resource.position,
       "no action that this scope allows applies to a principal and a resource that it allows; "
       "compare it with the `appliesTo` of the actions (an entity that others are in is matched "
       "by `in`, not by `==`)"});
}

}  // namespace proviso::cedar::internal
