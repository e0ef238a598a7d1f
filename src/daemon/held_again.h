// What is held when the terms change: decided again under those that come into force, recorded, and settled
// at the desk (oversight/desk.h). What a crash leaves undone, the next run does.
#pragma once

#include "gateway/snapshot.h"
#include "oversight/desk.h"
#include "record/log.h"

namespace proviso::daemon {

/// Decides every pending hold again that is held under other terms than the snapshot's. Each decision is
/// durable in the record before the hold changes.
[[nodiscard]] base::Result<oversight::Redecided> DecideHeldAgain(oversight::Desk& desk, record::Log& log,
                                                                 const gateway::Snapshot& snapshot,
                                                                 const base::Clock& clock);

}  // namespace proviso::daemon
