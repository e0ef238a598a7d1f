// What the validator asks of a schema: which entity can be in which, and the checked types of what is
// declared. Ancestors are computed when they are first asked for.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cedar/internal/checked_type.h"
#include "cedar/schema.h"

namespace proviso::cedar::internal {

/// Borrows the schema and the table.
class SchemaIndex {
 public:
  SchemaIndex(const Schema& schema, TypeTable& types, Budget& budget)
      : schema_(schema), types_(types), budget_(budget) {}

  [[nodiscard]] const Schema& schema() const { return schema_; }
  [[nodiscard]] Budget& budget() const { return budget_; }
  /// "; did you mean …?", or what else to do where nothing is near or there are too many names to try.
  [[nodiscard]] std::string Suggestion(std::string_view name,
                                       const std::vector<std::string_view>& known) const;
  /// Whether the type is declared, or is one of actions.
  [[nodiscard]] bool IsKnownType(std::string_view entity_type) const;
  /// Whether an entity of type `descendant`, or an action of that type, can be in one of type
  /// `ancestor`: the same type counts.
  [[nodiscard]] bool CanBeIn(std::string_view descendant, std::string_view ancestor);
  /// Whether the action is `group` or is in it. False if either is not declared.
  [[nodiscard]] bool IsActionIn(const EntityUid& action, const EntityUid& group);
  /// The types above `entity_type`, sorted; itself only where it can be in itself.
  [[nodiscard]] const std::vector<std::string_view>& AncestorTypes(std::string_view entity_type);
  /// The groups above a declared action, sorted.
  [[nodiscard]] const std::vector<EntityUid>& AncestorActions(const EntityUid& action);

  /// The type of an entity literal; nullptr if its type, or the action, is not declared.
  [[nodiscard]] TypeRef TypeOfEntity(const EntityUid& uid);
  /// The attributes that all types of `entity` (kEntity) have, as a record.
  [[nodiscard]] TypeRef AttributesOf(TypeRef entity);
  /// Whether some value of `type` could have the attribute.
  [[nodiscard]] bool MayHaveAttribute(TypeRef type, std::string_view name) const;
  /// The distinct tag types of what `entity` can be; empty where nothing has tags.
  [[nodiscard]] std::vector<TypeRef> TagTypesOf(TypeRef entity);

 private:
  /// The types of the groups that actions of a type are directly in.
  [[nodiscard]] std::vector<std::string_view> GroupTypesOf(std::string_view action_type) const;

  const Schema& schema_;
  TypeTable& types_;
  Budget& budget_;
  std::unordered_map<std::string_view, std::vector<std::string_view>> ancestor_types_;
  std::unordered_map<EntityUid, std::vector<EntityUid>, EntityUidHash> ancestor_actions_;
  std::unordered_map<TypeRef, TypeRef> attributes_;
};

}  // namespace proviso::cedar::internal
