// The content of an Anthropic message: the same blocks in a whole answer, in message_start and in
// content_block_start.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/answer.h"
#include "protocol/internal/splice.h"

namespace proviso::protocol::internal {

enum class BlockKind : std::uint8_t {
  kText,
  kReasoning,
  kCall,        ///< `tool_use`: the client is to run it.
  kServerCall,  ///< `server_tool_use`, `mcp_tool_use`: the provider runs it.
  kOther,       ///< Results, documents, and types we do not know that cannot be a call.
};

struct Block {
  BlockKind kind = BlockKind::kOther;
  ToolCall call;  ///< For kCall; the arguments are the raw JSON of `input`, "" when absent.
};

/// Reads one block and adds its text to the counts. Fails as Broken on a call without id or name,
/// and on an unknown type with an `input` or a name that ends in "tool_use": it may be a call.
[[nodiscard]] base::Result<Block> ReadBlock(base::Json block, std::string_view where, AnswerSummary& summary);

/// Reads a message object: id, model, usage, stop reason, and its blocks' calls in order.
[[nodiscard]] base::Result<std::vector<ToolCall>> ReadMessage(base::Json message, std::string_view where,
                                                              AnswerSummary& summary);

/// Takes over the counters that `usage` names; later events name running totals.
void ReadUsage(base::Json usage, Usage& counts);

/// Takes over `stop_reason`; null and "" are none. Fails as Broken on a second, other one.
[[nodiscard]] base::Status ReadStop(base::Json holder, std::string_view where, AnswerSummary& summary);

/// {"type":"text","text":<notice>}
[[nodiscard]] std::string NoticeBlock(std::string_view notice);

/// Adds the edits that withhold from a message object; one ruling for each tool_use block.
void WithholdFromMessage(base::Json message, std::span<const Ruling> rulings, Splice& splice);

}  // namespace proviso::protocol::internal
