#include "protocol/internal/chat/stop_members.h"

#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {

/// What a reader of the word alone would take it for.
StopClass Understood(std::string_view word, const StopContext& context) {
  const StopClass stop = StopOf(Dialect::kOpenAiChat, word);
  return stop == StopClass::kEnd && context.refused_in_words ? StopClass::kRefusal : stop;
}

std::string_view FinishReason(const AnswerChoice& choice, const StopContext& context) {
  const bool same = context.from == Dialect::kOpenAiChat;
  if (same && !choice.stop_raw.empty()) return choice.stop_raw;
  if (choice.stop == StopClass::kRefusal && context.refused_in_words) return "stop";
  if (choice.stop == StopClass::kToolCall && context.legacy_call) return "function_call";
  return StopWord(Dialect::kOpenAiChat, choice.stop);
}

/// A word by which the class is known again.
std::string_view NativeWord(const AnswerChoice& choice, Dialect from) {
  if (StopOf(from, choice.stop_raw) == choice.stop) return choice.stop_raw;
  return StopWord(Dialect::kAnthropicMessages, choice.stop);
}

}  // namespace

void WriteStopMembers(const AnswerChoice& choice, const StopContext& context, base::JsonWriter& json) {
  const bool unsaid =
      choice.stop == StopClass::kNone && choice.stop_raw.empty() && context.delivery == Delivery::kWhole;
  const std::string_view finish = FinishReason(choice, context);
  json.Key("finish_reason");
  unsaid ? json.Null() : json.String(finish);
  if (!choice.stop_sequence.empty()) json.Key("stop_reason").String(choice.stop_sequence);
  const bool distinct = choice.stop == StopClass::kStopSequence || choice.stop == StopClass::kPause ||
                        choice.stop == StopClass::kRefusal;
  if (distinct && Understood(finish, context) != choice.stop)
    json.Key("native_finish_reason").String(NativeWord(choice, context.from));
}

}  // namespace proviso::protocol::internal
