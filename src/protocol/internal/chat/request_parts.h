// The pieces of a Chat Completions request, each read by one file. Paths in errors are the caller's own
// ("messages[2].content[0].image_url: must be an object").
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal {

[[nodiscard]] inline SourceRange PlaceOf(base::Json value) {
  return {value.begin(), value.end()};
}

/// A block of which only the content is known.
template <typename Content>
[[nodiscard]] Block MakeBlock(Content content) {
  Block block;
  block.content = std::move(content);
  return block;
}

/// Whether each member of `object` has one of these names.
[[nodiscard]] bool HasOnly(base::Json object, std::initializer_list<std::string_view> names);

/// The mark of a part in the form that this lifetime was read from; nothing for another lifetime.
void WriteCacheMark(std::int64_t lifetime_s, base::JsonWriter& json);

/// Whether `content: ""` says something. Beside calls it does not.
enum class EmptyText : std::uint8_t { kKept, kSkipped };

/// `content`: a string, or an array of parts (content_parts.cc). A part of an unknown type is kept opaque.
[[nodiscard]] base::Status ReadContent(base::Json content, const std::string& where, EmptyText empty,
                                       std::vector<Block>& out);

// Of an assistant's message (assistant_parts.cc).

/// `reasoning_details`, or else `reasoning_content`, or else `reasoning`.
[[nodiscard]] base::Status ReadReasoning(base::Json message, const std::string& where,
                                         std::vector<Block>& out);
/// One entry of `reasoning_details`.
[[nodiscard]] base::Result<ReasoningBlock> ReadReasoningDetail(base::Json entry, const std::string& where);
/// Citations of the text block in `blocks`.
[[nodiscard]] base::Status ReadAnnotations(base::Json annotations, const std::string& where,
                                           std::vector<Block>& blocks);
/// One annotation; `text` is what its offsets, which count characters, are of.
[[nodiscard]] Citation ReadAnnotation(base::Json annotation, std::string_view text);
/// `tool_calls` or `function_call`; the latter gets an id, which is also given in `legacy_id`.
[[nodiscard]] base::Status ReadCalls(base::Json message, const std::string& where, std::size_t turn,
                                     std::vector<Block>& out, std::string& legacy_id);
/// The signature of a call in `extra_content.google.thought_signature`, as Google's own Chat Completions
/// endpoint gives it; "" when there is none.
[[nodiscard]] std::string CallSignature(base::Json call);
/// Whether a member of an assistant's message is one that the above read.
[[nodiscard]] bool IsAssistantMember(std::string_view key);

/// `tools`, `functions`, `web_search_options`, `tool_choice`, `function_call`, `parallel_tool_calls`
/// (tool_parts.cc).
[[nodiscard]] base::Status ReadChatTools(base::Json root, ExchangeRequest& out);

/// All other members of the body (settings.cc).
[[nodiscard]] base::Status ReadChatSettings(base::Json root, ExchangeRequest& out);

/// Byte offset of the `characters`th character of UTF-8 text, or its size when it is shorter.
[[nodiscard]] std::size_t BytesOf(std::string_view text, std::size_t characters);
[[nodiscard]] std::size_t CharactersOf(std::string_view text);

}  // namespace proviso::protocol::internal
