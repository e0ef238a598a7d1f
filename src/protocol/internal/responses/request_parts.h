// The two halves of a Responses request: its input, and everything else.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal {

/// `instructions` and `input`. Items that the model gave one after another (reasoning, messages, calls)
/// are one turn of the assistant; results one after another are one turn of the tool.
[[nodiscard]] base::Status ReadResponsesInput(base::Json root, ExchangeRequest& out);

/// `tools`, `tool_choice`, `parallel_tool_calls`.
[[nodiscard]] base::Status ReadResponsesTools(base::Json root, ExchangeRequest& out);

/// All other members of the body.
[[nodiscard]] base::Status ReadResponsesSettings(base::Json root, ExchangeRequest& out);

}  // namespace proviso::protocol::internal
