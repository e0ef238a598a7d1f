// What each dialect contributes to translation. Declared here for the switches in exchange_of.cc and
// translate.cc; each dialect defines its own in internal/<dialect>/.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/internal/stop_words.h"
#include "protocol/sse.h"
#include "protocol/translate.h"

namespace proviso::protocol::internal {

/// Collects what a writer had to leave out that the table does not know: a schema's keyword, a
/// media type.
struct WriteContext {
  const Translation& translation;
  std::vector<Finding>& findings;
};

// Readers of requests: the parsed body, after the facts reader (requests.h) accepted it.
[[nodiscard]] base::Status ReadChatExchange(base::Json root, ExchangeRequest& out);
[[nodiscard]] base::Status ReadResponsesExchange(base::Json root, ExchangeRequest& out);
[[nodiscard]] base::Status ReadAnthropicExchange(base::Json root, ExchangeRequest& out);
[[nodiscard]] base::Status ReadGeminiExchange(base::Json root, ExchangeRequest& out);
[[nodiscard]] base::Status ReadConverseExchange(base::Json root, ExchangeRequest& out);

// Writers of requests: what the target lacks has been rejected or taken out before.
[[nodiscard]] base::Result<std::string> WriteChatRequest(const ExchangeRequest& request,
                                                         WriteContext& context);
[[nodiscard]] base::Result<std::string> WriteResponsesRequest(const ExchangeRequest& request,
                                                              WriteContext& context);
[[nodiscard]] base::Result<std::string> WriteAnthropicRequest(const ExchangeRequest& request,
                                                              WriteContext& context);
[[nodiscard]] base::Result<std::string> WriteGeminiRequest(const ExchangeRequest& request,
                                                           WriteContext& context);
[[nodiscard]] base::Result<std::string> WriteConverseRequest(const ExchangeRequest& request,
                                                             WriteContext& context);

// Whole answers, both ways.
[[nodiscard]] base::Result<ExchangeAnswer> ReadChatAnswer(base::Json root);
[[nodiscard]] base::Result<ExchangeAnswer> ReadResponsesAnswer(base::Json root);
[[nodiscard]] base::Result<ExchangeAnswer> ReadAnthropicAnswer(base::Json root);
[[nodiscard]] base::Result<ExchangeAnswer> ReadGeminiAnswer(base::Json root);
[[nodiscard]] base::Result<ExchangeAnswer> ReadConverseAnswer(base::Json root);
[[nodiscard]] base::Result<std::string> WriteChatAnswer(const ExchangeAnswer& answer,
                                                        const AnswerEnvelope& envelope);
[[nodiscard]] base::Result<std::string> WriteResponsesAnswer(const ExchangeAnswer& answer,
                                                             const AnswerEnvelope& envelope);
[[nodiscard]] base::Result<std::string> WriteAnthropicAnswer(const ExchangeAnswer& answer,
                                                             const AnswerEnvelope& envelope);
[[nodiscard]] base::Result<std::string> WriteGeminiAnswer(const ExchangeAnswer& answer,
                                                          const AnswerEnvelope& envelope);
[[nodiscard]] base::Result<std::string> WriteConverseAnswer(const ExchangeAnswer& answer,
                                                            const AnswerEnvelope& envelope);

/// One dialect's stream events, already framed. SSE framing, JSON lines and event-stream framing
/// are shared (stream_reader.cc).
class EventReader {
 public:
  virtual ~EventReader() = default;
  /// One event: its SSE name or its AWS `:event-type` ("" for none) and its data. `[DONE]` comes as data.
  [[nodiscard]] virtual base::Status Read(std::string_view event, std::string_view data,
                                          std::vector<AnswerDelta>& out) = 0;
  /// The answer is complete and its terminal event was seen. (A stream without one, Gemini's, is
  /// complete when its last event said why it stopped and the bytes ended.)
  [[nodiscard]] virtual bool Complete() const = 0;
  /// The bytes ended: gives the last steps (kEnd among them, if they were not given).
  [[nodiscard]] virtual base::Status Finish(std::vector<AnswerDelta>& out) = 0;
};
[[nodiscard]] std::unique_ptr<EventReader> MakeChatEventReader();
[[nodiscard]] std::unique_ptr<EventReader> MakeResponsesEventReader();
[[nodiscard]] std::unique_ptr<EventReader> MakeAnthropicEventReader();
[[nodiscard]] std::unique_ptr<EventReader> MakeGeminiEventReader();
[[nodiscard]] std::unique_ptr<EventReader> MakeConverseEventReader();

[[nodiscard]] std::unique_ptr<EventReader> MakeEventReader(Dialect dialect);

/// How events are cut out of bytes.
enum class EventForm : std::uint8_t {
  kEvents,  ///< Server-sent events.
  kLines,   ///< One event's data on each line: recordings.
  kArray,   ///< The elements of one JSON array.
  kAws,     ///< AWS event-stream frames.
};
[[nodiscard]] std::unique_ptr<AnswerReader> MakeStreamReader(std::unique_ptr<EventReader> events,
                                                             EventForm form, AnswerLimits limits);

// Writers of streams, framing included.
[[nodiscard]] std::unique_ptr<AnswerWriter> MakeChatStreamWriter(AnswerEnvelope envelope);
[[nodiscard]] std::unique_ptr<AnswerWriter> MakeResponsesStreamWriter(AnswerEnvelope envelope);
[[nodiscard]] std::unique_ptr<AnswerWriter> MakeAnthropicStreamWriter(AnswerEnvelope envelope);
/// `delivery` is kStream (alt=sse) or kArrayStream.
[[nodiscard]] std::unique_ptr<AnswerWriter> MakeGeminiStreamWriter(AnswerEnvelope envelope,
                                                                   Delivery delivery);
[[nodiscard]] std::unique_ptr<AnswerWriter> MakeConverseStreamWriter(AnswerEnvelope envelope);

/// Takes a feature out of a request: the member is unset, the blocks that use it go.
void TakeOut(ExchangeRequest& request, Feature feature);

// ---- Shared pieces -----------------------------------------------------------------------------

/// The tool's input schema as `target` takes it: rewritten without a change of meaning where it can
/// be ($ref inlined, empty parameters given a shape, …), or kInvalid naming the keyword and its place.
[[nodiscard]] base::Result<std::string> SchemaFor(Dialect target, const ToolDefinition& tool);
/// The same for a schema that the answer must have.
[[nodiscard]] base::Result<std::string> AnswerSchemaFor(Dialect target, const AnswerFormat& format);

/// The call's id as `target` (and profile) takes it: itself when it may stand, else a name made of
/// its digest, the same each time, so that a call and its result still meet.
[[nodiscard]] std::string CallIdFor(Dialect target, Profile profile, std::string_view id);
/// An id for a call that came without one (Gemini): the same for the same answer and position.
[[nodiscard]] std::string InventCallId(std::string_view answer_id, std::size_t position,
                                       std::string_view name, std::string_view arguments);

/// "data:image/png;base64,…" taken apart into a media block, or a block with the URL.
[[nodiscard]] base::Result<MediaBlock> MediaFromUrl(std::string_view url, MediaBlock::Kind kind);
[[nodiscard]] std::string DataUrl(const MediaBlock& media);

/// Usage in the dialect's own counting, both ways. `usage` is the dialect's usage object.
[[nodiscard]] TokenUsage ReadUsage(Dialect dialect, base::Json usage);
[[nodiscard]] std::string WriteUsage(Dialect dialect, const TokenUsage& usage);

/// The text of a result block's content, joined, for dialects whose results are only text.
[[nodiscard]] std::string PlainText(const std::vector<Block>& blocks);

}  // namespace proviso::protocol::internal
