#include "terms/decide.h"

#include <algorithm>
#include <set>

#include "base/clock.h"

namespace proviso::terms {
namespace {

/// One evaluation of the deciding clauses, with the erring-forbid rule applied.
struct Evaluation {
  bool permits = false;
  Ground ground = Ground::kNotPermitted;
  std::vector<const cedar::Policy*> clauses;
  std::vector<cedar::PolicyError> errors;
};

Evaluation Evaluate(const Package& package, const cedar::Entities& entities, const cedar::Request& request) {
  cedar::Response response = cedar::Authorize(package.deciding(), entities, request);
  Evaluation result;
  for (const cedar::PolicyError& error : response.errors) {
    if (error.policy->effect() == cedar::Effect::kForbid) result.clauses.push_back(error.policy);
  }
  const bool forbid_errs = !result.clauses.empty();
  if (!response.satisfied_forbids.empty()) {
    result.ground = Ground::kForbidden;
    result.clauses = std::move(response.satisfied_forbids);
  } else if (forbid_errs) {
    result.ground = Ground::kErringForbid;
  } else if (response.decision == cedar::Decision::kAllow) {
    result.ground = Ground::kPermitted;
    result.permits = true;
    result.clauses = response.satisfied_permits;
  }
  result.errors = std::move(response.errors);
  return result;
}

/// What the profile's people would give, taking the first that the agreement names.
DecisionFact HypotheticalDecision(const Agreement& agreement, const ApproverProfile& profile) {
  std::vector<std::string> people;
  for (const NamedApprover& approver : agreement.approvers) {
    const bool fits =
        profile.roles.empty() || std::ranges::any_of(profile.roles, [&](const std::string& role) {
          return std::ranges::find(approver.roles, role) != approver.roles.end();
        });
    if (fits && std::ranges::find(people, approver.person) == people.end()) people.push_back(approver.person);
    if (people.size() == profile.count) break;
  }
  return DecisionBy(agreement, people);
}

std::vector<Clause> ClausesOf(const Package& package, const std::vector<const cedar::Policy*>& policies) {
  std::vector<Clause> clauses;
  for (const cedar::Policy* policy : policies) clauses.push_back(package.ClauseOf(*policy));
  return clauses;
}

void AddAdvice(const Package& package, const cedar::Entities& entities, const cedar::Request& request,
               Decision& decision) {
  if (package.advising().policies().empty()) return;
  const cedar::Response advice = cedar::Authorize(package.advising(), entities, request);
  decision.advice_against = ClausesOf(package, advice.satisfied_forbids);
  decision.advice_for = ClausesOf(package, advice.satisfied_permits);
  for (const cedar::PolicyError& error : advice.errors) {
    decision.errors.push_back({package.ClauseOf(*error.policy), error.message});
  }
}

/// The clauses that people's decision satisfies: the forbids that it lifts (also one that erred for
/// want of it), else the permits that it brings.
std::vector<Clause> ClausesOfHold(const Package& package, const Evaluation& without, const Evaluation& with) {
  return ClausesOf(package, without.clauses.empty() ? with.clauses : without.clauses);
}

std::optional<std::string> NotInForce(const Agreement& agreement, const std::optional<std::int64_t>& now_ms) {
  if (!now_ms) return std::nullopt;
  if (agreement.effective_ms && *now_ms < *agreement.effective_ms) {
    return "the agreement takes effect at " + base::FormatUtc(*agreement.effective_ms);
  }
  if (agreement.expires_ms && *now_ms >= *agreement.expires_ms) {
    return "the agreement ended at " + base::FormatUtc(*agreement.expires_ms);
  }
  return std::nullopt;
}

base::Result<cedar::Entities> LocalEntities(const Package& package, const Question& question) {
  std::vector<cedar::Entity> local = EntitiesOf(question);
  std::erase_if(local,
                [&](const cedar::Entity& entity) { return package.entities().Find(entity.uid) != nullptr; });
  return cedar::Entities::Build(std::move(local), &package.entities());
}

Decision Undecidable(Ground ground, std::string detail) {
  Decision decision;
  decision.ground = ground;
  decision.detail = std::move(detail);
  return decision;
}

}  // namespace

std::string_view NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPermit:
      return "permit";
    case Outcome::kHold:
      return "hold";
    case Outcome::kForbid:
      break;
  }
  return "forbid";
}

DecisionFact DecisionBy(const Agreement& agreement, const std::vector<std::string>& people) {
  std::set<std::string> distinct;
  std::set<std::string> roles;
  for (const NamedApprover& approver : agreement.approvers) {
    if (std::ranges::find(people, approver.person) == people.end()) continue;
    distinct.insert(approver.person);
    roles.insert(approver.roles.begin(), approver.roles.end());
  }
  return {{distinct.begin(), distinct.end()}, {roles.begin(), roles.end()}, DecisionFact::Match::kThisCall};
}

Decision Decide(const Package& package, const Question& question) {
  if (auto ended = NotInForce(package.agreement(), question.facts.now_ms)) {
    return Undecidable(Ground::kNotInForce, std::move(*ended));
  }
  const auto entities = LocalEntities(package, question);
  if (!entities) return Undecidable(Ground::kUndecidable, entities.error().message);
  const cedar::Request request = RequestOf(question, std::nullopt);
  const Evaluation plain = Evaluate(package, *entities, request);

  Decision decision;
  decision.ground = plain.ground;
  decision.clauses = ClausesOf(package, plain.clauses);
  for (const cedar::PolicyError& error : plain.errors) {
    decision.errors.push_back({package.ClauseOf(*error.policy), error.message});
  }
  AddAdvice(package, *entities, request, decision);
  if (plain.permits) {
    decision.outcome = Outcome::kPermit;
    return decision;
  }
  if (question.facts.decision) return decision;  // people have decided, and the terms still deny
  for (const ApproverProfile& profile : package.agreement().approver_profiles) {
    const DecisionFact hypothetical = HypotheticalDecision(package.agreement(), profile);
    const Evaluation decided = Evaluate(package, *entities, RequestOf(question, hypothetical));
    if (!decided.permits) continue;
    decision.outcome = Outcome::kHold;
    decision.clauses = ClausesOfHold(package, plain, decided);
    decision.need = profile;
    return decision;
  }
  return decision;
}

}  // namespace proviso::terms
