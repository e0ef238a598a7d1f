// Safeguards: whether they hold, and who could set them aside.
#pragma once

#include "terms/internal/check_words.h"

namespace proviso::terms::internal {

/// Whether something that the safeguard's scope matches is permitted; a scope that errs matches.
void AskWhetherItHolds(const Subject& subject, Inquiry& inquiry, Part& part);
[[nodiscard]] Finding SafeguardFinding(const Subject& subject, Worker& worker);

}  // namespace proviso::terms::internal
