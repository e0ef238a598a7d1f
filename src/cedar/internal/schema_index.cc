#include "cedar/internal/schema_index.h"

#include <algorithm>
#include <set>

#include "cedar/internal/library.h"
#include "cedar/internal/nearest.h"

namespace proviso::cedar::internal {
namespace {

/// Everything that `parents_of` leads to from `start`, sorted.
template <typename Node, typename ParentsOf>
std::vector<Node> Reachable(const Node& start, ParentsOf parents_of, Budget& budget) {
  std::set<Node> seen;
  std::vector<Node> open = parents_of(start);
  while (!open.empty() && !budget.spent()) {
    budget.Spend(1);
    const Node next = open.back();
    open.pop_back();
    if (!seen.insert(next).second) continue;
    for (const Node& parent : parents_of(next)) open.push_back(parent);
  }
  return {seen.begin(), seen.end()};
}

}  // namespace

std::string SchemaIndex::Suggestion(std::string_view name, const std::vector<std::string_view>& known) const {
  constexpr std::uint64_t kStepsOfOne = 128;
  budget_.Spend(kStepsOfOne * known.size());
  const std::string nearest = budget_.spent() ? std::string() : DidYouMean(name, known);
  return nearest.empty() ? "; declare it in the schema, or use one that is there" : nearest;
}

bool SchemaIndex::IsKnownType(std::string_view entity_type) const {
  return IsActionType(entity_type) || schema_.FindEntity(entity_type) != nullptr;
}

const std::vector<std::string_view>& SchemaIndex::AncestorTypes(std::string_view entity_type) {
  if (const auto known = ancestor_types_.find(entity_type); known != ancestor_types_.end()) {
    return known->second;
  }
  const auto parents_of = [&](std::string_view name) {
    if (IsActionType(name)) return GroupTypesOf(name);
    const EntityDeclaration* declaration = schema_.FindEntity(name);
    return declaration == nullptr ? std::vector<std::string_view>()
                                  : std::vector<std::string_view>(declaration->parent_types.begin(),
                                                                  declaration->parent_types.end());
  };
  return ancestor_types_.emplace(entity_type, Reachable(entity_type, parents_of, budget_)).first->second;
}

std::vector<std::string_view> SchemaIndex::GroupTypesOf(std::string_view action_type) const {
  std::set<std::string_view> types;
  for (const auto& [uid, action] : schema_.actions()) {
    if (uid.type() != action_type) continue;
    for (const EntityUid& parent : action.parents) types.insert(schema_.FindAction(parent)->uid.type());
  }
  return {types.begin(), types.end()};
}

const std::vector<EntityUid>& SchemaIndex::AncestorActions(const EntityUid& action) {
  if (const auto known = ancestor_actions_.find(action); known != ancestor_actions_.end()) {
    return known->second;
  }
  const auto parents_of = [&](const EntityUid& uid) {
    const ActionDeclaration* declaration = schema_.FindAction(uid);
    return declaration == nullptr ? std::vector<EntityUid>() : declaration->parents;
  };
  return ancestor_actions_.emplace(action, Reachable(action, parents_of, budget_)).first->second;
}

bool SchemaIndex::CanBeIn(std::string_view descendant, std::string_view ancestor) {
  budget_.Spend(1);
  return descendant == ancestor || std::ranges::binary_search(AncestorTypes(descendant), ancestor);
}

bool SchemaIndex::IsActionIn(const EntityUid& action, const EntityUid& group) {
  budget_.Spend(1);
  if (schema_.FindAction(action) == nullptr) return false;
  return action == group || std::ranges::binary_search(AncestorActions(action), group);
}

TypeRef SchemaIndex::TypeOfEntity(const EntityUid& uid) {
  if (IsActionType(uid.type())) {
    const ActionDeclaration* action = schema_.FindAction(uid);
    return action == nullptr ? nullptr : types_.EntityOf(action->uid.type());
  }
  const EntityDeclaration* declaration = schema_.FindEntity(uid.type());
  return declaration == nullptr ? nullptr : types_.EntityOf(declaration->name);
}

TypeRef SchemaIndex::AttributesOf(TypeRef entity) {
  if (const auto known = attributes_.find(entity); known != attributes_.end()) return known->second;
  TypeRef common = nullptr;
  for (const std::string_view name : entity->entity_types) {
    const EntityDeclaration* declaration = schema_.FindEntity(name);
    TypeRef own = declaration == nullptr ? types_.RecordOf({}, CheckedType::Openness::kClosed)
                                         : types_.FromSchema(*declaration->attributes);
    common = common == nullptr
                 ? own
                 : types_.RecordOf(types_.CommonFields(*common, *own), CheckedType::Openness::kClosed);
  }
  attributes_.emplace(entity, common);
  return common;
}

bool SchemaIndex::MayHaveAttribute(TypeRef type, std::string_view name) const {
  if (type->kind == CheckedType::Kind::kRecord) {
    return type->openness == CheckedType::Openness::kOpen || type->FindField(name) != nullptr;
  }
  if (type->kind != CheckedType::Kind::kEntity) return true;
  return std::ranges::any_of(type->entity_types, [&](std::string_view entity_type) {
    const EntityDeclaration* declaration = schema_.FindEntity(entity_type);
    return declaration != nullptr && declaration->attributes->FindAttribute(name) != nullptr;
  });
}

std::vector<TypeRef> SchemaIndex::TagTypesOf(TypeRef entity) {
  std::vector<TypeRef> tags;
  const auto add = [&](const EntityDeclaration* declaration) {
    budget_.Spend(1);
    if (declaration == nullptr || declaration->tags == nullptr) return;
    TypeRef type = types_.FromSchema(*declaration->tags);
    if (!Contains(tags, type)) tags.push_back(type);
  };
  if (entity->kind == CheckedType::Kind::kEntity) {
    for (const std::string_view name : entity->entity_types) add(schema_.FindEntity(name));
  } else if (entity->kind == CheckedType::Kind::kAnyEntity) {
    for (const auto& [name, declaration] : schema_.entities()) add(&declaration);
  }
  return tags;
}

}  // namespace proviso::cedar::internal
