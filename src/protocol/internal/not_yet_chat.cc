// Replaced by the dialect's own files; goes when they are there.
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {
std::unexpected<base::Error> NotYet() {
  return base::Fail(base::ErrorCode::kInternal, "this dialect is not translated yet");
}
}  // namespace
base::Status ReadChatExchange(base::Json, ExchangeRequest&) {
  return NotYet();
}
base::Result<std::string> WriteChatRequest(const ExchangeRequest&, WriteContext&) {
  return NotYet();
}
base::Result<ExchangeAnswer> ReadChatAnswer(base::Json) {
  return NotYet();
}
base::Result<std::string> WriteChatAnswer(const ExchangeAnswer&, const AnswerEnvelope&) {
  return NotYet();
}
std::unique_ptr<EventReader> MakeChatEventReader() {
  return nullptr;
}
std::unique_ptr<AnswerWriter> MakeChatStreamWriter(AnswerEnvelope) {
  return nullptr;
}
std::string CallIdFor(Dialect, Profile, std::string_view id) {
  return std::string(id);
}
std::string InventCallId(std::string_view, std::size_t, std::string_view, std::string_view) {
  return "call_0";
}
std::string_view StopWord(Dialect, StopClass) {
  return "";
}
StopClass StopOf(Dialect, std::string_view) {
  return StopClass::kOther;
}
}  // namespace proviso::protocol::internal
namespace proviso::protocol {
std::string_view NameOf(Profile) {
  return "";
}
std::optional<Profile> ProfileNamed(std::string_view) {
  return std::nullopt;
}
}  // namespace proviso::protocol
