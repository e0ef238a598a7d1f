// The output items of a Responses answer: the same in a whole answer, in response.output_item.added
// and .done, and once more in response.completed.
//
// Who acts on an item decides whether it is a call:
//   the client    function_call, custom_tool_call, local_shell_call, apply_patch_call, computer_call,
//                 mcp_approval_request, shell_call unless its environment is a container,
//                 tool_search_call unless its execution is "server"
//   the provider  web_search_call, file_search_call, code_interpreter_call, image_generation_call,
//                 mcp_call, program, and the other shell_call and tool_search_call: they pass, counted
//   nobody        messages, reasoning, compaction, lists, and the outputs of all of these
// An unknown type passes only when nothing in it could be a call.
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

enum class ItemKind : std::uint8_t { kMessage, kReasoning, kCall, kServerCall, kOther };

/// An item may come twice: as it begins, with its content still empty, and done.
enum class ItemStage : std::uint8_t { kBegun, kDone };

struct OutputItem {
  ItemKind kind = ItemKind::kOther;
  std::string type;
  /// For kCall. A function's and a custom tool's arguments are the model's text; for every other type
  /// the name is the item's type and the arguments are the whole item, JSON.
  ToolCall call;
  std::size_t text_bytes = 0;       ///< Of a message, refusals with it.
  std::size_t reasoning_bytes = 0;  ///< Readable.
  bool refused = false;             ///< A message with a refusal in it.
};

/// Fails as Broken on a call without id or name or arguments (once done), on an unknown type that may
/// be a call, and on calls in the form of another dialect.
[[nodiscard]] base::Result<OutputItem> ReadOutputItem(base::Json item, ItemStage stage,
                                                      std::string_view where);

/// Checks one part of a message's content: no call in disguise.
[[nodiscard]] base::Status CheckPart(base::Json part, std::string_view where);

/// All that a call says except its ids and status, in one spelling: two items with the same
/// substance are the same call.
[[nodiscard]] std::string SubstanceOf(base::Json item);

/// Takes over id, model and usage of a `response` object.
[[nodiscard]] base::Status ReadResponseHead(base::Json response, std::string_view where,
                                            AnswerSummary& summary);

/// Takes over why the finished `response` stopped. The raw word is the status, or of an incomplete
/// answer its reason.
struct OutputFacts {
  bool called = false;
  bool refused = false;
};
[[nodiscard]] base::Status ReadFinish(base::Json response, OutputFacts facts, std::string_view where,
                                      AnswerSummary& summary);

/// What became of one call item.
struct ItemRuling {
  std::size_t output_index = 0;
  Ruling ruling;
};

/// Adds the edits that withhold from a `response` object; one ruling for each call item of its output,
/// in order. When no call survives, the status becomes "incomplete" for "content_filter".
enum class Survivors : std::uint8_t { kNone, kSome };
void WithholdFromResponse(base::Json response, std::span<const ItemRuling> rulings, Survivors survivors,
                          Splice& splice);

// ---- What stands in a withheld call's place ------------------------------------------------------

/// An id for an item of ours: the same in all tellings of one answer, and within the 64 bytes that the API
/// takes when a client sends the item back.
[[nodiscard]] std::string OwnItemId(std::string_view prefix, std::string_view response_id,
                                    std::size_t output_index);
/// The same with the prefix of a message.
[[nodiscard]] std::string OwnMessageId(std::string_view response_id, std::size_t output_index);
/// {"id":…,"type":"message",…,"content":[{"type":"output_text",…,"text":<text>}]}
[[nodiscard]] std::string OwnMessage(std::string_view id, std::string_view text);
/// How many events MessageEvents are.
inline constexpr std::int64_t kMessageEvents = 6;
/// The message as a stream tells it, from response.output_item.added to response.output_item.done.
[[nodiscard]] std::string MessageEvents(std::string_view id, std::size_t output_index, std::string_view text,
                                        std::int64_t first_sequence_number);

}  // namespace proviso::protocol::internal
