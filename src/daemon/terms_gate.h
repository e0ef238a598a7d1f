// Whether terms may come into force: what the analysis must have proved of them, or their parties accepted.
//
// A gateway loads only a package that is valid, whose deciding forbids never err and whose safeguards hold,
// each proved, unless an [[acknowledgement]] of the agreement says otherwise. What cannot be proved, because
// time ran out or there is no solver, is not proved. What was proved once stays so: the answer is kept by the
// digest of the package, and the solver's answers beside it, so that a restart costs nothing and needs no
// solver.
#pragma once

#include <filesystem>

#include "terms/finding.h"
#include "terms/package.h"

namespace proviso::daemon {

/// kDenied with one line for each obstacle, its sentence, and what to do. Whoever has a report from elsewhere
/// (a bundle that carries its proofs) asks this.
[[nodiscard]] base::Status MayBeInForce(const terms::CheckReport& report);

/// Checks the package and asks MayBeInForce. `kept` is a directory for the answers, made when it is missing;
/// it is trusted as the program is. `build` names this program: another one's answers do not count.
[[nodiscard]] base::Status CheckTerms(const terms::Package& package, const std::filesystem::path& kept,
                                      const std::string& build);

}  // namespace proviso::daemon
