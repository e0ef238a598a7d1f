// Which questions a gateway can put to a package: what it sees to itself, before any clause is asked.
#pragma once

#include "terms/facts.h"
#include "terms/package.h"

namespace proviso::terms::internal {

/// Whether a request can come to `question`, before people have decided anything: the application is one of
/// the agreement's and of its organization; it declares one of its own purposes; an effect is the
/// catalogue's for the tool; a signed authority is from an issuer that the agreement names and has not
/// expired, a claim has no cap and no expiry; what is offered adds up; and the agreement is in force.
/// gateway_facts.h says the same to the solver.
[[nodiscard]] bool CanArrive(const Package& package, const Question& question);

/// The same, whatever the agreement's dates.
[[nodiscard]] bool CanArriveInForce(const Package& package, const Question& question);

}  // namespace proviso::terms::internal
