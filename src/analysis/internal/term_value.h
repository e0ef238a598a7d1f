// What a term is where its variables have values: the meaning of every kind, said once more and plainly, for
// tests of the makers that fold and of the scripts that solvers read.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <unordered_map>

#include "analysis/solver.h"

namespace proviso::analysis {

using Assignment = std::unordered_map<Term, SmtValue>;

/// Every variable of `term` has a value. A selector of another constructor gives DefaultOf its sort;
/// functions are not evaluated. Integers do not overflow.
[[nodiscard]] SmtValue ValueIn(const Assignment& assignment, Term term);

[[nodiscard]] SmtValue DefaultOf(Sort sort);
[[nodiscard]] SmtValue BoolValue(bool boolean);
[[nodiscard]] SmtValue IntValue(WideInt integer);
[[nodiscard]] SmtValue StringValue(std::string text);
[[nodiscard]] SmtValue BitsValue(std::string bits);
[[nodiscard]] SmtValue SetValue(std::vector<SmtValue> elements);  ///< sorted, each once
[[nodiscard]] SmtValue ConstructValue(std::uint32_t constructor, std::vector<SmtValue> fields);

/// An order of values of one sort.
[[nodiscard]] std::strong_ordering Compare(const SmtValue& a, const SmtValue& b);

/// What an operator of this kind makes of its children's values; `node` gives what else it has.
[[nodiscard]] SmtValue Applied(const TermNode& node, std::span<const SmtValue> children);

}  // namespace proviso::analysis
