// What the server lists: known from what passed in this session, or asked for when a call needs it; and the
// lists that callers get.
#include <utility>

#include "enforcement/ruling.h"
#include "gateway/internal/mcp_walk.h"
#include "gateway/mcp_limits.h"
#include "mcp/limits.h"

namespace proviso::gateway::internal {

using base::ErrorCode;

namespace {

constexpr std::string_view kKind = "function";

}  // namespace

/// The called tool as the server lists it, as far as the catalogue wants to know. A tool whose schema cannot
/// be had is none that the catalogue pins.
awaitable<std::vector<protocol::OfferedTool>> McpWalk::KnownTools() {
  const terms::CatalogueTool* known = snapshot_->terms->agreement().FindTool(route_->name, call_->tool);
  std::vector<protocol::OfferedTool> found;
  if (known == nullptr) co_return found;
  if (known->schema_digest.empty()) {
    found.push_back({call_->tool, std::string(kKind), ""});
    co_return found;
  }
  if (auto schema = sessions().SchemaOf(session_id_, call_->tool, core_->services().clock.WallMs())) {
    found.push_back({call_->tool, std::string(kKind), std::move(*schema)});
    co_return found;
  }
  if (auto asked = co_await AskForTools(call_->tool, found); !asked) {
    core_->services().events.Write(Severity::kWarning, "mcp_tools_unknown",
                                   {{"server", route_->name}, {"why", asked.error().message}});
    found.clear();
  }
  co_return found;
}

/// Reads the server's whole list; `found` gets each entry of that name.
awaitable<base::Status> McpWalk::AskForTools(std::string_view tool,
                                             std::vector<protocol::OfferedTool>& found) {
  sessions().ForgetTools(session_id_);
  std::string cursor;
  for (std::size_t page = 0; page < kMcpListPagesMax; ++page) {
    const std::string id = "\"proviso-" + std::to_string(page) + "\"";
    std::string request = mcp::ToolPageRequest(id, cursor, message_->params().Find("_meta"));
    const auto text = co_await AskForPage(std::move(request));
    if (!text) co_return std::unexpected(text.error());
    const auto response = mcp::ReadMessage(*text, mcp::kServerMessageBytesMax);
    if (!response) co_return std::unexpected(response.error());
    auto listed = mcp::ReadToolPage(*response);
    if (!listed) co_return std::unexpected(listed.error());
    for (mcp::ListedTool& one : listed->tools) {
      sessions().RememberTool(session_id_, one.name, one.schema, core_->services().clock.WallMs());
      if (one.name == tool) found.push_back({one.name, std::string(kKind), std::move(one.schema)});
    }
    if (listed->next_cursor.empty()) co_return base::Status{};
    cursor = std::move(listed->next_cursor);
  }
  co_return base::Fail(ErrorCode::kLimit,
                       "its list has more than " + std::to_string(kMcpListPagesMax) + " pages");
}

/// The text of the response, from a whole answer or from a stream.
awaitable<base::Result<std::string>> McpWalk::AskForPage(std::string request) {
  upstreams::Exchange upstream(*pool_);
  const EndsWithCaller ends(exchange_, upstream);
  http::Deadline deadline(core_->core().deadlines, [&upstream] { upstream.Cancel(); });
  deadline.Arm(kMcpListWaitMax);
  upstreams::Request asked = UpstreamRequest("POST", request);
  for (http::Header& header : asked.headers) {
    if (http::EqualsIgnoringCase(header.name, "Mcp-Method")) header.value = "tools/list";
  }
  std::erase_if(asked.headers, [](const http::Header& header) {
    constexpr std::string_view kParameter = "mcp-param-";
    return http::EqualsIgnoringCase(header.name, "Mcp-Name") ||
           http::EqualsIgnoringCase(std::string_view(header.name).substr(0, kParameter.size()), kParameter);
  });
  const auto head = co_await Ask(upstream, std::move(asked));
  if (!head) co_return std::unexpected(head.error());
  if ((*head)->status != 200)
    co_return base::Fail(ErrorCode::kUnavailable,
                         "it answers tools/list with status " + std::to_string((*head)->status));
  const std::string* type = http::FindHeader((*head)->headers, "Content-Type");
  if (type == nullptr || !type->starts_with("text/event-stream"))
    co_return co_await upstream.ReadAll(mcp::kServerMessageBytesMax);
  protocol::SseReader reader(mcp::kServerMessageBytesMax);
  while (true) {
    const auto bytes = co_await upstream.ReadSome();
    if (!bytes) co_return std::unexpected(bytes.error());
    if (bytes->empty()) co_return base::Fail(ErrorCode::kUnavailable, "its stream ended without a list");
    reader.Append(*bytes);
    while (true) {
      const auto next = reader.Next();
      if (!next) co_return std::unexpected(next.error());
      if (next->empty()) break;
      const auto frame = protocol::ParseFrame(*next);
      if (!frame) co_return std::unexpected(frame.error());
      const auto message = mcp::ReadMessage(frame->data, mcp::kServerMessageBytesMax);
      if (message && message->is_response()) co_return frame->data;
    }
  }
}

/// A page as this caller gets it: without what the terms forbid whatever the input is.
base::Result<std::string> McpWalk::FilteredPage(const mcp::Message& response, bool remembers) {
  auto page = mcp::ReadToolPage(response);
  if (!page) return std::unexpected(page.error());
  std::vector<protocol::OfferedTool> tools;
  for (const mcp::ListedTool& tool : page->tools) {
    if (remembers)
      sessions().RememberTool(session_id_, tool.name, tool.schema, core_->services().clock.WallMs());
    tools.push_back({tool.name, std::string(kKind), tool.schema});
  }
  const auto opened = OpenCase(tools);
  if (!opened) return std::unexpected(opened.error());
  return mcp::FilterToolPage(response, [&opened](const mcp::ListedTool& tool) {
    return enforcement::CouldBePermitted(*opened, tool.name);
  });
}

}  // namespace proviso::gateway::internal
