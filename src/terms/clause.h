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
  std::string file;        ///< "clauses/engagement.cedar:12"
  std::string document{};  ///< @document: one of the agreement's order_of_precedence; may be empty
  std::vector<std::string> references{};  ///< @refers_to: names of [[reference]] tables
  bool operator==(const Clause&) const = default;
};

/// Reads the annotations of `policy`; what is wrong with them is appended to `errors`.
[[nodiscard]] Clause ReadClause(const cedar::Policy& policy, std::vector<std::string>& errors);

/// What must hold whatever the clauses say: nothing that it matches may ever be permitted. A permit whose
/// scope says what it speaks of; it permits nothing itself.
struct Safeguard {
  std::string name;     ///< @safeguard: 1 to kSafeguardNameBytesMax bytes on one line
  std::string source;   ///< @source; may be empty
  std::string file;     ///< "safeguards/people.cedar:3"
  std::string title{};  ///< @title, or the name
  bool operator==(const Safeguard&) const = default;
};

/// Reads the annotations of `policy`; what is wrong with them, or that it is no permit, is appended to
/// `errors`.
[[nodiscard]] Safeguard ReadSafeguard(const cedar::Policy& policy, std::vector<std::string>& errors);

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
