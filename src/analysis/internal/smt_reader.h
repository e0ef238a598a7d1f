// What a solver answers, read: bytes of another program, within bounds.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "analysis/internal/script_writer.h"
#include "analysis/solver.h"
#include "base/result.h"

namespace proviso::analysis {

/// The answer to get-value, `((term value) …)`: a value of each sort, in order. Sets are sorted and hold each
/// element once. Fails with kCorrupt on what is none, with kLimit past limits.h, and with kInvalid on a value
/// that has no literal here: an infinite set, a function.
[[nodiscard]] base::Result<std::vector<SmtValue>> ReadValues(std::string_view answer,
                                                             std::span<const Sort> sorts,
                                                             const ConstructorNames& constructors);

}  // namespace proviso::analysis
