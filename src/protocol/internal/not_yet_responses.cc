// Replaced by the dialect's own files; goes when they are there.
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {
std::unexpected<base::Error> NotYet() {
  return base::Fail(base::ErrorCode::kInternal, "this dialect is not translated yet");
}
}  // namespace
base::Status ReadResponsesExchange(base::Json, ExchangeRequest&) {
  return NotYet();
}
base::Result<std::string> WriteResponsesRequest(const ExchangeRequest&, WriteContext&) {
  return NotYet();
}
base::Result<ExchangeAnswer> ReadResponsesAnswer(base::Json) {
  return NotYet();
}
base::Result<std::string> WriteResponsesAnswer(const ExchangeAnswer&, const AnswerEnvelope&) {
  return NotYet();
}
std::unique_ptr<EventReader> MakeResponsesEventReader() {
  return nullptr;
}
std::unique_ptr<AnswerWriter> MakeResponsesStreamWriter(AnswerEnvelope) {
  return nullptr;
}
}  // namespace proviso::protocol::internal
