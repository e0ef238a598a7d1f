// Rewrites a JSON Schema so that a target takes it, with the same instances accepted, or says which
// keyword at which place it does not take.
//
//   $ref               inlined where the target takes none, or none with other keywords beside it
//   allOf              merged into one schema
//   oneOf              anyOf, when no instance can satisfy two
//   const              an enum of one
//   enum               of null and booleans: types, where only strings and numbers may be listed
//   type lists         anyOf
//   exclusive bounds   of integers: the next integer; a small range of integers: their enum
//   format             an annotation: told in the description where the target does not know it
//   true               {}
// Annotations that a target does not take are left out. Where a target holds the model to the schema
// and wants objects closed, those that do not say so are closed: the model then writes nothing that the
// schema does not name, and whatever it writes is still accepted by the schema as it was.
#pragma once

#include <string>

#include "base/result.h"
#include "protocol/internal/schema/rules.h"
#include "protocol/internal/schema/value.h"

namespace proviso::protocol::internal::schema {

/// kInvalid: "properties.node.$ref: …". kLimit when inlining makes it too large.
[[nodiscard]] base::Result<Value> Rewrite(const Value& schema, const Rules& rules);

}  // namespace proviso::protocol::internal::schema
