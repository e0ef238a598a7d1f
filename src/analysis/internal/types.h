// Questions about the schema's types that making symbolic values needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/term.h"
#include "cedar/schema.h"

namespace proviso::analysis::internal {

/// Whether it has more than kTypePartsMax parts.
[[nodiscard]] bool IsTooLarge(const cedar::Type& type);

/// Whether a value of the one is a value of the other and back: the same kinds, names and presences.
[[nodiscard]] bool SameType(const cedar::Type& a, const cedar::Type& b);

/// Whether `value` is of `type`: nothing missing, nothing more, nothing of another kind.
[[nodiscard]] bool Conforms(const cedar::Value& value, const cedar::Type& type);

/// Something small of the type; `schema` knows what enumerated entities there are, nullptr for none.
[[nodiscard]] cedar::Value PlainValue(const cedar::Type& type, const cedar::Schema* schema);

/// `path.name`, or `path["na me"]` where the name is no identifier: no two paths have one text.
[[nodiscard]] std::string PathOf(std::string_view path, std::string_view name);

[[nodiscard]] cedar::TypePtr SimpleType(cedar::Type::Kind kind);
[[nodiscard]] cedar::TypePtr EntityType(std::string_view name);
[[nodiscard]] cedar::TypePtr SetType(cedar::TypePtr element);

/// The ids that an entity of this type can have: an enumerated one's, or the schema's actions. Nothing is
/// said of other types.
[[nodiscard]] std::vector<std::string> ChoicesOf(const cedar::Schema& schema, std::string_view entity_type);
[[nodiscard]] bool IsActionType(std::string_view entity_type);

}  // namespace proviso::analysis::internal
