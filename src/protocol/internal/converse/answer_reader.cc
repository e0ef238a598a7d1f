// A whole answer of Converse. It names neither itself nor its model.
#include <utility>

#include "protocol/internal/converse/answer_facts.h"
#include "protocol/internal/converse/block_reader.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {

using base::Json;
using base::Result;

Result<ExchangeAnswer> ReadConverseAnswer(Json root) {
  const Json content = root.Find("output").Find("message").Find("content");
  if (!content.is_array()) return Broken("output.message.content", "missing or not an array");
  auto blocks = converse::ReadBlocks(content, "output.message.content");
  if (!blocks) return Broken("body", blocks.error().message);
  converse::AnswerFacts facts;
  facts.Take(root);
  if (!facts.stopped()) return Broken("body", "no stopReason");
  ExchangeAnswer answer;
  answer.dialect = Dialect::kBedrockConverse;
  answer.model = facts.model();
  answer.choices.push_back(facts.stop());
  for (Block& block : *blocks) {
    block.model = answer.model;
    block.source = {};
  }
  answer.choices.front().blocks = std::move(*blocks);
  answer.usage = facts.usage();
  answer.others = facts.Others();
  return answer;
}

}  // namespace proviso::protocol::internal
