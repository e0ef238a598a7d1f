// Policies as terms beside the evaluator: what small models showed of a policy, what a solver says of it,
// and whether the solver's models do as it said.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "analysis/internal/small_models_for_tests.h"
#include "analysis/solver.h"

namespace proviso::analysis::internal {

/// One policy over requests of one kind.
struct Subject {
  std::shared_ptr<const cedar::PolicySet> policies;  ///< it alone
  std::string text;
  SymbolicRequest request;
  std::set<PolicyOutcome> seen{};  ///< of small models
  std::unique_ptr<Compiler> compiler{};
  Compiled compiled{};
};

/// Subjects over one schema and one world. Failures are those of the test that it runs in.
class CrossCheck {
 public:
  struct Counts {
    std::size_t subjects = 0;
    std::size_t refused = 0;  ///< what could not be said to a solver
    std::size_t folded = 0;   ///< outcomes that need no solver to be impossible
    std::size_t sat = 0;
    std::size_t unsat = 0;
    std::size_t queries = 0;
    std::map<std::string, std::size_t> unknown{};  ///< by reason

    [[nodiscard]] std::string Text() const;
  };

  /// `second`, where it is not nullptr, is asked everything too. Borrows all of them.
  CrossCheck(const cedar::Schema& schema, World world, Solver& solver, Solver* second, Counts& counts)
      : schema_(schema), world_(world), solver_(solver), second_(second), counts_(counts) {}

  [[nodiscard]] Terms& terms() { return terms_; }
  /// What the next subject's request is to be called.
  [[nodiscard]] std::string NextName() const { return "r" + std::to_string(subjects_.size()); }
  void Add(Subject subject);
  /// Asks whether each subject can have each outcome.
  void Run();

 private:
  struct Claim {
    const Subject* subject;
    PolicyOutcome outcome;
  };

  [[nodiscard]] Term TermOf(const Claim& claim);
  void Append(const Claim& claim, Query& query);
  [[nodiscard]] Answer AskSolver(const Query& query);
  void Ask(const Claim& claim);
  void AskAll(std::span<const Claim> claims);
  void Replay(const Claim& claim, const Query& query, const Answer& answer);

  const cedar::Schema& schema_;
  World world_;
  Solver& solver_;
  Solver* second_;
  Counts& counts_;
  Terms terms_;
  std::vector<std::unique_ptr<Subject>> subjects_;
};

}  // namespace proviso::analysis::internal
