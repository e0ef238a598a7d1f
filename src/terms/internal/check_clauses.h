// Questions about each clause: never errors, vacuous, unconditional, redundant, overridden, never permits,
// precedence, and what advice would change.
#pragma once

#include <vector>

#include "terms/internal/check_work.h"

namespace proviso::terms::internal {

/// Asks what the subject's question is about, of one act, into `part`.
void AskAboutClause(const Subject& subject, Inquiry& inquiry, Part& part);

/// Which of these clauses can err, each into its part: one script for all, where none can.
void AskWhichErr(const std::vector<std::pair<const Subject*, Part*>>& clauses, Inquiry& inquiry);

/// The answer in words, with its witness.
[[nodiscard]] Finding ClauseFinding(const Subject& subject, Worker& worker);

}  // namespace proviso::terms::internal
