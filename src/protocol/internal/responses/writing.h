// Writers shared by requests and answers: content parts and items in the Responses API's form.
#pragma once

#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal {

/// Annotations of a text, in the order of its citations. One that came from this dialect is given as it
/// was; of another's, only what names a URL can be said. `from` is where the block comes from.
[[nodiscard]] std::string WriteAnnotations(const TextBlock& text, Dialect from);
/// One annotation; "" when it cannot be said.
[[nodiscard]] std::string WriteAnnotation(const Citation& citation, std::string_view text, Dialect from);

/// {"type":"output_text",…}
[[nodiscard]] std::string OutputTextPart(std::string_view text, std::string_view annotations);
/// {"type":"refusal",…}
[[nodiscard]] std::string RefusalPart(std::string_view text);

/// What an item is called and where it stands in its life.
struct ItemHead {
  std::string_view id;      ///< "" leaves it out.
  std::string_view status;  ///< "" leaves it out.
};

/// {"type":"message","role":"assistant",…}; `content` are parts, joined by commas.
[[nodiscard]] std::string AssistantMessage(ItemHead head, std::string_view content);
/// {"type":"function_call",…} or {"type":"custom_tool_call",…} with other ids and arguments.
[[nodiscard]] std::string CallItem(ItemHead head, const CallBlock& call, std::string_view call_id,
                                   std::string_view arguments);
/// {"type":"reasoning",…}: words in `content` when they are the model's own, in `summary` otherwise.
[[nodiscard]] std::string ReasoningItem(ItemHead head, const ReasoningBlock& reasoning,
                                        std::string_view encrypted_content);

}  // namespace proviso::protocol::internal
