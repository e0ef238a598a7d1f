// Witnesses: from a solver's model to the smallest question that still shows the same, so that whoever reads
// it sees what matters and nothing else.
//
//   const auto still = [&](const Question& q) { return Decide(package, q).outcome == Outcome::kPermit; };
//   Unknown why;
//   const auto witness = SmallestWitness(solver, terms, query, question, compiler, packages, still, &why);
//   if (*witness) Show(SentenceOf(package, **witness));        // witness_words.h
//
// Whatever comes out of here was decided by `still`, that is by the code that decides requests; and it is a
// question that a gateway can put (gateway_facts.h), where the one it began with is.
// All of it is deterministic: the same packages and the same model give the same witness.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/compile.h"
#include "analysis/solver.h"
#include "terms/facts.h"
#include "terms/package.h"

namespace proviso::terms {

/// The question that a case is: RequestOf(question) is the case's request, and EntitiesOf(question) its
/// local entities. Fails with kInvalid where no question has this request (an action that is none of the
/// acts, a tool whose name is not escaped as ToolUid escapes).
[[nodiscard]] base::Result<Question> QuestionOf(const analysis::ConcreteCase& from, const Package& package);

/// Facts present: members of the context, but the model, which is a name.
[[nodiscard]] std::size_t FactsIn(const Question& question);

using StillShows = std::function<bool(const Question&)>;

/// The smallest question like `from` for which `still` is true: facts, optional members of records and
/// elements of sets are left out while it stays true; then names and values become plain (words of the
/// clauses and the agreement before others, short texts, numbers near 0, whole days). `still(from)` must be
/// true. Names and words are those of `packages`, in their order; at least one.
[[nodiscard]] Question Minimise(Question from, std::span<const Package* const> packages,
                                const StillShows& still);
[[nodiscard]] Question Minimise(Question from, const Package& package, const StillShows& still);

using QuestionPair = std::pair<Question, Question>;
using StillShowsPair = std::function<bool(const Question&, const Question&)>;

/// Two questions that are equal but for `free_facts` ("determination", names of facts) are made smaller
/// together and stay so; of the free ones, as few members differ as can be.
[[nodiscard]] QuestionPair MinimisePair(QuestionPair from, std::span<const std::string> free_facts,
                                        std::span<const Package* const> packages,
                                        const StillShowsPair& still);

/// The facts in which two questions differ, down to members of records: "determination.necessary"; sorted.
[[nodiscard]] std::vector<std::string> FactsThatDiffer(const Question& a, const Question& b);

/// Why there is no answer.
struct Unknown {
  std::string reason;
  std::vector<std::string> scripts{};  ///< digests of all that was asked, in any case
};

/// A question that satisfies `base`, with as few facts as there can be: the solver is asked again for fewer
/// until there are none, and the last is minimised. Nothing where `base` is unsatisfiable; nothing, and
/// `why->reason` set, where that stayed unknown. Once there is a witness, a question for a smaller one that
/// stays unknown leaves the one there is. `request` and `compiler` are those that `base` was made with; its
/// assumptions must be among the assertions. Fails where the solver cannot be asked, and with kInternal
/// where the evaluator does not confirm a model: a bug, and never an answer.
[[nodiscard]] base::Result<std::optional<Question>> SmallestWitness(
    analysis::Solver& solver, analysis::Terms& terms, const analysis::Query& base,
    const analysis::SymbolicRequest& request, analysis::Compiler& compiler,
    std::span<const Package* const> packages, const StillShows& still, Unknown* why);

}  // namespace proviso::terms
