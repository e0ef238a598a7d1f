// What all findings share.
#pragma once

#include "terms/internal/check_work.h"

namespace proviso::terms::internal {

/// `clause 4.2 ("A person decides every engagement")`
[[nodiscard]] std::string ClauseInWords(const Package& package, std::string_view id);
[[nodiscard]] const Clause* FindClause(const Package& package, std::string_view id);
[[nodiscard]] std::string Capitalised(std::string text);
/// "generate, embed and release"
[[nodiscard]] std::string Listed(const std::vector<std::string>& words);

/// A finding of this subject whose answer is unknown so far.
[[nodiscard]] Finding BlankFinding(const Subject& subject, const Joined& joined);

/// Decided, and in words. A request that somebody should look at is made as small as can be.
enum class Size : std::uint8_t { kSmallest, kAsFound };
[[nodiscard]] Witness WitnessOf(const Package& package, const Evaluated& found, const Shows& shows,
                                Size size);

/// As the subject's question asks: `none` is the answer where there is no such request.
struct Answers {
  FindingAnswer none;
  FindingAnswer found;
};
void SetAnswer(Finding& finding, const Joined& joined, const Answers& answers);

}  // namespace proviso::terms::internal
