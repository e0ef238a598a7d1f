#include "protocol/internal/stop_words.h"

#include <array>

namespace proviso::protocol::internal {
namespace {

struct Word {
  Dialect dialect;
  StopClass stop;
  std::string_view word;
};

/// Sources: each provider's API reference for its stop reason, and the recorded answers. Words that are
/// not here are StopClass::kOther, so that a new one is seen and not taken for a success of some kind.
///
/// The first row of a dialect and a class is the word that we write; the others are only read.
constexpr std::array kWords = {
    // Chat Completions' finish_reason. A refusal has none: it is told by `refusal` beside "stop".
    Word{Dialect::kOpenAiChat, StopClass::kEnd, "stop"},
    Word{Dialect::kOpenAiChat, StopClass::kLength, "length"},
    Word{Dialect::kOpenAiChat, StopClass::kLength, "model_length"},  // Mistral: the context window
    Word{Dialect::kOpenAiChat, StopClass::kToolCall, "tool_calls"},
    Word{Dialect::kOpenAiChat, StopClass::kToolCall, "function_call"},
    Word{Dialect::kOpenAiChat, StopClass::kContentFilter, "content_filter"},
    // The Responses API: incomplete_details.reason, or else the status.
    Word{Dialect::kOpenAiResponses, StopClass::kEnd, "completed"},
    Word{Dialect::kOpenAiResponses, StopClass::kLength, "max_output_tokens"},
    Word{Dialect::kOpenAiResponses, StopClass::kContentFilter, "content_filter"},
    // Anthropic's stop_reason.
    Word{Dialect::kAnthropicMessages, StopClass::kEnd, "end_turn"},
    Word{Dialect::kAnthropicMessages, StopClass::kLength, "max_tokens"},
    Word{Dialect::kAnthropicMessages, StopClass::kLength, "model_context_window_exceeded"},
    Word{Dialect::kAnthropicMessages, StopClass::kStopSequence, "stop_sequence"},
    Word{Dialect::kAnthropicMessages, StopClass::kToolCall, "tool_use"},
    Word{Dialect::kAnthropicMessages, StopClass::kRefusal, "refusal"},
    Word{Dialect::kAnthropicMessages, StopClass::kPause, "pause_turn"},
    // Gemini's finishReason, and promptFeedback.blockReason. It has no word for a call.
    Word{Dialect::kGemini, StopClass::kEnd, "STOP"},
    Word{Dialect::kGemini, StopClass::kLength, "MAX_TOKENS"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "SAFETY"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "RECITATION"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "BLOCKLIST"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "PROHIBITED_CONTENT"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "SPII"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "MODEL_ARMOR"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "JAILBREAK"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "IMAGE_SAFETY"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "IMAGE_PROHIBITED_CONTENT"},
    Word{Dialect::kGemini, StopClass::kContentFilter, "IMAGE_RECITATION"},
    Word{Dialect::kGemini, StopClass::kOther, "OTHER"},
    // Bedrock Converse's stopReason.
    Word{Dialect::kBedrockConverse, StopClass::kEnd, "end_turn"},
    Word{Dialect::kBedrockConverse, StopClass::kLength, "max_tokens"},
    Word{Dialect::kBedrockConverse, StopClass::kLength, "model_context_window_exceeded"},
    Word{Dialect::kBedrockConverse, StopClass::kStopSequence, "stop_sequence"},
    Word{Dialect::kBedrockConverse, StopClass::kToolCall, "tool_use"},
    Word{Dialect::kBedrockConverse, StopClass::kContentFilter, "content_filtered"},
    Word{Dialect::kBedrockConverse, StopClass::kContentFilter, "guardrail_intervened"},
};

/// What a dialect says for a class that it has no word for.
StopClass Nearest(StopClass stop) {
  switch (stop) {
    case StopClass::kRefusal:
      return StopClass::kContentFilter;
    case StopClass::kContentFilter:
      return StopClass::kRefusal;
    case StopClass::kNone:
    case StopClass::kEnd:
    case StopClass::kLength:
    case StopClass::kStopSequence:
    case StopClass::kToolCall:
    case StopClass::kPause:
    case StopClass::kOther:
      return StopClass::kEnd;
  }
  return StopClass::kEnd;
}

std::string_view Find(Dialect dialect, StopClass stop) {
  for (const Word& row : kWords) {
    if (row.dialect == dialect && row.stop == stop) return row.word;
  }
  return "";
}

}  // namespace

std::string_view StopWord(Dialect dialect, StopClass stop) {
  const std::string_view own = Find(dialect, stop);
  return own.empty() ? Find(dialect, Nearest(stop)) : own;
}

StopClass StopOf(Dialect dialect, std::string_view word) {
  if (word.empty()) return StopClass::kNone;
  for (const Word& row : kWords) {
    if (row.dialect == dialect && row.word == word) return row.stop;
  }
  return StopClass::kOther;
}

}  // namespace proviso::protocol::internal
