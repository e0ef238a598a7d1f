// A program run to its end, within bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proviso::analysis {

struct ChildLimits {
  std::int64_t time_ms_max;
  std::int64_t memory_bytes_max;
  std::size_t output_bytes_max;
};

struct ChildEnd {
  enum class Kind : std::uint8_t { kExited, kSignalled, kOutOfTime, kTooMuchOutput };
  Kind kind = Kind::kExited;
  int code = 0;  ///< the exit status, or the signal
  std::string output{};
  std::string errors{};  ///< the first of it
};

/// Runs `command` (its first word is looked for on the PATH) with `input` as its standard input, and waits
/// for it. Nothing of this process but the PATH is handed to it: no open file, no other environment variable,
/// no signal mask. It is killed when its time has passed; memory and time are limits of the kernel too, which
/// hold when this process dies first. No zombie stays and no descriptor. For any number of threads at once.
///
/// Fails with kNotFound where there is no such program, and with kIo where the system refuses.
[[nodiscard]] base::Result<ChildEnd> RunChild(const std::vector<std::string>& command, std::string_view input,
                                              const ChildLimits& limits);

}  // namespace proviso::analysis
