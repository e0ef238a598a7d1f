// Questions that clauses themselves suggest, made without a solver.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "terms/internal/draft.h"
#include "terms/internal/evaluated.h"

namespace proviso::terms::internal {

/// The clauses and safeguards of a package, ready to be written into drafts. Any thread.
class Suggestions {
 public:
  /// Borrows `package`.
  explicit Suggestions(const Package& package);

  /// For each clause and safeguard, questions of the act that should satisfy it, alone and beside a permit;
  /// those that a gateway can put are added to `known`.
  void AddTo(KnownQuestions& known, Act act, const GatewayFacts& gateway) const;

  /// A question that differs from `blocked` in nothing but `facts`, and should be permitted.
  [[nodiscard]] Question Freed(const Evaluated& blocked, const std::vector<std::string>& facts) const;

 private:
  [[nodiscard]] const cedar::CoreTree* TreeOf(const cedar::Policy& policy) const;

  const Package& package_;
  std::map<const cedar::Policy*, cedar::CoreTree> trees_;
};

}  // namespace proviso::terms::internal
