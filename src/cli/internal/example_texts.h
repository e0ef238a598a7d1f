// The policies and schemas of the example applications.
#pragma once

#include <string>

#include "cli/cedar_examples.h"

namespace proviso::cli::internal {

/// `size` matters only where it counts clauses.
[[nodiscard]] std::string PoliciesOf(CedarExample example, std::size_t size);
[[nodiscard]] std::string SchemaOf(CedarExample example, std::size_t size);

}  // namespace proviso::cli::internal
