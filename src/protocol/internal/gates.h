// The gates there are, two a dialect (Gemini has a third: its array).
#pragma once

#include <memory>

#include "protocol/answer.h"

namespace proviso::protocol::internal {

[[nodiscard]] std::unique_ptr<AnswerGate> MakeOpenAiStream(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeOpenAiWhole(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeAnthropicStream(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeAnthropicWhole(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeResponsesStream(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeResponsesWhole(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeGeminiStream(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeGeminiArray(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeGeminiWhole(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeConverseStream(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeConverseWhole(AnswerLimits limits);

}  // namespace proviso::protocol::internal
