// What a Chat Completions answer says, step by step, whether its pieces come as `delta`s or all at once as
// a `message`: both are read here, so that a stream folds to the same answer as the whole body.
//
// In an answer of one choice the order is: reasoning and text as they come, then the refusal, then calls.
// Calls are gathered and given when the choice finishes, one after another: a provider may interleave
// them by index, and the gate has kept them back until then anyway.
//
// Read as well: Mistral's content parts (thinking, reference), `reasoning_content` and `reasoning`,
// `reasoning_details` (message_members.h), images, `native_finish_reason` (OpenRouter) where it says more
// than `finish_reason`, vLLM's `stop_reason`.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {

class ChatAnswerSteps {
 public:
  enum class Form : std::uint8_t { kChunk, kWhole };

  /// Reads one chunk, or the whole answer. Fails with kCorrupt (not of this dialect), kLimit, or
  /// kUnavailable (the provider reports an error).
  [[nodiscard]] base::Status Read(base::Json root, Form form, std::vector<AnswerDelta>& out);

  /// Gives the last steps. Fails when a choice of a stream has not finished.
  [[nodiscard]] base::Status End(Form form, std::vector<AnswerDelta>& out);

 private:
  enum class Open : std::uint8_t { kNone, kText, kReasoning, kRefusal };

  struct Choice {
    Open open = Open::kNone;
    std::string text;                      // of the open text block, for the offsets of citations
    std::vector<std::string> annotations;  // JSON, until the text is whole
    bool reasoned = false;                 // the open reasoning block has text
    bool has_words = false;                // plain reasoning came
    std::map<std::size_t, CallBlock> calls;
    bool refused = false;
    bool finished = false;
    std::string finish;
    std::string audio_data;  // of `audio`, which a stream gives in pieces
    std::string audio_transcript;
    std::string log_probabilities[2];  // elements of `content` and `refusal`, joined by commas
    AnswerDelta stop;
  };

  [[nodiscard]] base::Status ReadChoice(base::Json entry, Form form, std::size_t rank,
                                        std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status ReadBody(base::Json body, const std::string& where, Form form, std::size_t index,
                                      std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status ReadReasoning(base::Json body, const std::string& where, Form form,
                                           std::size_t index, std::vector<AnswerDelta>& out);
  void ReadDetail(base::Json entry, Form form, std::size_t index, std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status ReadContent(base::Json content, const std::string& where, std::size_t index,
                                         std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status ReadCalls(base::Json body, const std::string& where, std::size_t index);
  [[nodiscard]] base::Status ReadImages(base::Json images, const std::string& where, std::size_t index,
                                        std::vector<AnswerDelta>& out);
  void ReadLogProbabilities(base::Json value, Choice& choice);
  void ReadAudio(base::Json audio, std::size_t index);
  [[nodiscard]] base::Status Finish(base::Json entry, std::string finish, std::size_t index,
                                    const std::string& where, std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status GiveCalls(std::size_t index, const std::string& where,
                                       std::vector<AnswerDelta>& out);
  void AddPiece(std::size_t index, Open kind, std::string text, std::vector<AnswerDelta>& out);
  void CloseBlock(std::size_t index, std::vector<AnswerDelta>& out);
  void GiveWhole(std::size_t index, Block block, std::vector<AnswerDelta>& out);
  void Begin(std::vector<AnswerDelta>& out);
  void KeepMembers(base::Json object, std::string_view path, bool (*known)(std::string_view));
  void ReadUsageMember(base::Json root, std::vector<AnswerDelta>& out);

  bool begun_ = false;
  std::string id_;
  std::string model_;
  std::int64_t created_s_ = 0;
  std::map<std::size_t, Choice> choices_;
  std::map<std::string, std::string> others_;  // by path, JSON on one line; the last one given counts
};

}  // namespace proviso::protocol::internal
