// The differences of two packages in one act.
//
// In two steps, so that the examples of one direction are chosen among all acts: Discover finds the smallest
// of each direction, or proves that there is none; Further finds some that other clauses decide.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/solver.h"
#include "terms/finding.h"
#include "terms/internal/compared.h"

namespace proviso::terms::internal {

/// Clauses to which an example is attributed: those that made its outcomes and are not word for word the same
/// in both packages.
struct Attribution {
  std::vector<std::string> before;
  std::vector<std::string> after;
  bool by_refusal = false;  ///< The earlier gateway refuses what the request declares, or the later does.

  [[nodiscard]] bool IsNothing() const { return before.empty() && after.empty() && !by_refusal; }
  bool operator==(const Attribution&) const = default;
};

struct Shown {
  Difference::Example example;
  Attribution attribution;
};

/// What one act says of one direction.
struct ActDirection {
  FindingAnswer answer = FindingAnswer::kUnknown;
  std::optional<Shown> smallest{};
  std::string reason{};  ///< of kUnknown
  std::vector<std::string> scripts{};
  std::int64_t took_ms = 0;
};

/// For one thread at a time.
class ActDiff {
 public:
  /// `directions` says which of Directions() it is about, a bit for each. Borrows all else.
  ActDiff(const Package& before, const Package& after, Act act, std::uint32_t directions,
          analysis::Solver& solver);
  ~ActDiff();

  /// In the order of Directions(); of those that it is not about, "no". What cannot be said to a solver is
  /// unknown.
  [[nodiscard]] const std::array<ActDirection, 6>& Discover();

  struct More {
    std::vector<Shown> shown{};
    bool is_all = false;  ///< There are no others that could be told from those.
    std::vector<std::string> scripts{};
    std::int64_t took_ms = 0;
  };
  /// At most `most` examples of a direction, each attributed to other clauses than those before it and than
  /// `known`.
  [[nodiscard]] More Further(Direction direction, std::vector<Attribution> known, std::size_t most);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace proviso::terms::internal
