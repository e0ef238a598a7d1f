// What the reports' forms share: questions, answers and outcomes in words, counts, and clauses' wordings.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terms/clause.h"
#include "terms/report.h"

namespace proviso::terms::internal {

/// "No request ever satisfies this clause."
[[nodiscard]] std::string_view MeaningOf(CheckQuestion question);
/// "1 finding", "2 findings".
[[nodiscard]] std::string Counted(std::size_t count, std::string_view one, std::string_view many);
/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string InWords(std::span<const std::string> texts);

/// What a finding's subject is.
enum class SubjectKind : std::uint8_t { kPackage, kClause, kSafeguard, kAct };
[[nodiscard]] SubjectKind KindOfSubject(const Package* package, const Finding& finding);
/// "package", "clause", "safeguard", "act".
[[nodiscard]] std::string_view NameOf(SubjectKind kind);

/// nullptr where the package has none of this id, or there is no package.
[[nodiscard]] const Clause* FindClause(const Package* package, std::string_view id);
/// Those of `ids` that the package has: of its subject first, where that is a clause.
[[nodiscard]] std::vector<const Clause*> ClausesOf(const Package* package, const Finding& finding);
/// The safeguard that a finding is of; nullptr where it is of something else.
[[nodiscard]] const Safeguard* SafeguardOf(const Package* package, const Finding& finding);
/// Why the agreement acknowledges a finding; "" where it does not, or does not say.
[[nodiscard]] std::string_view AcknowledgedBecause(const Package* package, const Finding& finding);
[[nodiscard]] std::vector<const Clause*> ClausesNamed(const Package& package,
                                                      std::span<const std::string> ids);

struct QuestionCount {
  CheckQuestion question;
  std::size_t asked = 0;
  std::size_t yes = 0;
  std::size_t no = 0;
  std::size_t unknown = 0;
  std::size_t remarkable = 0;
  std::size_t proved = 0;
};
/// Of every question that has a finding, in order.
[[nodiscard]] std::vector<QuestionCount> CountsOf(const CheckReport& report);

/// Whether everything was asked that loading depends on, so that MayLoad is an answer.
[[nodiscard]] bool TellsWhetherItMayLoad(const CheckedPackage& checked);
/// One sentence: whether a gateway loads the package; or what was asked of it instead.
[[nodiscard]] std::string VerdictOf(const CheckedPackage& checked);
/// "7 of 41 findings are remarkable, 1 answer is unknown."
[[nodiscard]] std::string SummaryOf(const CheckReport& report);
/// One sentence: in how many directions outcomes differ.
[[nodiscard]] std::string VerdictOf(const DiffReport& report);

/// "the customer alone asserts determination.necessary and reviewed"; "" without a party or facts.
[[nodiscard]] std::string ByWhom(std::string_view party, std::span<const std::string> facts);
/// "forbid by 4.2", "hold for two-commanders by 4.2", "forbid: nothing permits it".
[[nodiscard]] std::string InWords(const Decision& decision);
/// "4.2 “A person decides every engagement”, Section 4 (clauses/2-tools.cedar:11)"
[[nodiscard]] std::string InWords(const Clause& clause);
[[nodiscard]] std::string InWords(const Safeguard& safeguard);
/// "forbid → permit"
[[nodiscard]] std::string InWords(const Direction& direction);

/// A request as an [[example]] of the package, whose outcome is as it is: ReadExamples reads it, and so does
/// `proviso decide`.
[[nodiscard]] std::string ExampleToml(const Package& package, const Question& question, std::string_view name,
                                      Outcome outcome);
/// What to call it: "vacuous: 2.1"; of two witnesses with "before" or "after".
[[nodiscard]] std::string ExampleName(const Finding& finding, std::size_t witness);

/// A clause that two packages do not word alike.
struct WordingChange {
  std::string id;
  const Clause* before = nullptr;  ///< nullptr where the package has it not
  const Clause* after = nullptr;
  std::string text_before{};  ///< its text in one layout, whatever the file's; "" where there is none
  std::string text_after{};
};
/// In the order of the clauses of `after`, then what `before` has alone.
[[nodiscard]] std::vector<WordingChange> WordingChanges(const Package& before, const Package& after);
/// A clause's text in the formatter's layout.
[[nodiscard]] std::string TextOf(const Package& package, std::string_view clause_id);
[[nodiscard]] std::string TextOf(const Package& package, const Safeguard& safeguard);

}  // namespace proviso::terms::internal
