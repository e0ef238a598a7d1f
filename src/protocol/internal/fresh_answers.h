// Complete answers that we write ourselves, per dialect; rendering.h says what they promise.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/rendering.h"

namespace proviso::protocol::internal {

[[nodiscard]] base::Result<std::string> FreshOpenAiCalls(Delivery delivery, const AnswerFrame& frame,
                                                         std::span<const ToolCall> calls);
[[nodiscard]] std::string FreshOpenAiNotice(Delivery delivery, const AnswerFrame& frame,
                                            std::string_view text);

[[nodiscard]] base::Result<std::string> FreshAnthropicCalls(Delivery delivery, const AnswerFrame& frame,
                                                            std::span<const ToolCall> calls);
[[nodiscard]] std::string FreshAnthropicNotice(Delivery delivery, const AnswerFrame& frame,
                                               std::string_view text);

[[nodiscard]] base::Result<std::string> FreshResponsesCalls(Delivery delivery, const AnswerFrame& frame,
                                                            std::span<const ToolCall> calls);
[[nodiscard]] std::string FreshResponsesNotice(Delivery delivery, const AnswerFrame& frame,
                                               std::string_view text);

[[nodiscard]] base::Result<std::string> FreshGeminiCalls(Delivery delivery, const AnswerFrame& frame,
                                                         std::span<const ToolCall> calls);
[[nodiscard]] std::string FreshGeminiNotice(Delivery delivery, const AnswerFrame& frame,
                                            std::string_view text);

[[nodiscard]] base::Result<std::string> FreshConverseCalls(Delivery delivery, const AnswerFrame& frame,
                                                           std::span<const ToolCall> calls);
[[nodiscard]] std::string FreshConverseNotice(Delivery delivery, const AnswerFrame& frame,
                                              std::string_view text);

}  // namespace proviso::protocol::internal
