// Names that the clauses of an agreement speak of.
#pragma once

#include <set>
#include <span>
#include <string>

#include "terms/package.h"

namespace proviso::terms::internal {

/// Tool servers that a clause, a safeguard or a condition of the gateway names: no other can be told apart.
[[nodiscard]] std::set<std::string> ToolServersNamed(std::span<const Package* const> packages);

}  // namespace proviso::terms::internal
