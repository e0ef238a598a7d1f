// A witness for people and for programs: a sentence, TOML that reads back, JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "terms/facts.h"
#include "terms/package.h"

namespace proviso::terms {

/// One sentence: who asks for what, the facts that are present and who asserts each, and those whose absence
/// a clause concerned looks for:
///
///   analyst-desk of agency calls assign_asset; effect engage (the gateway observes it),
///   determination.necessary false (customer alone asserts it), no decision by people.
///
/// Safe on a terminal: what a request names is quoted and escaped where it is not one plain word.
[[nodiscard]] std::string SentenceOf(const Package& package, const Question& question);

/// The same as a table that ReadWorkedRequest reads, each line ended: as an example of the package or for
/// `proviso decide`. It reads back to a question with the same names and facts. An instant outside the years
/// 0 to 9999 has no spelling, and stands as the nearest one.
[[nodiscard]] std::string WorkedRequestToml(const Package& package, const Question& question);

/// The same keys and values as one JSON object, with `asserted_by`, the source of each fact that is present.
void WriteQuestion(base::JsonWriter& json, const Package& package, const Question& question);

/// `text` as it is where it is one plain word, otherwise in quotes, with everything escaped that a terminal
/// acts on.
[[nodiscard]] std::string QuotedUnlessPlain(std::string_view text);

}  // namespace proviso::terms
