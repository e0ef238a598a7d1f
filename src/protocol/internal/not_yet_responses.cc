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
base::Result<MediaBlock> MediaFromUrl(std::string_view, MediaBlock::Kind) {
  return NotYet();
}
std::string DataUrl(const MediaBlock&) {
  return "";
}
std::string PlainText(const std::vector<Block>&) {
  return "";
}
base::Status ReadResponsesRequest(base::Json, Request&) {
  return NotYet();
}
std::unique_ptr<AnswerGate> MakeResponsesStream(AnswerLimits) {
  return nullptr;
}
std::unique_ptr<AnswerGate> MakeResponsesWhole(AnswerLimits) {
  return nullptr;
}
base::Result<std::string> FreshResponsesCalls(Delivery, const AnswerFrame&, std::span<const ToolCall>) {
  return NotYet();
}
std::string FreshResponsesNotice(Delivery, const AnswerFrame&, std::string_view) {
  return "";
}
}  // namespace proviso::protocol::internal
