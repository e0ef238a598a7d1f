// The compiled evaluator: the same answers as Authorize(), for whoever decides often.
//
//   auto policies = std::make_shared<const PolicySet>(*ParsePolicies(text, "clauses.cedar"));
//   const CompiledPolicies compiled(policies);             // once; shared by all threads
//   thread_local CompiledPolicies::Scratch scratch;        // one a thread
//   const Verdict& verdict = compiled.Decide(request, entities, scratch);
//   if (verdict.outcome == Outcome::kForbidden) Show(verdict.satisfied_forbids);
//
// A set becomes one flat program, and an index: what the scopes say of the action and of the types of
// principal and resource picks the policies that can apply, and the others are never looked at. The
// index is filled as requests come, in the scratch. Once it has seen a kind of request, a decision
// allocates nothing, unless a policy builds a set or a record of what the request says.
//
// The plain evaluator of authorize.h reads as the specification; this one must agree with it on every
// decision, reason and error (compiled_test.cc and the differential tests hold it to that).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cedar/authorize.h"

namespace proviso::cedar {

/// A Response without words: ExplainError (authorize.h) has them, for the errors that are read.
/// Pointers are into the PolicySet, in its order.
struct Verdict {
  Decision decision = Decision::kDeny;
  Outcome outcome = Outcome::kNotPermitted;
  std::vector<const Policy*> satisfied_permits;
  std::vector<const Policy*> satisfied_forbids;
  std::vector<const Policy*> errors;

  /// The determining policies: satisfied forbids, else permits.
  [[nodiscard]] const std::vector<const Policy*>& reasons() const {
    return outcome == Outcome::kForbidden ? satisfied_forbids : satisfied_permits;
  }
};

class CompiledPolicies {
 public:
  /// Memory that decisions are made in, used again from one to the next. For one thread at a time. It
  /// may go from one set of policies to another: it then starts anew.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;

   private:
    friend class CompiledPolicies;
    struct State;
    std::unique_ptr<State> state_;
  };

  /// Compiles all policies and links of the set, and keeps it. Takes time linear in their text.
  explicit CompiledPolicies(std::shared_ptr<const PolicySet> policies);
  ~CompiledPolicies();
  CompiledPolicies(CompiledPolicies&&) noexcept;
  CompiledPolicies& operator=(CompiledPolicies&&) noexcept;

  /// The verdict lives in `scratch`, until its next decision.
  [[nodiscard]] const Verdict& Decide(const Request& request, const Entities& entities,
                                      Scratch& scratch) const;

  [[nodiscard]] const PolicySet& policies() const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace proviso::cedar
