#include "analysis/compile.h"
#include "analysis/solver.h"
#include "terms/witness.h"

namespace proviso::terms {
namespace {

using analysis::Answer;
using analysis::Term;

/// How many facts of the request are present, and how many always are.
Term CountOf(analysis::Terms& terms, const analysis::SymbolicRequest& request) {
  Term count = terms.Int(0);
  for (const analysis::SymbolicField& fact : request.context.fields) {
    if (fact.name != "model") count = terms.Add(count, terms.Ite(fact.present, terms.Int(1), terms.Int(0)));
  }
  return count;
}

}  // namespace

base::Result<std::optional<Question>> SmallestWitness(analysis::Solver& solver, analysis::Terms& terms,
                                                      const analysis::Query& base,
                                                      const analysis::SymbolicRequest& request,
                                                      analysis::Compiler& compiler,
                                                      std::span<const Package* const> packages,
                                                      const StillShows& still, Unknown* why) {
  analysis::Query query{base.assertions, analysis::WantedFor(request, compiler)};
  const Term count = CountOf(terms, request);
  std::optional<Question> smallest;
  while (true) {
    auto answer = solver.Ask(query);
    if (!answer) return std::unexpected(answer.error());
    why->scripts.push_back(answer->script_digest);
    if (answer->kind == Answer::Kind::kUnknown && !smallest) why->reason = answer->reason;
    if (answer->kind != Answer::Kind::kSat) return smallest;
    const auto found = analysis::CaseOf(request, compiler, query.wanted, answer->values);
    if (!found) return std::unexpected(found.error());
    auto question = QuestionOf(*found, *packages.front());
    if (!question) return std::unexpected(question.error());
    if (!still(*question)) {
      return base::Fail(base::ErrorCode::kInternal,
                        "the evaluator does not confirm the solver's request (script " +
                            answer->script_digest + "); this is a bug in the analysis");
    }
    smallest = Minimise(std::move(*question), packages, still);
    const std::size_t facts = FactsIn(*smallest);
    if (facts == 0) return smallest;
    query.assertions = base.assertions;
    query.assertions.push_back(terms.Less(count, terms.Int(static_cast<analysis::WideInt>(facts))));
  }
}

}  // namespace proviso::terms
