// Every question of one act that a gateway can put to an agreement, as a symbolic request.
//
//   auto question = MakeQuestion(terms, Act::kCallTool, "q", {{&package}});
//   SymbolicPackage symbolic(package, terms, question->request);
//   query.assertions = question->assumptions;
//
// It has the facts that matter (gateway_facts.h) and no others; a fact that no clause reads is absent from
// the requests that a solver finds. Beside the request's own bounds the assumptions say what the gateway
// sees to, and what holds of the entities that stand for a question (EntitiesOf in facts.h).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/compile.h"
#include "terms/package.h"

namespace proviso::terms {

struct SymbolicQuestion {
  Act act = Act::kGenerate;
  std::string name;  ///< Begins the names of what stands above its entities.
  analysis::SymbolicRequest request;
  std::vector<analysis::Term> assumptions;  ///< What the gateway sees to, besides the request's bounds.
};

/// `name` begins the names of its variables. Of several packages (two that are compared) it has the facts
/// of all, a record's members joined, and is put to at least one of them. Fails with kInvalid where two
/// packages give one fact different types, and as Compiler::Compile does.
[[nodiscard]] base::Result<SymbolicQuestion> MakeQuestion(analysis::Terms& terms, Act act,
                                                          const std::string& name,
                                                          std::span<const Package* const> packages);

/// The same without what the gateway sees to: only of the entities that stand for a question.
[[nodiscard]] base::Result<SymbolicQuestion> MakeBareQuestion(analysis::Terms& terms, Act act,
                                                              const std::string& name,
                                                              std::span<const Package* const> packages);

/// A second question that equals `first` in all but `facts` (members of the context), for which it has
/// variables of its own, named from `name`: what somebody else could have said.
[[nodiscard]] base::Result<SymbolicQuestion> MakeVariant(analysis::Terms& terms,
                                                         const SymbolicQuestion& first,
                                                         const std::string& name,
                                                         std::span<const std::string> facts,
                                                         std::span<const Package* const> packages);

}  // namespace proviso::terms
