#include "cedar/internal/machine.h"

#include <algorithm>

#include "cedar/internal/evaluator.h"

namespace proviso::cedar::internal {
namespace {

bool IsOrdered(ValueKind kind) {
  return kind == ValueKind::kLong || kind == ValueKind::kDatetime || kind == ValueKind::kDuration;
}

/// The attribute, looked for first where another record had it.
const Value* FindNamed(const Record& record, const std::string& name, std::uint32_t& hint) {
  const auto& attributes = record.attributes();
  if (hint >= attributes.size() || !SameText(attributes[hint].name, name)) {
    const std::size_t index = record.IndexOf(name);
    if (index == attributes.size()) return nullptr;
    hint = static_cast<std::uint32_t>(index);
  }
  return &attributes[hint].value;
}

bool SetContains(const Set& set, const Cell& cell) {
  switch (cell.kind) {
    case ValueKind::kEntity:
      return set.ContainsEntity(*cell.entity);
    case ValueKind::kString:
    case ValueKind::kSet:
    case ValueKind::kRecord:
    case ValueKind::kIpAddress:
      return set.Contains(*cell.value);
    case ValueKind::kBool:
    case ValueKind::kLong:
    case ValueKind::kDecimal:
    case ValueKind::kDatetime:
    case ValueKind::kDuration:
      return set.Contains(cell.ToValue());
  }
  std::unreachable();
}

}  // namespace

void MachineMemory::FitTo(const Program& program) {
  stack.resize(program.stack_cells);
  hints.assign(program.hints, 0);
}

Value Cell::ToValue() const {
  switch (kind) {
    case ValueKind::kBool:
      return Value::Bool(truth);
    case ValueKind::kLong:
      return Value::Long(number);
    case ValueKind::kDecimal:
      return Value::FromDecimal(AsDecimal());
    case ValueKind::kDatetime:
      return Value::FromDatetime(AsDatetime());
    case ValueKind::kDuration:
      return Value::FromDuration(AsDuration());
    case ValueKind::kEntity:
      return Value::Entity(*entity);
    case ValueKind::kString:
    case ValueKind::kSet:
    case ValueKind::kRecord:
    case ValueKind::kIpAddress:
      return *value;
  }
  std::unreachable();
}

/// One for each Operation, in its order.
const std::array<Machine::Step, kOperations> Machine::kSteps = {
    &Machine::PushConstant, &Machine::PushVariable, &Machine::Attribute,    &Machine::VariableAttribute,
    &Machine::Has,          &Machine::VariableHas,  &Machine::HasStep,      &Machine::Not,
    &Machine::Negate,       &Machine::IsEmpty,      &Machine::And,          &Machine::Or,
    &Machine::NeedBool,     &Machine::Branch,       &Machine::Jump,         &Machine::Equal,
    &Machine::Compare,      &Machine::Compare,      &Machine::Compare,      &Machine::Compare,
    &Machine::In,           &Machine::VariableIn,   &Machine::Arithmetic,   &Machine::Arithmetic,
    &Machine::Arithmetic,   &Machine::Contains,     &Machine::ContainsMany, &Machine::ContainsMany,
    &Machine::GetTag,       &Machine::HasTag,       &Machine::Like,         &Machine::Is,
    &Machine::IsStep,       &Machine::MakeSet,      &Machine::MakeRecord,   &Machine::Call,
    &Machine::Fail,         &Machine::Require,      &Machine::Apply};

Machine::Truth Machine::Run(std::uint32_t begin) {
  if (!memory_.built.empty()) memory_.built.clear();
  top_ = memory_.stack.data();
  next_ = program_.code.data() + begin;
  outcome_ = Truth::kError;
  for (;;) {
    const Instruction& instruction = *next_++;
    const Step step = kSteps[static_cast<std::size_t>(instruction.operation)];
    if (!(this->*step)(instruction)) return outcome_;
  }
}

bool Machine::PushConstant(const Instruction& instruction) {
  Push(Cell::View(program_.constants[instruction.operand]));
  return true;
}

bool Machine::PushVariable(const Instruction& instruction) {
  Push(ValueOf(static_cast<VariableName>(instruction.selector)));
  return true;
}

bool Machine::Not(const Instruction& /*instruction*/) {
  if (Top().kind != ValueKind::kBool) return false;
  Top().truth = !Top().truth;
  return true;
}

bool Machine::Negate(const Instruction& /*instruction*/) {
  Cell& top = Top();
  return top.kind == ValueKind::kLong && !__builtin_sub_overflow(std::int64_t{0}, top.number, &top.number);
}

bool Machine::IsEmpty(const Instruction& /*instruction*/) {
  if (Top().kind != ValueKind::kSet) return false;
  Top() = Cell::Bool(Top().value->AsSet()->empty());
  return true;
}

bool Machine::And(const Instruction& instruction) {
  if (Top().kind != ValueKind::kBool) return false;
  if (!Top().truth) return Jump(instruction);
  --top_;
  return true;
}

bool Machine::Or(const Instruction& instruction) {
  if (Top().kind != ValueKind::kBool) return false;
  if (Top().truth) return Jump(instruction);
  --top_;
  return true;
}

bool Machine::NeedBool(const Instruction& /*instruction*/) {
  return Top().kind == ValueKind::kBool;
}

bool Machine::Branch(const Instruction& instruction) {
  const Cell condition = Pop();
  if (condition.kind != ValueKind::kBool) return false;
  return condition.truth || Jump(instruction);
}

bool Machine::Jump(const Instruction& instruction) {
  next_ = program_.code.data() + instruction.target;
  return true;
}

bool Machine::Fail(const Instruction& /*instruction*/) {
  return false;
}

bool Machine::Require(const Instruction& instruction) {
  const Cell condition = Pop();
  if (condition.kind != ValueKind::kBool) return false;
  if (condition.truth == (instruction.selector != 0)) return true;
  outcome_ = Truth::kFalse;
  return false;
}

bool Machine::Apply(const Instruction& /*instruction*/) {
  outcome_ = Truth::kTrue;
  return false;
}

Cell Machine::ValueOf(VariableName variable) const {
  return variable == VariableName::kContext ? Cell::View(request_.context) : Cell::Entity(UidOf(variable));
}

const EntityUid& Machine::UidOf(VariableName variable) const {
  if (variable == VariableName::kPrincipal) return request_.principal;
  return variable == VariableName::kAction ? request_.action : request_.resource;
}

const Entities::Node* Machine::NodeOf(VariableName variable) {
  Place& place = places_[static_cast<std::size_t>(variable)];
  if (!place.is_known) place = {entities_.FindNode(UidOf(variable)), true};
  return place.node;
}

bool Machine::IsIn(VariableName variable, const EntityUid& container) {
  if (UidOf(variable) == container) return true;
  const Entities::Node* node = NodeOf(variable);
  return node != nullptr && entities_.IsBelow(*node, container);
}

Machine::Lookup Machine::FindAttribute(const Cell& of, const Instruction& instruction, const Value*& found) {
  const Record* attributes = nullptr;
  if (of.kind == ValueKind::kRecord) {
    attributes = of.value->AsRecord();
  } else if (of.kind == ValueKind::kEntity) {
    const Entities::Node* node = entities_.FindNode(*of.entity);
    if (node == nullptr) return Lookup::kMissing;
    attributes = &node->entity.attributes;
  } else {
    return Lookup::kError;
  }
  found = FindNamed(*attributes, program_.names[instruction.operand], memory_.hints[instruction.hint]);
  return found != nullptr ? Lookup::kFound : Lookup::kMissing;
}

Machine::Lookup Machine::FindVariableAttribute(const Instruction& instruction, const Value*& found) {
  const auto name = static_cast<VariableName>(instruction.selector);
  const Record* attributes = nullptr;
  if (name == VariableName::kContext) {
    attributes = request_.context.AsRecord();
    if (attributes == nullptr) return FindAttribute(Cell::View(request_.context), instruction, found);
  } else {
    const Entities::Node* node = NodeOf(name);
    if (node == nullptr) return Lookup::kMissing;
    attributes = &node->entity.attributes;
  }
  found = FindNamed(*attributes, program_.names[instruction.operand], memory_.hints[instruction.hint]);
  return found != nullptr ? Lookup::kFound : Lookup::kMissing;
}

bool Machine::Attribute(const Instruction& instruction) {
  const Value* found = nullptr;
  if (FindAttribute(Top(), instruction, found) != Lookup::kFound) return false;
  Top() = Cell::View(*found);
  return true;
}

bool Machine::VariableAttribute(const Instruction& instruction) {
  const Value* found = nullptr;
  if (FindVariableAttribute(instruction, found) != Lookup::kFound) return false;
  Push(Cell::View(*found));
  return true;
}

bool Machine::Has(const Instruction& instruction) {
  const Value* found = nullptr;
  const Lookup lookup = FindAttribute(Top(), instruction, found);
  Top() = Cell::Bool(lookup == Lookup::kFound);
  return lookup != Lookup::kError;
}

bool Machine::VariableHas(const Instruction& instruction) {
  const Value* found = nullptr;
  const Lookup lookup = FindVariableAttribute(instruction, found);
  Push(Cell::Bool(lookup == Lookup::kFound));
  return lookup != Lookup::kError;
}

bool Machine::HasStep(const Instruction& instruction) {
  const Value* found = nullptr;
  const Lookup lookup = FindAttribute(Top(), instruction, found);
  if (lookup == Lookup::kError) return false;
  Top() = lookup == Lookup::kFound ? Cell::View(*found) : Cell::Bool(false);
  return lookup == Lookup::kFound || Jump(instruction);
}

bool Machine::Equal(const Instruction& instruction) {
  const Cell right = Pop();
  Top() = Cell::Bool((Top() == right) == (instruction.selector != 0));
  return true;
}

bool Machine::Compare(const Instruction& instruction) {
  const Operation operation = instruction.operation;
  const Cell right = Pop();
  const Cell left = Top();
  if (left.kind != right.kind || !IsOrdered(left.kind)) return false;
  const bool below = left.number < right.number;
  const bool above = left.number > right.number;
  Top() = Cell::Bool(operation == Operation::kLess          ? below
                     : operation == Operation::kLessOrEqual ? !above
                     : operation == Operation::kGreater     ? above
                                                            : !below);
  return true;
}

bool Machine::Arithmetic(const Instruction& instruction) {
  const Operation operation = instruction.operation;
  const Cell right = Pop();
  Cell& left = Top();
  if (left.kind != ValueKind::kLong || right.kind != ValueKind::kLong) return false;
  if (operation == Operation::kAdd) return !__builtin_add_overflow(left.number, right.number, &left.number);
  if (operation == Operation::kSubtract) {
    return !__builtin_sub_overflow(left.number, right.number, &left.number);
  }
  return !__builtin_mul_overflow(left.number, right.number, &left.number);
}

bool Machine::In(const Instruction& /*instruction*/) {
  const Cell container = Pop();
  const Cell member = Top();
  if (member.kind != ValueKind::kEntity) return false;
  bool is_in = false;
  if (!IsInAny(*member.entity, entities_.FindNode(*member.entity), container, is_in)) return false;
  Top() = Cell::Bool(is_in);
  return true;
}

bool Machine::VariableIn(const Instruction& instruction) {
  const auto variable = static_cast<VariableName>(instruction.selector);
  bool is_in = false;
  if (!IsInAny(UidOf(variable), NodeOf(variable), Top(), is_in)) return false;
  Top() = Cell::Bool(is_in);
  return true;
}

bool Machine::IsInAny(const EntityUid& member, const Entities::Node* node, const Cell& container,
                      bool& is_in) {
  if (container.kind == ValueKind::kEntity) {
    is_in = member == *container.entity || (node != nullptr && entities_.IsBelow(*node, *container.entity));
    return true;
  }
  if (container.kind != ValueKind::kSet) return false;
  const Set& containers = *container.value->AsSet();
  if (!containers.HoldsOnlyEntities()) return false;
  is_in = containers.ContainsEntity(member) || (node != nullptr && entities_.IsBelowAny(*node, containers));
  return true;
}

bool Machine::Contains(const Instruction& /*instruction*/) {
  const Cell argument = Pop();
  if (Top().kind != ValueKind::kSet) return false;
  Top() = Cell::Bool(SetContains(*Top().value->AsSet(), argument));
  return true;
}

bool Machine::ContainsMany(const Instruction& instruction) {
  const Cell argument = Pop();
  if (Top().kind != ValueKind::kSet || argument.kind != ValueKind::kSet) return false;
  const Set& set = *Top().value->AsSet();
  const Set& other = *argument.value->AsSet();
  const bool all = instruction.operation == Operation::kContainsAll;
  Top() = Cell::Bool(all ? set.ContainsAll(other) : set.ContainsAny(other));
  return true;
}

bool Machine::FindTag(const Value*& tag) {
  const Cell name = Pop();
  const Cell of = Top();
  if (of.kind != ValueKind::kEntity || name.kind != ValueKind::kString) return false;
  const Entity* entity = entities_.Find(*of.entity);
  tag = entity == nullptr ? nullptr : entity->tags.Find(*name.value->AsString());
  return true;
}

bool Machine::GetTag(const Instruction& /*instruction*/) {
  const Value* tag = nullptr;
  if (!FindTag(tag) || tag == nullptr) return false;
  Top() = Cell::View(*tag);
  return true;
}

bool Machine::HasTag(const Instruction& /*instruction*/) {
  const Value* tag = nullptr;
  if (!FindTag(tag)) return false;
  Top() = Cell::Bool(tag != nullptr);
  return true;
}

bool Machine::Like(const Instruction& instruction) {
  if (Top().kind != ValueKind::kString) return false;
  Top() = Cell::Bool(Matches(program_.patterns[instruction.operand], *Top().value->AsString()));
  return true;
}

bool Machine::Is(const Instruction& instruction) {
  if (Top().kind != ValueKind::kEntity) return false;
  Top() = Cell::Bool(Top().entity->type() == program_.names[instruction.operand]);
  return true;
}

bool Machine::IsStep(const Instruction& instruction) {
  if (Top().kind != ValueKind::kEntity) return false;
  if (Top().entity->type() == program_.names[instruction.operand]) return true;
  Top() = Cell::Bool(false);
  return Jump(instruction);
}

bool Machine::MakeSet(const Instruction& instruction) {
  const std::uint32_t count = instruction.operand;
  std::vector<Value> elements;
  elements.reserve(count);
  for (const Cell* cell = top_ - count; cell != top_; ++cell) elements.push_back(cell->ToValue());
  top_ -= count;
  Push(Cell::View(Keep(Value::FromElements(std::move(elements)))));
  return true;
}

bool Machine::MakeRecord(const Instruction& instruction) {
  const std::uint32_t count = instruction.target;
  std::vector<cedar::Attribute> attributes;
  attributes.reserve(count);
  top_ -= count;
  for (std::uint32_t i = 0; i < count; ++i) {
    attributes.push_back({program_.names[instruction.operand + i], top_[i].ToValue()});
  }
  Push(Cell::View(Keep(Value::FromRecord(Record(std::move(attributes))))));
  return true;
}

}  // namespace proviso::cedar::internal
