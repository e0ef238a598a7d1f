#include "cedar/core_tree.h"

#include <algorithm>
#include <utility>

#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using Kind = CoreNode::Kind;
using Nodes = std::vector<const CoreNode*>;

/// A scope's own nodes stand above the deepest expression.
constexpr std::uint32_t kScopeDepth = 4;

void AppendNumber(std::string& key, std::uint32_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void AppendText(std::string& key, std::string_view text) {
  AppendNumber(key, static_cast<std::uint32_t>(text.size()));
  key += text;
}

Kind KindOf(UnaryOperator op) {
  switch (op) {
    case UnaryOperator::kNot:
      return Kind::kNot;
    case UnaryOperator::kNegate:
      return Kind::kNegate;
    case UnaryOperator::kIsEmpty:
      return Kind::kIsEmpty;
  }
  std::unreachable();
}

/// The operator, or the one whose negation it is.
struct CoreOperator {
  Kind kind;
  bool negated = false;
};

CoreOperator CoreOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kAnd:
      return {Kind::kAnd};
    case BinaryOperator::kOr:
      return {Kind::kOr};
    case BinaryOperator::kEqual:
      return {Kind::kEqual};
    case BinaryOperator::kNotEqual:
      return {Kind::kEqual, true};
    case BinaryOperator::kLess:
      return {Kind::kLess};
    case BinaryOperator::kLessOrEqual:
      return {Kind::kLessOrEqual};
    case BinaryOperator::kGreater:
      return {Kind::kLessOrEqual, true};
    case BinaryOperator::kGreaterOrEqual:
      return {Kind::kLess, true};
    case BinaryOperator::kIn:
      return {Kind::kIn};
    case BinaryOperator::kAdd:
      return {Kind::kAdd};
    case BinaryOperator::kSubtract:
      return {Kind::kSubtract};
    case BinaryOperator::kMultiply:
      return {Kind::kMultiply};
    case BinaryOperator::kContains:
      return {Kind::kContains};
    case BinaryOperator::kContainsAll:
      return {Kind::kContainsAll};
    case BinaryOperator::kContainsAny:
      return {Kind::kContainsAny};
    case BinaryOperator::kGetTag:
      return {Kind::kGetTag};
    case BinaryOperator::kHasTag:
      return {Kind::kHasTag};
  }
  std::unreachable();
}

bool IsChain(Kind kind) {
  return kind == Kind::kAnd || kind == Kind::kOr;
}

}  // namespace

class CoreTreeBuilder {
 public:
  base::Result<CoreTree> Run(const PolicyBody& policy) {
    const Position at = policy.position;
    Nodes scope;
    Append(Kind::kAnd, scope, *Scope(policy.principal, VariableName::kPrincipal));
    Append(Kind::kAnd, scope, *Scope(policy.action));
    Append(Kind::kAnd, scope, *Scope(policy.resource, VariableName::kResource));
    Nodes conditions;
    for (const Condition& condition : policy.conditions) {
      const CoreNode* body = Lower(*condition.body);
      if (condition.kind == Condition::Kind::kUnless) {
        body = Make({.kind = Kind::kNot, .position = body->position, .children = {body}});
      }
      Append(Kind::kAnd, conditions, *body);
      if (too_big_) break;
    }
    if (!conditions.empty()) Append(Kind::kAnd, scope, *Finish(Kind::kAnd, std::move(conditions), at));
    tree_.root_ = Finish(Kind::kAnd, std::move(scope), at);
    if (!too_big_) return std::move(tree_);
    return base::Fail(base::ErrorCode::kLimit,
                      "it is too long or nests too deeply to be validated (more than " +
                          std::to_string(kCoreNodesMax) + " operations, or " +
                          std::to_string(kExpressionDepthMax) + " levels); split it");
  }

 private:
  const CoreNode* Make(CoreNode node) {
    node.index = static_cast<std::uint32_t>(tree_.nodes_.size());
    for (const CoreNode* child : node.children) node.depth = std::max(node.depth, child->depth + 1);
    too_big_ = too_big_ || node.index >= kCoreNodesMax || node.depth > kExpressionDepthMax + kScopeDepth;
    node.shape = ShapeOf(node);
    return &tree_.nodes_.emplace_back(std::move(node));
  }

  std::uint32_t Number(std::string key) {
    return shapes_.emplace(std::move(key), static_cast<std::uint32_t>(shapes_.size() + 1)).first->second;
  }

  std::uint32_t ShapeOf(CoreNode& node) {
    std::string key(1, static_cast<char>(node.kind));
    AppendNumber(key, static_cast<std::uint32_t>(node.children.size()));
    for (const CoreNode* child : node.children) AppendNumber(key, child->shape);
    switch (node.kind) {
      case Kind::kBool:
        key += node.boolean ? 't' : 'f';
        break;
      case Kind::kEntity:
        AppendText(key, node.entity->type());
        key += node.entity->id();
        break;
      case Kind::kVariable:
        key += static_cast<char>(node.variable);
        break;
      case Kind::kSlot:
        key += static_cast<char>(node.slot);
        break;
      case Kind::kCall:
        key += static_cast<char>(node.function);
        break;
      case Kind::kRecord:
        for (const std::string_view name : node.names) AppendText(key, name);
        break;
      case Kind::kLong:
      case Kind::kString:
      case Kind::kLike:
      case Kind::kIs:
        key += node.name;
        break;
      case Kind::kGetAttribute:
      case Kind::kHasAttribute:
        key += node.name;
        node.capability = Number("a" + key.substr(1));
        break;
      case Kind::kGetTag:
      case Kind::kHasTag:
        node.capability = Number("t" + key.substr(1));
        break;
      case Kind::kIf:
      case Kind::kAnd:
      case Kind::kOr:
      case Kind::kNot:
      case Kind::kNegate:
      case Kind::kIsEmpty:
      case Kind::kEqual:
      case Kind::kLess:
      case Kind::kLessOrEqual:
      case Kind::kIn:
      case Kind::kAdd:
      case Kind::kSubtract:
      case Kind::kMultiply:
      case Kind::kContains:
      case Kind::kContainsAll:
      case Kind::kContainsAny:
      case Kind::kSet:
        break;
    }
    return Number(std::move(key));
  }

  /// Adds an operand to a chain of `&&` or `||`. What begins with a chain continues it, and two
  /// literals are one, as in the reference.
  void Append(Kind kind, Nodes& operands, const CoreNode& operand) {
    if (operands.empty() && operand.kind == kind) {
      operands = operand.children;
    } else if (operands.size() == 1 && operands[0]->kind == Kind::kBool && operand.kind == Kind::kBool) {
      const bool left = operands[0]->boolean;
      const bool value = kind == Kind::kAnd ? left && operand.boolean : left || operand.boolean;
      operands[0] = Make({.kind = Kind::kBool, .position = operand.position, .boolean = value});
    } else {
      operands.push_back(&operand);
    }
  }

  const CoreNode* Finish(Kind kind, Nodes operands, Position at) {
    if (operands.size() == 1) return operands[0];
    return Make({.kind = kind, .position = at, .children = std::move(operands)});
  }

  const CoreNode* Both(const CoreNode& left, const CoreNode& right, Position at) {
    Nodes operands;
    Append(Kind::kAnd, operands, left);
    Append(Kind::kAnd, operands, right);
    return Finish(Kind::kAnd, std::move(operands), at);
  }

  const CoreNode* EntityNode(const EntityUid& uid, Position at) {
    return Make({.kind = Kind::kEntity, .position = at, .entity = &uid});
  }

  const CoreNode* Target(const ScopeTarget& target, Position at) {
    if (const auto* slot = std::get_if<SlotName>(&target)) {
      return Make({.kind = Kind::kSlot, .position = at, .slot = *slot});
    }
    return EntityNode(std::get<EntityUid>(target), at);
  }

  const CoreNode* Scope(const ScopeConstraint& constraint, VariableName name) {
    const Position at = constraint.position;
    const auto variable = [&] { return Make({.kind = Kind::kVariable, .position = at, .variable = name}); };
    const auto is = [&] {
      return Make({.kind = Kind::kIs, .position = at, .children = {variable()}, .name = constraint.type});
    };
    const auto compare = [&](Kind kind) {
      return Make({.kind = kind, .position = at, .children = {variable(), Target(*constraint.target, at)}});
    };
    switch (constraint.kind) {
      case ScopeConstraint::Kind::kAny:
        return Make({.kind = Kind::kBool, .position = at, .boolean = true});
      case ScopeConstraint::Kind::kEqual:
        return compare(Kind::kEqual);
      case ScopeConstraint::Kind::kIn:
        return compare(Kind::kIn);
      case ScopeConstraint::Kind::kIs:
        return is();
      case ScopeConstraint::Kind::kIsIn:
        return Both(*is(), *compare(Kind::kIn), at);
    }
    std::unreachable();
  }

  const CoreNode* Scope(const ActionConstraint& constraint) {
    const Position at = constraint.position;
    if (constraint.kind == ActionConstraint::Kind::kAny) {
      return Make({.kind = Kind::kBool, .position = at, .boolean = true});
    }
    const CoreNode* action =
        Make({.kind = Kind::kVariable, .position = at, .variable = VariableName::kAction});
    if (constraint.kind == ActionConstraint::Kind::kEqual) {
      const CoreNode* entity = EntityNode(constraint.entities[0], at);
      return Make({.kind = Kind::kEqual, .position = at, .children = {action, entity}});
    }
    CoreNode set{.kind = Kind::kSet, .position = at};
    for (const EntityUid& uid : constraint.entities) set.children.push_back(EntityNode(uid, at));
    return Make({.kind = Kind::kIn, .position = at, .children = {action, Make(std::move(set))}});
  }

  const CoreNode* Lower(const Expression& expression) {
    return std::visit([&](const auto& node) { return Lower(node, expression.position); }, expression.node);
  }

  const CoreNode* Lower(const Literal& node, Position at) {
    if (const bool* value = node.value.AsBool()) {
      return Make({.kind = Kind::kBool, .position = at, .boolean = *value});
    }
    if (const EntityUid* uid = node.value.AsEntity()) return EntityNode(*uid, at);
    if (const std::string* text = node.value.AsString()) {
      return Make({.kind = Kind::kString, .position = at, .name = *text});
    }
    return Make({.kind = Kind::kLong, .position = at, .name = Keep(node.value.Text())});
  }

  const CoreNode* Lower(const Variable& node, Position at) {
    return Make({.kind = Kind::kVariable, .position = at, .variable = node.name});
  }

  const CoreNode* Lower(const Unary& node, Position at) {
    return Make({.kind = KindOf(node.op), .position = at, .children = {Lower(*node.operand)}});
  }

  const CoreNode* Lower(const Binary& node, Position at) {
    const auto [kind, negated] = CoreOf(node.op);
    if (IsChain(kind)) return LowerChain(node, kind, at);
    const CoreNode* left = Lower(*node.left);
    const CoreNode* right = Lower(*node.right);
    const CoreNode* made = Make({.kind = kind, .position = at, .children = {left, right}});
    return negated ? Make({.kind = Kind::kNot, .position = at, .children = {made}}) : made;
  }

  /// A long chain leans to the left; its operands become one node's, without a copy for each link.
  const CoreNode* LowerChain(const Binary& node, Kind kind, Position at) {
    std::vector<const Expression*> reversed;
    const Expression* first = nullptr;
    for (const Binary* link = &node; link != nullptr && link->op == node.op;) {
      reversed.push_back(link->right.get());
      first = link->left.get();
      link = std::get_if<Binary>(&first->node);
    }
    Nodes operands;
    Append(kind, operands, *Lower(*first));
    for (auto operand = reversed.rbegin(); operand != reversed.rend(); ++operand) {
      Append(kind, operands, *Lower(**operand));
    }
    return Finish(kind, std::move(operands), at);
  }

  const CoreNode* Lower(const If& node, Position at) {
    const CoreNode* condition = Lower(*node.condition);
    const CoreNode* then_branch = Lower(*node.then_branch);
    const CoreNode* else_branch = Lower(*node.else_branch);
    return Make({.kind = Kind::kIf, .position = at, .children = {condition, then_branch, else_branch}});
  }

  const CoreNode* Lower(const GetAttribute& node, Position at) {
    return Make(
        {.kind = Kind::kGetAttribute, .position = at, .children = {Lower(*node.of)}, .name = node.name});
  }

  const CoreNode* Lower(const HasAttribute& node, Position at) {
    const CoreNode* of = Lower(*node.of);
    Nodes steps;
    for (const std::string& name : node.path) {
      Append(Kind::kAnd, steps,
             *Make({.kind = Kind::kHasAttribute, .position = at, .children = {of}, .name = name}));
      if (too_big_ || &name == &node.path.back()) break;
      of = Make({.kind = Kind::kGetAttribute, .position = at, .children = {of}, .name = name});
    }
    return Finish(Kind::kAnd, std::move(steps), at);
  }

  const CoreNode* Lower(const Like& node, Position at) {
    std::string pattern;
    for (const PatternElement& element : node.pattern) {
      pattern += element.kind == PatternElement::Kind::kWildcard ? '*' : '=';
      AppendNumber(pattern, static_cast<std::uint32_t>(element.character));
    }
    return Make({.kind = Kind::kLike,
                 .position = at,
                 .children = {Lower(*node.of)},
                 .name = Keep(std::move(pattern)),
                 .pattern = &node.pattern});
  }

  const CoreNode* Lower(const Is& node, Position at) {
    const CoreNode* of = Lower(*node.of);
    const CoreNode* is = Make({.kind = Kind::kIs, .position = at, .children = {of}, .name = node.type});
    if (node.container == nullptr) return is;
    const CoreNode* container = Lower(*node.container);
    return Both(*is, *Make({.kind = Kind::kIn, .position = at, .children = {of, container}}), at);
  }

  const CoreNode* Lower(const SetLiteral& node, Position at) {
    CoreNode set{.kind = Kind::kSet, .position = at};
    for (const ExpressionPtr& element : node.elements) set.children.push_back(Lower(*element));
    return Make(std::move(set));
  }

  const CoreNode* Lower(const RecordLiteral& node, Position at) {
    std::vector<const RecordField*> fields;
    for (const RecordField& field : node.fields) fields.push_back(&field);
    std::ranges::sort(fields, {}, &RecordField::name);
    CoreNode record{.kind = Kind::kRecord, .position = at};
    for (const RecordField* field : fields) {
      record.names.push_back(field->name);
      record.children.push_back(Lower(*field->value));
    }
    return Make(std::move(record));
  }

  const CoreNode* Lower(const Call& node, Position at) {
    CoreNode call{.kind = Kind::kCall, .position = at, .function = node.function};
    for (const ExpressionPtr& argument : node.arguments) call.children.push_back(Lower(*argument));
    return Make(std::move(call));
  }

  std::string_view Keep(std::string text) { return tree_.texts_.emplace_back(std::move(text)); }

  CoreTree tree_;
  std::unordered_map<std::string, std::uint32_t> shapes_;
  bool too_big_ = false;
};

base::Result<CoreTree> CoreTree::Build(const PolicyBody& policy) {
  return CoreTreeBuilder().Run(policy);
}

}  // namespace proviso::cedar
