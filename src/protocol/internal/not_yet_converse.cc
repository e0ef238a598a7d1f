// Replaced by the dialect's own files; goes when they are there.
#include "protocol/internal/dialects.h"

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
}  // namespace proviso::protocol::internal
