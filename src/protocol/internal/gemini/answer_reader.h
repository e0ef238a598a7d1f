// A Gemini answer as steps: of a stream event by event, of a whole answer at once. One code for
// both, so that they cannot differ.
//
// Consecutive texts are one block, and so are consecutive thoughts: a stream does not show where one
// part ends. A call comes in one piece when it is whole. What is said about the answer in every
// event (usage, metadata) counts as it was said last, and is given at the end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/internal/gemini/partial_arguments.h"

namespace proviso::protocol::internal::gemini {

class AnswerSteps {
 public:
  /// Takes one GenerateContentResponse. kCorrupt, or kUnavailable when it is an error.
  [[nodiscard]] base::Status Read(base::Json root, std::vector<AnswerDelta>& out);
  /// Every candidate said why it stopped, or the prompt was blocked.
  [[nodiscard]] bool Complete() const;
  /// The last steps, kEnd among them. kCorrupt when the answer is not complete.
  [[nodiscard]] base::Status Finish(std::vector<AnswerDelta>& out);

 private:
  enum class Kind : std::uint8_t { kNone, kText, kThought };

  struct Candidate {
    Kind open = Kind::kNone;
    std::size_t text_bytes = 0;   // of all text so far
    std::size_t block_begin = 0;  // where in it the open text begins
    std::string signature;        // that stood beside the open text, and follows it
    std::optional<CallBlock> call;
    PartialArguments partial;
    bool whole_arguments = false;
    std::size_t calls = 0;
    std::vector<Citation> citations;  // of grounding, as said last
    std::string finish;
    std::map<std::string, std::string> details;  // that explain the stop
  };

  [[nodiscard]] base::Status ReadTop(base::Json root, std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status ReadCandidate(std::size_t index, base::Json entry, const std::string& where,
                                           std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status ReadOnePart(std::size_t index, base::Json part, const std::string& where,
                                         std::vector<AnswerDelta>& out);
  [[nodiscard]] base::Status ReadCallPart(std::size_t index, base::Json part, const std::string& where,
                                          std::vector<AnswerDelta>& out);
  void AddBlock(std::size_t index, Block block, std::vector<AnswerDelta>& out);
  void AddText(std::size_t index, Kind kind, const std::string& text, std::vector<AnswerDelta>& out);
  void CloseBlock(std::size_t index, std::vector<AnswerDelta>& out);
  void ReadMetadata(std::size_t index, base::Json entry);
  /// Keeps a member that is not typed; `object` is the path of what it stands in.
  void Remember(const std::string& object, const std::string& name, base::Json value);
  [[nodiscard]] AnswerDelta Step(AnswerDelta::Kind kind, std::size_t index) const;

  std::string id_;
  std::string model_;
  std::int64_t created_s_ = 0;
  bool started_ = false;
  std::map<std::size_t, Candidate> candidates_;
  std::optional<TokenUsage> usage_;
  std::string blocked_;  // Google's word
  std::string feedback_;
  std::map<std::string, std::string> others_;  // JSON by path
};

}  // namespace proviso::protocol::internal::gemini
