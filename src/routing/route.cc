#include "routing/route.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "routing/limits.h"

namespace proviso::routing {

std::uint64_t Dice::Next() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

Timeouts With(const Timeouts& timeouts, const TimeoutChoice& choice) {
  return {.connect = choice.connect.value_or(timeouts.connect),
          .first_byte = choice.first_byte.value_or(timeouts.first_byte),
          .between_bytes = choice.between_bytes.value_or(timeouts.between_bytes),
          .total = choice.total.value_or(timeouts.total)};
}

std::vector<std::string> Check(const Route& route) {
  std::vector<std::string> errors;
  std::set<std::string> seen;
  std::size_t candidates = 0;
  for (const Group& group : route.groups) {
    candidates += group.size();
    for (const Candidate& candidate : group) {
      if (!seen.insert(candidate.model).second) {
        errors.push_back("\"" + candidate.model + "\" stands twice; name each model once");
      }
      if (candidate.weight < 1 || candidate.weight > kWeightMax) {
        errors.push_back("weight of \"" + candidate.model + "\" must be 1 to " + std::to_string(kWeightMax));
      }
    }
  }
  if (candidates == 0) errors.emplace_back("no candidate; name at least one model");
  if (candidates > kCandidatesMax) {
    errors.push_back(std::to_string(candidates) + " candidates; at most " + std::to_string(kCandidatesMax));
  }
  if (route.retries.attempts < 1 || route.retries.attempts > kAttemptsPerCandidateMax) {
    errors.push_back("attempts must be 1 to " + std::to_string(kAttemptsPerCandidateMax));
  }
  return errors;
}

Plan MakePlan(const Route& route, std::uint64_t random) {
  Plan plan;
  Dice dice(random);
  for (const Group& group : route.groups) {
    std::vector<const Candidate*> left;
    for (const Candidate& candidate : group) left.push_back(&candidate);
    while (!left.empty()) {
      const std::uint64_t total =
          std::accumulate(left.begin(), left.end(), std::uint64_t{0},
                          [](std::uint64_t sum, const Candidate* one) { return sum + one->weight; });
      std::uint64_t point = dice.Below(total);
      const auto chosen = std::ranges::find_if(left, [&point](const Candidate* one) {
        if (point < one->weight) return true;
        point -= one->weight;
        return false;
      });
      plan.push_back((*chosen)->model);
      left.erase(chosen);
    }
  }
  return plan;
}

}  // namespace proviso::routing
