// What must hold across the tables of an agreement.toml, beyond the shape of each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "terms/agreement.h"

namespace proviso::terms::internal {

/// Appends one line for each name that stands twice, reference to nothing, source of a fact that no
/// one is, profile that its people cannot fill, date out of order, and text that would read as
/// something else in the schema.
void CheckAgreement(const Agreement& agreement, std::vector<std::string>& errors);

/// What is wrong with `asserter` as the source of a fact, if it is neither a source nor a party.
[[nodiscard]] std::optional<std::string> UnknownAsserter(const Agreement& agreement,
                                                         std::string_view asserter);

}  // namespace proviso::terms::internal
