#include "cedar/internal/program.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_set>

#include "cedar/internal/evaluator.h"

namespace proviso::cedar::internal {
namespace {

/// Finds the parts of a tree whose value depends on nothing but the text. Attributes, `in` and tags may
/// ask the entities, so they are never fixed.
class FixedParts {
 public:
  explicit FixedParts(const Expression& root) { IsFixed(root); }

  [[nodiscard]] bool contains(const Expression& expression) const { return fixed_.contains(&expression); }

 private:
  bool IsFixed(const Expression& expression) {
    const bool fixed = std::visit([this](const auto& node) { return At(node); }, expression.node);
    if (fixed) fixed_.insert(&expression);
    return fixed;
  }

  // Each looks at all its children: those of a node that is not fixed may be.
  bool At(const Literal& /*node*/) { return true; }
  bool At(const Variable& /*node*/) { return false; }
  bool At(const Unary& node) { return IsFixed(*node.operand); }
  bool At(const Binary& node) {
    const bool left = IsFixed(*node.left);
    const bool right = IsFixed(*node.right);
    return left && right && node.op != BinaryOperator::kIn && node.op != BinaryOperator::kGetTag &&
           node.op != BinaryOperator::kHasTag;
  }
  bool At(const If& node) {
    const bool condition = IsFixed(*node.condition);
    const bool then_branch = IsFixed(*node.then_branch);
    const bool else_branch = IsFixed(*node.else_branch);
    return condition && then_branch && else_branch;
  }
  bool At(const GetAttribute& node) {
    IsFixed(*node.of);
    return false;
  }
  bool At(const HasAttribute& node) {
    IsFixed(*node.of);
    return false;
  }
  bool At(const Like& node) { return IsFixed(*node.of); }
  bool At(const Is& node) {
    const bool of = IsFixed(*node.of);
    if (node.container) IsFixed(*node.container);
    return of && !node.container;
  }
  bool At(const SetLiteral& node) { return AreFixed(node.elements); }
  bool At(const RecordLiteral& node) {
    bool all = true;
    for (const RecordField& field : node.fields) all = IsFixed(*field.value) && all;
    return all;
  }
  bool At(const Call& node) { return AreFixed(node.arguments); }
  bool AreFixed(const std::vector<ExpressionPtr>& expressions) {
    bool all = true;
    for (const ExpressionPtr& each : expressions) all = IsFixed(*each) && all;
    return all;
  }

  std::unordered_set<const Expression*> fixed_;
};

/// The plain evaluator says what a fixed expression is worth; nothing if it errs.
std::optional<Value> Fold(const Expression& expression) {
  static const Entities kNone;
  static const Value kNothing;
  static const Variables kNoVariables{kNothing, kNothing, kNothing, kNothing};
  Value scratch;
  const Value* value = Evaluator(kNone, kNoVariables).Evaluate(expression, scratch);
  if (value == nullptr) return std::nullopt;
  return *value;
}

Operation OperationOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kAnd:
      return Operation::kAnd;
    case BinaryOperator::kOr:
      return Operation::kOr;
    case BinaryOperator::kEqual:
    case BinaryOperator::kNotEqual:
      return Operation::kEqual;
    case BinaryOperator::kLess:
      return Operation::kLess;
    case BinaryOperator::kLessOrEqual:
      return Operation::kLessOrEqual;
    case BinaryOperator::kGreater:
      return Operation::kGreater;
    case BinaryOperator::kGreaterOrEqual:
      return Operation::kGreaterOrEqual;
    case BinaryOperator::kIn:
      return Operation::kIn;
    case BinaryOperator::kAdd:
      return Operation::kAdd;
    case BinaryOperator::kSubtract:
      return Operation::kSubtract;
    case BinaryOperator::kMultiply:
      return Operation::kMultiply;
    case BinaryOperator::kContains:
      return Operation::kContains;
    case BinaryOperator::kContainsAll:
      return Operation::kContainsAll;
    case BinaryOperator::kContainsAny:
      return Operation::kContainsAny;
    case BinaryOperator::kGetTag:
      return Operation::kGetTag;
    case BinaryOperator::kHasTag:
      return Operation::kHasTag;
  }
  std::unreachable();
}

/// Writes the code of one condition, and counts the cells that it needs.
class Compiler {
 public:
  Compiler(const Condition& condition, Program& program) : fixed_(*condition.body), program_(program) {
    Add(*condition.body);
    Emit({Operation::kRequire, static_cast<std::uint8_t>(condition.kind == Condition::Kind::kWhen)}, -1);
  }

 private:
  void Add(const Expression& expression) {
    // The whole of what is fixed becomes one constant. What errs stays as written, and no part of it is
    // tried again: a hostile text would have each level evaluate all below.
    const bool was_folding = folding_;
    if (folding_ && fixed_.contains(expression)) {
      if (auto value = Fold(expression)) return AddConstant(std::move(*value));
      folding_ = false;
    }
    std::visit([this](const auto& node) { AddNode(node); }, expression.node);
    folding_ = was_folding;
  }

  void AddConstant(Value value) {
    Emit({.operation = Operation::kConstant, .operand = Number(program_.constants)}, 1);
    program_.constants.push_back(std::move(value));
  }

  void AddNode(const Literal& node) { AddConstant(node.value); }
  void AddNode(const Variable& node) { Emit({Operation::kVariable, Selector(node)}, 1); }

  void AddNode(const Unary& node) {
    Add(*node.operand);
    switch (node.op) {
      case UnaryOperator::kNot:
        return Emit({.operation = Operation::kNot}, 0);
      case UnaryOperator::kNegate:
        return Emit({.operation = Operation::kNegate}, 0);
      case UnaryOperator::kIsEmpty:
        return Emit({.operation = Operation::kIsEmpty}, 0);
    }
  }

  void AddNode(const Binary& node) {
    if (node.op == BinaryOperator::kAnd || node.op == BinaryOperator::kOr) return AddLogical(node);
    const auto* variable = std::get_if<Variable>(&node.left->node);
    if (node.op == BinaryOperator::kIn && variable != nullptr && variable->name != VariableName::kContext) {
      Add(*node.right);
      return Emit({Operation::kVariableIn, Selector(*variable)}, 0);
    }
    Add(*node.left);
    Add(*node.right);
    Emit({OperationOf(node.op), static_cast<std::uint8_t>(node.op == BinaryOperator::kEqual)}, -1);
  }

  void AddLogical(const Binary& node) {
    Add(*node.left);
    const std::size_t jump = EmitJump(OperationOf(node.op), -1);
    Add(*node.right);
    Emit({.operation = Operation::kNeedBool}, 0);
    LandHere(jump);
  }

  void AddNode(const If& node) {
    Add(*node.condition);
    const std::size_t to_else = EmitJump(Operation::kBranch, -1);
    Add(*node.then_branch);
    const std::size_t to_end = EmitJump(Operation::kJump, -1);  // the other branch pushes the value again
    LandHere(to_else);
    Add(*node.else_branch);
    LandHere(to_end);
  }

  void AddNode(const GetAttribute& node) {
    const std::uint32_t name = AddName(node.name);
    if (const auto* variable = std::get_if<Variable>(&node.of->node)) {
      return Emit({Operation::kVariableAttribute, Selector(*variable), NewHint(), name}, 1);
    }
    Add(*node.of);
    Emit({Operation::kAttribute, 0, NewHint(), name}, 0);
  }

  void AddNode(const HasAttribute& node) {
    const auto* variable = std::get_if<Variable>(&node.of->node);
    if (variable != nullptr && node.path.size() == 1) {
      return Emit({Operation::kVariableHas, Selector(*variable), NewHint(), AddName(node.path[0])}, 1);
    }
    Add(*node.of);
    std::vector<std::size_t> jumps;
    for (std::size_t i = 0; i + 1 < node.path.size(); ++i) {
      jumps.push_back(EmitJump(Operation::kHasStep, 0));
      program_.code.back().hint = NewHint();
      program_.code.back().operand = AddName(node.path[i]);
    }
    Emit({Operation::kHas, 0, NewHint(), AddName(node.path.back())}, 0);
    for (const std::size_t jump : jumps) LandHere(jump);
  }

  void AddNode(const Like& node) {
    Add(*node.of);
    Emit({.operation = Operation::kLike, .operand = Number(program_.patterns)}, 0);
    program_.patterns.push_back(node.pattern);
  }

  void AddNode(const Is& node) {
    Add(*node.of);
    const std::uint32_t type = AddName(node.type);
    if (!node.container) return Emit({.operation = Operation::kIs, .operand = type}, 0);
    const std::size_t jump = EmitJump(Operation::kIsStep, 0);
    program_.code[jump].operand = type;
    Add(*node.container);
    Emit({.operation = Operation::kIn}, -1);
    LandHere(jump);
  }

  void AddNode(const SetLiteral& node) {
    for (const ExpressionPtr& element : node.elements) Add(*element);
    EmitMany({.operation = Operation::kMakeSet, .operand = Count(node.elements)}, node.elements.size());
  }

  void AddNode(const RecordLiteral& node) {
    const std::uint32_t first = Number(program_.names);
    for (const RecordField& field : node.fields) program_.names.push_back(field.name);
    for (const RecordField& field : node.fields) Add(*field.value);
    EmitMany({.operation = Operation::kMakeRecord, .operand = first, .target = Count(node.fields)},
             node.fields.size());
  }

  void AddNode(const Call& node) {
    for (const ExpressionPtr& argument : node.arguments) Add(*argument);
    const bool counted = node.arguments.size() == SignatureOf(node.function).argument_count;
    EmitMany({.operation = counted ? Operation::kCall : Operation::kFail,
              .selector = static_cast<std::uint8_t>(node.function),
              .operand = Count(node.arguments)},
             node.arguments.size());
  }

  void Emit(Instruction instruction, int pushed) {
    program_.code.push_back(instruction);
    cells_ += static_cast<std::size_t>(pushed);  // -1 wraps, and adds up
    program_.stack_cells = std::max(program_.stack_cells, cells_);
  }
  /// An instruction that pops `popped` cells and pushes one.
  void EmitMany(Instruction instruction, std::size_t popped) {
    Emit(instruction, 0);
    cells_ = cells_ - popped + 1;
    program_.stack_cells = std::max(program_.stack_cells, cells_);
  }
  std::size_t EmitJump(Operation operation, int pushed) {
    Emit({.operation = operation}, pushed);
    return program_.code.size() - 1;
  }
  void LandHere(std::size_t jump) { program_.code[jump].target = Number(program_.code); }

  std::uint32_t AddName(const std::string& name) {
    program_.names.push_back(name);
    return Number(program_.names) - 1;
  }
  /// The last hint is shared by all that come after the counter is full: a hint may be wrong.
  std::uint16_t NewHint() {
    if (program_.hints < std::numeric_limits<std::uint16_t>::max()) ++program_.hints;
    return static_cast<std::uint16_t>(program_.hints - 1);
  }
  static std::uint8_t Selector(const Variable& node) { return static_cast<std::uint8_t>(node.name); }
  template <typename T>
  static std::uint32_t Number(const std::vector<T>& table) {
    return static_cast<std::uint32_t>(table.size());
  }
  template <typename T>
  static std::uint32_t Count(const std::vector<T>& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  FixedParts fixed_;
  Program& program_;
  bool folding_ = true;
  std::size_t cells_ = 0;
};

}  // namespace

std::uint32_t AppendConditions(const PolicyBody& body, Program& program) {
  const auto begin = static_cast<std::uint32_t>(program.code.size());
  for (const Condition& condition : body.conditions) Compiler(condition, program);
  program.code.push_back({.operation = Operation::kApply});
  return begin;
}

}  // namespace proviso::cedar::internal
