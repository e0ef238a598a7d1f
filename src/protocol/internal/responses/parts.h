// Readers shared by a Responses request's input and a Responses answer's output: the same items travel
// both ways. Paths in errors are the caller's own ("input[2].content[0].image_url: must be a string").
//
// What counts as book-keeping and is not kept: the id of a message (a name in the provider's store), and
// the status "completed" of an item.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"
#include "protocol/internal/members.h"

namespace proviso::protocol::internal {

/// Whether the object has members beside those named that say something: null and [] say nothing.
[[nodiscard]] bool SaysMore(base::Json object, std::initializer_list<std::string_view> known);

/// One content part: text, refusal, image, file, audio; an unknown type stays opaque.
[[nodiscard]] base::Result<Block> ReadContentPart(base::Json part, const std::string& where);

/// `reasoning`. Its words are those of `content` when there are any, else of `summary`; several parts
/// are joined by a blank line.
[[nodiscard]] base::Result<Block> ReadReasoningItem(base::Json item, const std::string& where);
/// `function_call` or `custom_tool_call`.
[[nodiscard]] base::Result<Block> ReadCallItem(base::Json item, const std::string& where);
/// Any other item: kept as it is.
[[nodiscard]] Block OpaqueItem(base::Json item);

/// One annotation of a text; offsets become bytes of `text`.
[[nodiscard]] Citation ReadCitation(base::Json annotation, std::string_view text);

/// What joins the parts of one reasoning.
inline constexpr std::string_view kReasoningBreak = "\n\n";

/// Where in `text` its `characters`th character begins, in bytes, and back.
[[nodiscard]] std::size_t ByteAt(std::string_view text, std::size_t characters);
[[nodiscard]] std::size_t CharacterAt(std::string_view text, std::size_t bytes);

}  // namespace proviso::protocol::internal
