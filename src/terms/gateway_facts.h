// What the gateway sees to before any clause is asked, as ordinary Cedar conditions.
//
//   const GatewayFacts gateway(package, Act::kCallTool, FactsThatMatter({{&package}}));
//   for (const GatewayCondition& condition : gateway.conditions()) Show(condition.text, condition.why);
//   // !(context has effect) || (resource == Tool::"assign" && context.effect == "engage")
//
// The analysis assumes them of every request, and nothing else: a condition that the gateway does not in
// fact guarantee would be a hole in every proof, and one that is missing makes counterexamples of requests
// that no gateway puts. Each stands beside the code that guarantees it (gateway_facts.cc), and a test holds
// the questions that enforcement makes to them.
//
// They are of one agreement: who may call, which purposes were granted to whom, which effect a catalogued
// tool has, whose signature counts, and when the agreement is in force.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cedar/compiled.h"
#include "terms/facts.h"
#include "terms/package.h"

namespace proviso::terms {

struct GatewayCondition {
  std::string text;  ///< A Cedar expression of type Bool that errs on no request whose facts are typed.
  std::string why;   ///< "an application declares only purposes that the agreement grants it"
};

/// Members of `context` that any clause or safeguard of these packages reads, and those that the gateway's
/// own conditions join with them (enclave, model; now, where an agreement has dates). Sorted. What is not
/// among them changes no outcome.
[[nodiscard]] std::vector<std::string> FactsThatMatter(std::span<const Package* const> packages);

class GatewayFacts {
 public:
  /// What holds of every question of `act` put to `package` (borrowed); of facts, it speaks of `facts`
  /// (sorted) alone.
  GatewayFacts(const Package& package, Act act, std::span<const std::string> facts);

  [[nodiscard]] const std::vector<GatewayCondition>& conditions() const { return conditions_; }
  /// The same as permits without a scope, one for each condition, in their order.
  [[nodiscard]] const cedar::PolicySet& policies() const { return compiled_->policies(); }

  /// The first condition that does not hold of this question; nothing where a gateway could put it. Any
  /// thread.
  [[nodiscard]] const GatewayCondition* FirstNotMet(const Question& question) const;

 private:
  const Package& package_;
  std::vector<GatewayCondition> conditions_;
  std::unique_ptr<const cedar::CompiledPolicies> compiled_;
};

}  // namespace proviso::terms
