#include "terms/internal/evaluated.h"

#include <algorithm>

#include "terms/internal/conform.h"

namespace proviso::terms::internal {
namespace {

using cedar::Policy;

bool Permits(const std::vector<const Policy*>& permits, const std::vector<const Policy*>& forbids,
             std::string_view without) {
  const auto counts = [without](const Policy* policy) { return policy->id() != without; };
  return std::ranges::any_of(permits, counts) && std::ranges::none_of(forbids, counts);
}

}  // namespace

Evaluated::Evaluated(const Package& package, Question question)
    : package_(package), question_(std::move(question)), decision_(Decide(package, question_)) {
  if (decision_.ground == Ground::kNotInForce || decision_.ground == Ground::kUndecidable) return;
  const auto conformed = ConformedQuestion::Of(package, question_);
  if (!conformed) return;
  const auto entities = EntitiesFor(package, **conformed);
  if (entities) Evaluate(*entities, **conformed);
}

Evaluated::Round Evaluated::RoundOf(const cedar::Entities& entities, const cedar::Request& request) const {
  thread_local cedar::CompiledPolicies::Scratch scratch;
  const cedar::Verdict& verdict = package_.compiled_deciding().Decide(request, entities, scratch);
  Round round{verdict.satisfied_permits, verdict.satisfied_forbids};
  for (const Policy* erring : verdict.errors) {
    if (erring->effect() == cedar::Effect::kForbid) round.forbids.push_back(erring);
  }
  return round;
}

void Evaluated::Evaluate(const cedar::Entities& entities, const Question& question) {
  thread_local cedar::CompiledPolicies::Scratch scratch;
  const cedar::Request request = RequestOf(question, std::nullopt);
  for (const cedar::CompiledPolicies* policies :
       {&package_.compiled_deciding(), &package_.compiled_advising()}) {
    const cedar::Verdict& verdict = policies->Decide(request, entities, scratch);
    for (const Policy* policy : verdict.satisfied_permits) satisfied_.insert(policy->id());
    for (const Policy* policy : verdict.satisfied_forbids) satisfied_.insert(policy->id());
    for (const Policy* policy : verdict.errors) erring_.insert(policy->id());
  }
  plain_ = RoundOf(entities, request);
  const cedar::Response scopes = cedar::Authorize(package_.safeguard_policies(), entities, request);
  for (const Policy* policy : scopes.satisfied_permits) scopes_.insert(policy->id());
  for (const cedar::PolicyError& error : scopes.errors) scopes_.insert(error.policy->id());
}

void Evaluated::DecideByPeople() const {
  const auto conformed = ConformedQuestion::Of(package_, question_);
  if (!conformed || question_.facts.decision) return;
  const auto entities = EntitiesFor(package_, **conformed);
  if (!entities) return;
  for (std::size_t profile = 0; profile < package_.agreement().approver_profiles.size(); ++profile) {
    for (const DecisionFact& possible : package_.PossibleDecisions(profile))
      decided_.push_back(RoundOf(*entities, RequestOf(**conformed, possible)));
  }
}

Outcome Evaluated::OutcomeWithout(std::string_view clause_id) const {
  if (decision_.ground == Ground::kNotInForce || decision_.ground == Ground::kUndecidable) return outcome();
  const auto is_it = [clause_id](const cedar::Policy* policy) { return policy->id() == clause_id; };
  const auto permits = [clause_id](const Round& round) {
    return Permits(round.permits, round.forbids, clause_id);
  };
  // Most clauses have no part in most outcomes.
  if (outcome() == Outcome::kPermit && std::ranges::none_of(plain_.permits, is_it)) return outcome();
  if (permits(plain_)) return Outcome::kPermit;
  std::call_once(decided_once_, [this] { DecideByPeople(); });
  return std::ranges::any_of(decided_, permits) ? Outcome::kHold : Outcome::kForbid;
}

void KnownQuestions::Add(std::shared_ptr<const Evaluated> evaluated) {
  const std::lock_guard lock(mutex_);
  all_.push_back(std::move(evaluated));
}

std::vector<std::shared_ptr<const Evaluated>> KnownQuestions::All() const {
  const std::shared_lock lock(mutex_);
  return all_;
}

}  // namespace proviso::terms::internal
