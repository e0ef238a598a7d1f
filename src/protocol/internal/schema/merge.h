// One schema that accepts what two accept: how `allOf`, and keywords beside a `$ref`, are taken away.
#pragma once

#include "base/result.h"
#include "protocol/internal/schema/value.h"

namespace proviso::protocol::internal::schema {

/// Narrows `schema` to what `other` accepts as well. Both are objects without `$ref` and spelled as
/// in draft 2020-12. Where two schemas of one member meet, an `allOf` of them is left behind for later.
/// kInvalid names the keyword that cannot be merged.
[[nodiscard]] base::Status Merge(Value& schema, const Value& other);

/// The names in `type`; all seven when there is none. "number" includes "integer".
[[nodiscard]] std::vector<std::string> TypesOf(const Value& schema);

/// Whether no instance can be accepted by both: their types differ, or a member that both require
/// has other values.
[[nodiscard]] bool AreDisjoint(const Value& one, const Value& other);

}  // namespace proviso::protocol::internal::schema
