// Replaced by the dialect's own files; goes when they are there.
#include "protocol/internal/dialects.h"
#include "protocol/internal/fresh_answers.h"
#include "protocol/internal/gates.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {
std::unexpected<base::Error> NotYet() {
  return base::Fail(base::ErrorCode::kInternal, "this dialect is not translated yet");
}
}  // namespace
base::Status ReadConverseExchange(base::Json, ExchangeRequest&) {
  return NotYet();
}
base::Result<std::string> WriteConverseRequest(const ExchangeRequest&, WriteContext&) {
  return NotYet();
}
base::Result<ExchangeAnswer> ReadConverseAnswer(base::Json) {
  return NotYet();
}
base::Result<std::string> WriteConverseAnswer(const ExchangeAnswer&, const AnswerEnvelope&) {
  return NotYet();
}
std::unique_ptr<EventReader> MakeConverseEventReader() {
  return nullptr;
}
std::unique_ptr<AnswerWriter> MakeConverseStreamWriter(AnswerEnvelope) {
  return nullptr;
}
base::Status ReadConverseRequest(base::Json, Request&) {
  return NotYet();
}
std::unique_ptr<AnswerGate> MakeConverseStream(AnswerLimits) {
  return nullptr;
}
std::unique_ptr<AnswerGate> MakeConverseWhole(AnswerLimits) {
  return nullptr;
}
base::Result<std::string> FreshConverseCalls(Delivery, const AnswerFrame&, std::span<const ToolCall>) {
  return NotYet();
}
std::string FreshConverseNotice(Delivery, const AnswerFrame&, std::string_view) {
  return "";
}
}  // namespace proviso::protocol::internal
