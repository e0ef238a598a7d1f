// What the reader of whole answers and the reader of streams share.
#pragma once

#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/internal/responses/items.h"

namespace proviso::protocol::internal {

/// One finished output item: the blocks that it is, and what of it no block says.
struct OutputBlocks {
  OutputItem item;
  std::vector<Block> blocks;  ///< Of a message one a part; none for reasoning that says nothing.
  std::vector<Member> others;
};

/// `index` is the item's rank in the output. Fails as Broken.
[[nodiscard]] base::Result<OutputBlocks> ReadOutputBlocks(base::Json item, std::size_t index);

/// Members of the response that are neither typed nor an echo of the request.
[[nodiscard]] std::vector<Member> ReadResponseOthers(base::Json response);

/// Why it stopped. Fails as ReadFinish.
[[nodiscard]] base::Result<AnswerChoice> ReadStopOf(base::Json response, OutputFacts facts);

}  // namespace proviso::protocol::internal
