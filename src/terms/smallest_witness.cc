#include "terms/internal/asked_question.h"
#include "terms/witness.h"

namespace proviso::terms {
namespace internal {

using analysis::Answer;
using analysis::Term;

base::Result<std::optional<Question>> AskForQuestion(analysis::Solver& solver,
                                                     const std::vector<Term>& assertions,
                                                     const analysis::SymbolicRequest& request,
                                                     analysis::Compiler& compiler, const Package& package,
                                                     Unknown* why) {
  const analysis::Query query{assertions, analysis::WantedFor(request, compiler)};
  const auto answer = solver.Ask(query);
  if (!answer) return std::unexpected(answer.error());
  why->scripts.push_back(answer->script_digest);
  if (answer->kind == Answer::Kind::kUnknown) why->reason = answer->reason;
  if (answer->kind != Answer::Kind::kSat) return std::nullopt;
  const auto found = analysis::CaseOf(request, compiler, query.wanted, answer->values);
  if (!found) return std::unexpected(found.error());
  auto question = QuestionOf(*found, package);
  if (!question) return std::unexpected(question.error());
  return std::move(*question);
}

Term FactsPresent(analysis::Terms& terms, const analysis::SymbolicRequest& request) {
  Term count = terms.Int(0);
  for (const analysis::SymbolicField& fact : request.context.fields) {
    if (fact.name != "model") count = terms.Add(count, terms.Ite(fact.present, terms.Int(1), terms.Int(0)));
  }
  return count;
}

std::unexpected<base::Error> FaultyModel(const Unknown& asked) {
  return base::Fail(base::ErrorCode::kInternal,
                    "the evaluator does not confirm the solver's request (script " +
                        (asked.scripts.empty() ? "" : asked.scripts.back()) +
                        "); this is a fault of the analysis");
}

}  // namespace internal

base::Result<std::optional<Question>> SmallestWitness(analysis::Solver& solver, analysis::Terms& terms,
                                                      const analysis::Query& base,
                                                      const analysis::SymbolicRequest& request,
                                                      analysis::Compiler& compiler,
                                                      std::span<const Package* const> packages,
                                                      const StillShows& still, Unknown* why) {
  std::vector<analysis::Term> assertions = base.assertions;
  const analysis::Term count = internal::FactsPresent(terms, request);
  std::optional<Question> smallest;
  while (true) {
    auto found = internal::AskForQuestion(solver, assertions, request, compiler, *packages.front(), why);
    if (!found) return std::unexpected(found.error());
    if (!*found) {
      if (smallest) why->reason.clear();
      return smallest;
    }
    if (!still(**found)) return internal::FaultyModel(*why);
    smallest = Minimise(std::move(**found), packages, still);
    const std::size_t facts = FactsIn(*smallest);
    if (facts == 0) return smallest;
    assertions = base.assertions;
    assertions.push_back(terms.Less(count, terms.Int(static_cast<analysis::WideInt>(facts))));
  }
}

}  // namespace proviso::terms
