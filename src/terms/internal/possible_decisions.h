// The decisions that an approver profile's people could give: what a hold is found with.
#pragma once

#include <vector>

#include "terms/facts.h"

namespace proviso::terms::internal {

/// Every choice of `profile.count` distinct people who may decide under it, as the fact that they
/// would give. Choices whose people hold other roles come first, since clauses speak of roles; in the
/// order of the agreement's approvers otherwise. At most kDecisionsTriedMax.
[[nodiscard]] std::vector<DecisionFact> PossibleDecisions(const Agreement& agreement,
                                                          const ApproverProfile& profile);

}  // namespace proviso::terms::internal
