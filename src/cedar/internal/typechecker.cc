#include "cedar/internal/typechecker.h"

#include <utility>

#include "cedar/limits.h"

namespace proviso::cedar::internal {
namespace {

using TypeKind = CheckedType::Kind;

bool Is(TypeRef type, TypeKind kind) {
  return type != nullptr && type->kind == kind;
}

}  // namespace

Typing Typechecker::Run(const CoreTree& tree, const RequestKind& request) {
  request_ = &request;
  types_of_nodes_.assign(tree.nodes().size(), nullptr);
  budget_.Spend(1 + tree.nodes().size() / 16);
  return Expect(tree.root(), Capabilities(), Expected::kBool);
}

Typing Typechecker::Check(const CoreNode& node, const Capabilities& prior) {
  budget_.Spend(1);
  if (budget_.spent()) return {};
  Typing typing = CheckKind(node, prior);
  types_of_nodes_[node.index] = typing.type;
  if (!typing.ok) typing.known = {};
  return typing;
}

Typing Typechecker::CheckKind(const CoreNode& node, const Capabilities& prior) {
  switch (node.kind) {
    case Kind::kBool:
      return Of(node.boolean ? TypeKind::kTrue : TypeKind::kFalse);
    case Kind::kLong:
      return Of(TypeKind::kLong);
    case Kind::kString:
      return Of(TypeKind::kString);
    case Kind::kEntity: {
      // An unknown type or action is found without types; see validate_names.cc.
      TypeRef type = schema_.TypeOfEntity(*node.entity);
      return {type, type != nullptr};
    }
    case Kind::kVariable:
    case Kind::kSlot:
      return CheckVariable(node);
    case Kind::kIf:
      return CheckIf(node, prior);
    case Kind::kAnd:
      return CheckAnd(node, prior);
    case Kind::kOr:
      return CheckOr(node, prior);
    case Kind::kNot:
    case Kind::kNegate:
    case Kind::kIsEmpty:
      return CheckUnary(node, prior);
    case Kind::kEqual:
      return CheckEqual(node, prior);
    case Kind::kLess:
    case Kind::kLessOrEqual:
      return CheckOrder(node, prior);
    case Kind::kIn:
      return CheckIn(node, prior);
    case Kind::kAdd:
    case Kind::kSubtract:
    case Kind::kMultiply:
      return CheckArithmetic(node, prior);
    case Kind::kContains:
    case Kind::kContainsAll:
    case Kind::kContainsAny:
      return CheckSetMethod(node, prior);
    case Kind::kGetTag:
      return CheckGetTag(node, prior);
    case Kind::kHasTag:
      return CheckHasTag(node, prior);
    case Kind::kGetAttribute:
      return CheckGetAttribute(node, prior);
    case Kind::kHasAttribute:
      return CheckHasAttribute(node, prior);
    case Kind::kLike:
      return CheckLike(node, prior);
    case Kind::kIs:
      return CheckIs(node, prior);
    case Kind::kSet:
      return CheckSet(node, prior);
    case Kind::kRecord:
      return CheckRecord(node, prior);
    case Kind::kCall:
      return CheckCall(node, prior);
  }
  std::unreachable();
}

Typing Typechecker::CheckVariable(const CoreNode& node) {
  if (node.kind == Kind::kSlot) {
    const bool is_principal = node.slot == SlotName::kPrincipal;
    return {types_.EntityOf(is_principal ? request_->principal_slot_type : request_->resource_slot_type),
            true};
  }
  switch (node.variable) {
    case VariableName::kPrincipal:
      return {types_.EntityOf(request_->principal_type), true};
    case VariableName::kAction:
      return {types_.EntityOf(request_->action->uid.type()), true};
    case VariableName::kResource:
      return {types_.EntityOf(request_->resource_type), true};
    case VariableName::kContext:
      return {types_.FromSchema(*request_->action->context), true};
  }
  std::unreachable();
}

Typing Typechecker::CheckIf(const CoreNode& node, const Capabilities& prior) {
  const Typing test = Expect(node.child(0), prior, Expected::kBool);
  if (Is(test.type, TypeKind::kTrue)) {
    const Typing then_branch = Check(node.child(1), prior.Union(test.known));
    return {then_branch.type, test.ok && then_branch.ok, then_branch.known.Union(test.known)};
  }
  if (Is(test.type, TypeKind::kFalse)) {
    Typing else_branch = Check(node.child(2), prior);
    else_branch.ok = else_branch.ok && test.ok;
    return else_branch;
  }
  const Typing then_branch = Check(node.child(1), prior.Union(test.known));
  const Typing else_branch = Check(node.child(2), prior);
  const TypeRef branches[] = {then_branch.type, else_branch.type};
  TypeRef joined = JoinAll(node, branches, "the branches of an `if`");
  const bool ok = test.ok && then_branch.ok && else_branch.ok && joined != nullptr;
  return {joined, ok, else_branch.known.Intersection(then_branch.known.Union(test.known))};
}

Typing Typechecker::CheckAnd(const CoreNode& node, const Capabilities& prior) {
  Typing all = Expect(node.child(0), prior, Expected::kBool);
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    if (Is(all.type, TypeKind::kFalse)) return {all.type, all.ok};
    budget_.Spend(prior.size() + all.known.size());
    if (!all.ok) all.known = {};
    all = And(all, Expect(node.child(i), prior.Union(all.known), Expected::kBool));
  }
  return all;
}

Typing Typechecker::And(const Typing& left, const Typing& right) {
  if (left.type == nullptr || right.type == nullptr) return {types_.Simple(TypeKind::kBool), false};
  const bool ok = left.ok && right.ok;
  if (Is(right.type, TypeKind::kFalse)) return {right.type, ok};
  if (Is(right.type, TypeKind::kTrue)) return {left.type, ok, left.known.Union(right.known)};
  // The reference keeps here only what the right side found.
  if (Is(left.type, TypeKind::kTrue)) return {right.type, ok, right.known};
  return {types_.Simple(TypeKind::kBool), ok, left.known.Union(right.known)};
}

Typing Typechecker::CheckOr(const CoreNode& node, const Capabilities& prior) {
  Typing any = Expect(node.child(0), prior, Expected::kBool);
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    if (Is(any.type, TypeKind::kTrue)) return any;
    if (!any.ok) any.known = {};
    any = Or(any, Expect(node.child(i), prior, Expected::kBool));
  }
  return any;
}

Typing Typechecker::Or(const Typing& left, const Typing& right) {
  if (left.type == nullptr || right.type == nullptr) return {types_.Simple(TypeKind::kBool), false};
  const bool ok = left.ok && right.ok;
  if (Is(right.type, TypeKind::kTrue)) return {right.type, ok, right.known};
  if (Is(right.type, TypeKind::kFalse)) return {left.type, ok, left.known};
  if (Is(left.type, TypeKind::kFalse)) return {right.type, ok, right.known};
  return {types_.Simple(TypeKind::kBool), ok, left.known.Intersection(right.known)};
}

Typing Typechecker::Expect(const CoreNode& node, const Capabilities& prior, Expected expected) {
  Typing typing = Check(node, prior);
  if (typing.type == nullptr || Fits(*typing.type, expected)) return typing;
  RefuseType(node, NameOf(expected), *typing.type);
  return {};
}

Typing Typechecker::ExpectType(const CoreNode& node, const Capabilities& prior, TypeRef expected) {
  Typing typing = Check(node, prior);
  if (typing.type == nullptr || typing.type == expected || typing.type->kind == TypeKind::kNever)
    return typing;
  RefuseType(node, expected->Text(), *typing.type);
  return {};
}

bool Typechecker::Fits(const CheckedType& type, Expected expected) {
  if (type.kind == TypeKind::kNever) return true;
  switch (expected) {
    case Expected::kBool:
      return type.IsBoolean();
    case Expected::kLong:
      return type.kind == TypeKind::kLong;
    case Expected::kString:
      return type.kind == TypeKind::kString;
    case Expected::kSet:
      return type.kind == TypeKind::kSet;
    case Expected::kEntity:
      return type.IsEntity();
    case Expected::kEntityOrRecord:
      return type.IsEntity() || type.kind == TypeKind::kRecord;
    case Expected::kEntityOrSet:
      return type.IsEntity() || (type.kind == TypeKind::kSet && Fits(*type.element, Expected::kEntity));
  }
  std::unreachable();
}

std::string_view Typechecker::NameOf(Expected expected) {
  switch (expected) {
    case Expected::kBool:
      return "Bool";
    case Expected::kLong:
      return "Long";
    case Expected::kString:
      return "String";
    case Expected::kSet:
      return "a set";
    case Expected::kEntity:
      return "an entity";
    case Expected::kEntityOrRecord:
      return "an entity or a record";
    case Expected::kEntityOrSet:
      return "an entity or a set of entities";
  }
  std::unreachable();
}

void Typechecker::RefuseType(const CoreNode& node, std::string_view expected, const CheckedType& found) {
  std::string advice = "use a value of that type here";
  if (found.kind == TypeKind::kString) advice = "look into a text with `like`, or compare it with `==`";
  if (found.kind == TypeKind::kSet) advice = "ask a set with `contains`, `containsAll` or `containsAny`";
  if (found.kind == TypeKind::kRecord) advice = "name one of its attributes";
  if (found.IsEntity()) advice = "compare an entity with `==`, `in` or `is`, or name one of its attributes";
  Problem(FindingKind::kUnexpectedType, node,
          "expected " + std::string(expected) + ", found " + found.Text() + "; " + advice);
}

void Typechecker::Problem(FindingKind kind, const CoreNode& at, std::string message) {
  // Enough of what is new to one kind of request beside what the others had.
  if (problems_.size() < 2 * kFindingsMax) problems_.push_back({kind, at.position, std::move(message)});
}

}  // namespace proviso::cedar::internal
