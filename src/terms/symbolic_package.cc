#include "terms/symbolic_package.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>

namespace proviso::terms {

using analysis::Compiled;
using analysis::Compiler;
using analysis::SymbolicField;
using analysis::SymbolicRequest;
using analysis::SymbolicValue;
using analysis::Term;
using analysis::Terms;

namespace {

/// A deciding clause on one set of facts.
struct Said {
  const cedar::Policy* policy;
  Compiled terms;
};

/// The same request once people have given one of the decisions that they could.
struct Decided {
  SymbolicRequest request;
  std::unique_ptr<Compiler> compiler;
  std::vector<Said> clauses;  ///< In the package's order.
};

}  // namespace

struct SymbolicPackage::State {
  const Package& package;
  Terms& terms;
  const SymbolicRequest& request;
  analysis::World world;
  Compiler plain_compiler;
  std::vector<Said> plain;      ///< Once compiled, all deciding clauses.
  std::deque<Decided> decided;  ///< Distinct ones.
  std::map<std::string, Compiled, std::less<>> by_id;
  bool is_compiled = false;
  Dates dates;

  State(const Package& of, Terms& in, const SymbolicRequest& about, Dates counted)
      : package(of),
        terms(in),
        request(about),
        world{analysis::World::Kind::kClosed, &of.entities()},
        plain_compiler(in, of.schema(), world, about),
        dates(counted) {}
  base::Result<Compiled> Plain(const cedar::Policy& policy);
  base::Status CompileClauses();
  base::Status CompileDecided(const DecisionFact& decision);
  Term Permits(const std::vector<Said>& clauses, const cedar::Policy* without);
  Term InForce();
  Outcomes OutcomesWithout(const cedar::Policy* without);
};

namespace {

base::Result<Compiled> CompiledBy(Compiler& compiler, const Package& package, const cedar::Policy& policy) {
  auto compiled = compiler.Compile(policy.body());
  if (!compiled) {
    return base::Within(package.ClauseOf(policy).file + ": clause " + policy.id(), compiled.error());
  }
  return compiled;
}

cedar::Value DecisionAsValue(const DecisionFact& decision) {
  Question question;
  question.facts.decision = decision;
  return *ContextOf(question).Find("decision");
}

/// People's decisions that no clause can tell apart make one formula; that is seen before any is made.
struct SameFormula {
  bool operator()(const std::vector<Said>& a, const std::vector<Said>& b) const {
    return std::ranges::equal(a, b, [](const Said& x, const Said& y) {
      return x.terms.satisfied == y.terms.satisfied && x.terms.errs == y.terms.errs;
    });
  }
};

}  // namespace

base::Result<Compiled> SymbolicPackage::State::Plain(const cedar::Policy& policy) {
  const auto known = by_id.find(policy.id());
  if (known != by_id.end()) return known->second;
  auto compiled = CompiledBy(plain_compiler, package, policy);
  if (compiled) by_id.emplace(policy.id(), *compiled);
  return compiled;
}

base::Status SymbolicPackage::State::CompileClauses() {
  if (is_compiled) return {};
  plain.clear();
  decided.clear();
  for (const cedar::Policy& policy : package.deciding().policies()) {
    auto compiled = Plain(policy);
    if (!compiled) return std::unexpected(compiled.error());
    plain.push_back({&policy, *compiled});
  }
  // Where no clause reads a decision, none can change an outcome.
  if (request.context.FindField("decision") != nullptr) {
    for (std::size_t profile = 0; profile < package.agreement().approver_profiles.size(); ++profile) {
      for (const DecisionFact& decision : package.PossibleDecisions(profile)) {
        if (auto compiled = CompileDecided(decision); !compiled) return compiled;
      }
    }
  }
  is_compiled = true;
  return {};
}

base::Status SymbolicPackage::State::CompileDecided(const DecisionFact& decision) {
  const SymbolicField* field = request.context.FindField("decision");
  const SymbolicValue value = analysis::ConstantOf(terms, DecisionAsValue(decision), field->value.type);
  Decided& added = decided.emplace_back(Decided{request.With("decision", terms.True(), value), nullptr, {}});
  added.compiler = std::make_unique<Compiler>(terms, package.schema(), world, added.request);
  for (const Said& said : plain) {
    if (!package.ReadsDecision(*said.policy)) {
      added.clauses.push_back(said);
      continue;
    }
    auto compiled = CompiledBy(*added.compiler, package, *said.policy);
    if (!compiled) return std::unexpected(compiled.error());
    added.clauses.push_back({said.policy, *compiled});
  }
  const bool is_known = std::any_of(decided.begin(), std::prev(decided.end()), [&](const Decided& known) {
    return SameFormula()(known.clauses, added.clauses);
  });
  if (is_known) decided.pop_back();
  return {};
}

/// A permit is satisfied, and no forbid is or errs.
Term SymbolicPackage::State::Permits(const std::vector<Said>& clauses, const cedar::Policy* without) {
  std::vector<Term> permitted;
  std::vector<Term> forbidden;
  for (const Said& said : clauses) {
    if (said.policy == without) continue;
    switch (said.policy->effect()) {
      case cedar::Effect::kPermit:
        permitted.push_back(said.terms.satisfied);
        break;
      case cedar::Effect::kForbid:
        forbidden.push_back(said.terms.satisfied);
        forbidden.push_back(said.terms.errs);
        break;
    }
  }
  return terms.And({terms.Or(permitted), terms.Not(terms.Or(forbidden))});
}

Term SymbolicPackage::State::InForce() {
  const Agreement& agreement = package.agreement();
  if (dates == Dates::kAsIfInForce || (!agreement.effective_ms && !agreement.expires_ms)) return terms.True();
  const SymbolicField* now = request.context.FindField("now");
  if (now == nullptr) return terms.False();
  std::vector<Term> all{now->present};
  if (agreement.effective_ms)
    all.push_back(terms.LessOrEqual(terms.Int(*agreement.effective_ms), now->value.term));
  if (agreement.expires_ms) all.push_back(terms.Less(now->value.term, terms.Int(*agreement.expires_ms)));
  return terms.And(all);
}

SymbolicPackage::Outcomes SymbolicPackage::State::OutcomesWithout(const cedar::Policy* without) {
  const Term in_force = InForce();
  const Term permit = terms.And({in_force, Permits(plain, without)});
  std::vector<Term> could;
  for (const Decided& one : decided) could.push_back(Permits(one.clauses, without));
  const SymbolicField* decision = request.context.FindField("decision");
  const Term undecided = decision == nullptr ? terms.True() : terms.Not(decision->present);
  const Term hold = terms.And({in_force, undecided, terms.Not(permit), terms.Or(could)});
  return {permit, hold, terms.Not(terms.Or({permit, hold}))};
}

SymbolicPackage::SymbolicPackage(const Package& package, Terms& terms, const SymbolicRequest& request,
                                 Dates dates)
    : state_(std::make_unique<State>(package, terms, request, dates)) {}

SymbolicPackage::~SymbolicPackage() = default;

base::Result<SymbolicPackage::Outcomes> SymbolicPackage::Decide() {
  if (auto compiled = state_->CompileClauses(); !compiled) return std::unexpected(compiled.error());
  return state_->OutcomesWithout(nullptr);
}

base::Result<SymbolicPackage::Outcomes> SymbolicPackage::DecideWithout(std::string_view clause_id) {
  if (auto compiled = state_->CompileClauses(); !compiled) return std::unexpected(compiled.error());
  return state_->OutcomesWithout(state_->package.deciding().Find(clause_id));
}

base::Result<Compiled> SymbolicPackage::ClauseTerms(std::string_view clause_id) {
  for (const cedar::PolicySet* set : {&state_->package.deciding(), &state_->package.advising()}) {
    const cedar::Policy* const policy = set->Find(clause_id);
    if (policy != nullptr) return state_->Plain(*policy);
  }
  return base::Fail(base::ErrorCode::kNotFound, "no clause " + std::string(clause_id));
}

base::Result<Compiled> SymbolicPackage::Compile(const cedar::PolicyBody& policy) {
  return state_->plain_compiler.Compile(policy);
}

std::vector<Term> SymbolicPackage::Assumptions() {
  std::vector<Term> all = state_->plain_compiler.Assumptions();
  const auto add = [&all](const std::vector<Term>& more) {
    for (const Term term : more) {
      if (std::ranges::find(all, term) == all.end()) all.push_back(term);
    }
  };
  for (const Decided& one : state_->decided) add(one.compiler->Assumptions());
  return all;
}

Compiler& SymbolicPackage::compiler() {
  return state_->plain_compiler;
}

Term SymbolicPackage::Outcomes::Of(Outcome outcome) const {
  switch (outcome) {
    case Outcome::kPermit:
      return permit;
    case Outcome::kHold:
      return hold;
    case Outcome::kForbid:
      break;
  }
  return forbid;
}

}  // namespace proviso::terms
