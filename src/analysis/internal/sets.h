// Sets that are spelt out, which are asked element by element: a solver then needs no sets for them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "analysis/term.h"

namespace proviso::analysis::internal {

/// The elements, where the set is spelt out; nothing for others.
[[nodiscard]] std::optional<std::vector<Term>> ElementsOf(Term set);
[[nodiscard]] Term SetOfElements(Terms& terms, Sort set, std::span<const Term> elements);
/// Whether some element is in both.
[[nodiscard]] Term Overlap(Terms& terms, Term a, Term b);

}  // namespace proviso::analysis::internal
