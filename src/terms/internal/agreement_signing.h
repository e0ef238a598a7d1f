// Who signs agreements: [quorum] and [[revoked_key]] of agreement.toml, and what must hold of keys.
#pragma once

#include <string>
#include <vector>

#include "base/fields.h"
#include "terms/agreement.h"

namespace proviso::terms::internal {

/// Reads [quorum], with its defaults put in, and [[revoked_key]]. The parties must have been read.
void ReadSigning(base::Fields& root, Agreement& agreement, std::vector<std::string>& errors);

/// Appends a line for each quorum that could never be reached, key that would count twice, and revoked key
/// that is used.
void CheckSigning(const Agreement& agreement, std::vector<std::string>& errors);

}  // namespace proviso::terms::internal
