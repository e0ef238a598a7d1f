// Why each policy did, or did not, take part in a decision: what the standard answer leaves out. "No
// permit held" is no help to somebody who expected one; which part of which permit failed is.
//
//   for (const Explanation& one : Explain(policies, entities, request))
//     Show(one.policy->id(), one.standing, one.Text());
//   // policy0  not satisfied  (press.cedar:4:12) `resource.embargoed` is true
//
// Costs several evaluations of what it explains: for people, not for every request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cedar/authorize.h"

namespace proviso::cedar {

struct Explanation {
  enum class Standing : std::uint8_t { kSatisfied, kNotSatisfied, kErrs };
  enum class Part : std::uint8_t { kPrincipal, kAction, kResource, kCondition };

  const Policy* policy;
  Standing standing = Standing::kSatisfied;
  /// Where it ended; of a satisfied policy nothing below counts. Parts are tried in this order.
  Part part = Part::kPrincipal;
  /// The smallest expression that settled it alone: of `a && b` the first that is false, of `a || b`
  /// under `unless` the first that is true. A scope's part is written as the expression that it means.
  ExpressionPtr cause{};
  bool value = false;   ///< what `cause` came to, if it did not err
  std::string error{};  ///< for kErrs, as in PolicyError

  /// "(press.cedar:4:12) `resource.embargoed` is true", the error, or "" if satisfied.
  [[nodiscard]] std::string Text() const;
};

/// One for each policy, in the set's order. Agrees with Authorize(): the satisfied ones and the errors are
/// the same. Pointers are into the set.
[[nodiscard]] std::vector<Explanation> Explain(const PolicySet& policies, const Entities& entities,
                                               const Request& request);

}  // namespace proviso::cedar
