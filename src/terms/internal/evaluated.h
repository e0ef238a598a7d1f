// What every clause says of one question: a known question settles many that a solver need not be asked.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "terms/decide.h"
#include "terms/gateway_facts.h"

namespace proviso::terms::internal {

/// One question, decided by the code that decides requests.
class Evaluated {
 public:
  /// Borrows `package`.
  Evaluated(const Package& package, Question question);

  [[nodiscard]] const Question& question() const { return question_; }
  [[nodiscard]] const Decision& decision() const { return decision_; }
  [[nodiscard]] Outcome outcome() const { return decision_.outcome; }
  /// A clause of either modality, on the facts as they are.
  [[nodiscard]] bool Satisfies(std::string_view clause_id) const { return satisfied_.contains(clause_id); }
  [[nodiscard]] bool Errs(std::string_view clause_id) const { return erring_.contains(clause_id); }
  /// The forbids that are satisfied or err, and the permits that are satisfied, of those that decide.
  [[nodiscard]] const std::vector<const cedar::Policy*>& forbids() const { return plain_.forbids; }
  [[nodiscard]] const std::vector<const cedar::Policy*>& permits() const { return plain_.permits; }
  /// What the outcome would be without this clause.
  [[nodiscard]] Outcome OutcomeWithout(std::string_view clause_id) const;
  /// A safeguard's scope matches, or cannot be evaluated: then it counts as if it did.
  [[nodiscard]] bool IsInScope(std::string_view safeguard) const { return scopes_.contains(safeguard); }

 private:
  /// The deciding clauses on the facts as they are, and then with each decision that people could give.
  struct Round {
    std::vector<const cedar::Policy*> permits;
    std::vector<const cedar::Policy*> forbids;
  };
  void Evaluate(const cedar::Entities& entities, const Question& question);
  [[nodiscard]] Round RoundOf(const cedar::Entities& entities, const cedar::Request& request) const;
  void DecideByPeople() const;

  const Package& package_;
  Question question_;
  Decision decision_;
  Round plain_;
  mutable std::once_flag decided_once_;
  mutable std::vector<Round> decided_;              // made when they are first asked for
  std::unordered_set<std::string_view> satisfied_;  // of ids that live in the package
  std::unordered_set<std::string_view> erring_;
  std::unordered_set<std::string_view> scopes_;
};

/// Questions of one act that a gateway can put, each evaluated once. Any thread.
class KnownQuestions {
 public:
  void Add(std::shared_ptr<const Evaluated> evaluated);  ///< shared: threads look while others add
  /// The first for which `shows` is true, or nullptr.
  template <typename Shows>
  [[nodiscard]] std::shared_ptr<const Evaluated> Find(const Shows& shows) const {
    const std::shared_lock lock(mutex_);
    for (const auto& one : all_) {
      if (shows(*one)) return one;
    }
    return nullptr;
  }
  [[nodiscard]] std::vector<std::shared_ptr<const Evaluated>> All() const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<const Evaluated>> all_;
};

}  // namespace proviso::terms::internal
