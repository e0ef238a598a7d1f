// A question to a solver as the text of an SMT-LIB script.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/term.h"
#include "base/result.h"

namespace proviso::analysis {

/// The solvers differ in how they say sets: cvc5 has a theory, z3 arrays of Bool.
enum class Dialect : std::uint8_t { kCvc5, kZ3 };

struct Query {
  std::vector<Term> assertions{};
  /// Where it is satisfiable, their values are asked for, in this order.
  std::vector<Term> wanted{};
  /// What is asked, in words: a comment in a script that is kept. No part of the query's name.
  std::string title{};
};

/// A script that stands on its own: logic, options, what it declares, the shared parts as define-fun, one
/// assert for each assertion, check-sat, and get-value where something is wanted. The same query over the
/// same terms gives the same text in every run and on every machine: its digest is the query's name.
/// Fails with kInvalid where the dialect has no way to say something (a character past U+2FFFF).
[[nodiscard]] base::Result<std::string> ScriptOf(const Query& query, Dialect dialect);

}  // namespace proviso::analysis
