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
#include "protocol/origin.h"
namespace proviso::protocol {
std::span<const Capability> Capabilities() {
  return {};
}
Support SupportOf(Feature, Dialect) {
  return Support::kYes;
}
std::string_view NameOf(Feature) {
  return "";
}
std::string_view NameOf(Disposal) {
  return "";
}
std::optional<Disposal> DisposalNamed(std::string_view) {
  return std::nullopt;
}
std::vector<FeatureUse> FeaturesOf(const ExchangeRequest&) {
  return {};
}
std::string Enclose(std::string_view, std::string_view signature) {
  return std::string(signature);
}
std::optional<Origin> OpenOrigin(std::string_view) {
  return std::nullopt;
}
std::string OriginName(Dialect, std::string_view) {
  return "";
}
}  // namespace proviso::protocol
