// The four gates there are. A further dialect adds its two here.
#pragma once

#include <memory>

#include "protocol/answer.h"

namespace proviso::protocol::internal {

[[nodiscard]] std::unique_ptr<AnswerGate> MakeOpenAiStream(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeOpenAiWhole(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeAnthropicStream(AnswerLimits limits);
[[nodiscard]] std::unique_ptr<AnswerGate> MakeAnthropicWhole(AnswerLimits limits);

}  // namespace proviso::protocol::internal
