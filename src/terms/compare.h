// What other wording would newly permit, hold or forbid: the diff of two packages, with requests.
//
//   analysis::Solver solver({.cache = "answers"});
//   const DiffReport report = Compare(*before, *after, solver, {});
//   for (const Difference& difference : report.differences)
//     if (difference.answer == FindingAnswer::kYes) Show(difference.examples.front().sentence);
//
// Both packages are compared as if in force, at a time at which the later one is; each by its own people
// who can decide, its own grants and its own catalogue of tools. A direction is proved to have no request,
// or shown by requests that both packages' own evaluators decided, smallest first; each further one is
// attributed to other clauses than those before it.
#pragma once

#include "analysis/solver.h"
#include "terms/check.h"
#include "terms/finding.h"
#include "terms/package.h"

namespace proviso::terms {

/// Pure but for the solver. `options.only` does not count. Packages that are equal in all that decides are
/// told without the solver.
[[nodiscard]] DiffReport Compare(const Package& before, const Package& after, analysis::Solver& solver,
                                 const CheckOptions& options);

}  // namespace proviso::terms
