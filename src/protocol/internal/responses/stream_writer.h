// Steps as the events of a Responses stream, and the response that they add up to.
//
//   text, refusal   parts of one message item, until a block of another kind comes
//   reasoning       a reasoning item: the model's own words as reasoning_text, a summary as
//                   reasoning_summary_text; the signature, in its envelope, as encrypted_content
//   call            a function_call or custom_tool_call item; a signature that is bound to the call stands
//                   in extra_content.google.thought_signature, as in Google's own OpenAI endpoint
//   image           an image_generation_call item
//   opaque          the item itself when it came from this dialect, else nothing (the gate names it)
//
// Why it stopped: completed for an end, a call, a stop sequence, and a refusal that is told as one;
// incomplete with max_output_tokens for a length; incomplete with content_filter for a filter and for a
// refusal in plain text; incomplete with the provider's own word for all else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/internal/responses/response_object.h"
#include "protocol/internal/responses/writing.h"
#include "protocol/translate.h"

namespace proviso::protocol::internal {

class ResponsesStreamWriter final : public AnswerWriter {
 public:
  explicit ResponsesStreamWriter(AnswerEnvelope envelope) : envelope_(std::move(envelope)) {}

  /// kCorrupt for audio and video, and for a second choice: they have no place here.
  [[nodiscard]] base::Status Write(const AnswerDelta& delta, std::string& out) override;

  /// The whole response; "" before kEnd.
  [[nodiscard]] const std::string& response() const { return response_; }

 private:
  /// The item that is being told.
  struct Item {
    std::string id;
    std::string parts;            // of a message, finished ones
    std::size_t parts_count = 0;  // of a message
  };

  void Open(std::string& out);
  [[nodiscard]] base::Status Begin(const Block& block, std::string& out);
  void BeginMessage(std::string& out);
  void BeginPart(std::string& out);
  void BeginReasoning(const ReasoningBlock& reasoning, std::string& out);
  void BeginCall(const CallBlock& call, std::string& out);
  void Grow(std::string_view text, std::string& out);
  void Cite(const Citation& citation, std::string& out);
  [[nodiscard]] base::Status End(const AnswerDelta& delta, std::string& out);
  /// Tells what the whole block says beyond what was told.
  [[nodiscard]] base::Status Settle(const Block& whole, std::string& out);
  void EndPart(std::string& out);
  void EndReasoning(const ReasoningBlock& reasoning, std::string& out);
  void EndCall(const CallBlock& call, std::string& out);
  void EndMessage(std::string& out);
  void AddWhole(std::string item, std::string& out);
  void Complete(std::string& out);

  [[nodiscard]] std::string ItemId(std::string_view prefix, std::string_view given) const;
  [[nodiscard]] std::string At() const;
  [[nodiscard]] std::string AtPart() const;
  void Tell(std::string_view type, const std::string& members, std::string& out);
  void FinishItem(std::string item, std::string& out);

  AnswerEnvelope envelope_;
  ResponseHead head_;
  std::int64_t sequence_ = 0;
  bool opened_ = false;
  bool in_message_ = false;
  bool summary_begun_ = false;
  std::size_t items_ = 0;
  Item item_;
  Block block_;  // as told so far
  std::string output_;
  bool refused_ = false;
  AnswerChoice stop_;
  std::optional<TokenUsage> usage_;
  std::vector<Member> others_;
  std::string response_;
};

}  // namespace proviso::protocol::internal
