// Gives every expression of a policy its type in one kind of request. One rule for each kind of node,
// as the language's specification has them; where a rule fails, the walk goes on with what is still
// known, so that one run finds what there is to find.
//
// Sources: "Cedar: A New Language for Expressive, Fast, Safe, and Analyzable Authorization", section 4
// and the reference validator.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cedar/core_tree.h"
#include "cedar/internal/capabilities.h"
#include "cedar/internal/schema_index.h"

namespace proviso::cedar::internal {

/// One kind of request: an action, a type of its principals and one of its resources; for a template,
/// also the types that its slots have.
struct RequestKind {
  std::string_view principal_type;
  const ActionDeclaration* action = nullptr;
  std::string_view resource_type;
  std::string_view principal_slot_type{};
  std::string_view resource_slot_type{};
};

/// What is wrong, before it is known in which policy.
struct TypeProblem {
  FindingKind kind;
  Position position;
  std::string message;
};

/// The result for one node. Without a type nothing is known of its value. `ok` is false where it, or
/// something in it, is wrong; then nothing is known to be there either.
struct Typing {
  TypeRef type = nullptr;
  bool ok = false;
  Capabilities known{};  ///< what is there if the expression is true
};

class Typechecker {
 public:
  /// Borrows all of them.
  Typechecker(SchemaIndex& schema, TypeTable& types, Budget& budget, ValidationMode mode,
              std::vector<TypeProblem>& problems)
      : schema_(schema), types_(types), budget_(budget), mode_(mode), problems_(problems) {}

  /// Checks that the tree is boolean in requests of this kind.
  [[nodiscard]] Typing Run(const CoreTree& tree, const RequestKind& request);
  /// The type that the last run gave the node; nullptr if evaluation cannot come to it.
  [[nodiscard]] TypeRef TypeOf(const CoreNode& node) const { return types_of_nodes_[node.index]; }

 private:
  using Kind = CoreNode::Kind;
  using TypeKind = CheckedType::Kind;

  /// What an operand must be.
  enum class Expected : std::uint8_t { kBool, kLong, kString, kSet, kEntity, kEntityOrRecord, kEntityOrSet };

  Typing Check(const CoreNode& node, const Capabilities& prior);
  Typing CheckKind(const CoreNode& node, const Capabilities& prior);
  /// As Check, and a problem where the type is not as expected.
  Typing Expect(const CoreNode& node, const Capabilities& prior, Expected expected);
  Typing ExpectType(const CoreNode& node, const Capabilities& prior, TypeRef expected);
  void RefuseType(const CoreNode& node, std::string_view expected, const CheckedType& found);
  [[nodiscard]] static bool Fits(const CheckedType& type, Expected expected);
  [[nodiscard]] static std::string_view NameOf(Expected expected);

  // typechecker.cc: what has a type by itself, and what decides what is evaluated.
  Typing CheckVariable(const CoreNode& node);
  Typing CheckIf(const CoreNode& node, const Capabilities& prior);
  Typing CheckAnd(const CoreNode& node, const Capabilities& prior);
  Typing CheckOr(const CoreNode& node, const Capabilities& prior);
  Typing And(const Typing& left, const Typing& right);
  Typing Or(const Typing& left, const Typing& right);

  // typecheck_access.cc: attributes and tags.
  Typing CheckGetAttribute(const CoreNode& node, const Capabilities& prior);
  Typing CheckHasAttribute(const CoreNode& node, const Capabilities& prior);
  Typing CheckGetTag(const CoreNode& node, const Capabilities& prior);
  Typing CheckHasTag(const CoreNode& node, const Capabilities& prior);
  [[nodiscard]] std::optional<CheckedField> FindAttribute(TypeRef of, std::string_view name);
  void RefuseAttribute(const CoreNode& node, TypeRef of);

  // typecheck_operators.cc: operators and calls.
  Typing CheckUnary(const CoreNode& node, const Capabilities& prior);
  Typing CheckArithmetic(const CoreNode& node, const Capabilities& prior);
  Typing CheckEqual(const CoreNode& node, const Capabilities& prior);
  Typing CheckOrder(const CoreNode& node, const Capabilities& prior);
  Typing CheckSetMethod(const CoreNode& node, const Capabilities& prior);
  Typing CheckLike(const CoreNode& node, const Capabilities& prior);
  Typing CheckIs(const CoreNode& node, const Capabilities& prior);
  Typing CheckSet(const CoreNode& node, const Capabilities& prior);
  Typing CheckRecord(const CoreNode& node, const Capabilities& prior);
  Typing CheckCall(const CoreNode& node, const Capabilities& prior);
  /// Whether there are `count`, and constructors have literals that read; else problems.
  bool ArgumentsFit(const CoreNode& node, std::size_t count);
  [[nodiscard]] TypeKind TypeOfEqual(const CoreNode& node, TypeRef left, TypeRef right) const;
  /// Whether two literals, or the variable `action`, are the same; nothing for other expressions.
  [[nodiscard]] std::optional<bool> SameLiteral(const CoreNode& left, const CoreNode& right) const;
  /// In strict mode, a problem unless both types have a common one.
  bool Joinable(const CoreNode& node, TypeRef left, TypeRef right, std::string_view what);
  [[nodiscard]] TypeRef JoinAll(const CoreNode& node, std::span<const TypeRef> types, std::string_view what);

  // typecheck_membership.cc: `in`.
  Typing CheckIn(const CoreNode& node, const Capabilities& prior);
  [[nodiscard]] Typing TypeOfActionIn(const EntityUid& action, std::span<const EntityUid* const> groups);
  /// Whether something of the left type can be in something of the right one, or in an element of it.
  [[nodiscard]] bool CanBeIn(TypeRef left, TypeRef right);
  /// The entities that a node names: a literal, the variable `action`, or a set of these.
  [[nodiscard]] std::optional<std::vector<const EntityUid*>> NamedEntities(const CoreNode& node) const;
  [[nodiscard]] const EntityUid* NamedEntity(const CoreNode& node) const;

  [[nodiscard]] bool strict() const { return mode_ == ValidationMode::kStrict; }
  [[nodiscard]] Typing Of(TypeKind kind) { return {types_.Simple(kind), true}; }
  void Problem(FindingKind kind, const CoreNode& at, std::string message);

  SchemaIndex& schema_;
  TypeTable& types_;
  Budget& budget_;
  ValidationMode mode_;
  std::vector<TypeProblem>& problems_;
  const RequestKind* request_ = nullptr;
  std::vector<TypeRef> types_of_nodes_;
};

}  // namespace proviso::cedar::internal
