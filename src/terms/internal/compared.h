// Two packages side by side: one request as it comes to each, and what each makes of it.
//
// Both are compared as if in force, at a time at which the later one is. The request is the same; what a
// gateway makes of it under the earlier agreement can differ: the effect of a tool is that agreement's
// catalogue's, and a purpose or an authority that it does not know is refused, which is a forbid. A caller
// that only one of them names is no request of both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "terms/decide.h"
#include "terms/gateway_facts.h"
#include "terms/package.h"
#include "terms/symbolic_package.h"
#include "terms/symbolic_question.h"

namespace proviso::terms::internal {

/// Conditions that a question either meets or does not, as policies.
struct ConditionSet {
  std::vector<GatewayCondition> conditions;
  cedar::PolicySet policies;
};

/// Of one act.
class Compared {
 public:
  /// Borrows both.
  Compared(const Package& before, const Package& after, Act act);

  [[nodiscard]] const Package& before() const { return before_; }
  [[nodiscard]] const Package& after() const { return after_; }
  [[nodiscard]] Act act() const { return act_; }

  /// The question that the same request is under the earlier package.
  [[nodiscard]] Question Earlier(const Question& later) const;
  /// Whether one request can come to `later` under the later package and to Earlier(later) under the other.
  [[nodiscard]] bool CanPut(const Question& later) const;
  /// What becomes of the request; a refused declaration forbids, and the detail says why.
  [[nodiscard]] Decision DecideBefore(const Question& later) const;
  [[nodiscard]] Decision DecideAfter(const Question& later) const;

 private:
  friend class SymbolicCompared;
  /// What one package's gateway sees to.
  struct Side {
    ConditionSet arrives;  ///< else no such request comes
    ConditionSet accepts;  ///< else it is refused
  };
  [[nodiscard]] Side SideOf(const Package& package) const;

  const Package& before_;
  const Package& after_;
  Act act_;
  bool same_effects_;
  Side before_side_;
  Side after_side_;
};

/// The same for all requests at once. Not for several threads: it builds in its Terms.
class SymbolicCompared {
 public:
  /// Borrows both. Fails as MakeQuestion and Compiler::Compile do.
  [[nodiscard]] static base::Result<std::unique_ptr<SymbolicCompared>> Make(const Compared& compared,
                                                                            analysis::Terms& terms);

  [[nodiscard]] const SymbolicQuestion& question() const { return *question_; }
  [[nodiscard]] SymbolicPackage& before() { return *before_; }
  [[nodiscard]] SymbolicPackage& after() { return *after_; }
  [[nodiscard]] analysis::Terms& terms() { return terms_; }
  /// With refusals.
  [[nodiscard]] analysis::Term Before(Outcome outcome) const { return before_outcomes_.Of(outcome); }
  [[nodiscard]] analysis::Term After(Outcome outcome) const { return after_outcomes_.Of(outcome); }
  /// Whether the package's gateway refuses what the request declares.
  [[nodiscard]] analysis::Term IsRefusedBefore() { return terms_.Not(accepted_before_); }
  [[nodiscard]] analysis::Term IsRefusedAfter() { return terms_.Not(accepted_after_); }
  /// What holds of every request that comes to both, for all that was compiled so far.
  [[nodiscard]] std::vector<analysis::Term> Assumptions();

 private:
  SymbolicCompared(const Compared& compared, analysis::Terms& terms) : compared_(compared), terms_(terms) {}
  base::Status Compile();
  base::Result<analysis::Term> AllOf(const ConditionSet& set, SymbolicPackage& package);
  void SeeEarlierEffect();
  [[nodiscard]] SymbolicPackage::Outcomes Refused(const SymbolicPackage::Outcomes& decided,
                                                  analysis::Term accepted);

  const Compared& compared_;
  analysis::Terms& terms_;
  std::optional<SymbolicQuestion> question_;  // set by Compile, as is all below
  std::optional<analysis::SymbolicRequest> earlier_;
  std::unique_ptr<SymbolicPackage> before_;
  std::unique_ptr<SymbolicPackage> after_;
  SymbolicPackage::Outcomes before_outcomes_{};
  SymbolicPackage::Outcomes after_outcomes_{};
  analysis::Term accepted_before_ = nullptr;
  analysis::Term accepted_after_ = nullptr;
  std::vector<analysis::Term> arrives_;
};

}  // namespace proviso::terms::internal
