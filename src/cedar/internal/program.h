// Policies as a flat program: what the compiled evaluator runs.
//
// One array of instructions for all conditions, over a stack of cells. Everything that a policy's text
// fixes is made at load: constants are folded, names and patterns are numbered, jumps are resolved.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cedar/policy.h"

namespace proviso::cedar::internal {

enum class Operation : std::uint8_t {
  kConstant,           ///< push constants[operand]
  kVariable,           ///< push the variable
  kAttribute,          ///< pop a record or entity, push its attribute names[operand]
  kVariableAttribute,  ///< push the variable's attribute names[operand]
  kHas,                ///< pop a record or entity, push whether it has names[operand]
  kVariableHas,
  kHasStep,  ///< as kAttribute, but without it: push false and jump
  kNot,
  kNegate,
  kIsEmpty,
  kAnd,       ///< the top is false: jump and leave it; else pop it
  kOr,        ///< the top is true: jump and leave it; else pop it
  kNeedBool,  ///< the top must be a boolean
  kBranch,    ///< pop a boolean; jump if false
  kJump,
  kEqual,  ///< or not, where selector is 0
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIn,
  kVariableIn,  ///< pop the container: whether the variable is in it
  kAdd,
  kSubtract,
  kMultiply,
  kContains,
  kContainsAll,
  kContainsAny,
  kGetTag,
  kHasTag,
  kLike,        ///< pop a string: whether it matches patterns[operand]
  kIs,          ///< pop an entity: whether its type is names[operand]
  kIsStep,      ///< the top is an entity of another type: replace it with false and jump
  kMakeSet,     ///< pop count values, push their set
  kMakeRecord,  ///< pop count values, push a record of them, named from names[operand] on
  kCall,        ///< pop count arguments, push what the extension function gives
  kFail,        ///< always an error
  kRequire,     ///< pop a boolean: the policy applies only if it is `selector`
  kApply        ///< the policy applies
};
inline constexpr std::size_t kOperations = static_cast<std::size_t>(Operation::kApply) + 1;

struct Instruction {
  Operation operation;
  std::uint8_t selector = 0;  ///< a VariableName, an ExtensionFunction, or a boolean
  std::uint16_t hint = 0;     ///< number of this look-up's hint, see Machine
  std::uint32_t operand = 0;  ///< index into the operation's table, or a count
  std::uint32_t target = 0;   ///< where jumps go; for kMakeRecord the count
};

/// Immutable once built; shared by threads.
struct Program {
  std::vector<Instruction> code;
  std::vector<Value> constants;
  std::vector<std::string> names;
  std::vector<Pattern> patterns;
  std::size_t stack_cells = 0;  ///< most that any condition needs
  std::uint32_t hints = 1;      ///< how many look-ups remember where they found their attribute
};

/// Appends the conditions of `body`, ending with kApply; gives where they begin.
[[nodiscard]] std::uint32_t AppendConditions(const PolicyBody& body, Program& program);

}  // namespace proviso::cedar::internal
