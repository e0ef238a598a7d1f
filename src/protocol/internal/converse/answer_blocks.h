// Writes the content blocks of Converse's answers, out of blocks of any dialect.
//
//   refusal     a text; the answer's stop reason is then "content_filtered"
//   reasoning   reasoningText, also where there is nothing to read. Its signature is put into an
//               envelope (origin.h), also when it has none: so that a later turn shows whose it is
//   call        toolUse; arguments that are not a JSON object are kCorrupt. Opaque reasoning that is
//               bound to the call goes before it, in a reasoning block without words
//   citation    citationsContent, with a web location for a URL
//   others      its own dialect's as they came; what only another dialect has is left out
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/translate.h"

namespace proviso::protocol::internal::converse {

/// How one block is streamed. A whole answer holds `whole`.
struct AnswerBlock {
  std::string whole;
  std::string start;                ///< In contentBlockStart; "" where there is none.
  std::vector<std::string> deltas;  ///< In contentBlockDelta.
};

/// None, one, or, for a call with a signature, two blocks.
[[nodiscard]] base::Result<std::vector<AnswerBlock>> AnswerBlocksOf(const Block& block,
                                                                    const AnswerEnvelope& envelope);

/// The deltas of a text, and of reasoning: more than one where it is too large for one frame.
[[nodiscard]] std::vector<std::string> TextDeltas(std::string_view text);
[[nodiscard]] std::vector<std::string> ReasoningDeltas(std::string_view text);

/// Why it stopped, in Converse's word. `blocks` tell where the caller's dialect had none.
[[nodiscard]] std::string StopReasonOf(const AnswerChoice& stop, const std::vector<Block>& blocks,
                                       const AnswerEnvelope& envelope);

/// The members that an answer has besides its blocks and its stop reason: usage, metrics, and its own
/// dialect's others. `additionalModelResponseFields` says which stop sequence it was.
struct AnswerEnd {
  std::string usage;            ///< JSON; "" when it is not known.
  std::string metrics;          ///< Likewise.
  std::string response_fields;  ///< JSON; "" for none.
  std::vector<Member> others;
};
[[nodiscard]] AnswerEnd EndOf(const AnswerChoice& stop, const std::optional<TokenUsage>& usage,
                              const std::vector<Member>& others, const AnswerEnvelope& envelope);

}  // namespace proviso::protocol::internal::converse
