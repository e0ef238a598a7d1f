// The API dialects that Proviso speaks, and the two ways an answer is delivered.
#pragma once

#include <cstdint>
#include <string_view>

namespace proviso::protocol {

/// An API shape, whoever serves it: many providers speak OpenAI Chat Completions.
enum class Dialect : std::uint8_t {
  kOpenAiChat,         ///< POST /v1/chat/completions
  kAnthropicMessages,  ///< POST /v1/messages
};

/// How the caller asked for the answer: one JSON body, or server-sent events (WHATWG HTML §9.2).
enum class Delivery : std::uint8_t { kWhole, kStream };

/// "openai-chat", "anthropic-messages": for records, logs and configuration. Never changes.
[[nodiscard]] std::string_view NameOf(Dialect dialect);

}  // namespace proviso::protocol
