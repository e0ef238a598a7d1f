// Which document prevails, and what an act comes to as a whole.
#pragma once

#include "terms/internal/check_words.h"

namespace proviso::terms::internal {

/// Whether a clause of this effect could be overridden by, or override, one of another document: it is
/// asked only of forbids whose document stands below that of some permit.
[[nodiscard]] bool StandsBelowAPermit(const Package& package, const Clause& clause);

/// The forbid applies where a permit of a document that prevails over its own does, and no forbid of that
/// document, or of one above it, or of none, does.
[[nodiscard]] base::Result<analysis::Term> PrecedenceCondition(const std::string& forbid, Inquiry& inquiry);
[[nodiscard]] bool ShowsPrecedence(const Package& package, const std::string& forbid, const Evaluated& e);
void TellPrecedence(const Clause& clause, const Joined& joined, const Package& package, Finding& finding);

void TellNeverPermits(const Subject& subject, Worker& worker, Finding& finding);

}  // namespace proviso::terms::internal
