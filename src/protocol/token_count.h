// Token counting, where a dialect has it: the request is one that generates, less what does not count,
// and the answer is a number.
//
//   Anthropic  POST /v1/messages/count_tokens        {"input_tokens": 14}
//   Responses  POST /v1/responses/input_tokens       {"object": "response.input_tokens", "input_tokens": 14}
//   Gemini     POST …/models/MODEL:countTokens       {"totalTokens": 14}
//   Bedrock    POST /model/MODEL/count-tokens        {"inputTokens": 14}
//   OpenAI's Chat Completions have none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/dialect.h"

namespace proviso::protocol {

/// Whether the dialect can be asked to count.
[[nodiscard]] bool CountsTokens(Dialect dialect);

/// A body that TranslateRequest wrote, as a request to count: what the endpoint does not take (limits,
/// sampling) is left out, and what it wraps is wrapped. kInvalid for a dialect that does not count.
[[nodiscard]] base::Result<std::string> AsTokenCount(Dialect dialect, std::string_view model,
                                                     std::string_view body);

/// The number in a provider's answer. kCorrupt when there is none, kUnavailable for its error.
[[nodiscard]] base::Result<std::int64_t> ReadTokenCount(Dialect dialect, std::string_view body);

/// The answer in the caller's dialect. kInvalid for a dialect that does not count.
[[nodiscard]] base::Result<std::string> WriteTokenCount(Dialect dialect, std::int64_t tokens);

}  // namespace proviso::protocol
