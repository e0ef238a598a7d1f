// The turns of an exchange as the input items of a Responses request.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "base/result.h"
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {

/// Writes `instructions`, when the first turn is a system prompt of plain text, and `input`.
/// kInvalid, with the path, for media that the API does not take.
[[nodiscard]] base::Status WriteResponsesInput(const ExchangeRequest& request, WriteContext& context,
                                               base::JsonWriter& json);

}  // namespace proviso::protocol::internal
