// What is read from an agreement's text alone.
#pragma once

#include "terms/internal/check_words.h"

namespace proviso::terms::internal {

[[nodiscard]] Finding ValidFinding(const Package& package);
/// Of a clause that decides: that it does.
[[nodiscard]] Finding DecidesFinding(const Package& package, const Clause& clause);
[[nodiscard]] Finding FloatingFinding(const Package& package, const Clause& clause);

/// Marks what the agreement acknowledges.
void Acknowledge(const Agreement& agreement, std::vector<Finding>& findings);

}  // namespace proviso::terms::internal
