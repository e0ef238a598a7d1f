// The API dialects that Proviso speaks, what can be asked in each, and how an answer is delivered.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace proviso::protocol {

/// An API shape, whoever serves it: many providers speak OpenAI Chat Completions.
enum class Dialect : std::uint8_t {
  kOpenAiChat,         ///< POST /v1/chat/completions
  kOpenAiResponses,    ///< POST /v1/responses
  kAnthropicMessages,  ///< POST /v1/messages
  kGemini,             ///< POST /v1beta/models/MODEL:generateContent, :streamGenerateContent
  kBedrockConverse,    ///< POST /model/MODEL/converse, /model/MODEL/converse-stream
};

inline constexpr std::array kDialects = {Dialect::kOpenAiChat, Dialect::kOpenAiResponses,
                                         Dialect::kAnthropicMessages, Dialect::kGemini,
                                         Dialect::kBedrockConverse};

/// What a caller wants of a model. Each sends content to a provider, so each is decided.
enum class Operation : std::uint8_t {
  kGenerate,
  kCountTokens,  ///< How many tokens a request would be (Anthropic, Gemini, Responses, Bedrock).
  kEmbed,        ///< Vectors for texts (OpenAI's and Gemini's form).
};

/// How the caller asked for the answer.
enum class Delivery : std::uint8_t {
  kWhole,        ///< One JSON body.
  kStream,       ///< Server-sent events (WHATWG HTML §9.2); of Bedrock, AWS event-stream frames.
  kArrayStream,  ///< Gemini without alt=sse: one JSON array that arrives element by element.
};

/// "openai-chat", "openai-responses", "anthropic-messages", "google-generate-content",
/// "bedrock-converse": for records, logs and configuration. Never changes.
[[nodiscard]] std::string_view NameOf(Dialect dialect);

/// By NameOf, or by a shorter name that people use: "openai", "chat", "responses", "anthropic",
/// "messages", "gemini", "google", "bedrock", "converse".
[[nodiscard]] std::optional<Dialect> DialectNamed(std::string_view name);

}  // namespace proviso::protocol
