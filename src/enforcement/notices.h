// What a caller is told: short, exact, with the ids that let a person look further.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/refusal.h"
#include "terms/decide.h"

namespace proviso::enforcement {

/// One sentence that says why: "Clause 4.2 (A person decides every engagement) asks for …".
[[nodiscard]] std::string ReasonOf(const terms::Decision& decision);

/// Ids of the clauses that made the decision.
[[nodiscard]] std::vector<std::string> ClauseIdsOf(const terms::Decision& decision);

/// A request that the terms forbid, or hold under `hold_id`.
[[nodiscard]] protocol::Refusal RefusalOf(const terms::Decision& decision, std::string_view decision_id,
                                          std::string_view hold_id);

/// The text that stands in the place of a withheld call. `hold_id` is "" for a forbidden one.
[[nodiscard]] std::string WithheldNotice(std::string_view tool, const terms::Decision& decision,
                                         std::string_view decision_id, std::string_view hold_id);

/// The same for a call that people denied, or whose time ran out: `why` is what the desk says.
[[nodiscard]] std::string DeniedNotice(std::string_view tool, std::string_view decision_id,
                                       std::string_view hold_id, std::string_view why);

}  // namespace proviso::enforcement
