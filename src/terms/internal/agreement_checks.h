// What must hold across the tables of an agreement.toml, beyond the shape of each.
#pragma once

#include <string>
#include <vector>

#include "terms/agreement.h"

namespace proviso::terms::internal {

/// Appends one line for each name that stands twice, reference to nothing, source of a fact that no
/// one is, profile that its people cannot fill, date out of order, and text that would read as
/// something else in the schema.
void CheckAgreement(const Agreement& agreement, std::vector<std::string>& errors);

}  // namespace proviso::terms::internal
