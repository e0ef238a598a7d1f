// The decision under the terms: permit, hold for a person, or forbid.
//
// The request is decided on the facts as they are. If that denies, it is decided again with the
// decisions that the people of each approver profile of the agreement could give, weakest profile
// first. The first that permits makes the outcome hold; if none does, forbid. Nothing is tried when
// a forbid that applies does not read the decision: no people could lift it. Stricter than Cedar in one
// point: a forbid whose condition errs forbids, because a safeguard must not fail open.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "terms/facts.h"
#include "terms/package.h"

namespace proviso::terms {

enum class Outcome : std::uint8_t { kPermit, kHold, kForbid };

/// "permit", "hold", "forbid".
[[nodiscard]] std::string_view NameOf(Outcome outcome);

/// A clause whose evaluation failed, and how.
struct ClauseError {
  Clause clause;
  std::string message;
};

/// Why an outcome that is not permit came about.
enum class Ground : std::uint8_t {
  kPermitted,     ///< A permit applies and no forbid does.
  kForbidden,     ///< A forbid applies.
  kErringForbid,  ///< No forbid applies, but one could not be evaluated.
  kNotPermitted,  ///< Nothing permits it.
  kUndecidable,   ///< The call's arguments cannot be read, a fact is not of the type that the terms give
                  ///< it, or the request's entities contradict the agreement's.
  kNotInForce,    ///< The agreement has not begun, or has ended, or nobody said what time it is.
};

struct Decision {
  Outcome outcome = Outcome::kForbid;
  Ground ground = Ground::kNotPermitted;
  /// The clauses that made the outcome: of a permit the permits that apply; of a forbid the forbids
  /// that apply or err; of a hold the forbids that the people's decision lifts, or the permits that it
  /// brings where no forbid applies.
  std::vector<Clause> clauses;
  /// For a hold: who must decide.
  std::optional<ApproverProfile> need;
  /// Clauses with modality "should" that speak against the request, or for it.
  std::vector<Clause> advice_against;
  std::vector<Clause> advice_for;
  std::vector<ClauseError> errors;
  std::string detail;  ///< For kUndecidable, kNotInForce and a refused declaration: what is wrong.
};

/// Decides one question. Pure; any thread.
/// Facts are brought into the types that the package's schema gives them first: what it does not declare
/// of `input` or of another record is left out.
[[nodiscard]] Decision Decide(const Package& package, const Question& question);

/// The same whatever the agreement's dates, for whoever compares drafts.
[[nodiscard]] Decision DecideAsIfInForce(const Package& package, const Question& question);

/// The entities that a question is decided with: those that stand for it, above the package's own, which
/// count where both have one of a name. Fails with kInvalid or kConflict where they contradict each other;
/// Decide then forbids. The result borrows from `package`.
[[nodiscard]] base::Result<cedar::Entities> EntitiesFor(const Package& package, const Question& question);

/// Whether Decide would answer kForbid whatever the call's arguments were, all other facts being as they are
/// in `question` (its input is not looked at). True only when it is certain: a forbid applies that reads
/// neither the arguments nor a people's decision, or nothing that could turn the answer reads the arguments.
[[nodiscard]] bool ForbiddenWhateverTheInput(const Package& package, Question question);

/// The people's decision as a fact: distinct people and the roles that they hold under the
/// agreement. People whom the agreement does not name are left out.
[[nodiscard]] DecisionFact DecisionBy(const Agreement& agreement, const std::vector<std::string>& people);

}  // namespace proviso::terms
