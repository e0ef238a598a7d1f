#include "terms/internal/drafts.h"

#include <algorithm>

namespace proviso::terms::internal {
namespace {

/// Permits that are tried beside each clause.
constexpr std::size_t kPermitsTriedMax = 4;

bool SpeaksOf(const cedar::Policy& policy, Act act) {
  const cedar::ActionConstraint& action = policy.body().action;
  const cedar::EntityUid uid("Action", std::string(NameOf(act)));
  return action.kind == cedar::ActionConstraint::Kind::kAny ||
         std::ranges::find(action.entities, uid) != action.entities.end();
}

}  // namespace

Suggestions::Suggestions(const Package& package) : package_(package) {
  for (const cedar::PolicySet* set :
       {&package.deciding(), &package.advising(), &package.safeguard_policies()}) {
    for (const cedar::Policy& policy : set->policies()) {
      auto tree = cedar::CoreTree::Build(policy.body());
      if (tree) trees_.emplace(&policy, std::move(*tree));
    }
  }
}

const cedar::CoreTree* Suggestions::TreeOf(const cedar::Policy& policy) const {
  const auto found = trees_.find(&policy);
  return found == trees_.end() ? nullptr : &found->second;
}

void Suggestions::AddTo(KnownQuestions& known, Act act, const GatewayFacts& gateway) const {
  const auto add = [&](const Draft& draft) {
    const Question question = draft.Finished();
    if (gateway.FirstNotMet(question) == nullptr)
      known.Add(std::make_shared<const Evaluated>(package_, question));
  };
  add(Draft(package_, act));
  std::vector<const cedar::CoreTree*> permits;
  for (const cedar::Policy& policy : package_.deciding().policies()) {
    const bool counts = policy.effect() == cedar::Effect::kPermit && SpeaksOf(policy, act);
    if (counts && TreeOf(policy) != nullptr && permits.size() < kPermitsTriedMax)
      permits.push_back(TreeOf(policy));
  }
  for (const cedar::PolicySet* set :
       {&package_.deciding(), &package_.advising(), &package_.safeguard_policies()}) {
    for (const cedar::Policy& policy : set->policies()) {
      const cedar::CoreTree* tree = TreeOf(policy);
      if (tree == nullptr || !SpeaksOf(policy, act)) continue;
      Draft alone(package_, act);
      alone.MakeTrue(tree->root());
      add(alone);
      for (const cedar::CoreTree* permit : permits) {
        if (permit == tree) continue;
        Draft beside(package_, act);
        beside.MakeTrue(permit->root());
        beside.MakeTrue(tree->root());
        add(beside);
      }
    }
  }
}

Question Suggestions::Freed(const Evaluated& blocked, const std::vector<std::string>& facts) const {
  Draft draft(package_, blocked.question(), facts);
  for (const cedar::Policy* forbid : blocked.forbids()) {
    if (const cedar::CoreTree* tree = TreeOf(*forbid)) draft.MakeFalse(tree->root());
  }
  if (blocked.permits().empty()) {
    for (const cedar::Policy& policy : package_.deciding().policies()) {
      const cedar::CoreTree* tree = TreeOf(policy);
      if (policy.effect() != cedar::Effect::kPermit || tree == nullptr ||
          !SpeaksOf(policy, blocked.question().act))
        continue;
      draft.MakeTrue(tree->root());
      break;
    }
  }
  return draft.Finished();
}

}  // namespace proviso::terms::internal
