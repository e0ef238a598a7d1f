// Usage in each dialect's own counting, to and from the canonical one (exchange.h: TokenUsage).
//
//                 input                        cached         output                     total
//   OpenAI        with the cache's tokens      of input       with reasoning             said
//   Anthropic     without read and written     beside input   with thinking              not said
//   Gemini        with cached; tool results    of input       candidates and thoughts    said
//                 of the provider beside it                   beside each other
//   Bedrock       without read and written     beside input   with reasoning             said
#include <algorithm>

#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;

/// More tokens than any answer has; keeps sums far from overflow.
constexpr std::int64_t kTokensMax = std::int64_t{1} << 53U;

std::int64_t TokensOf(Json object, std::string_view key) {
  return std::min(CountOf(object, key), kTokensMax);
}

/// The first of two members that counts anything: a newer name and an older one.
std::int64_t TokensOf(Json object, std::string_view key, std::string_view older_key) {
  const std::int64_t tokens = TokensOf(object, key);
  return tokens != 0 ? tokens : TokensOf(object, older_key);
}

TokenUsage ReadChatUsage(Json usage) {
  const Json prompt = usage.Find("prompt_tokens_details");
  TokenUsage read{
      .input = TokensOf(usage, "prompt_tokens"),
      .output = TokensOf(usage, "completion_tokens"),
      .cached = TokensOf(prompt, "cached_tokens"),
      .cache_written = TokensOf(prompt, "cache_write_tokens"),
      .reasoning = TokensOf(usage.Find("completion_tokens_details"), "reasoning_tokens"),
      .total = TokensOf(usage, "total_tokens"),
  };
  if (read.cached == 0) read.cached = TokensOf(usage, "prompt_cache_hit_tokens");  // DeepSeek, earlier
  // xAI counts reasoning beside the completion; only the total tells.
  if (read.reasoning != 0 && read.total == read.input + read.output + read.reasoning) {
    read.output += read.reasoning;
  }
  return read;
}

TokenUsage ReadResponsesUsage(Json usage) {
  const Json input = usage.Find("input_tokens_details");
  return {
      .input = TokensOf(usage, "input_tokens"),
      .output = TokensOf(usage, "output_tokens"),
      .cached = TokensOf(input, "cached_tokens"),
      .cache_written = TokensOf(input, "cache_write_tokens"),
      .reasoning = TokensOf(usage.Find("output_tokens_details"), "reasoning_tokens"),
      .total = TokensOf(usage, "total_tokens"),
  };
}

TokenUsage ReadAnthropicUsage(Json usage) {
  TokenUsage read{
      .output = TokensOf(usage, "output_tokens"),
      .cached = TokensOf(usage, "cache_read_input_tokens"),
      .cache_written = TokensOf(usage, "cache_creation_input_tokens"),
      .reasoning = TokensOf(usage.Find("output_tokens_details"), "thinking_tokens"),
  };
  read.input = TokensOf(usage, "input_tokens") + read.cached + read.cache_written;
  return read;
}

TokenUsage ReadGeminiUsage(Json usage) {
  TokenUsage read{
      .input = TokensOf(usage, "promptTokenCount") + TokensOf(usage, "toolUsePromptTokenCount"),
      .cached = TokensOf(usage, "cachedContentTokenCount"),
      .reasoning = TokensOf(usage, "thoughtsTokenCount"),
      .total = TokensOf(usage, "totalTokenCount"),
  };
  read.output = TokensOf(usage, "candidatesTokenCount") + read.reasoning;
  return read;
}

TokenUsage ReadConverseUsage(Json usage) {
  TokenUsage read{
      .output = TokensOf(usage, "outputTokens"),
      .cached = TokensOf(usage, "cacheReadInputTokens", "cacheReadInputTokenCount"),
      .cache_written = TokensOf(usage, "cacheWriteInputTokens", "cacheWriteInputTokenCount"),
      .total = TokensOf(usage, "totalTokens"),
  };
  read.input = TokensOf(usage, "inputTokens") + read.cached + read.cache_written;
  return read;
}

/// What of input was neither read from nor written to a cache.
std::int64_t FreshInput(const TokenUsage& usage) {
  return std::max<std::int64_t>(0, usage.input - usage.cached - usage.cache_written);
}

std::int64_t TotalOf(const TokenUsage& usage) {
  return usage.total != 0 ? usage.total : usage.input + usage.output;
}

std::string WriteOpenAiUsage(const TokenUsage& usage, std::string_view input, std::string_view output) {
  base::JsonWriter json;
  json.BeginObject().Key(std::string(input) + "_tokens").Integer(usage.input);
  json.Key(std::string(input) + "_tokens_details").BeginObject();
  json.Key("cached_tokens").Integer(usage.cached);
  // The Responses API's type needs it; in Chat it is younger than many readers.
  if (usage.cache_written != 0 || input == "input") {
    json.Key("cache_write_tokens").Integer(usage.cache_written);
  }
  json.EndObject().Key(std::string(output) + "_tokens").Integer(usage.output);
  json.Key(std::string(output) + "_tokens_details").BeginObject();
  json.Key("reasoning_tokens").Integer(usage.reasoning).EndObject();
  return json.Key("total_tokens").Integer(TotalOf(usage)).EndObject().Take();
}

std::string WriteAnthropicUsage(const TokenUsage& usage) {
  base::JsonWriter json;
  json.BeginObject().Key("input_tokens").Integer(FreshInput(usage));
  json.Key("cache_creation_input_tokens").Integer(usage.cache_written);
  json.Key("cache_read_input_tokens").Integer(usage.cached);
  json.Key("output_tokens").Integer(usage.output);
  if (usage.reasoning != 0) {
    json.Key("output_tokens_details").BeginObject().Key("thinking_tokens").Integer(usage.reasoning);
    json.EndObject();
  }
  return json.EndObject().Take();
}

std::string WriteGeminiUsage(const TokenUsage& usage) {
  base::JsonWriter json;
  json.BeginObject().Key("promptTokenCount").Integer(usage.input);
  json.Key("candidatesTokenCount").Integer(std::max<std::int64_t>(0, usage.output - usage.reasoning));
  if (usage.cached != 0) json.Key("cachedContentTokenCount").Integer(usage.cached);
  if (usage.reasoning != 0) json.Key("thoughtsTokenCount").Integer(usage.reasoning);
  return json.Key("totalTokenCount").Integer(TotalOf(usage)).EndObject().Take();
}

std::string WriteConverseUsage(const TokenUsage& usage) {
  base::JsonWriter json;
  json.BeginObject().Key("inputTokens").Integer(FreshInput(usage));
  json.Key("outputTokens").Integer(usage.output).Key("totalTokens").Integer(TotalOf(usage));
  if (usage.cached != 0) json.Key("cacheReadInputTokens").Integer(usage.cached);
  if (usage.cache_written != 0) json.Key("cacheWriteInputTokens").Integer(usage.cache_written);
  return json.EndObject().Take();
}

TokenUsage ReadAsSaid(Dialect dialect, Json usage) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return ReadChatUsage(usage);
    case Dialect::kOpenAiResponses:
      return ReadResponsesUsage(usage);
    case Dialect::kAnthropicMessages:
      return ReadAnthropicUsage(usage);
    case Dialect::kGemini:
      return ReadGeminiUsage(usage);
    case Dialect::kBedrockConverse:
      return ReadConverseUsage(usage);
  }
  return {};
}

}  // namespace

TokenUsage ReadUsage(Dialect dialect, Json usage) {
  TokenUsage read = ReadAsSaid(dialect, usage);
  read.total = TotalOf(read);
  return read;
}

std::string WriteUsage(Dialect dialect, const TokenUsage& usage) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return WriteOpenAiUsage(usage, "prompt", "completion");
    case Dialect::kOpenAiResponses:
      return WriteOpenAiUsage(usage, "input", "output");
    case Dialect::kAnthropicMessages:
      return WriteAnthropicUsage(usage);
    case Dialect::kGemini:
      return WriteGeminiUsage(usage);
    case Dialect::kBedrockConverse:
      return WriteConverseUsage(usage);
  }
  return "{}";
}

}  // namespace proviso::protocol::internal
