// `$ref` within one schema: JSON Pointers (RFC 6901) in a URI fragment.
#pragma once

#include <string>
#include <string_view>

#include "protocol/internal/schema/value.h"

namespace proviso::protocol::internal::schema {

/// What "#/$defs/node" stands for; nullptr when it is not within `root`.
[[nodiscard]] const Value* Resolve(const Value& root, std::string_view reference);

/// Whether following `reference` can come back to it.
[[nodiscard]] bool IsRecursive(const Value& root, std::string_view reference);

}  // namespace proviso::protocol::internal::schema
