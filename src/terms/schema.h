// The built-in Cedar schema that every agreement stands on, and its extension by one agreement.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terms/agreement.h"

namespace proviso::terms {

/// The schema in Cedar's human syntax for an agreement that adds `facts` (those with a type) and
/// `extension` (the text of its schema.cedarschema, or ""). Each fact carries @asserted_by.
/// A record `type Facts = {…}` of the extension adds its members to the built-in facts.
[[nodiscard]] std::string SchemaText(const std::vector<FactDeclaration>& facts, std::string_view extension);

/// Names of the built-in facts, sorted.
[[nodiscard]] std::vector<std::string> BuiltInFacts();

/// The source of a built-in fact: "gateway", "party", …; "" for a name that is not built in.
[[nodiscard]] std::string_view BuiltInSource(std::string_view fact);

/// Whether an agreement may give this fact a type: what is not built in, and those built-in facts that the
/// gateway itself neither makes nor reads.
[[nodiscard]] bool MayBeRetyped(std::string_view fact);

}  // namespace proviso::terms
