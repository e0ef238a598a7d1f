// From one dialect to another: requests before they are sent, answers as they come.
//
//   auto exchange = ReadExchange(inbound, body);
//   auto sent = TranslateRequest(*exchange, {.to = Dialect::kGemini, .model = "gemini-…"});
//   if (!sent) return Refuse(kMalformed, sent.error().message);      // names each field
//   …
//   auto gate = MakeTranslatingGate(provider dialect, caller's dialect, delivery, …);
//
// A provider's answer first passes the gate of the provider's own dialect, where calls are decided,
// and only what leaves it is translated: enforcement is the same whatever the caller speaks.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/answer.h"
#include "protocol/capabilities.h"
#include "protocol/exchange.h"
#include "protocol/request.h"

namespace proviso::protocol {

/// How one server of OpenAI's Chat Completions differs from OpenAI. Others ignore it.
enum class Profile : std::uint8_t {
  kNone,
  kOpenAi,
  kMistral,   ///< Call ids of nine letters and digits; `max_tokens`; no `developer` role.
  kDeepSeek,  ///< `reasoning_content`, which must not be echoed except within a tool turn.
  kXAi,
  kGroq,  ///< `reasoning` beside content.
  kVllm,
  kLlamaCpp,
  kOllama,
};
[[nodiscard]] std::string_view NameOf(Profile profile);
[[nodiscard]] std::optional<Profile> ProfileNamed(std::string_view name);

/// The request in canonical form. Errors as ReadRequest.
[[nodiscard]] base::Result<ExchangeRequest> ReadExchange(const Inbound& inbound, std::string_view body);

/// What was left out or said another way.
struct Finding {
  Feature feature = Feature::kOther;
  std::string path;
  std::string message;  ///< What is lost and why, for a person.
  Disposal disposal = Disposal::kWarn;

  bool operator==(const Finding&) const = default;
};

/// What the configuration of a route may change.
using Disposals = std::map<Feature, Disposal>;

struct Translation {
  Dialect to = Dialect::kOpenAiChat;
  std::string model = {};  ///< As the target names it.
  Profile profile = Profile::kNone;
  Disposals disposals = {};
};

struct TranslatedRequest {
  std::string body;
  std::vector<Finding> findings;
};

/// Writes the request for another dialect. Fails with kInvalid, naming every field that the target
/// cannot express and that is to be rejected. Reasoning goes along only to the model that made it
/// (origin.h), otherwise it is left out and found.
[[nodiscard]] base::Result<TranslatedRequest> TranslateRequest(const ExchangeRequest& request,
                                                               const Translation& translation);

/// A request for its own dialect whose history may hold reasoning that came from another (origin.h):
/// what `model` itself made is given back as it was, the rest is cut out of the bytes and found, and
/// all other bytes stay. Nothing when there is no such reasoning, as most often.
[[nodiscard]] base::Result<std::optional<TranslatedRequest>> WithoutForeignReasoning(Dialect dialect,
                                                                                     std::string_view body,
                                                                                     std::string_view model);

/// A Chat Completions request for a server that differs (Profile): written anew when the server would
/// not take it as it is, or would take it otherwise. Nothing when there is no difference, so that the
/// caller's own bytes travel. kInvalid, naming each field, for what the server lacks and is to be rejected.
[[nodiscard]] base::Result<std::optional<TranslatedRequest>> FitToServer(std::string_view body,
                                                                         Profile profile,
                                                                         const Disposals& disposals);

/// Reads an answer's bytes into steps. Any split of the bytes gives the same steps.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  /// Appends the steps that `bytes` complete. Errors as AnswerGate::Feed; it stays broken.
  [[nodiscard]] virtual base::Status Feed(std::string_view bytes, std::vector<AnswerDelta>& out) = 0;
  /// The bytes ended: kCorrupt when the answer had not.
  [[nodiscard]] virtual base::Status Finish(std::vector<AnswerDelta>& out) = 0;
};
[[nodiscard]] std::unique_ptr<AnswerReader> MakeAnswerReader(Dialect dialect, Delivery delivery,
                                                             AnswerLimits limits = {});

/// What a writer needs besides the steps.
struct AnswerEnvelope {
  /// The dialect that the steps come from: Block::original and Member are in it.
  Dialect from = Dialect::kOpenAiChat;
  std::string id = {};     ///< Used when the provider gave none.
  std::string model = {};  ///< As the caller named it; used when the answer names none.
  std::int64_t created_s = 0;
  /// Where reasoning came from, put around signatures (origin.h); "" leaves them bare.
  std::string origin = {};
  /// OpenAI Chat: whether the caller asked for usage on the stream.
  std::optional<bool> stream_usage = {};
};

/// Writes steps as an answer of its dialect.
class AnswerWriter {
 public:
  virtual ~AnswerWriter() = default;
  /// Appends what may leave now. The terminal event is written for kEnd.
  [[nodiscard]] virtual base::Status Write(const AnswerDelta& delta, std::string& out) = 0;
};
[[nodiscard]] std::unique_ptr<AnswerWriter> MakeAnswerWriter(Dialect dialect, Delivery delivery,
                                                             AnswerEnvelope envelope);

/// A gate that reads the provider's dialect and writes the caller's. `from_delivery` is what the
/// provider sends, `to_delivery` what the caller asked for; they may differ.
struct GateTranslation {
  Dialect from = Dialect::kOpenAiChat;
  Delivery from_delivery = Delivery::kWhole;
  Dialect to = Dialect::kOpenAiChat;
  Delivery to_delivery = Delivery::kWhole;
  AnswerEnvelope envelope;
};
[[nodiscard]] std::unique_ptr<AnswerGate> MakeTranslatingGate(GateTranslation translation,
                                                              AnswerLimits limits = {});

/// Folds a whole answer or a recorded stream: JSON, lines of JSON (one event's data each, as in
/// `*.chunks.txt`), server-sent events, AWS event-stream frames, Gemini's array; which of them it is, is
/// seen from the bytes.
[[nodiscard]] base::Result<ExchangeAnswer> FoldAnswer(Dialect dialect, std::string_view bytes);

/// The same for recordings that may hold several answers, one behind the other.
[[nodiscard]] base::Result<std::vector<ExchangeAnswer>> FoldAnswers(Dialect dialect, std::string_view bytes);

/// An answer written whole.
[[nodiscard]] base::Result<std::string> WriteAnswer(const ExchangeAnswer& answer, Dialect to,
                                                    AnswerEnvelope envelope);

}  // namespace proviso::protocol
