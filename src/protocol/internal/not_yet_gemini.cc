// Replaced by the dialect's own files; goes when they are there.
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {
std::unexpected<base::Error> NotYet() {
  return base::Fail(base::ErrorCode::kInternal, "this dialect is not translated yet");
}
}  // namespace
base::Status ReadGeminiExchange(base::Json, ExchangeRequest&) {
  return NotYet();
}
base::Result<std::string> WriteGeminiRequest(const ExchangeRequest&, WriteContext&) {
  return NotYet();
}
base::Result<ExchangeAnswer> ReadGeminiAnswer(base::Json) {
  return NotYet();
}
base::Result<std::string> WriteGeminiAnswer(const ExchangeAnswer&, const AnswerEnvelope&) {
  return NotYet();
}
std::unique_ptr<EventReader> MakeGeminiEventReader() {
  return nullptr;
}
std::unique_ptr<AnswerWriter> MakeGeminiStreamWriter(AnswerEnvelope, Delivery) {
  return nullptr;
}
}  // namespace proviso::protocol::internal
