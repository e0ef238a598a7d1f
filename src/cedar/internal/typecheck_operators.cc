// Operators, literals with parts, and calls of the extension types.
#include <algorithm>
#include <array>
#include <utility>

#include "cedar/internal/typechecker.h"

namespace proviso::cedar::internal {
namespace {

using Kind = CoreNode::Kind;
using TypeKind = CheckedType::Kind;

bool HasOrder(const CheckedType& type) {
  return type.kind == TypeKind::kLong || type.kind == TypeKind::kDatetime || type.kind == TypeKind::kDuration;
}

bool IsLiteral(const CoreNode* node) {
  return node->kind == Kind::kBool || node->kind == Kind::kLong || node->kind == Kind::kString ||
         node->kind == Kind::kEntity;
}

/// The types of a function's arguments and of its result.
struct CallTypes {
  std::vector<TypeKind> arguments;
  TypeKind result;
};

CallTypes TypesOf(ExtensionFunction function) {
  switch (function) {
    case ExtensionFunction::kDecimal:
      return {{TypeKind::kString}, TypeKind::kDecimal};
    case ExtensionFunction::kIp:
      return {{TypeKind::kString}, TypeKind::kIpAddress};
    case ExtensionFunction::kDatetime:
      return {{TypeKind::kString}, TypeKind::kDatetime};
    case ExtensionFunction::kDuration:
      return {{TypeKind::kString}, TypeKind::kDuration};
    case ExtensionFunction::kLessThan:
    case ExtensionFunction::kLessThanOrEqual:
    case ExtensionFunction::kGreaterThan:
    case ExtensionFunction::kGreaterThanOrEqual:
      return {{TypeKind::kDecimal, TypeKind::kDecimal}, TypeKind::kBool};
    case ExtensionFunction::kIsIpv4:
    case ExtensionFunction::kIsIpv6:
    case ExtensionFunction::kIsLoopback:
    case ExtensionFunction::kIsMulticast:
      return {{TypeKind::kIpAddress}, TypeKind::kBool};
    case ExtensionFunction::kIsInRange:
      return {{TypeKind::kIpAddress, TypeKind::kIpAddress}, TypeKind::kBool};
    case ExtensionFunction::kOffset:
      return {{TypeKind::kDatetime, TypeKind::kDuration}, TypeKind::kDatetime};
    case ExtensionFunction::kDurationSince:
      return {{TypeKind::kDatetime, TypeKind::kDatetime}, TypeKind::kDuration};
    case ExtensionFunction::kToDate:
      return {{TypeKind::kDatetime}, TypeKind::kDatetime};
    case ExtensionFunction::kToTime:
      return {{TypeKind::kDatetime}, TypeKind::kDuration};
    case ExtensionFunction::kToMilliseconds:
    case ExtensionFunction::kToSeconds:
    case ExtensionFunction::kToMinutes:
    case ExtensionFunction::kToHours:
    case ExtensionFunction::kToDays:
      return {{TypeKind::kDuration}, TypeKind::kLong};
  }
  std::unreachable();
}

bool IsConstructor(ExtensionFunction function) {
  return SignatureOf(function).style == CallStyle::kFunction;
}

/// What reading the text of a constructor says; nothing where it reads.
std::optional<std::string> ReadFailure(ExtensionFunction function, std::string_view text) {
  const auto failure = [](const auto& read) -> std::optional<std::string> {
    return read ? std::nullopt : std::optional(read.error().message);
  };
  if (function == ExtensionFunction::kDecimal) return failure(Decimal::Parse(text));
  if (function == ExtensionFunction::kIp) return failure(IpAddress::Parse(text));
  if (function == ExtensionFunction::kDatetime) return failure(Datetime::Parse(text));
  return failure(Duration::Parse(text));
}

}  // namespace

Typing Typechecker::CheckUnary(const CoreNode& node, const Capabilities& prior) {
  if (node.kind == Kind::kNegate) {
    return {types_.Simple(TypeKind::kLong), Expect(node.child(0), prior, Expected::kLong).ok};
  }
  if (node.kind == Kind::kIsEmpty) {
    return {types_.Simple(TypeKind::kBool), Expect(node.child(0), prior, Expected::kSet).ok};
  }
  const Typing operand = Expect(node.child(0), prior, Expected::kBool);
  if (operand.type == nullptr) return {types_.Simple(TypeKind::kBool), false};
  TypeKind negated = TypeKind::kBool;
  if (operand.type->kind == TypeKind::kTrue) negated = TypeKind::kFalse;
  if (operand.type->kind == TypeKind::kFalse) negated = TypeKind::kTrue;
  return {types_.Simple(negated), operand.ok};
}

Typing Typechecker::CheckArithmetic(const CoreNode& node, const Capabilities& prior) {
  const Typing left = Expect(node.child(0), prior, Expected::kLong);
  const Typing right = Expect(node.child(1), prior, Expected::kLong);
  return {types_.Simple(TypeKind::kLong), left.ok && right.ok};
}

Typing Typechecker::CheckEqual(const CoreNode& node, const Capabilities& prior) {
  const Typing left = Check(node.child(0), prior);
  const Typing right = Check(node.child(1), prior);
  const TypeKind kind = TypeOfEqual(node, left.type, right.type);
  const bool joinable =
      kind != TypeKind::kBool || Joinable(node, left.type, right.type, "both sides of `==`");
  return {types_.Simple(kind), left.ok && right.ok && joinable};
}

CheckedType::Kind Typechecker::TypeOfEqual(const CoreNode& node, TypeRef left, TypeRef right) const {
  if (left != nullptr && right != nullptr && !left->entity_types.empty() && !right->entity_types.empty()) {
    const bool disjoint = std::ranges::none_of(left->entity_types, [&](std::string_view name) {
      return std::ranges::binary_search(right->entity_types, name);
    });
    if (disjoint) return TypeKind::kFalse;
  }
  const std::optional<bool> same = SameLiteral(node.child(0), node.child(1));
  if (!same) return TypeKind::kBool;
  return *same ? TypeKind::kTrue : TypeKind::kFalse;
}

std::optional<bool> Typechecker::SameLiteral(const CoreNode& left, const CoreNode& right) const {
  const EntityUid* left_entity = NamedEntity(left);
  const EntityUid* right_entity = NamedEntity(right);
  const bool literals =
      (left_entity != nullptr || IsLiteral(&left)) && (right_entity != nullptr || IsLiteral(&right));
  if (!literals) return std::nullopt;
  if (left_entity != nullptr && right_entity != nullptr) return *left_entity == *right_entity;
  return left.shape == right.shape;
}

bool Typechecker::Joinable(const CoreNode& node, TypeRef left, TypeRef right, std::string_view what) {
  if (!strict() || left == nullptr || right == nullptr) return true;
  const TypeRef types[] = {left, right};
  return JoinAll(node, types, what) != nullptr;
}

TypeRef Typechecker::JoinAll(const CoreNode& node, std::span<const TypeRef> types, std::string_view what) {
  TypeRef joined = types_.Simple(TypeKind::kNever);
  for (TypeRef type : types) {
    if (type == nullptr) return nullptr;
  }
  for (TypeRef type : types) {
    const Join join = types_.LeastUpperBound(joined, type);
    if (join.type == nullptr) {
      Problem(FindingKind::kIncompatibleTypes, node,
              std::string(what) + " are of types that do not go together, " + joined->Text() + " and " +
                  type->Text() + "; " + std::string(JoinFailureText(join.failure)));
      return nullptr;
    }
    joined = join.type;
  }
  return joined;
}

Typing Typechecker::CheckOrder(const CoreNode& node, const Capabilities& prior) {
  const Typing left = Check(node.child(0), prior);
  const Typing right = Check(node.child(1), prior);
  TypeRef boolean = types_.Simple(TypeKind::kBool);
  if (left.type == nullptr || right.type == nullptr) return {boolean, false};
  const bool left_open = left.type->kind == TypeKind::kNever;
  const bool right_open = right.type->kind == TypeKind::kNever;
  if (left_open && right_open) return {boolean, false};
  const bool same = left_open || right_open || left.type == right.type;
  if (same && HasOrder(*(left_open ? right.type : left.type))) return {boolean, left.ok && right.ok};
  constexpr std::string_view kOrdered = "Long, datetime or duration";
  if (HasOrder(*left.type) && right.type->kind != TypeKind::kLong) {
    RefuseType(node.child(1), left.type->Text(), *right.type);
  } else if (HasOrder(*right.type)) {
    RefuseType(node.child(0), right.type->Text(), *left.type);
  } else {
    if (!left_open) RefuseType(node.child(0), kOrdered, *left.type);
    if (!right_open) RefuseType(node.child(1), kOrdered, *right.type);
  }
  return {boolean, false};
}

Typing Typechecker::CheckSetMethod(const CoreNode& node, const Capabilities& prior) {
  const Typing set = Expect(node.child(0), prior, Expected::kSet);
  const bool one = node.kind == Kind::kContains;
  const Typing argument = one ? Check(node.child(1), prior) : Expect(node.child(1), prior, Expected::kSet);
  TypeRef compared = set.type;
  if (one && compared != nullptr) compared = compared->element;
  const bool joinable =
      Joinable(node, compared, argument.type, "what a set holds and what is looked for in it");
  return {types_.Simple(TypeKind::kBool), set.ok && argument.ok && joinable};
}

Typing Typechecker::CheckLike(const CoreNode& node, const Capabilities& prior) {
  return {types_.Simple(TypeKind::kBool), Expect(node.child(0), prior, Expected::kString).ok};
}

Typing Typechecker::CheckIs(const CoreNode& node, const Capabilities& prior) {
  const Typing of = Expect(node.child(0), prior, Expected::kEntity);
  if (of.type == nullptr || of.type->kind == TypeKind::kNever) return {types_.Simple(TypeKind::kBool), false};
  const auto& possible = of.type->entity_types;
  TypeKind kind = TypeKind::kBool;
  if (of.type->kind != TypeKind::kAnyEntity) {
    if (!std::ranges::binary_search(possible, node.name)) {
      kind = TypeKind::kFalse;
    } else if (possible.size() == 1) {
      kind = TypeKind::kTrue;
    }
  }
  return {types_.Simple(kind), of.ok};
}

Typing Typechecker::CheckSet(const CoreNode& node, const Capabilities& prior) {
  bool ok = true;
  std::vector<TypeRef> types;
  for (const CoreNode* element : node.children) {
    const Typing typing = Check(*element, prior);
    ok = ok && typing.ok;
    types.push_back(typing.type);
  }
  if (strict() && types.empty()) {
    Problem(FindingKind::kEmptySet, node,
            "the type of an empty set is not known; ask with `isEmpty()`, or compare with an attribute");
    return {};
  }
  TypeRef joined = JoinAll(node, types, "the elements of a set");
  return joined == nullptr ? Typing() : Typing{types_.SetOf(joined), ok};
}

Typing Typechecker::CheckRecord(const CoreNode& node, const Capabilities& prior) {
  bool ok = true;
  std::vector<CheckedField> fields;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const Typing typing = Check(node.child(i), prior);
    ok = ok && typing.ok;
    fields.push_back({node.names[i], typing.type, Presence::kRequired});
  }
  if (std::ranges::find(fields, nullptr, &CheckedField::type) != fields.end()) return {};
  return {types_.RecordOf(std::move(fields), CheckedType::Openness::kClosed), ok};
}

Typing Typechecker::CheckCall(const CoreNode& node, const Capabilities& prior) {
  const CallTypes types = TypesOf(node.function);
  bool ok = ArgumentsFit(node, types.arguments.size());
  const bool expected_known = ok;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const Typing argument = expected_known
                                ? ExpectType(node.child(i), prior, types_.Simple(types.arguments[i]))
                                : Check(node.child(i), prior);
    ok = ok && argument.ok;
  }
  return {types_.Simple(types.result), ok};
}

bool Typechecker::ArgumentsFit(const CoreNode& node, std::size_t count) {
  const std::string name(SignatureOf(node.function).name);
  bool fit = true;
  if (node.children.size() != count) {
    // A method's receiver counts as an argument in the signature, and nowhere else.
    const std::size_t receivers = IsConstructor(node.function) ? 0 : 1;
    Problem(FindingKind::kArgumentCount, node,
            "`" + name + "` takes " + std::to_string(count - receivers) + " arguments, not " +
                std::to_string(node.children.size() - receivers));
    fit = false;
  }
  if (!IsConstructor(node.function)) return fit;
  if (node.children.size() == 1 && node.child(0).kind == Kind::kString) {
    if (const auto failure = ReadFailure(node.function, node.child(0).name)) {
      Problem(FindingKind::kMalformedExtensionText, node, *failure);
      fit = false;
    }
  }
  if (strict() && !std::ranges::all_of(node.children, IsLiteral)) {
    Problem(FindingKind::kComputedExtensionText, node,
            "`" + name +
                "` takes only a literal text; where it is not known here, let the attribute hold a " + name +
                " already");
    fit = false;
  }
  return fit;
}

}  // namespace proviso::cedar::internal
