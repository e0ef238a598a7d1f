#include "protocol/dialect.h"

#include <utility>

namespace proviso::protocol {

std::string_view NameOf(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return "openai-chat";
    case Dialect::kOpenAiResponses:
      return "openai-responses";
    case Dialect::kAnthropicMessages:
      return "anthropic-messages";
    case Dialect::kGemini:
      return "google-generate-content";
    case Dialect::kBedrockConverse:
      return "bedrock-converse";
  }
  return "";
}

std::optional<Dialect> DialectNamed(std::string_view name) {
  constexpr std::pair<std::string_view, Dialect> kShort[] = {
      {"openai", Dialect::kOpenAiChat},
      {"chat", Dialect::kOpenAiChat},
      {"responses", Dialect::kOpenAiResponses},
      {"anthropic", Dialect::kAnthropicMessages},
      {"messages", Dialect::kAnthropicMessages},
      {"gemini", Dialect::kGemini},
      {"google", Dialect::kGemini},
      {"gemini-generate-content", Dialect::kGemini},
      {"bedrock", Dialect::kBedrockConverse},
      {"converse", Dialect::kBedrockConverse},
  };
  for (const Dialect dialect : kDialects) {
    if (NameOf(dialect) == name) return dialect;
  }
  for (const auto& [known, dialect] : kShort) {
    if (known == name) return dialect;
  }
  return std::nullopt;
}

}  // namespace proviso::protocol
