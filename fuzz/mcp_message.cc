// Any bytes are refused or read as one message; what is cut out of it is gone, and nothing else is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mcp/call.h"
#include "mcp/limits.h"
#include "mcp/message.h"
#include "mcp/tool_list.h"

namespace {

using namespace proviso::mcp;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckCall(const Message& message) {
  const auto method = MethodNamed(message.method());
  if (!method || !IsDecided(*method)) return;
  const auto call = ReadToolCall(*method, message);
  if (!call) return;
  const std::string sent = WithoutHold(message);
  const auto again = ReadMessage(sent, kClientMessageBytesMax);
  Require(again.has_value());
  const auto same = ReadToolCall(*method, *again);
  Require(same && same->tool == call->tool && same->input == call->input && same->rest == call->rest &&
          same->hold_id.empty());
}

void CheckPage(const Message& message) {
  const auto page = ReadToolPage(message);
  if (!page) return;
  std::size_t kept = 0;
  const std::string text = FilterToolPage(message, [&kept](const ListedTool& tool) {
    const bool keep = tool.name.size() % 2 == 0;
    kept += keep ? 1 : 0;
    return keep;
  });
  const auto again = ReadMessage(text, kServerMessageBytesMax);
  Require(again.has_value());
  const auto filtered = ReadToolPage(*again);
  Require(filtered && filtered->tools.size() == kept && filtered->next_cursor == page->next_cursor);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto message = ReadMessage(text, kServerMessageBytesMax);
  if (!message) {
    (void)IdOfUnreadable(text, kServerMessageBytesMax);
    return 0;
  }
  if (message->kind() == MessageKind::kRequest) CheckCall(*message);
  if (message->kind() == MessageKind::kResult) CheckPage(*message);
  return 0;
}
