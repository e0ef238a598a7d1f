// Which reader and which writer: the switches over Dialect, and what the forms of all dialects share.
#include <utility>

#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/whole_gate.h"
#include "protocol/limits.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Result;
using base::Status;
using internal::EventReader;

Status ReadInto(Dialect dialect, base::Json root, ExchangeRequest& out) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return internal::ReadChatExchange(root, out);
    case Dialect::kOpenAiResponses:
      return internal::ReadResponsesExchange(root, out);
    case Dialect::kAnthropicMessages:
      return internal::ReadAnthropicExchange(root, out);
    case Dialect::kGemini:
      return internal::ReadGeminiExchange(root, out);
    case Dialect::kBedrockConverse:
      return internal::ReadConverseExchange(root, out);
  }
  return {};
}

Result<ExchangeAnswer> ReadWhole(Dialect dialect, base::Json root) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return internal::ReadChatAnswer(root);
    case Dialect::kOpenAiResponses:
      return internal::ReadResponsesAnswer(root);
    case Dialect::kAnthropicMessages:
      return internal::ReadAnthropicAnswer(root);
    case Dialect::kGemini:
      return internal::ReadGeminiAnswer(root);
    case Dialect::kBedrockConverse:
      return internal::ReadConverseAnswer(root);
  }
  return ExchangeAnswer{};
}

/// Collects the steps and writes the body at their end.
class WholeWriter : public AnswerWriter {
 public:
  WholeWriter(Dialect dialect, AnswerEnvelope envelope)
      : dialect_(dialect), envelope_(std::move(envelope)), fold_(envelope_.from) {}

  Status Write(const AnswerDelta& delta, std::string& out) override {
    if (auto added = fold_.Add(delta); !added || !fold_.ended()) return added;
    auto body = WriteAnswer(fold_.answer(), dialect_, envelope_);
    if (!body) return std::unexpected(body.error());
    out += *body;
    return {};
  }

 private:
  Dialect dialect_;
  AnswerEnvelope envelope_;
  AnswerFold fold_;
};

/// Keeps a whole body and reads it at its end.
class WholeReader : public AnswerReader {
 public:
  WholeReader(Dialect dialect, AnswerLimits limits) : dialect_(dialect), limits_(limits) {}

  Status Feed(std::string_view bytes, std::vector<AnswerDelta>&) override {
    if (bytes.size() > limits_.whole_bytes_max - body_.size()) {
      return base::Fail(base::ErrorCode::kLimit, "the provider's answer: larger than " +
                                                     std::to_string(limits_.whole_bytes_max) + " bytes");
    }
    body_ += bytes;
    return {};
  }

  Status Finish(std::vector<AnswerDelta>& out) override {
    const auto document = internal::ParseAnswerJson(body_, "body");
    if (!document) return std::unexpected(document.error());
    const auto answer = ReadWhole(dialect_, document->root());
    if (!answer) return std::unexpected(answer.error());
    out = DeltasOf(*answer);
    return {};
  }

 private:
  Dialect dialect_;
  AnswerLimits limits_;
  std::string body_;
};

}  // namespace

Result<ExchangeRequest> ReadExchange(const Inbound& inbound, std::string_view body) {
  const auto facts = ReadRequest(inbound, body);
  if (!facts) return std::unexpected(facts.error());
  const auto document =
      base::JsonDocument::Parse(body, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return std::unexpected(document.error());
  ExchangeRequest out;
  out.dialect = inbound.dialect;
  out.model = facts->model;
  out.delivery = facts->delivery;
  if (auto read = ReadInto(inbound.dialect, document->root(), out); !read)
    return std::unexpected(read.error());
  return out;
}

std::unique_ptr<AnswerReader> MakeAnswerReader(Dialect dialect, Delivery delivery, AnswerLimits limits) {
  if (delivery == Delivery::kWhole) return std::make_unique<WholeReader>(dialect, limits);
  const internal::EventForm framing = delivery == Delivery::kArrayStream     ? internal::EventForm::kArray
                                      : dialect == Dialect::kBedrockConverse ? internal::EventForm::kAws
                                                                             : internal::EventForm::kEvents;
  return internal::MakeStreamReader(internal::MakeEventReader(dialect), framing, limits);
}

std::unique_ptr<EventReader> internal::MakeEventReader(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return internal::MakeChatEventReader();
    case Dialect::kOpenAiResponses:
      return internal::MakeResponsesEventReader();
    case Dialect::kAnthropicMessages:
      return internal::MakeAnthropicEventReader();
    case Dialect::kGemini:
      return internal::MakeGeminiEventReader();
    case Dialect::kBedrockConverse:
      return internal::MakeConverseEventReader();
  }
  return nullptr;
}

std::unique_ptr<AnswerWriter> MakeAnswerWriter(Dialect dialect, Delivery delivery, AnswerEnvelope envelope) {
  if (delivery == Delivery::kWhole) return std::make_unique<WholeWriter>(dialect, std::move(envelope));
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return internal::MakeChatStreamWriter(std::move(envelope));
    case Dialect::kOpenAiResponses:
      return internal::MakeResponsesStreamWriter(std::move(envelope));
    case Dialect::kAnthropicMessages:
      return internal::MakeAnthropicStreamWriter(std::move(envelope));
    case Dialect::kGemini:
      return internal::MakeGeminiStreamWriter(std::move(envelope), delivery);
    case Dialect::kBedrockConverse:
      return internal::MakeConverseStreamWriter(std::move(envelope));
  }
  return nullptr;
}

Result<std::string> WriteAnswer(const ExchangeAnswer& answer, Dialect to, AnswerEnvelope envelope) {
  switch (to) {
    case Dialect::kOpenAiChat:
      return internal::WriteChatAnswer(answer, envelope);
    case Dialect::kOpenAiResponses:
      return internal::WriteResponsesAnswer(answer, envelope);
    case Dialect::kAnthropicMessages:
      return internal::WriteAnthropicAnswer(answer, envelope);
    case Dialect::kGemini:
      return internal::WriteGeminiAnswer(answer, envelope);
    case Dialect::kBedrockConverse:
      return internal::WriteConverseAnswer(answer, envelope);
  }
  return std::string();
}

}  // namespace proviso::protocol
