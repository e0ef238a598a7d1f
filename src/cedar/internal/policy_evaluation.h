// What Authorize() and Explain() both need to evaluate a policy in a request's terms.
#pragma once

#include <string>

#include "cedar/authorize.h"
#include "cedar/internal/evaluator.h"

namespace proviso::cedar::internal {

[[nodiscard]] inline Variables VariablesOf(const Request& request) {
  return {Value::Entity(request.principal), Value::Entity(request.action), Value::Entity(request.resource),
          request.context};
}

/// "7:12"
[[nodiscard]] inline std::string PositionText(Position at) {
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

/// The evaluator's last error as PolicyError::message has it: "policy2 (clauses.cedar:7:12): …".
[[nodiscard]] inline std::string ErrorText(const Policy& policy, const Evaluator& evaluator) {
  return policy.id() + " (" + policy.body().source_name + ":" + PositionText(evaluator.error_position()) +
         "): " + evaluator.error();
}

}  // namespace proviso::cedar::internal
