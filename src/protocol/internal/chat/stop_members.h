// How a Chat Completions choice says why it stopped, in whole answers and in streams.
//
//   finish_reason          OpenAI's word
//   native_finish_reason   OpenRouter's member: the provider's own word, written where OpenAI has none for
//                          the class, so that a stop sequence, a pause and a refusal stay apart
//   stop_reason            vLLM's member: which stop sequence it was
//
// A refusal in words is `refusal` beside "stop", as OpenAI says it. A refusal without words, as
// Anthropic's and what Proviso withholds, is "content_filter".
#pragma once

#include "base/json_writer.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal {

/// What of the choice's content decides about the word.
struct StopContext {
  Dialect from = Dialect::kOpenAiChat;
  bool refused_in_words = false;
  bool legacy_call = false;
  /// A choice of a stream always ends with a word, for one without is a stream that was cut short.
  Delivery delivery = Delivery::kWhole;
};

void WriteStopMembers(const AnswerChoice& choice, const StopContext& context, base::JsonWriter& json);

}  // namespace proviso::protocol::internal
