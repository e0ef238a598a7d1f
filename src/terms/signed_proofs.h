// What the analysis answered, as the parties sign it with an agreement.
//
// A gateway that has a solver asks again; one that has none takes these, because whoever signed the bundle
// signed them.
#pragma once

#include <vector>

#include "terms/bundle.h"
#include "terms/finding.h"

namespace proviso::terms {

/// The answers of a report, in its order.
[[nodiscard]] std::vector<SignedProof> ProofsOf(const CheckReport& report);

/// Whether these say of this package what a gateway must know: that it is valid, that none of its deciding
/// forbids errs, that every safeguard holds; each so, or acknowledged. kDenied with a line for each that is
/// not said.
[[nodiscard]] base::Status ProofsSuffice(const Package& package, const std::vector<SignedProof>& proofs);

}  // namespace proviso::terms
