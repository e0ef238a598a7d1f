// Where an answer's statements come from. Gemini says it beside the text: groundingMetadata (chunks,
// and supports that name a range of the text) and citationMetadata (sources). A range counts bytes
// of all the candidate's text.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal::gemini {

[[nodiscard]] std::vector<Citation> CitationsOfGrounding(base::Json metadata);
[[nodiscard]] std::vector<Citation> CitationsOfSources(base::Json metadata);

/// The citation as of the block whose text begins and ends there in the candidate's.
[[nodiscard]] Citation Within(Citation citation, std::size_t begin, std::size_t end);

/// A citation and the text that it supports, with its place in the candidate's.
struct PlacedCitation {
  Citation citation;
  std::string supported;
};

/// `groundingMetadata` for an answer.
[[nodiscard]] std::string GroundingOf(const std::vector<PlacedCitation>& citations);

}  // namespace proviso::protocol::internal::gemini
