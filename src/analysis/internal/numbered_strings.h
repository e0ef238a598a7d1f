// A query whose strings are only compared, as one about numbers.
//
// Equality, and sets, datatypes and functions over it, do not see what a string is: only which are one and
// the same. There are infinitely many strings and infinitely many integers, so a query has a model with the
// one where it has one with the other; a literal becomes a number, and a number that is no literal's becomes
// a short string. Solvers decide numbers several times faster, and always.
//
// A pattern becomes an unknown function from numbers to Bool. For each string that it is asked of, it is said
// what a literal matches, and which patterns no string matches together (pattern_signatures.h).
//
// Strings that can never be one another (because no equality, set, field or function joins them) are apart:
// each such class is numbered or, where its patterns are too many, left as it is.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/script.h"
#include "analysis/solver.h"

namespace proviso::analysis {

class NumberedStrings {
 public:
  explicit NumberedStrings(const Query& query);
  ~NumberedStrings();

  /// The query to ask. Its wanted terms are those of the original, and some of its own after them.
  [[nodiscard]] const Query& query() const;

  /// The values of the original's wanted terms, from those of query()'s. A string that no literal names is
  /// "a", "b", …: another for each number, and no literal.
  [[nodiscard]] std::vector<SmtValue> ValuesOf(std::span<const SmtValue> values);

  /// "; 3 is "research"" for each literal: for people who read a script.
  [[nodiscard]] std::string Legend() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace proviso::analysis
