#include "cedar/internal/evaluator.h"

#include <algorithm>

#include "cedar/print.h"

namespace proviso::cedar::internal {
namespace {

const Value* Keep(Value value, Value& scratch) {
  scratch = std::move(value);
  return &scratch;
}

/// The two booleans live here: most values that an evaluation makes are one of them.
const Value* Keep(bool value, Value& /*scratch*/) {
  static const Value kFalse = Value::Bool(false);
  static const Value kTrue = Value::Bool(true);
  return value ? &kTrue : &kFalse;
}

/// Whether both are of the one kind that `<` orders (long, datetime, duration).
bool AreOrdered(const Value& left, const Value& right) {
  const ValueKind kind = left.kind();
  return kind == right.kind() &&
         (kind == ValueKind::kLong || kind == ValueKind::kDatetime || kind == ValueKind::kDuration);
}

std::string WithArticle(std::string_view noun) {
  const bool vowel = std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

std::string_view OperatorSign(BinaryOperator op) {
  if (op == BinaryOperator::kAdd) return "+";
  return op == BinaryOperator::kSubtract ? "-" : "*";
}

}  // namespace

const Value* Evaluator::Evaluate(const Expression& expression, Value& scratch) {
  return std::visit([&](const auto& node) { return At(node, expression.position, scratch); },
                    expression.node);
}

Evaluator::Truth Evaluator::EvaluateCondition(const Expression& expression) {
  Value scratch;
  const Value* value = Evaluate(expression, scratch);
  if (value == nullptr) return Truth::kError;
  if (const bool* truth = value->AsBool()) return *truth ? Truth::kTrue : Truth::kFalse;
  FailKind(expression.position, "bool", *value);
  return Truth::kError;
}

const Value* Evaluator::At(const Literal& node, Position /*at*/, Value& /*scratch*/) {
  return &node.value;
}

const Value* Evaluator::At(const Variable& node, Position /*at*/, Value& /*scratch*/) {
  switch (node.name) {
    case VariableName::kPrincipal:
      return &variables_.principal;
    case VariableName::kAction:
      return &variables_.action;
    case VariableName::kResource:
      return &variables_.resource;
    case VariableName::kContext:
      return &variables_.context;
  }
  std::unreachable();
}

const Value* Evaluator::At(const Unary& node, Position at, Value& scratch) {
  Value held;
  const Value* operand = Evaluate(*node.operand, held);
  if (operand == nullptr) return nullptr;
  switch (node.op) {
    case UnaryOperator::kNot: {
      const bool* truth = operand->AsBool();
      return truth != nullptr ? Keep(!*truth, scratch) : FailKind(at, "bool", *operand);
    }
    case UnaryOperator::kNegate: {
      const std::int64_t* number = operand->AsLong();
      if (number == nullptr) return FailKind(at, "long", *operand);
      std::int64_t negated = 0;
      if (__builtin_sub_overflow(std::int64_t{0}, *number, &negated)) {
        return Fail(at, "overflow: -(" + std::to_string(*number) + ") does not fit 64 bits");
      }
      return Keep(Value::Long(negated), scratch);
    }
    case UnaryOperator::kIsEmpty: {
      const Set* set = operand->AsSet();
      return set != nullptr ? Keep(set->empty(), scratch) : FailKind(at, "set", *operand);
    }
  }
  std::unreachable();
}

const Value* Evaluator::At(const Binary& node, Position at, Value& scratch) {
  if (node.op == BinaryOperator::kAnd || node.op == BinaryOperator::kOr) return Logical(node, scratch);
  Value left_held;
  const Value* left = Evaluate(*node.left, left_held);
  if (left == nullptr) return nullptr;
  Value right_held;
  const Value* right = Evaluate(*node.right, right_held);
  if (right == nullptr) return nullptr;
  switch (node.op) {
    case BinaryOperator::kEqual:
      return Keep(*left == *right, scratch);
    case BinaryOperator::kNotEqual:
      return Keep(!(*left == *right), scratch);
    case BinaryOperator::kLess:
    case BinaryOperator::kLessOrEqual:
    case BinaryOperator::kGreater:
    case BinaryOperator::kGreaterOrEqual:
      return Compare(node.op, *left, *right, at, scratch);
    case BinaryOperator::kIn:
      return Membership(*left, *right, at, scratch);
    case BinaryOperator::kAdd:
    case BinaryOperator::kSubtract:
    case BinaryOperator::kMultiply:
      return Arithmetic(node.op, *left, *right, at, scratch);
    case BinaryOperator::kContains:
    case BinaryOperator::kContainsAll:
    case BinaryOperator::kContainsAny:
      return SetMethod(node.op, *left, *right, at, scratch);
    case BinaryOperator::kGetTag:
    case BinaryOperator::kHasTag:
      return TagMethod(node.op, *left, *right, at, scratch);
    case BinaryOperator::kAnd:
    case BinaryOperator::kOr:
      break;
  }
  std::unreachable();
}

const Value* Evaluator::Logical(const Binary& node, Value& scratch) {
  const Truth left = EvaluateCondition(*node.left);
  if (left == Truth::kError) return nullptr;
  const Truth decisive = node.op == BinaryOperator::kAnd ? Truth::kFalse : Truth::kTrue;
  if (left == decisive) return Keep(left == Truth::kTrue, scratch);
  const Truth right = EvaluateCondition(*node.right);
  return right == Truth::kError ? nullptr : Keep(right == Truth::kTrue, scratch);
}

const Value* Evaluator::Compare(BinaryOperator op, const Value& left, const Value& right, Position at,
                                Value& scratch) {
  if (!AreOrdered(left, right)) {
    return Fail(at, "expected two longs, two datetimes or two durations to compare, found " +
                        WithArticle(KindName(left.kind())) + " and " + WithArticle(KindName(right.kind())));
  }
  const auto order = left <=> right;
  if (op == BinaryOperator::kLess) return Keep(order < 0, scratch);
  if (op == BinaryOperator::kLessOrEqual) return Keep(order <= 0, scratch);
  if (op == BinaryOperator::kGreater) return Keep(order > 0, scratch);
  return Keep(order >= 0, scratch);
}

const Value* Evaluator::Arithmetic(BinaryOperator op, const Value& left, const Value& right, Position at,
                                   Value& scratch) {
  const std::int64_t* a = left.AsLong();
  if (a == nullptr) return FailKind(at, "long", left);
  const std::int64_t* b = right.AsLong();
  if (b == nullptr) return FailKind(at, "long", right);
  std::int64_t result = 0;
  const bool overflow = op == BinaryOperator::kAdd        ? __builtin_add_overflow(*a, *b, &result)
                        : op == BinaryOperator::kSubtract ? __builtin_sub_overflow(*a, *b, &result)
                                                          : __builtin_mul_overflow(*a, *b, &result);
  if (overflow) {
    return Fail(at, "overflow: " + std::to_string(*a) + " " + std::string(OperatorSign(op)) + " " +
                        std::to_string(*b) + " does not fit 64 bits");
  }
  return Keep(Value::Long(result), scratch);
}

const Value* Evaluator::Membership(const Value& left, const Value& right, Position at, Value& scratch) {
  const EntityUid* member = left.AsEntity();
  if (member == nullptr) return FailKind(at, "entity", left);
  if (const EntityUid* container = right.AsEntity()) {
    return Keep(entities_.IsIn(*member, *container), scratch);
  }
  const Set* containers = right.AsSet();
  if (containers == nullptr) return FailKind(at, "entity or set of entities", right);
  for (const Value& element : containers->elements()) {
    if (element.AsEntity() == nullptr) return FailKind(at, "entity", element);
  }
  if (containers->ContainsEntity(*member)) return Keep(true, scratch);
  const Entities::Node* node = entities_.FindNode(*member);
  return Keep(node != nullptr && entities_.IsBelowAny(*node, *containers), scratch);
}

const Value* Evaluator::SetMethod(BinaryOperator op, const Value& left, const Value& right, Position at,
                                  Value& scratch) {
  const Set* set = left.AsSet();
  if (set == nullptr) return FailKind(at, "set", left);
  if (op == BinaryOperator::kContains) return Keep(set->Contains(right), scratch);
  const Set* other = right.AsSet();
  if (other == nullptr) return FailKind(at, "set", right);
  const bool all = op == BinaryOperator::kContainsAll;
  return Keep(all ? set->ContainsAll(*other) : set->ContainsAny(*other), scratch);
}

const Value* Evaluator::TagMethod(BinaryOperator op, const Value& left, const Value& right, Position at,
                                  Value& scratch) {
  const EntityUid* uid = left.AsEntity();
  if (uid == nullptr) return FailKind(at, "entity", left);
  const std::string* name = right.AsString();
  if (name == nullptr) return FailKind(at, "string", right);
  const Entity* entity = entities_.Find(*uid);
  const Value* tag = entity != nullptr ? entity->tags.Find(*name) : nullptr;
  if (op == BinaryOperator::kHasTag) return Keep(tag != nullptr, scratch);
  if (entity == nullptr) return Fail(at, "entity " + uid->Text() + " does not exist");
  if (tag == nullptr) return Fail(at, uid->Text() + " has no tag " + QuoteString(*name));
  return tag;
}

const Value* Evaluator::At(const If& node, Position /*at*/, Value& scratch) {
  const Truth truth = EvaluateCondition(*node.condition);
  if (truth == Truth::kError) return nullptr;
  return Evaluate(truth == Truth::kTrue ? *node.then_branch : *node.else_branch, scratch);
}

Evaluator::Holder Evaluator::FindAttributes(const Value& of, const Record*& attributes) const {
  if (const Record* record = of.AsRecord()) {
    attributes = record;
    return Holder::kFound;
  }
  const EntityUid* uid = of.AsEntity();
  if (uid == nullptr) return Holder::kBadKind;
  const Entity* entity = entities_.Find(*uid);
  if (entity == nullptr) return Holder::kNoEntity;
  attributes = &entity->attributes;
  return Holder::kFound;
}

const Value* Evaluator::At(const GetAttribute& node, Position at, Value& scratch) {
  // What `of` owns must outlive the result, so it is evaluated into the caller's scratch.
  const Value* of = Evaluate(*node.of, scratch);
  if (of == nullptr) return nullptr;
  const Record* attributes = nullptr;
  switch (FindAttributes(*of, attributes)) {
    case Holder::kBadKind:
      return FailKind(at, "record or entity", *of);
    case Holder::kNoEntity:
      return Fail(at, "entity " + of->AsEntity()->Text() + " does not exist");
    case Holder::kFound:
      break;
  }
  const Value* value = attributes->Find(node.name);
  if (value != nullptr) return value;
  const std::string holder = of->AsEntity() != nullptr ? of->AsEntity()->Text() : "the record";
  return Fail(at, holder + " has no attribute " + QuoteString(node.name));
}

const Value* Evaluator::At(const HasAttribute& node, Position at, Value& scratch) {
  Value held;
  const Value* of = Evaluate(*node.of, held);
  if (of == nullptr) return nullptr;
  for (const std::string& name : node.path) {
    const Record* attributes = nullptr;
    const Holder holder = FindAttributes(*of, attributes);
    if (holder == Holder::kBadKind) return FailKind(at, "record or entity", *of);
    of = holder == Holder::kFound ? attributes->Find(name) : nullptr;
    if (of == nullptr) return Keep(false, scratch);
  }
  return Keep(true, scratch);
}

const Value* Evaluator::At(const Like& node, Position at, Value& scratch) {
  Value held;
  const Value* of = Evaluate(*node.of, held);
  if (of == nullptr) return nullptr;
  const std::string* text = of->AsString();
  return text != nullptr ? Keep(Matches(node.pattern, *text), scratch) : FailKind(at, "string", *of);
}

const Value* Evaluator::At(const Is& node, Position at, Value& scratch) {
  Value held;
  const Value* of = Evaluate(*node.of, held);
  if (of == nullptr) return nullptr;
  const EntityUid* uid = of->AsEntity();
  if (uid == nullptr) return FailKind(at, "entity", *of);
  if (uid->type() != node.type) return Keep(false, scratch);
  if (!node.container) return Keep(true, scratch);
  // `e is T in c` is `e is T && e in c`: c is evaluated only for a T.
  Value container_held;
  const Value* container = Evaluate(*node.container, container_held);
  return container != nullptr ? Membership(*of, *container, at, scratch) : nullptr;
}

const Value* Evaluator::At(const SetLiteral& node, Position /*at*/, Value& scratch) {
  std::vector<Value> elements;
  elements.reserve(node.elements.size());
  for (const ExpressionPtr& element : node.elements) {
    Value held;
    const Value* value = Evaluate(*element, held);
    if (value == nullptr) return nullptr;
    elements.push_back(*value);
  }
  return Keep(Value::FromElements(std::move(elements)), scratch);
}

const Value* Evaluator::At(const RecordLiteral& node, Position /*at*/, Value& scratch) {
  std::vector<Attribute> attributes;
  attributes.reserve(node.fields.size());
  for (const RecordField& field : node.fields) {
    Value held;
    const Value* value = Evaluate(*field.value, held);
    if (value == nullptr) return nullptr;
    attributes.push_back({field.name, *value});
  }
  return Keep(Value::FromRecord(Record(std::move(attributes))), scratch);
}

const Value* Evaluator::At(const Call& node, Position at, Value& scratch) {
  constexpr std::size_t kArgumentsMax = 2;
  const FunctionSignature& signature = SignatureOf(node.function);
  std::array<Value, kArgumentsMax> held;
  std::array<const Value*, kArgumentsMax> arguments{};
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    Value surplus;
    const Value* argument = Evaluate(*node.arguments[i], i < kArgumentsMax ? held[i] : surplus);
    if (argument == nullptr) return nullptr;
    if (i < kArgumentsMax) arguments[i] = argument;
  }
  if (node.arguments.size() != signature.argument_count) {
    return Fail(at, "`" + std::string(signature.name) + "` takes " +
                        std::to_string(signature.argument_count) + " arguments, receiver included, not " +
                        std::to_string(node.arguments.size()));
  }
  auto result = CallExtension(node.function, std::span(arguments).first(signature.argument_count));
  return result ? Keep(std::move(*result), scratch) : Fail(at, std::move(result.error().message));
}

const Value* Evaluator::Fail(Position at, std::string message) {
  error_ = std::move(message);
  error_position_ = at;
  return nullptr;
}

const Value* Evaluator::FailKind(Position at, std::string_view expected, const Value& found) {
  return Fail(at, KindMismatch(expected, found));
}

std::string KindMismatch(std::string_view expected, const Value& found) {
  return "expected " + WithArticle(expected) + ", found " + WithArticle(KindName(found.kind()));
}

}  // namespace proviso::cedar::internal
