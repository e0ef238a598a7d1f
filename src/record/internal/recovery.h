// What a start must establish before a log goes on: that the directory holds everything that its
// last checkpoint promised. Reads only; a log that is refused is left as it was.
#pragma once

#include <optional>

#include "record/internal/publisher.h"
#include "record/internal/write_ahead.h"

namespace proviso::record::internal {

struct Recovered {
  State state;             ///< up to where everything is published
  WriteAhead write_ahead;  ///< what came after it
  std::optional<Checkpoint> checkpoint;
  std::uint64_t size = 0;  ///< entries altogether
};

/// kCorrupt, with the file and what to do, when the log is shorter than its last checkpoint, does
/// not match it, or has lost published files.
[[nodiscard]] base::Result<Recovered> Recover(const LogSetup& setup);

}  // namespace proviso::record::internal
