// Schemas from the human syntax to the JSON form, and back.
//
//   auto json = SchemaTextToJson("entity User { name: String };", "app.cedarschema");
//   auto text = SchemaJsonToText(*json, "app.json");
//
// Declarations keep their order, their namespaces and their annotations; common types stay common types,
// referred to by name. What is written is read again and compared by what it means, so a translation
// never changes a schema: it fails instead. Comments are not kept, and a declaration of several names
// (`entity A, B;`) becomes several.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::cedar {

/// The JSON, compact. Fails with kInvalid where the text is not a schema whose names all resolve.
/// A bare annotation `@doc` becomes `"doc": ""`, as the reference engine writes it.
[[nodiscard]] base::Result<std::string> SchemaTextToJson(std::string_view text, std::string_view source_name);

/// The text. Fails also where text has no way to say what the JSON says: an entity whose shape is a common
/// type, annotations outside any namespace, or an entity type that is hidden by a common type of the same
/// name. An action that names principals but no resources, or resources but no principals, applies to
/// nothing; its text has no `appliesTo`.
[[nodiscard]] base::Result<std::string> SchemaJsonToText(std::string_view text, std::string_view source_name);

}  // namespace proviso::cedar
