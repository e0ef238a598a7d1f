// Who could have said otherwise: the facts that a party asserts alone.
#pragma once

#include <string>
#include <vector>

#include "terms/package.h"
#include "terms/symbolic_question.h"

namespace proviso::terms::internal {

/// Parties and third parties that assert something: a fact named as theirs, what their applications
/// declare, or a signed authority. In the agreement's order.
[[nodiscard]] std::vector<std::string> PartiesThatAssert(const Package& package);

/// The members of the context that `party` may assert, for some request at least; of `facts`, sorted.
[[nodiscard]] std::vector<std::string> FactsOf(const Package& package, std::string_view party,
                                               std::span<const std::string> facts);

/// Whether `second` differs from `first` in nothing but what `party` asserts alone, as a term and of two
/// questions that are equal but for FactsOf. What an application declares is its own party's to change. An
/// authority without a signature is its claim; one with a signature is its issuer's: the party of the
/// application can leave it out, and cannot make it.
[[nodiscard]] analysis::Term IsOwnChange(analysis::Terms& terms, const Package& package,
                                         std::string_view party, const SymbolicQuestion& first,
                                         const SymbolicQuestion& second);
[[nodiscard]] bool IsOwnChange(const Package& package, std::string_view party, const Question& first,
                               const Question& second);

/// What somebody else asserts, left out or denied: who sets something aside alone needs none of it. Each fact
/// of `facts` that another party asserts in this request is absent, one at a time and then all; and one at
/// a time is false, it or a member, where it says yes or no.
[[nodiscard]] std::vector<analysis::SymbolicRequest> WithoutOthers(analysis::Terms& terms,
                                                                   const Package& package,
                                                                   std::string_view party,
                                                                   const SymbolicQuestion& question,
                                                                   std::span<const std::string> facts);
[[nodiscard]] std::vector<Question> WithoutOthers(const Package& package, std::string_view party,
                                                  const Question& question,
                                                  std::span<const std::string> facts);

/// Whose assertions a question carries: parties and third parties in the agreement's order, then "the people
/// who decide". What the gateway itself observes is nobody's assertion.
[[nodiscard]] std::vector<std::string> AssertersOf(const Package& package, const Question& question);

}  // namespace proviso::terms::internal
