#include "terms/internal/inquiry.h"

#include "terms/internal/asserters.h"
#include "terms/witness.h"

namespace proviso::terms::internal {
namespace {

using analysis::Answer;
using analysis::Compiled;
using analysis::Term;

std::vector<std::string> FactsThatMatterIn(const Package& package) {
  const Package* const packages[] = {&package};
  return FactsThatMatter(packages);
}

base::Result<SymbolicQuestion> QuestionAbout(analysis::Terms& terms, const Package& package, Act act) {
  const Package* const packages[] = {&package};
  return MakeQuestion(terms, act, std::string(NameOf(act)), packages);
}

}  // namespace

Sought Sought::Unknown(std::string reason) {
  Sought sought;
  sought.reason = std::move(reason);
  return sought;
}

std::string FaultOfTheAnalysis(const std::string& script_digest, const std::string& what) {
  return "a fault of the analysis, please report it: the request that answers script " + script_digest +
         " is not borne out when it is decided (" + what + ")";
}

Inquiry::Inquiry(Common& common, Act act)
    : common_(common),
      act_(act),
      gateway_(common.package, act, FactsThatMatterIn(common.package)),
      question_(QuestionAbout(terms_, common.package, act)),
      outcomes_(base::Fail(base::ErrorCode::kInternal, "not asked yet")) {
  if (!question_) {
    outcomes_ = std::unexpected(question_.error());
    return;
  }
  symbolic_ = std::make_unique<SymbolicPackage>(common.package, terms_, question_->request);
  outcomes_ = symbolic_->Decide();
}

base::Result<Compiled> Inquiry::Clause(std::string_view id) {
  if (!question_) return std::unexpected(question_.error());
  return symbolic_->ClauseTerms(id);
}

base::Result<Compiled> Inquiry::Scope(std::string_view safeguard) {
  if (!question_) return std::unexpected(question_.error());
  const auto known = scopes_.find(safeguard);
  if (known != scopes_.end()) return known->second;
  const cedar::Policy* policy = package().safeguard_policies().Find(safeguard);
  if (policy == nullptr) return base::Fail(base::ErrorCode::kNotFound, "no such safeguard");
  auto compiled = symbolic_->Compile(policy->body());
  if (compiled) scopes_.emplace(safeguard, *compiled);
  return compiled;
}

base::Result<std::shared_ptr<const Evaluated>> Inquiry::Replay(
    const analysis::SymbolicRequest& request, analysis::Compiler& compiler, std::span<const Term> wanted,
    std::span<const analysis::SmtValue> values) const {
  const auto found = analysis::CaseOf(request, compiler, wanted, values);
  if (!found) return std::unexpected(found.error());
  auto question = QuestionOf(*found, package());
  if (!question) return std::unexpected(question.error());
  if (const GatewayCondition* unmet = gateway_.FirstNotMet(*question))
    return base::Fail(base::ErrorCode::kInternal, "not so: " + unmet->why);
  return std::make_shared<const Evaluated>(package(), std::move(*question));
}

base::Result<Variant*> Inquiry::VariantBy(const std::string& party) {
  if (!question_) return std::unexpected(question_.error());
  std::unique_ptr<Variant>& known = variants_[party];
  if (known != nullptr) return known.get();
  const std::vector<std::string> facts = FactsOf(package(), party, FactsThatMatterIn(package()));
  const Package* const packages[] = {&package()};
  auto question = MakeVariant(terms_, *question_, question_->name + " by " + party, facts, packages);
  if (!question) return std::unexpected(question.error());
  auto variant = std::make_unique<Variant>(Variant{std::move(*question), nullptr, {}, nullptr});
  variant->symbolic = std::make_unique<SymbolicPackage>(package(), terms_, variant->question.request);
  const auto outcomes = variant->symbolic->Decide();
  if (!outcomes) return std::unexpected(outcomes.error());
  variant->outcomes = *outcomes;
  variant->is_own_change = IsOwnChange(terms_, package(), party, *question_, variant->question);
  known = std::move(variant);
  return known.get();
}

std::optional<Sought> Inquiry::SeekKnown(Term condition, const Shows& shows) {
  Sought sought;
  if (condition == terms_.False()) {
    sought.kind = Sought::Kind::kNone;
    return sought;
  }
  sought.found = known().Find(shows);
  if (sought.found == nullptr) return std::nullopt;
  sought.kind = Sought::Kind::kFound;
  return sought;
}

Sought Inquiry::Seek(const base::Result<Term>& condition, const Shows& shows) {
  if (!condition) return Sought::Unknown(condition.error().message);
  if (auto settled = SeekKnown(*condition, shows)) return std::move(*settled);
  return Ask(*condition, shows);
}

Sought Inquiry::Ask(Term condition, const Shows& shows) {
  analysis::Query query{question_->assumptions, {}};
  const std::vector<Term> bounds = symbolic_->Assumptions();
  query.assertions.insert(query.assertions.end(), bounds.begin(), bounds.end());
  query.assertions.push_back(condition);
  query.wanted = analysis::WantedFor(question_->request, symbolic_->compiler());
  const auto answer = solver().Ask(query);
  if (!answer) return Sought::Unknown(answer.error().message);
  Sought sought;
  sought.scripts = {answer->script_digest};
  sought.took_ms = answer->took_ms;
  switch (answer->kind) {
    case Answer::Kind::kUnknown:
      sought.reason = answer->reason;
      return sought;
    case Answer::Kind::kUnsat:
      sought.kind = Sought::Kind::kNone;
      return sought;
    case Answer::Kind::kSat:
      break;
  }
  const auto fault = [&](const std::string& what) {
    sought.reason = FaultOfTheAnalysis(answer->script_digest, what);
    return sought;
  };
  auto evaluated = Replay(question_->request, symbolic_->compiler(), query.wanted, answer->values);
  if (!evaluated) return fault(evaluated.error().message);
  if (!shows(**evaluated)) return fault("it comes to " + std::string(NameOf((*evaluated)->outcome())));
  known().Add(*evaluated);
  sought.found = std::move(*evaluated);
  sought.kind = Sought::Kind::kFound;
  return sought;
}

}  // namespace proviso::terms::internal
