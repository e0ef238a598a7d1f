// How many references between entities a policy follows (RFC 76): a service that knows this before a
// request can load exactly the entities that deciding it needs.
#pragma once

#include <vector>

#include "cedar/internal/typechecker.h"

namespace proviso::cedar::internal {

/// Adds a problem for each place that follows more than `level_max`, and for each attribute of an
/// entity that is named as a literal: such an entity is in no request. Needs the types of a run of
/// `types` on this tree, in which nothing was wrong.
void FindDeepDereferences(const CoreTree& tree, const Typechecker& types, const EntityUid& action,
                          std::uint32_t level_max, std::vector<TypeProblem>& problems);

}  // namespace proviso::cedar::internal
