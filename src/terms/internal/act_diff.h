// The differences of two packages in one act.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/solver.h"
#include "terms/finding.h"
#include "terms/internal/compared.h"

namespace proviso::terms::internal {

/// What is known of one direction in one act.
struct ActDifference {
  Difference difference;
  bool has_more = false;  ///< There are examples by yet other clauses.
};

/// In the order of Directions(). `done` is called after each direction. What cannot be said to a solver is
/// unknown.
[[nodiscard]] std::array<ActDifference, 6> DiffAct(const Compared& compared, analysis::Solver& solver,
                                                   const std::function<void(Direction)>& done);

}  // namespace proviso::terms::internal
