// The compiled evaluator: runs a Program's conditions for one request.
//
// It tells that a condition errs, not why: whoever wants the words asks the plain evaluator, which must
// agree. So nothing here allocates but what a policy itself builds (a set or record of what the request
// says, an address read from its text), and that goes into scratch that is used again.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "cedar/authorize.h"
#include "cedar/internal/cell.h"
#include "cedar/internal/program.h"

namespace proviso::cedar::internal {

/// Memory that a machine works in, for one thread; grows to what the program needs and stays.
struct MachineMemory {
  std::vector<Cell> stack;
  /// Where each look-up of an attribute found it last; wrong as soon as another record comes, so it is
  /// only looked at first.
  std::vector<std::uint32_t> hints;
  /// What the current policy has built. A deque: cells point into it.
  std::deque<Value> built;

  void FitTo(const Program& program);
};

class Machine {
 public:
  /// Borrows all four. `memory` fits the program.
  Machine(const Program& program, const Entities& entities, const Request& request, MachineMemory& memory)
      : program_(program), entities_(entities), request_(request), memory_(memory) {}

  enum class Truth : std::uint8_t { kFalse, kTrue, kError };
  /// Whether the conditions that begin at `begin` all hold.
  [[nodiscard]] Truth Run(std::uint32_t begin);

  /// Whether principal, action or resource is `container` or below it.
  [[nodiscard]] bool IsIn(VariableName variable, const EntityUid& container);
  /// Principal, action or resource where it stands; nullptr for an entity that no set holds.
  [[nodiscard]] const Entities::Node* NodeOf(VariableName variable);

 private:
  /// A step takes its operands from the stack's top and leaves its result there. It gives false where
  /// the run ends: with outcome_, which is an error unless the step says otherwise.
  using Step = bool (Machine::*)(const Instruction&);
  static const std::array<Step, kOperations> kSteps;
  bool PushConstant(const Instruction& instruction);
  bool PushVariable(const Instruction& instruction);
  bool Attribute(const Instruction& instruction);
  bool VariableAttribute(const Instruction& instruction);
  bool Has(const Instruction& instruction);
  bool VariableHas(const Instruction& instruction);
  bool HasStep(const Instruction& instruction);
  bool Not(const Instruction& instruction);
  bool Negate(const Instruction& instruction);
  bool IsEmpty(const Instruction& instruction);
  bool And(const Instruction& instruction);
  bool Or(const Instruction& instruction);
  bool NeedBool(const Instruction& instruction);
  bool Branch(const Instruction& instruction);
  bool Jump(const Instruction& instruction);
  bool Equal(const Instruction& instruction);
  bool Compare(const Instruction& instruction);
  bool In(const Instruction& instruction);
  bool VariableIn(const Instruction& instruction);
  bool Arithmetic(const Instruction& instruction);
  bool Contains(const Instruction& instruction);
  bool ContainsMany(const Instruction& instruction);
  bool GetTag(const Instruction& instruction);
  bool HasTag(const Instruction& instruction);
  bool Like(const Instruction& instruction);
  bool Is(const Instruction& instruction);
  bool IsStep(const Instruction& instruction);
  bool MakeSet(const Instruction& instruction);
  bool MakeRecord(const Instruction& instruction);
  bool Call(const Instruction& instruction);
  bool Fail(const Instruction& instruction);
  bool Require(const Instruction& instruction);
  bool Apply(const Instruction& instruction);

  /// kMissing: no such attribute, or no such entity. kError: `of` is of a kind that has no attributes.
  enum class Lookup : std::uint8_t { kFound, kMissing, kError };
  Lookup FindAttribute(const Cell& of, const Instruction& instruction, const Value*& found);
  Lookup FindVariableAttribute(const Instruction& instruction, const Value*& found);
  /// Whether `member` is in the entity or set `container`; false is an error.
  bool IsInAny(const EntityUid& member, const Entities::Node* node, const Cell& container, bool& is_in);
  /// Pops a name; the entity on the top stays. false is an error.
  bool FindTag(const Value*& tag);
  bool Construct(ExtensionFunction function);

  [[nodiscard]] Cell ValueOf(VariableName variable) const;
  [[nodiscard]] const EntityUid& UidOf(VariableName variable) const;
  const Value& Keep(Value value) { return memory_.built.emplace_back(std::move(value)); }
  void Push(const Cell& cell) { *top_++ = cell; }
  Cell Pop() { return *--top_; }
  Cell& Top() { return top_[-1]; }

  const Program& program_;
  const Entities& entities_;
  const Request& request_;
  MachineMemory& memory_;
  Cell* top_ = nullptr;  // one past the stack's top
  const Instruction* next_ = nullptr;
  Truth outcome_ = Truth::kError;
  struct Place {
    const Entities::Node* node = nullptr;
    bool is_known = false;
  };
  std::array<Place, 3> places_{};  // of principal, action and resource
};

}  // namespace proviso::cedar::internal
