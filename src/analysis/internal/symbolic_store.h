// What a world's entities have and are in, as terms: the part of compiling in which worlds differ.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compile.h"
#include "analysis/internal/model.h"

namespace proviso::analysis::internal {

/// What is read of an entity.
struct Reading {
  Term present;         ///< False for an entity that has it not, or that does not exist
  SymbolicValue value;  ///< means nothing where it is not present; has no type where it never is
};

/// What an entity is sought in: one entity, or all that are in a set of them.
struct Containers {
  std::string type;
  Term one = nullptr;
  Term set = nullptr;  ///< where `one` is nullptr
};
/// Whether this entity, of their type, is one of them.
[[nodiscard]] Term IsAmong(Terms& terms, Term entity, const Containers& containers);

/// Errors are kLimit past limits.h, and kInvalid where the world's entities are not as the schema says.
class SymbolicStore {
 public:
  SymbolicStore() = default;
  virtual ~SymbolicStore() = default;
  SymbolicStore(const SymbolicStore&) = delete;
  SymbolicStore& operator=(const SymbolicStore&) = delete;

  /// `attribute` is of the declaration of the entity's type.
  [[nodiscard]] virtual base::Result<Reading> Attribute(const SymbolicValue& entity,
                                                        const cedar::AttributeType& attribute) = 0;
  /// `type` is that of the tags of the entity's type.
  [[nodiscard]] virtual base::Result<Reading> Tag(const SymbolicValue& entity, Term name,
                                                  const cedar::TypePtr& type) = 0;
  /// Whether the entity is one of the containers, or below one.
  [[nodiscard]] virtual base::Result<Term> IsIn(const SymbolicValue& entity,
                                                const Containers& containers) = 0;
  /// What holds of the entities that were asked for so far.
  [[nodiscard]] virtual std::vector<Term> Assumptions() = 0;

  /// The terms whose values make the entities of a case; and these.
  [[nodiscard]] virtual std::vector<Term> Wanted() = 0;
  [[nodiscard]] virtual base::Result<std::vector<cedar::Entity>> EntitiesIn(const Model& model) = 0;
};

[[nodiscard]] std::unique_ptr<SymbolicStore> MakeClosedStore(Terms& terms, const cedar::Entities& entities,
                                                             const std::vector<LocalEntity>& locals);

[[nodiscard]] std::unique_ptr<SymbolicStore> MakeOpenStore(Terms& terms, const cedar::Schema& schema);

/// The entity that a constant term is; nothing for other terms.
[[nodiscard]] std::optional<cedar::EntityUid> UidOf(const SymbolicValue& entity);

}  // namespace proviso::analysis::internal
