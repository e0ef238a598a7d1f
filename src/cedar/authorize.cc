#include "cedar/authorize.h"

#include <algorithm>

#include "cedar/internal/policy_evaluation.h"

namespace proviso::cedar {
namespace {

using internal::ErrorText;
using internal::Evaluator;
using internal::PositionText;
using internal::Variables;
using internal::VariablesOf;
using Truth = Evaluator::Truth;

bool InScope(const Policy& policy, const ScopeConstraint& constraint, const EntityUid& uid,
             const Entities& entities) {
  switch (constraint.kind) {
    case ScopeConstraint::Kind::kAny:
      return true;
    case ScopeConstraint::Kind::kEqual:
      return uid == policy.Resolve(*constraint.target);
    case ScopeConstraint::Kind::kIn:
      return entities.IsIn(uid, policy.Resolve(*constraint.target));
    case ScopeConstraint::Kind::kIs:
      return uid.type() == constraint.type;
    case ScopeConstraint::Kind::kIsIn:
      return uid.type() == constraint.type && entities.IsIn(uid, policy.Resolve(*constraint.target));
  }
  std::unreachable();
}

bool InScope(const ActionConstraint& constraint, const EntityUid& action, const Entities& entities) {
  switch (constraint.kind) {
    case ActionConstraint::Kind::kAny:
      return true;
    case ActionConstraint::Kind::kEqual:
      return action == constraint.entities[0];
    case ActionConstraint::Kind::kIn:
    case ActionConstraint::Kind::kInList:
      return std::ranges::any_of(constraint.entities,
                                 [&](const EntityUid& group) { return entities.IsIn(action, group); });
  }
  std::unreachable();
}

/// Scope and conditions as one conjunction, left to right.
Truth Satisfies(const Policy& policy, const Entities& entities, const Request& request,
                Evaluator& evaluator) {
  const PolicyBody& body = policy.body();
  if (!InScope(policy, body.principal, request.principal, entities) ||
      !InScope(body.action, request.action, entities) ||
      !InScope(policy, body.resource, request.resource, entities)) {
    return Truth::kFalse;
  }
  for (const Condition& condition : body.conditions) {
    const Truth truth = evaluator.EvaluateCondition(*condition.body);
    if (truth == Truth::kError) return truth;
    const Truth needed = condition.kind == Condition::Kind::kWhen ? Truth::kTrue : Truth::kFalse;
    if (truth != needed) return Truth::kFalse;
  }
  return Truth::kTrue;
}

}  // namespace

std::string ExplainError(const Policy& policy, const Entities& entities, const Request& request) {
  const Variables variables = VariablesOf(request);
  Evaluator evaluator(entities, variables);
  if (Satisfies(policy, entities, request, evaluator) != Truth::kError) return {};
  return ErrorText(policy, evaluator);
}

Response Authorize(const PolicySet& policies, const Entities& entities, const Request& request) {
  const Variables variables = VariablesOf(request);
  Evaluator evaluator(entities, variables);
  Response response;
  for (const Policy& policy : policies.policies()) {
    switch (Satisfies(policy, entities, request, evaluator)) {
      case Truth::kTrue: {
        auto& satisfied =
            policy.effect() == Effect::kPermit ? response.satisfied_permits : response.satisfied_forbids;
        satisfied.push_back(&policy);
        break;
      }
      case Truth::kError:
        response.errors.push_back({&policy, ErrorText(policy, evaluator)});
        break;
      case Truth::kFalse:
        break;
    }
  }
  if (!response.satisfied_forbids.empty()) {
    response.outcome = Outcome::kForbidden;
    response.reasons = response.satisfied_forbids;
  } else if (!response.satisfied_permits.empty()) {
    response.outcome = Outcome::kPermitted;
    response.decision = Decision::kAllow;
    response.reasons = response.satisfied_permits;
  }
  return response;
}

base::Result<Value> Evaluate(const Expression& expression, const Entities& entities, const Request& request) {
  const Variables variables = VariablesOf(request);
  Evaluator evaluator(entities, variables);
  Value scratch;
  const Value* value = evaluator.Evaluate(expression, scratch);
  if (value != nullptr) return *value;
  return base::Fail(base::ErrorCode::kInvalid,
                    PositionText(evaluator.error_position()) + ": " + evaluator.error());
}

}  // namespace proviso::cedar
