#include "terms/internal/compared.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <set>

#include "cedar/parse.h"
#include "terms/internal/gateway_conditions.h"

namespace proviso::terms::internal {
namespace {

using analysis::Term;
using analysis::Terms;

constexpr std::string_view kProviderServer = "provider";

ConditionSet SetOf(std::vector<GatewayCondition> conditions) {
  std::string text;
  for (const GatewayCondition& condition : conditions)
    text += "permit (principal, action, resource) when { " + condition.text + " };\n";
  auto parsed = cedar::ParsePolicies(text, "what the gateway sees to");
  assert(parsed.has_value());  // written by us, of quoted names
  return {std::move(conditions), parsed ? std::move(*parsed) : cedar::PolicySet()};
}

const GatewayCondition* FirstNotMet(const ConditionSet& set, const Package& package,
                                    const Question& question) {
  const auto entities = EntitiesFor(package, question);
  if (!entities) return nullptr;  // Decide forbids
  const cedar::Request request = RequestOf(question, std::nullopt);
  const cedar::Response response = cedar::Authorize(set.policies, *entities, request);
  const std::deque<cedar::Policy>& all = set.policies.policies();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::ranges::find(response.satisfied_permits, &all[i]) == response.satisfied_permits.end())
      return &set.conditions[i];
  }
  return nullptr;
}

std::map<std::string, std::string> EffectsByTool(const Agreement& agreement) {
  std::map<std::string, std::string> effects;
  for (const CatalogueTool& tool : agreement.tools)
    effects[ToolUid(tool.server, tool.name).id()] = tool.effect;
  return effects;
}

/// Effects of what providers run themselves, which is called by a name of the request's choice.
std::set<std::string> ProvidersEffects(const Agreement& agreement) {
  std::set<std::string> effects;
  for (const CatalogueTool& tool : agreement.tools) {
    if (tool.server == kProviderServer) effects.insert(tool.effect);
  }
  return effects;
}

Decision Refused(const GatewayCondition& condition) {
  Decision decision;
  decision.detail = "the gateway refuses what the request declares: " + condition.why;
  return decision;
}

}  // namespace

Compared::Compared(const Package& before, const Package& after, Act act)
    : before_(before),
      after_(after),
      act_(act),
      same_effects_(EffectsByTool(before.agreement()) == EffectsByTool(after.agreement())),
      before_side_(SideOf(before)),
      after_side_(SideOf(after)) {}

Compared::Side Compared::SideOf(const Package& package) const {
  const Package* const packages[] = {&before_, &after_};
  std::vector<std::string> facts = FactsThatMatter(packages);
  const cedar::EntityUid action("Action", std::string(NameOf(act_)));
  std::erase_if(facts, [&](const std::string& fact) {
    return package.schema().FindAction(action)->context->FindAttribute(fact) == nullptr;
  });
  const ConditionScope scope{package, act_, facts};
  Conditions arrives;
  Conditions accepts;
  AddCaller(scope, accepts);
  if (!accepts.empty()) {  // who can call comes first, then what they may declare
    arrives.push_back(accepts.front());
    accepts.erase(accepts.begin());
  }
  AddAuthority(scope, accepts);
  AddModel(scope, arrives);
  AddDecision(scope, arrives);
  if (&package == &after_) {
    AddTools(scope, arrives);
    AddMeasures(scope, arrives);
  } else {
    std::vector<std::string> timeless = facts;  // the dates that count are the later agreement's
    std::erase(timeless, "now");
    AddMeasures({package, act_, timeless}, arrives);
  }
  return {SetOf(std::move(arrives)), SetOf(std::move(accepts))};
}

Question Compared::Earlier(const Question& later) const {
  Question earlier = later;
  const ApplicationTerms* application = before_.agreement().FindApplication(later.application);
  if (act_ != Act::kAdminister && application != nullptr) earlier.organization = application->organization;
  if (act_ != Act::kCallTool || same_effects_) return earlier;
  const std::string tool = ToolUid(later.tool_server, later.tool).id();
  const auto effects_before = EffectsByTool(before_.agreement());
  const auto known = effects_before.find(tool);
  const bool is_known_later = EffectsByTool(after_.agreement()).contains(tool);
  std::optional<std::string>& effect = earlier.facts.effect;
  if (known != effects_before.end()) {
    if (effect || !is_known_later) effect = known->second;
  } else if (effect && (is_known_later || !ProvidersEffects(before_.agreement()).contains(*effect))) {
    effect.reset();
  }
  return earlier;
}

bool Compared::CanPut(const Question& later) const {
  return FirstNotMet(after_side_.arrives, after_, later) == nullptr &&
         FirstNotMet(before_side_.arrives, before_, Earlier(later)) == nullptr;
}

Decision Compared::DecideBefore(const Question& later) const {
  const Question earlier = Earlier(later);
  if (const GatewayCondition* refused = FirstNotMet(before_side_.accepts, before_, earlier))
    return Refused(*refused);
  return DecideAsIfInForce(before_, earlier);
}

Decision Compared::DecideAfter(const Question& later) const {
  if (const GatewayCondition* refused = FirstNotMet(after_side_.accepts, after_, later))
    return Refused(*refused);
  return DecideAsIfInForce(after_, later);
}

base::Result<std::unique_ptr<SymbolicCompared>> SymbolicCompared::Make(const Compared& compared,
                                                                       Terms& terms) {
  std::unique_ptr<SymbolicCompared> made(new SymbolicCompared(compared, terms));
  if (auto compiled = made->Compile(); !compiled) return std::unexpected(compiled.error());
  return made;
}

base::Status SymbolicCompared::Compile() {
  const Package* const packages[] = {&compared_.after(), &compared_.before()};
  auto question = MakeBareQuestion(terms_, compared_.act(), "request", packages);
  if (!question) return std::unexpected(question.error());
  question_ = std::move(*question);
  earlier_ = question_->request;
  if (compared_.act() == Act::kCallTool && !compared_.same_effects_) SeeEarlierEffect();
  before_ = std::make_unique<SymbolicPackage>(compared_.before(), terms_, *earlier_, Dates::kAsIfInForce);
  after_ =
      std::make_unique<SymbolicPackage>(compared_.after(), terms_, question_->request, Dates::kAsIfInForce);
  for (const auto& [side, package] :
       {std::pair(&compared_.before_side_, before_.get()), std::pair(&compared_.after_side_, after_.get())}) {
    auto arrives = AllOf(side->arrives, *package);
    if (!arrives) return std::unexpected(arrives.error());
    arrives_.push_back(*arrives);
    auto accepts = AllOf(side->accepts, *package);
    if (!accepts) return std::unexpected(accepts.error());
    auto outcomes = package->Decide();
    if (!outcomes) return std::unexpected(outcomes.error());
    (package == before_.get() ? accepted_before_ : accepted_after_) = *accepts;
    (package == before_.get() ? before_outcomes_ : after_outcomes_) = Refused(*outcomes, *accepts);
  }
  // Where both refuse, nothing differs.
  arrives_.push_back(terms_.Or({accepted_before_, accepted_after_}));
  return {};
}

base::Result<Term> SymbolicCompared::AllOf(const ConditionSet& set, SymbolicPackage& package) {
  std::vector<Term> all;
  for (const cedar::Policy& policy : set.policies.policies()) {
    const auto compiled = package.Compile(policy.body());
    if (!compiled) return base::Within("what the gateway sees to", compiled.error());
    all.push_back(compiled->satisfied);
  }
  return terms_.And(all);
}

/// Compared::Earlier for all calls at once.
void SymbolicCompared::SeeEarlierEffect() {
  const analysis::SymbolicField* effect = question_->request.context.FindField("effect");
  if (effect == nullptr) return;
  std::vector<Term> providers;
  for (const std::string& each : ProvidersEffects(compared_.before().agreement()))
    providers.push_back(terms_.Equal(effect->value.term, terms_.String(each)));
  Term present = terms_.And({effect->present, terms_.Or(providers)});
  Term value = effect->value.term;
  const auto before = EffectsByTool(compared_.before().agreement());
  const auto after = EffectsByTool(compared_.after().agreement());
  const auto is_tool = [this](const std::string& id) {
    return terms_.Equal(question_->request.resource.term, analysis::EntityTerm(terms_, {"Tool", id}));
  };
  for (const auto& [tool, known] : before) {
    const Term when = is_tool(tool);
    present = terms_.Ite(when, after.contains(tool) ? effect->present : terms_.True(), present);
    value = terms_.Ite(when, terms_.String(known), value);
  }
  for (const auto& [tool, known] : after) {
    if (!before.contains(tool)) present = terms_.Ite(is_tool(tool), terms_.False(), present);
  }
  earlier_ = question_->request.With("effect", present, {effect->value.type, value, {}});
}

SymbolicPackage::Outcomes SymbolicCompared::Refused(const SymbolicPackage::Outcomes& decided, Term accepted) {
  return {terms_.And({accepted, decided.permit}), terms_.And({accepted, decided.hold}),
          terms_.Or({terms_.Not(accepted), decided.forbid})};
}

std::vector<Term> SymbolicCompared::Assumptions() {
  std::vector<Term> all = question_->assumptions;
  for (const std::vector<Term>& more : {arrives_, before_->Assumptions(), after_->Assumptions()}) {
    for (const Term term : more) {
      if (std::ranges::find(all, term) == all.end()) all.push_back(term);
    }
  }
  return all;
}

}  // namespace proviso::terms::internal
