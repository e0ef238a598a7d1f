// One question to the solver, and the question to the terms that its model is.
#pragma once

#include <optional>
#include <span>

#include "analysis/compile.h"
#include "analysis/solver.h"
#include "terms/facts.h"
#include "terms/package.h"
#include "terms/witness.h"

namespace proviso::terms::internal {

/// Nothing where the assertions cannot be met; nothing and `why->reason` where that is not known. The digest
/// of the script goes to `why->scripts`.
[[nodiscard]] base::Result<std::optional<Question>> AskForQuestion(
    analysis::Solver& solver, const std::vector<analysis::Term>& assertions,
    const analysis::SymbolicRequest& request, analysis::Compiler& compiler, const Package& package,
    Unknown* why);

/// FactsIn as a term: how many facts of the request are present.
[[nodiscard]] analysis::Term FactsPresent(analysis::Terms& terms, const analysis::SymbolicRequest& request);

/// That the evaluator does not confirm what the solver found.
[[nodiscard]] std::unexpected<base::Error> FaultyModel(const Unknown& asked);

}  // namespace proviso::terms::internal
