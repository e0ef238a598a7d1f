// One clause of an agreement: an annotated Cedar policy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cedar/policy.h"
#include "terms/agreement.h"

namespace proviso::terms {

/// shall: it decides. should: it is evaluated, recorded and reported as advice.
enum class Modality : std::uint8_t { kShall, kShould };

struct Clause {
  std::string id;      ///< @id: 1 to kClauseIdBytesMax visible ASCII characters
  std::string title;   ///< @title, or the id
  std::string source;  ///< @source: where in the contract; may be empty
  Modality modality = Modality::kShall;
  cedar::Effect effect = cedar::Effect::kPermit;
  std::string file;  ///< "clauses/engagement.cedar:12"
  bool operator==(const Clause&) const = default;
};

/// Reads the annotations of `policy`; what is wrong with them is appended to `errors`.
[[nodiscard]] Clause ReadClause(const cedar::Policy& policy, std::vector<std::string>& errors);

/// What a clause reads of the context.
struct FactsRead {
  std::vector<std::string> names;  ///< Members of `context` ("purpose", "effect"), sorted, distinct.
  /// Whether `context` also stands as a value of its own (`context == {…}`), so that the names are
  /// not all that it depends on. A package with such a clause does not load.
  enum class Extent : std::uint8_t { kNamedFacts, kWholeContext };
  Extent extent = Extent::kNamedFacts;
};
[[nodiscard]] FactsRead FactsReadBy(const cedar::Policy& policy);

}  // namespace proviso::terms
