// What an agreement's schema.cedarschema adds, seen before the schema is read: the built-in record of facts
// is one type, and Cedar has no way to add members to a type, so `type Facts = {…}` of the extension is
// merged into it as text.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::terms::internal {

struct SchemaExtension {
  std::string text;                     ///< Without `type Facts = {…};`, line for line.
  std::string facts;                    ///< What stood between its braces, ending in a comma; "" without one.
  std::vector<std::string> fact_names;  ///< Members of that record.
  std::set<std::string> types;          ///< Names of all common types that stand outside namespaces.
};

/// Never fails: what is no schema is left in `text` for the schema's reader to refuse.
[[nodiscard]] SchemaExtension ReadExtension(std::string_view text);

}  // namespace proviso::terms::internal
