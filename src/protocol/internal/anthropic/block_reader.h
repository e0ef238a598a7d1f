// Reads the content blocks of Anthropic Messages, as they stand in a caller's turns and in answers.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal::anthropic {

/// One block with its place, cache mark and, where the typed content does not say all of it, its
/// bytes. Types that no other dialect has become OpaqueBlock. kInvalid: "messages[2].content[0].text: …".
[[nodiscard]] base::Result<Block> ReadContentBlock(base::Json block, const std::string& where);

/// A `content` member: a string stands for one text block, null and nothing for none.
[[nodiscard]] base::Result<std::vector<Block>> ReadContent(base::Json content, const std::string& where);

/// One entry of a text block's `citations`.
[[nodiscard]] Citation ReadCitation(base::Json citation);

/// Seconds that `cache_control` asks for; 0 without one.
[[nodiscard]] std::int64_t CacheSeconds(base::Json holder);

/// Whether there is none, or one that CacheSeconds says all of.
[[nodiscard]] bool HasPlainCacheMark(base::Json holder);

/// A call's opaque reasoning (Gemini's) has no place in a tool_use block, so it travels in a
/// redacted_thinking block before it, in an envelope (origin.h) whose signature begins with this.
inline constexpr std::string_view kCallSignaturePrefix = "call.";

/// Gives each such signature back to the call behind it.
void JoinCallSignatures(std::vector<Block>& blocks);

}  // namespace proviso::protocol::internal::anthropic
