// The stop of an answer of which the gate left nothing but notices, on its way to another dialect. The
// gate writes the nearest word that the provider's dialect has; read back, that would look like the
// provider's own filter, or like a model that declined.
#pragma once

#include <string_view>

#include "protocol/exchange.h"

namespace proviso::protocol::internal {

/// AnswerChoice::stop_raw of such an answer. No provider says it.
inline constexpr std::string_view kWithheldRaw = "withheld by the terms";

inline bool IsWithheld(const AnswerChoice& stop) {
  return stop.stop_raw == kWithheldRaw;
}

}  // namespace proviso::protocol::internal
