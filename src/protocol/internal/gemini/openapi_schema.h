// Gemini's older schemas (`parameters`, `responseSchema`) as JSON Schema: a subset of OpenAPI 3.0 with
// types in capitals, `nullable`, and 64-bit numbers as strings.
#pragma once

#include <string>

#include "base/json.h"

namespace proviso::protocol::internal::gemini {

/// {"type":"STRING","nullable":true} as {"type":["string","null"]}. Members that it does not know stay
/// as they are, under their camelCase names. Recursion is bounded by the parse's depth.
[[nodiscard]] std::string JsonSchemaOf(base::Json schema);

}  // namespace proviso::protocol::internal::gemini
