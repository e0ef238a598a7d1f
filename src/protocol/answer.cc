#include "protocol/answer.h"

#include <algorithm>
#include <iterator>

#include "protocol/internal/gates.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol {

using base::ErrorCode;
using base::Status;

Status AnswerGate::Remember(Status status) {
  if (!status) {
    failed_ = true;
    failure_ = status.error();
    pending_.clear();
  }
  return status;
}

Status AnswerGate::Feed(std::string_view bytes, std::string& out) {
  if (failed_) return std::unexpected(failure_);
  return Remember(Take(bytes, out));
}

Status AnswerGate::Rule(std::span<const Ruling> rulings, std::string& out) {
  if (failed_) return std::unexpected(failure_);
  if (rulings.size() != pending_.size()) {
    return base::Fail(ErrorCode::kInternal, "answer gate: " + std::to_string(rulings.size()) +
                                                " rulings for " + std::to_string(pending_.size()) +
                                                " pending calls");
  }
  const std::vector<ToolCall> calls = std::exchange(pending_, {});
  summary_.calls_withheld +=
      static_cast<std::size_t>(std::ranges::count(rulings, Ruling::Kind::kWithhold, &Ruling::kind));
  return Remember(Settle(calls, rulings, out));
}

Status AnswerGate::Finish(std::string& out) {
  if (failed_) return std::unexpected(failure_);
  if (!pending_.empty()) {
    return base::Fail(ErrorCode::kConflict, "answer gate: calls still await their rulings");
  }
  if (finished_) return base::Fail(ErrorCode::kConflict, "answer gate: already finished");
  finished_ = true;
  return Remember(Close(out));
}

Status AnswerGate::Propose(std::vector<ToolCall> calls) {
  if (summary_.calls + calls.size() > limits_.calls_max) {
    return base::Fail(ErrorCode::kLimit, "the provider's answer: more than " +
                                             std::to_string(limits_.calls_max) + " tool calls");
  }
  for (const ToolCall& call : calls) {
    if (!call.id.empty() && !proposed_ids_.emplace(call.choice, call.id).second) {
      return internal::Broken("tool calls", "two calls with one id");
    }
  }
  summary_.calls += calls.size();
  std::ranges::move(calls, std::back_inserter(pending_));
  return {};
}

std::unique_ptr<AnswerGate> MakeGate(Dialect dialect, Delivery delivery, AnswerLimits limits) {
  const bool stream = delivery == Delivery::kStream;
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return stream ? internal::MakeOpenAiStream(limits) : internal::MakeOpenAiWhole(limits);
    case Dialect::kAnthropicMessages:
      return stream ? internal::MakeAnthropicStream(limits) : internal::MakeAnthropicWhole(limits);
    case Dialect::kOpenAiResponses:
      return stream ? internal::MakeResponsesStream(limits) : internal::MakeResponsesWhole(limits);
    case Dialect::kGemini:
      if (delivery == Delivery::kArrayStream) return internal::MakeGeminiArray(limits);
      return stream ? internal::MakeGeminiStream(limits) : internal::MakeGeminiWhole(limits);
    case Dialect::kBedrockConverse:
      return stream ? internal::MakeConverseStream(limits) : internal::MakeConverseWhole(limits);
  }
  return nullptr;
}

}  // namespace proviso::protocol
