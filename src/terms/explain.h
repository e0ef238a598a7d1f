// A decision in words, for people, and in JSON, for programs (docs/formats/decision.md).
#pragma once

#include <string>

#include "base/json_writer.h"
#include "terms/decide.h"

namespace proviso::terms {

/// "permitted", "forbidden", "erring_forbid", "not_permitted", "undecidable", "not_in_force".
[[nodiscard]] std::string_view NameOf(Ground ground);

/// Several lines, each ended: the outcome, what was asked, why, each clause with its id, title, source
/// and file, who must decide, advice, and errors. Control characters in what the request names are
/// shown as U+FFFD, so that the text is safe on a terminal.
[[nodiscard]] std::string ExplainText(const Package& package, const Question& question,
                                      const Decision& decision);

/// Puts the same as one JSON object; the keys are stable within proviso.decision/v1.
void WriteDecision(base::JsonWriter& json, const Package& package, const Question& question,
                   const Decision& decision);

/// Puts what the parties know of and accept, as an array of `question`, `subject`, `party` and `reason`.
void WriteAcknowledgements(base::JsonWriter& json, const Agreement& agreement);

}  // namespace proviso::terms
