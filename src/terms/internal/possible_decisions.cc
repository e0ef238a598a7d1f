#include "terms/internal/possible_decisions.h"

#include <algorithm>
#include <set>

#include "terms/decide.h"
#include "terms/limits.h"

namespace proviso::terms::internal {
namespace {

std::vector<std::string> PeopleOf(const Agreement& agreement, const ApproverProfile& profile) {
  std::vector<std::string> people;
  for (const NamedApprover& approver : agreement.approvers) {
    const bool known = std::ranges::find(people, approver.person) != people.end();
    if (!known && MayDecide(approver, profile)) people.push_back(approver.person);
  }
  return people;
}

}  // namespace

std::vector<DecisionFact> PossibleDecisions(const Agreement& agreement, const ApproverProfile& profile) {
  const std::vector<std::string> people = PeopleOf(agreement, profile);
  if (people.size() < profile.count) return {};
  std::vector<char> chosen(people.size(), 0);
  std::fill_n(chosen.begin(), profile.count, 1);
  std::set<std::vector<std::string>> role_sets;
  std::vector<DecisionFact> decisions;
  std::vector<DecisionFact> same_roles;
  std::size_t choices = 0;
  do {
    std::vector<std::string> choice;
    for (std::size_t i = 0; i < people.size(); ++i) {
      if (chosen[i] != 0) choice.push_back(people[i]);
    }
    DecisionFact fact = DecisionBy(agreement, choice);
    auto& list = role_sets.insert(fact.roles).second ? decisions : same_roles;
    if (list.size() < kDecisionsTriedMax) list.push_back(std::move(fact));
  } while (++choices < kChoicesOfPeopleMax && std::ranges::prev_permutation(chosen).found);
  for (DecisionFact& fact : same_roles) decisions.push_back(std::move(fact));
  if (decisions.size() > kDecisionsTriedMax) decisions.resize(kDecisionsTriedMax);
  return decisions;
}

}  // namespace proviso::terms::internal
