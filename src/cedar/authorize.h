// The decision: which policies are satisfied, and what follows. As the Cedar reference defines it:
// deny by default, any satisfied forbid denies, a policy whose evaluation errs is skipped and
// reported. Whoever wants an erring forbid to deny reads `errors` (as Proviso's terms do).
//
//   const Response response = Authorize(policies, entities, request);
//   if (response.decision == Decision::kDeny) Explain(response.reasons);
//
// Pure functions over shared immutable data: call them from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cedar/entities.h"
#include "cedar/policy.h"

namespace proviso::cedar {

struct Request {
  EntityUid principal;
  EntityUid action;
  EntityUid resource;
  Value context = Value::FromRecord(Record());  ///< a record
};

enum class Decision : std::uint8_t { kDeny, kAllow };

/// Why: the decision is kAllow for kPermitted alone. Cedar's answer has one word for the other two,
/// and people need both: a clause to ask an exception from, or a clause that nobody wrote.
enum class Outcome : std::uint8_t {
  kNotPermitted,  ///< no permit was satisfied, and no forbid either
  kPermitted,     ///< at least one permit, no forbid
  kForbidden      ///< at least one forbid, whatever the permits say
};

struct PolicyError {
  const Policy* policy;
  std::string message;  ///< "policy2 (clauses.cedar:7:12): …"
};

/// Pointers are into the PolicySet, in its order, and live as long as it.
struct Response {
  Decision decision = Decision::kDeny;
  Outcome outcome = Outcome::kNotPermitted;
  std::vector<const Policy*> reasons;  ///< the determining policies: satisfied forbids, else permits
  std::vector<const Policy*> satisfied_permits;
  std::vector<const Policy*> satisfied_forbids;
  std::vector<PolicyError> errors;
};

[[nodiscard]] Response Authorize(const PolicySet& policies, const Entities& entities, const Request& request);

/// What `policy` says where its evaluation errs, as in PolicyError::message; empty where it does not.
[[nodiscard]] std::string ExplainError(const Policy& policy, const Entities& entities,
                                       const Request& request);

/// Evaluates one expression in a request's terms. The message says what went wrong and where.
[[nodiscard]] base::Result<Value> Evaluate(const Expression& expression, const Entities& entities,
                                           const Request& request);

}  // namespace proviso::cedar
