// Symbolic values of a type, leaf by leaf: variables of a request, or functions of an entity.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/symbolic_value.h"

namespace proviso::analysis::internal {

/// Makes the term for the leaf at `path`: `path?` for the presence of an optional field.
using LeafMaker = std::function<Term(const std::string& path, Sort sort)>;

/// A value of `type` whose leaves are what `make` gives, with what the type bounds. A type that is too
/// large has no fields: ask IsTooLarge first.
[[nodiscard]] SymbolicValue MakeValue(Terms& terms, const cedar::TypePtr& type, const std::string& path,
                                      const cedar::Schema& schema, const LeafMaker& make,
                                      std::vector<Term>& bounds);

/// -2^63 <= number <= 2^63 - 1
[[nodiscard]] Term FitsLong(Terms& terms, Term number);

/// Every leaf of a value in one order: presences of optional fields before what they hold.
void AppendLeaves(const SymbolicValue& value, std::vector<Term>& leaves);

}  // namespace proviso::analysis::internal
