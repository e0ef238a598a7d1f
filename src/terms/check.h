// The questions of `terms check`: what one package says of every request at once.
//
//   analysis::Solver solver({.cache = "answers"});
//   const CheckReport report = Check(*package, solver, {});
//   for (const Finding& finding : report.findings)
//     if (finding.is_remarkable) Show(finding.sentence, finding.witnesses);
//
// finding.h says what each question and answer means. What follows from the terms' own folding or from a
// request that is known already (a worked example, the witness of another question) is not asked of the
// solver. Every request that is shown was decided by Decide and can be put by a gateway (gateway_facts.h);
// one that a solver gives and the evaluator does not confirm is never shown: its finding is unknown, and
// says that the analysis has a fault.
#pragma once

#include <functional>
#include <set>

#include "analysis/solver.h"
#include "terms/finding.h"
#include "terms/package.h"

namespace proviso::terms {

struct CheckOptions {
  unsigned threads = 0;  ///< 0: as many as there are cores.
  /// Called from one thread at a time.
  std::function<void(const Progress&)> progress{};
  std::set<CheckQuestion> only{};  ///< Empty: all. kValid is always answered.
};

/// Pure but for the solver; takes the package as it is, so that a draft can be checked.
[[nodiscard]] CheckReport Check(const Package& package, analysis::Solver& solver,
                                const CheckOptions& options);

/// What a daemon asks before it loads a package: valid, never errors, safeguard holds.
[[nodiscard]] CheckReport CheckBeforeLoading(const Package& package, analysis::Solver& solver);

}  // namespace proviso::terms
