// What differs between two packages beside the outcomes of requests.
#pragma once

#include <string>
#include <vector>

#include "terms/package.h"

namespace proviso::terms::internal {

/// One sentence each: dates, callers, what they may declare, tools, people, facts and who asserts them,
/// clauses that no longer decide or only now do, safeguards.
[[nodiscard]] std::vector<std::string> DiffNotes(const Package& before, const Package& after);

}  // namespace proviso::terms::internal
