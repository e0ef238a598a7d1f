// One clause of an agreement: an annotated Cedar policy.
#pragma once

#include <string>
#include <vector>

#include "cedar/policy.h"
#include "terms/agreement.h"

namespace proviso::terms {

/// shall: it decides. should: it is evaluated, recorded and reported as advice.
enum class Modality : std::uint8_t { kShall, kShould };

struct Clause {
  std::string id;      ///< @id
  std::string title;   ///< @title, or the id
  std::string source;  ///< @source: where in the contract; may be empty
  Modality modality = Modality::kShall;
  cedar::Effect effect = cedar::Effect::kPermit;
  std::string file;  ///< "clauses/engagement.cedar:12"
  bool operator==(const Clause&) const = default;
};

/// Reads the annotations of `policy`; what is wrong with them is appended to `errors`.
[[nodiscard]] Clause ReadClause(const cedar::Policy& policy, std::vector<std::string>& errors);

/// Names of the members of `context` that the policy reads ("purpose", "effect"), sorted, distinct.
[[nodiscard]] std::vector<std::string> ContextFactsOf(const cedar::Policy& policy);

}  // namespace proviso::terms
