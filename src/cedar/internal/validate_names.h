// What the validator finds without types: names that the schema does not declare, and scopes to which
// no action applies.
#pragma once

#include <vector>

#include "cedar/core_tree.h"
#include "cedar/internal/schema_index.h"
#include "cedar/internal/typechecker.h"

namespace proviso::cedar::internal {

/// Entity types, actions and ids of enumerated entities that a policy names, in scope and conditions,
/// whether or not evaluation can come to them.
void FindUnknownNames(const CoreTree& tree, const SchemaIndex& schema, std::vector<TypeProblem>& problems);

/// The types of the entities that fill a template's slots.
void FindUnknownSlotTypes(const SlotValues& slots, const SchemaIndex& schema, Position at,
                          std::vector<TypeProblem>& problems);

/// Whether some action that the scope allows applies to a principal and a resource that it allows.
/// `slots` are those of a link; a slot without a value is open.
void FindMissingAction(const PolicyBody& policy, const SlotValues& slots, SchemaIndex& schema,
                       std::vector<TypeProblem>& problems);

}  // namespace proviso::cedar::internal
