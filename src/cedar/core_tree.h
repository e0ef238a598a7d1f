// A policy as one expression over few kinds of node: what the validator and the analysis walk.
//
// Cedar defines the rest by these: `a != b` is `!(a == b)`, `a > b` is `!(a <= b)`, `x has a.b` is
// `x has a && x.a has b`, `x is T in y` is `x is T && x in y`; a scope is a condition, and `unless c`
// is `when !c`. Chains of `&&` and `||` are one node with any number of operands.
//
// Every node has a shape: nodes of the same shape are the same expression, whatever their positions.
// What is known to be there (`principal has name`) is known for a shape.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "cedar/policy.h"

namespace proviso::cedar {

struct CoreNode {
  enum class Kind : std::uint8_t {
    kBool,
    kLong,
    kString,
    kEntity,
    kVariable,
    kSlot,
    kIf,   ///< condition, then, else
    kAnd,  ///< two or more
    kOr,   ///< two or more
    kNot,
    kNegate,
    kIsEmpty,
    kEqual,
    kLess,
    kLessOrEqual,
    kIn,
    kAdd,
    kSubtract,
    kMultiply,
    kContains,
    kContainsAll,
    kContainsAny,
    kGetTag,
    kHasTag,
    kGetAttribute,
    kHasAttribute,
    kLike,
    kIs,
    kSet,
    kRecord,  ///< children in the order of `names`, which are sorted
    kCall
  };
  Kind kind;
  Position position{};
  std::vector<const CoreNode*> children{};
  std::string_view name{};                ///< an attribute, an entity type, a string, a Long's digits
  std::vector<std::string_view> names{};  ///< of a record
  const EntityUid* entity = nullptr;
  const Pattern* pattern = nullptr;  ///< of kLike
  bool boolean = false;              ///< the value of kBool
  VariableName variable = VariableName::kPrincipal;
  SlotName slot = SlotName::kPrincipal;
  ExtensionFunction function = ExtensionFunction::kDecimal;
  std::uint32_t index = 0;       ///< counts the nodes of one tree
  std::uint32_t shape = 0;       ///< equal for equal expressions of one tree
  std::uint32_t capability = 0;  ///< of has and get: equal for the same attribute or tag of one shape
  std::uint32_t depth = 1;

  [[nodiscard]] const CoreNode& child(std::size_t i) const { return *children[i]; }
};

/// One policy's tree. Borrows the policy.
class CoreTree {
 public:
  /// Fails with kLimit where paths and conditions make it deeper than kExpressionDepthMax or longer
  /// than kCoreNodesMax.
  [[nodiscard]] static base::Result<CoreTree> Build(const PolicyBody& policy);

  /// Scope and conditions.
  [[nodiscard]] const CoreNode& root() const { return *root_; }
  [[nodiscard]] const std::deque<CoreNode>& nodes() const { return nodes_; }

 private:
  friend class CoreTreeBuilder;
  std::deque<CoreNode> nodes_;
  std::deque<std::string> texts_;  ///< what nodes name and the policy does not hold
  const CoreNode* root_ = nullptr;
};

}  // namespace proviso::cedar
