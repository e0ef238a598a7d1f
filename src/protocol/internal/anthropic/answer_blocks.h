// Writes the content blocks of Anthropic's answers, out of blocks of any dialect.
//
//   refusal     a text block; the answer's stop reason is then "refusal"
//   reasoning   thinking, or redacted_thinking where there is nothing to read. Its signature is put
//               into an envelope (origin.h), also when it has none: so that a later turn shows whose
//               it is, and it is never given to Anthropic's own models
//   call        tool_use; arguments that are not a JSON object are kCorrupt. Opaque reasoning that is
//               bound to the call goes before it (kCallSignaturePrefix)
//   citation    of a URL, a web_search_result_location; of a document, its words in such a one
//   others      its own dialect's as they came; images and the like that a model made are kCorrupt,
//               for no answer here can hold them; what only another dialect has is left out
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/translate.h"

namespace proviso::protocol::internal::anthropic {

/// How one block is streamed. A whole answer holds `whole`.
struct AnswerBlock {
  std::string whole;
  std::string start;                ///< In content_block_start.
  std::vector<std::string> deltas;  ///< In content_block_delta.
};

/// None, one, or, for a call with a signature, two blocks.
[[nodiscard]] base::Result<std::vector<AnswerBlock>> AnswerBlocksOf(const Block& block,
                                                                    const AnswerEnvelope& envelope);

/// A citation as one of Anthropic's. `text` is the block's text so far: the cited words where only
/// their place is known.
[[nodiscard]] std::string WriteCitation(const Citation& citation, std::string_view text,
                                        const AnswerEnvelope& envelope);

/// The signature as the caller gets it.
[[nodiscard]] std::string SignatureFor(const ReasoningBlock& reasoning, const AnswerEnvelope& envelope);

/// The end of an answer: why it stopped and what it used.
struct AnswerEnd {
  std::string stop_reason;   ///< Anthropic's word.
  std::string stop_details;  ///< JSON; "" for none.
  std::string usage;         ///< JSON.
};

/// What the end depends on besides the answer's own stop.
struct AnswerContent {
  std::string refusal;  ///< The text of refusals.
  bool calls = false;   ///< Whether a call was written.
};

[[nodiscard]] AnswerEnd EndOf(const AnswerChoice& stop, const TokenUsage& usage,
                              const std::vector<Member>& others, const AnswerContent& content,
                              const AnswerEnvelope& envelope);

}  // namespace proviso::protocol::internal::anthropic
