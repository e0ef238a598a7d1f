#include "cedar/explain.h"

#include <optional>
#include <utility>

#include "cedar/internal/policy_evaluation.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace {

using internal::Evaluator;
using Truth = Evaluator::Truth;

ExpressionPtr EntityLiteral(const EntityUid& uid, Position at) {
  return MakeExpression(Literal{Value::Entity(uid)}, at);
}

/// A scope that was not read from text has no place of its own.
Position PositionOf(const Policy& policy, Position constraint) {
  return constraint.line == 0 ? policy.body().position : constraint;
}

/// What a constraint on principal or resource means; nullptr if it allows any.
ExpressionPtr MeaningOf(const Policy& policy, const ScopeConstraint& constraint, VariableName name) {
  const Position at = PositionOf(policy, constraint.position);
  const ExpressionPtr variable = MakeExpression(Variable{name}, at);
  const auto target = [&] { return EntityLiteral(policy.Resolve(*constraint.target), at); };
  switch (constraint.kind) {
    case ScopeConstraint::Kind::kAny:
      return nullptr;
    case ScopeConstraint::Kind::kEqual:
      return MakeExpression(Binary{BinaryOperator::kEqual, variable, target()}, at);
    case ScopeConstraint::Kind::kIn:
      return MakeExpression(Binary{BinaryOperator::kIn, variable, target()}, at);
    case ScopeConstraint::Kind::kIs:
      return MakeExpression(Is{variable, constraint.type, nullptr}, at);
    case ScopeConstraint::Kind::kIsIn:
      return MakeExpression(Is{variable, constraint.type, target()}, at);
  }
  std::unreachable();
}

ExpressionPtr MeaningOf(const Policy& policy, const ActionConstraint& constraint) {
  const Position at = PositionOf(policy, constraint.position);
  const ExpressionPtr variable = MakeExpression(Variable{VariableName::kAction}, at);
  switch (constraint.kind) {
    case ActionConstraint::Kind::kAny:
      return nullptr;
    case ActionConstraint::Kind::kEqual:
      return MakeExpression(
          Binary{BinaryOperator::kEqual, variable, EntityLiteral(constraint.entities[0], at)}, at);
    case ActionConstraint::Kind::kIn:
      return MakeExpression(Binary{BinaryOperator::kIn, variable, EntityLiteral(constraint.entities[0], at)},
                            at);
    case ActionConstraint::Kind::kInList:
      break;
  }
  std::vector<ExpressionPtr> groups;
  for (const EntityUid& group : constraint.entities) groups.push_back(EntityLiteral(group, at));
  const ExpressionPtr list = MakeExpression(SetLiteral{std::move(groups)}, at);
  return MakeExpression(Binary{BinaryOperator::kIn, variable, list}, at);
}

class Explainer {
 public:
  Explainer(const Entities& entities, const internal::Variables& variables)
      : evaluator_(entities, variables) {}

  Explanation Explain(const Policy& policy) {
    using Part = Explanation::Part;
    const PolicyBody& body = policy.body();
    Explanation explanation{.policy = &policy};
    const bool in_scope =
        Holds(MeaningOf(policy, body.principal, VariableName::kPrincipal), true, Part::kPrincipal,
              explanation) &&
        Holds(MeaningOf(policy, body.action), true, Part::kAction, explanation) &&
        Holds(MeaningOf(policy, body.resource, VariableName::kResource), true, Part::kResource, explanation);
    if (!in_scope) return explanation;
    for (const Condition& condition : body.conditions) {
      const bool needed = condition.kind == Condition::Kind::kWhen;
      if (!Holds(condition.body, needed, Part::kCondition, explanation)) break;
    }
    return explanation;
  }

 private:
  /// Whether `expression` (nullptr always does) comes to `needed`; else writes down why not.
  bool Holds(const ExpressionPtr& expression, bool needed, Explanation::Part part, Explanation& explanation) {
    if (expression == nullptr) return true;
    const Truth truth = evaluator_.EvaluateCondition(*expression);
    if (truth == (needed ? Truth::kTrue : Truth::kFalse)) return true;
    explanation.part = part;
    explanation.cause = expression;
    if (truth == Truth::kError) {
      explanation.standing = Explanation::Standing::kErrs;
      explanation.error = internal::ErrorText(*explanation.policy, evaluator_);
    } else {
      explanation.standing = Explanation::Standing::kNotSatisfied;
      explanation.value = !needed;
      Narrow(explanation);
    }
    return false;
  }

  /// Goes down to the smallest part that settles the value alone.
  void Narrow(Explanation& explanation) {
    while (true) {
      const Expression& whole = *explanation.cause;
      if (const auto* negation = std::get_if<Unary>(&whole.node);
          negation != nullptr && negation->op == UnaryOperator::kNot) {
        explanation.value = !explanation.value;
        explanation.cause = ExpressionPtr(negation->operand);
        continue;
      }
      const auto* both = std::get_if<Binary>(&whole.node);
      const bool one_settles = both != nullptr && (explanation.value ? both->op == BinaryOperator::kOr
                                                                     : both->op == BinaryOperator::kAnd);
      if (!one_settles) return;
      const Truth settling = explanation.value ? Truth::kTrue : Truth::kFalse;
      explanation.cause =
          ExpressionPtr(evaluator_.EvaluateCondition(*both->left) == settling ? both->left : both->right);
    }
  }

  Evaluator evaluator_;
};

}  // namespace

std::string Explanation::Text() const {
  switch (standing) {
    case Standing::kSatisfied:
      return "";
    case Standing::kErrs:
      return error;
    case Standing::kNotSatisfied:
      break;
  }
  return "(" + policy->body().source_name + ":" + internal::PositionText(cause->position) + ") `" +
         Print(*cause) + "` is " + (value ? "true" : "false");
}

std::vector<Explanation> Explain(const PolicySet& policies, const Entities& entities,
                                 const Request& request) {
  const internal::Variables variables = internal::VariablesOf(request);
  Explainer explainer(entities, variables);
  std::vector<Explanation> explanations;
  explanations.reserve(policies.policies().size());
  for (const Policy& policy : policies.policies()) explanations.push_back(explainer.Explain(policy));
  return explanations;
}

}  // namespace proviso::cedar
