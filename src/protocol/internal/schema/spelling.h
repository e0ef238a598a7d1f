// Other spellings of JSON Schema, brought to that of draft 2020-12 without a change of meaning:
//
//   OpenAPI 3.0, Gemini   "nullable": true, "STRING", counts as strings ("minItems": "3")
//   draft 4               "exclusiveMinimum": true beside "minimum"
//   draft 7               "items": [ … ] with "additionalItems", "dependencies"
#pragma once

#include "protocol/internal/schema/value.h"

namespace proviso::protocol::internal::schema {

/// Of this schema alone, not of those within it. Must be an object.
void Respell(Value& schema);

}  // namespace proviso::protocol::internal::schema
