#include "terms/gateway_facts.h"

#include <algorithm>
#include <cassert>
#include <set>

#include "cedar/parse.h"
#include "terms/decide.h"
#include "terms/internal/conform.h"
#include "terms/internal/gateway_conditions.h"

namespace proviso::terms {
namespace {

void AddFactsOf(const cedar::PolicySet& policies, std::set<std::string>& facts) {
  for (const cedar::Policy& policy : policies.policies()) {
    const std::vector<std::string> read = FactsReadBy(policy).names;
    facts.insert(read.begin(), read.end());
  }
}

}  // namespace

std::vector<std::string> FactsThatMatter(std::span<const Package* const> packages) {
  // A model stands in its enclave, so that both can matter where no clause names the fact.
  std::set<std::string> facts{"enclave", "model"};
  for (const Package* package : packages) {
    AddFactsOf(package->deciding(), facts);
    AddFactsOf(package->advising(), facts);
    AddFactsOf(package->safeguard_policies(), facts);
    if (package->agreement().effective_ms || package->agreement().expires_ms) facts.insert("now");
  }
  return {facts.begin(), facts.end()};
}

GatewayFacts::GatewayFacts(const Package& package, Act act, std::span<const std::string> facts)
    : package_(package) {
  const internal::ConditionScope scope{package, act, facts};
  internal::AddCaller(scope, conditions_);
  internal::AddModel(scope, conditions_);
  internal::AddTools(scope, conditions_);
  internal::AddAuthority(scope, conditions_);
  internal::AddDecision(scope, conditions_);
  internal::AddMeasures(scope, conditions_);
  std::string text;
  for (const GatewayCondition& condition : conditions_) {
    text += "permit (principal, action, resource) when { " + condition.text + " };\n";
  }
  auto parsed = cedar::ParsePolicies(text, "what the gateway sees to");
  assert(parsed.has_value());  // written by us, of quoted names
  // shared: the compiled form keeps its policies
  auto policies = std::make_shared<const cedar::PolicySet>(parsed ? std::move(*parsed) : cedar::PolicySet());
  compiled_ = std::make_unique<const cedar::CompiledPolicies>(std::move(policies));
}

const GatewayCondition* GatewayFacts::FirstNotMet(const Question& question) const {
  // What has no entities or facts of other types than the schema's, Decide forbids.
  const auto conformed = internal::ConformedQuestion::Of(package_, question);
  if (!conformed || conditions_.empty()) return nullptr;
  const auto entities = EntitiesFor(package_, **conformed);
  if (!entities) return nullptr;
  thread_local cedar::CompiledPolicies::Scratch scratch;
  const std::vector<const cedar::Policy*>& met =
      compiled_->Decide(RequestOf(**conformed, std::nullopt), *entities, scratch).satisfied_permits;
  const std::deque<cedar::Policy>& all = policies().policies();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i >= met.size() || met[i] != &all[i]) return &conditions_[i];  // both in the set's order
  }
  return nullptr;
}

}  // namespace proviso::terms
