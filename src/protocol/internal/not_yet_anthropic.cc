// Replaced by the dialect's own files; goes when they are there.
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {
std::unexpected<base::Error> NotYet() {
  return base::Fail(base::ErrorCode::kInternal, "this dialect is not translated yet");
}
}  // namespace
base::Status ReadAnthropicExchange(base::Json, ExchangeRequest&) {
  return NotYet();
}
base::Result<std::string> WriteAnthropicRequest(const ExchangeRequest&, WriteContext&) {
  return NotYet();
}
base::Result<ExchangeAnswer> ReadAnthropicAnswer(base::Json) {
  return NotYet();
}
base::Result<std::string> WriteAnthropicAnswer(const ExchangeAnswer&, const AnswerEnvelope&) {
  return NotYet();
}
std::unique_ptr<EventReader> MakeAnthropicEventReader() {
  return nullptr;
}
std::unique_ptr<AnswerWriter> MakeAnthropicStreamWriter(AnswerEnvelope) {
  return nullptr;
}
base::Result<std::string> SchemaFor(Dialect, const ToolDefinition&) {
  return NotYet();
}
base::Result<std::string> AnswerSchemaFor(Dialect, const AnswerFormat&) {
  return NotYet();
}
}  // namespace proviso::protocol::internal
