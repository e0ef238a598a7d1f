// What the analysis of terms says: an answer to each question of one package, and the differences of two.
//
// Reports state facts about wording; they never call a clause good or bad. `proved` and `counterexample` are
// certain: every counterexample was decided by the same code that decides requests (decide.h) before anyone
// sees it. `unknown` is neither, and is never read as safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terms/decide.h"
#include "terms/facts.h"

namespace proviso::terms {

/// In the order of reports. The words are NameOf's: "valid", "never errors", …
enum class CheckQuestion : std::uint8_t {
  kValid,          ///< The package loads: it parses and validates strictly. Of the package.
  kNeverErrors,    ///< No request makes this clause err. Of each clause; a forbid's error forbids.
  kVacuous,        ///< No request ever satisfies this clause. Of each clause.
  kUnconditional,  ///< The clause is satisfied by every request of an act that it speaks of. Of each clause.
  kRedundant,      ///< Removing this clause changes no outcome. Of each deciding clause.
  kOverridden,     ///< Whenever this permit is satisfied, the outcome is forbid all the same. Of each permit.
  kNeverPermits,   ///< No request of this act is permitted, or held, under the terms. Of each act.
  kAdvisory,       ///< The clause decides nothing because its modality is `should`. Of each clause.
  kFloating,       ///< The clause depends on a reference whose date or version the agreement does not fix.
  kPrecedence,     ///< A clause of a document overrides one of a document that prevails over it.
  kSafeguardHolds,  ///< No request in the safeguard's scope is ever permitted. Of each safeguard.
  kSetAside,  ///< One party alone can set this safeguard, or this forbid, aside. Of each with each party.
};
inline constexpr std::size_t kCheckQuestions = 12;
[[nodiscard]] std::string_view NameOf(CheckQuestion question);
[[nodiscard]] std::optional<CheckQuestion> CheckQuestionNamed(std::string_view name);

enum class FindingAnswer : std::uint8_t {
  kYes,     ///< The question's sentence is so: proved, or (vacuous, set aside, …) shown by `witnesses`.
  kNo,      ///< It is not so: shown by `witnesses`, or proved.
  kUnknown  ///< Time or memory ran out, or the solver gave up: `reason`.
};
/// "yes", "no", "unknown".
[[nodiscard]] std::string_view NameOf(FindingAnswer answer);
/// How the answer is known. "proved", "counterexample", "read" (from the text alone), "unknown".
enum class Basis : std::uint8_t { kProved, kWitness, kRead, kUnknown };
[[nodiscard]] std::string_view NameOf(Basis basis);

/// A request that shows something, and what becomes of it.
struct Witness {
  Question question;
  Decision decision;     ///< Under the package of the finding; of a diff, under the later one.
  std::string sentence;  ///< For people: who asks for what, with which facts, and who asserts what matters.
};

struct Finding {
  CheckQuestion question = CheckQuestion::kValid;
  std::string subject;  ///< A clause's id, a safeguard's name, an act's name; "" for the package.
  FindingAnswer answer = FindingAnswer::kUnknown;
  Basis basis = Basis::kUnknown;
  /// Whether a reader should look at it: what is as one would suppose ("never errors": yes) is not
  /// remarkable.
  bool is_remarkable = false;
  std::string sentence;            ///< One sentence: the answer in words, without the witness.
  std::vector<Witness> witnesses;  ///< None, one, or for kSetAside two: before and after.
  std::string party;               ///< Of kSetAside.
  std::vector<std::string>
      facts;  ///< Of kSetAside: what the party asserts and changed, "determination.necessary".
  std::vector<std::string> clauses;  ///< Other clauses that it comes from: what overrides, what it repeats.
  std::string reason;                ///< Of kUnknown.
  std::vector<std::string> scripts;  ///< Digests of the scripts that were asked.
  std::int64_t took_ms = 0;
  bool is_acknowledged = false;  ///< The agreement acknowledges it (Agreement::acknowledgements).
};

struct CheckReport {
  std::vector<Finding> findings;  ///< By question, then in the order of the package.
  std::string solver;             ///< "cvc5 1.0.3"; "" where none was needed or found.
  std::int64_t took_ms = 0;
  /// Whether a daemon may load the package: valid, no deciding forbid errs, every safeguard holds, each
  /// proved or acknowledged. What stands against it otherwise is in `Obstacles`.
  [[nodiscard]] bool MayLoad() const;
  [[nodiscard]] std::vector<const Finding*> Obstacles() const;
};

/// From one outcome to another.
struct Direction {
  Outcome from;
  Outcome to;
  bool operator==(const Direction&) const = default;
};
/// permit→hold, permit→forbid, hold→permit, hold→forbid, forbid→permit, forbid→hold.
[[nodiscard]] const std::array<Direction, 6>& Directions();

/// One way in which two packages differ, or that they do not differ so.
struct Difference {
  Direction direction;
  FindingAnswer answer =
      FindingAnswer::kUnknown;  ///< kYes: there are such requests; kNo: proved that there are none
  /// Smallest first; each attributed to other clauses than those before it.
  struct Example {
    Question question;
    Decision before;
    Decision after;
    std::string sentence;
    std::vector<std::string> clauses_before;  ///< ids that decide it there
    std::vector<std::string> clauses_after;
    /// Parties each of which alone can bring the outcome about under the later terms: by the facts that it
    /// asserts and nobody else does, and which those are.
    struct ByParty {
      std::string party;
      std::vector<std::string> facts;
    };
    std::vector<ByParty> by_party;
  };
  std::vector<Example> examples;
  std::string reason;  ///< Of kUnknown.
  std::vector<std::string> scripts;
  std::int64_t took_ms = 0;
};

struct DiffReport {
  std::vector<Difference> differences;  ///< In the order of Directions().
  /// What differs outside the clauses: dates, facts that one of them lacks, "sources of facts", and so on.
  std::vector<std::string> notes;
  std::string solver;
  std::int64_t took_ms = 0;
};

/// What a long analysis has done so far.
struct Progress {
  std::size_t done = 0;
  std::size_t of = 0;
  std::string now;  ///< "safeguard holds: no unattended engagement"
};

}  // namespace proviso::terms
