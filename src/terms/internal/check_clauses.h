// Questions about each clause: never errors, vacuous, unconditional, redundant, overridden, never permits,
// precedence, and what advice would change.
#pragma once

#include <vector>

#include "terms/internal/check_work.h"

namespace proviso::terms::internal {

/// A question about a clause or an act, and where its answer goes.
struct Asked {
  const Subject* subject;
  Part* part;
};

/// Asks one question about each of these, of one act. Known requests answer first; the others are asked
/// together, so that one script proves all of them where none can be found.
void AskAboutClauses(std::vector<Asked> open, Inquiry& inquiry);

/// The answer in words, with its witness.
[[nodiscard]] Finding ClauseFinding(const Subject& subject, Worker& worker);

}  // namespace proviso::terms::internal
