// An entity's uid into JSON that is being written.
#pragma once

#include "base/json_writer.h"
#include "cedar/value.h"

namespace proviso::cedar::internal {

/// Puts {"type": T, "id": I}.
void PutUid(base::JsonWriter& json, const EntityUid& uid);

}  // namespace proviso::cedar::internal
