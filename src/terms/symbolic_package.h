// The decision under one package, as terms over a symbolic request: decide.h for all questions at once.
//
//   SymbolicPackage symbolic(package, terms, question.request);
//   const auto outcomes = symbolic.Decide();
//   query.assertions = symbolic.Assumptions();              // after the last Compile
//   query.assertions.push_back(outcomes->permit);           // is anything permitted?
//
// The three outcomes are exactly Decide's: a forbid that errs forbids; a hold is what is not permitted on
// the facts as they are, has no decision yet, and would be permitted with one that the people of some
// approver profile could give; advising clauses decide nothing; outside the agreement's dates all is
// forbidden. Every clause is compiled once, and again for possible decisions only where it reads one.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "analysis/compile.h"
#include "terms/decide.h"
#include "terms/package.h"

namespace proviso::terms {

/// Whether outside the agreement's dates all is forbidden, or they do not count.
enum class Dates : std::uint8_t { kAsAgreed, kAsIfInForce };

/// Not for several threads: it builds in its Terms.
class SymbolicPackage {
 public:
  /// Borrows all of them.
  SymbolicPackage(const Package& package, analysis::Terms& terms, const analysis::SymbolicRequest& request,
                  Dates dates = Dates::kAsAgreed);
  ~SymbolicPackage();

  /// Exactly one is true of a request.
  struct Outcomes {
    analysis::Term permit;
    analysis::Term hold;
    analysis::Term forbid;

    [[nodiscard]] analysis::Term Of(Outcome outcome) const;
  };
  /// Fails as Compiler::Compile, with the clause's file.
  [[nodiscard]] base::Result<Outcomes> Decide();
  /// As if the clause were not there. Of a clause that only advises, it is what Decide says.
  [[nodiscard]] base::Result<Outcomes> DecideWithout(std::string_view clause_id);
  /// The clause on the facts as they are; kNotFound for an id that no clause has.
  [[nodiscard]] base::Result<analysis::Compiled> ClauseTerms(std::string_view clause_id);
  /// Anything else that is asked of the same request, such as a safeguard's scope.
  [[nodiscard]] base::Result<analysis::Compiled> Compile(const cedar::PolicyBody& policy);
  /// Of the compilers; after everything is compiled.
  [[nodiscard]] std::vector<analysis::Term> Assumptions();
  [[nodiscard]] analysis::Compiler& compiler();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace proviso::terms
