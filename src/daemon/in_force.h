// From the files to what is in force: configuration and terms, checked against each other.
#pragma once

#include <memory>

#include "daemon/configuration.h"
#include "daemon/terms_source.h"
#include "gateway/snapshot.h"
#include "routing/allowance.h"
#include "routing/health.h"

namespace proviso::daemon {

/// Loads the terms and the credentials that `configuration` names. On failure the message lists
/// everything that is wrong, and nothing is in force that was not before.
[[nodiscard]] base::Result<std::shared_ptr<const gateway::Snapshot>> MakeSnapshot(
    const Configuration& configuration);
/// The same with terms that were loaded already, for those who ask where they came from.
[[nodiscard]] base::Result<std::shared_ptr<const gateway::Snapshot>> MakeSnapshot(
    const Configuration& configuration, const LoadedTerms& terms);

/// Brings the configuration's providers and keys into what is shared by all cores. What was learnt of a
/// provider and used by a key stays, as long as its name does.
void ConfigureRouting(const Configuration& configuration, routing::Providers& providers,
                      routing::Allowances& allowances);

}  // namespace proviso::daemon
