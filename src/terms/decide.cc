#include "terms/decide.h"

#include <algorithm>
#include <set>

#include "base/clock.h"
#include "terms/internal/conform.h"

namespace proviso::terms {
namespace {

/// One evaluation of the deciding clauses, with the erring-forbid rule applied.
struct Evaluation {
  Ground ground = Ground::kNotPermitted;
  std::vector<const cedar::Policy*> permits;
  std::vector<const cedar::Policy*> forbids;  // that apply, then those that err
  std::vector<cedar::PolicyError> errors;

  [[nodiscard]] bool Permits() const { return ground == Ground::kPermitted; }
};

Evaluation Evaluate(const Package& package, const cedar::Entities& entities, const cedar::Request& request) {
  thread_local cedar::CompiledPolicies::Scratch scratch;
  const cedar::Verdict& verdict = package.compiled_deciding().Decide(request, entities, scratch);
  Evaluation result;
  result.permits = verdict.satisfied_permits;
  result.forbids = verdict.satisfied_forbids;
  const bool forbidden = !result.forbids.empty();
  for (const cedar::Policy* erring : verdict.errors) {
    if (erring->effect() == cedar::Effect::kForbid) result.forbids.push_back(erring);
    result.errors.push_back({erring, cedar::ExplainError(*erring, entities, request)});
  }
  if (forbidden) {
    result.ground = Ground::kForbidden;
  } else if (!result.forbids.empty()) {
    result.ground = Ground::kErringForbid;
  } else if (!result.permits.empty()) {
    result.ground = Ground::kPermitted;
  }
  return result;
}

/// Whether a people's decision could turn this evaluation into a permit.
bool PeopleCouldPermit(const Package& package, const Evaluation& plain) {
  return std::ranges::all_of(plain.forbids,
                             [&](const cedar::Policy* forbid) { return package.ReadsDecision(*forbid); }) &&
         (!plain.permits.empty() || package.PeopleCanPermit());
}

std::vector<Clause> ClausesOf(const Package& package, const std::vector<const cedar::Policy*>& policies) {
  std::vector<Clause> clauses;
  for (const cedar::Policy* policy : policies) clauses.push_back(package.ClauseOf(*policy));
  return clauses;
}

void AddAdvice(const Package& package, const cedar::Entities& entities, const cedar::Request& request,
               Decision& decision) {
  if (package.advising().policies().empty()) return;
  thread_local cedar::CompiledPolicies::Scratch scratch;
  const cedar::Verdict& advice = package.compiled_advising().Decide(request, entities, scratch);
  decision.advice_against = ClausesOf(package, advice.satisfied_forbids);
  decision.advice_for = ClausesOf(package, advice.satisfied_permits);
  for (const cedar::Policy* erring : advice.errors) {
    decision.errors.push_back({package.ClauseOf(*erring), cedar::ExplainError(*erring, entities, request)});
  }
}

std::optional<std::string> NotInForce(const Agreement& agreement, const std::optional<std::int64_t>& now_ms) {
  if (!agreement.effective_ms && !agreement.expires_ms) return std::nullopt;
  if (!now_ms) return "the agreement has dates, and the request does not say what time it is";
  if (agreement.effective_ms && *now_ms < *agreement.effective_ms) {
    return "the agreement takes effect at " + base::FormatUtc(*agreement.effective_ms);
  }
  if (agreement.expires_ms && *now_ms >= *agreement.expires_ms) {
    return "the agreement ended at " + base::FormatUtc(*agreement.expires_ms);
  }
  return std::nullopt;
}

Decision Denied(Ground ground, std::string detail) {
  Decision decision;
  decision.ground = ground;
  decision.detail = std::move(detail);
  return decision;
}

/// The weakest profile whose people could permit the request makes `decision` a hold.
void FindHold(const Package& package, const cedar::Entities& entities, const Question& question,
              const Evaluation& plain, Decision& decision) {
  if (!PeopleCouldPermit(package, plain)) return;
  const std::vector<ApproverProfile>& profiles = package.agreement().approver_profiles;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    for (const DecisionFact& possible : package.PossibleDecisions(i)) {
      const Evaluation decided = Evaluate(package, entities, RequestOf(question, possible));
      if (!decided.Permits()) continue;
      decision.outcome = Outcome::kHold;
      decision.clauses = ClausesOf(package, plain.forbids.empty() ? decided.permits : plain.forbids);
      decision.need = profiles[i];
      return;
    }
  }
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

base::Result<cedar::Entities> EntitiesFor(const Package& package, const Question& question) {
  std::vector<cedar::Entity> local = EntitiesOf(question);
  std::erase_if(local,
                [&](const cedar::Entity& entity) { return package.entities().Find(entity.uid) != nullptr; });
  return cedar::Entities::Build(std::move(local), &package.entities());
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

Decision Decide(const Package& package, const Question& given) {
  if (auto ended = NotInForce(package.agreement(), given.facts.now_ms)) {
    return Denied(Ground::kNotInForce, std::move(*ended));
  }
  return DecideAsIfInForce(package, given);
}

Decision DecideAsIfInForce(const Package& package, const Question& given) {
  if (given.facts.undecidable) return Denied(Ground::kUndecidable, *given.facts.undecidable);
  const auto conformed = internal::ConformedQuestion::Of(package, given);
  if (!conformed) return Denied(Ground::kUndecidable, conformed.error().message);
  const Question& question = **conformed;
  const auto entities = EntitiesFor(package, question);
  if (!entities) return Denied(Ground::kUndecidable, entities.error().message);
  const cedar::Request request = RequestOf(question, std::nullopt);
  const Evaluation plain = Evaluate(package, *entities, request);

  Decision decision;
  decision.ground = plain.ground;
  decision.outcome = plain.Permits() ? Outcome::kPermit : Outcome::kForbid;
  decision.clauses = ClausesOf(package, plain.Permits() ? plain.permits : plain.forbids);
  for (const cedar::PolicyError& error : plain.errors) {
    decision.errors.push_back({package.ClauseOf(*error.policy), error.message});
  }
  AddAdvice(package, *entities, request, decision);
  // Once people have decided, what the terms still deny is forbidden.
  if (!plain.Permits() && !question.facts.decision) FindHold(package, *entities, question, plain, decision);
  return decision;
}

bool ForbiddenWhateverTheInput(const Package& package, Question given) {
  given.facts.input.reset();
  if (NotInForce(package.agreement(), given.facts.now_ms) || given.facts.undecidable) return true;
  const auto conformed = internal::ConformedQuestion::Of(package, given);
  if (!conformed) return true;
  const Question& question = **conformed;
  const auto entities = EntitiesFor(package, question);
  if (!entities) return true;
  const Evaluation plain = Evaluate(package, *entities, RequestOf(question, std::nullopt));
  if (plain.Permits()) return false;
  const auto reads_input = [&](const cedar::Policy* policy) { return package.ReadsInput(*policy); };
  const auto is_final = [&](const cedar::Policy* policy) {
    return !package.ReadsInput(*policy) && !package.ReadsDecision(*policy);
  };
  if (std::ranges::any_of(plain.forbids, is_final)) return true;
  if (std::ranges::any_of(plain.forbids, reads_input)) return false;
  // No forbid here depends on the arguments. A permit might, or what is left once people have decided.
  for (const cedar::Policy& policy : package.deciding().policies()) {
    const bool could_turn = policy.effect() == cedar::Effect::kPermit || package.ReadsDecision(policy);
    if (package.ReadsInput(policy) && could_turn) return false;
  }
  Decision decision;
  FindHold(package, *entities, question, plain, decision);
  return decision.outcome == Outcome::kForbid;
}

}  // namespace proviso::terms
