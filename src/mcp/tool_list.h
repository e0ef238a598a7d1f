// The answer to tools/list: what a server offers, and the same without what the caller may not have.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "mcp/message.h"

namespace proviso::mcp {

struct ListedTool {
  std::string name;
  /// Canonical JSON (base/canonical_json.h) of `inputSchema`; "" when there is none.
  std::string schema;
};

/// One page of a server's tools.
struct ToolPage {
  std::vector<ListedTool> tools;
  std::string next_cursor;  ///< "" on the last page.
};

/// Whether a result is a page of tools: a list under `tools`, and no `content`, which a call's result has.
[[nodiscard]] bool IsToolPage(const Message& response);

/// Reads a result of tools/list. Fails with kInvalid on one that is none, kLimit past limits.h.
[[nodiscard]] base::Result<ToolPage> ReadToolPage(const Message& response);

/// The response's text without the tools that `keep` refuses; every other byte as it came. The response must
/// be one that ReadToolPage reads.
[[nodiscard]] std::string FilterToolPage(const Message& response,
                                         const std::function<bool(const ListedTool&)>& keep);

/// The request for a page of tools, as the gateway itself asks it. `id` is JSON; `cursor` is "" for the
/// first page; `meta` is the `_meta` object of a caller's own request as JSON, "" for none: of it only the
/// protocol's own keys are taken over (what a self-contained request of 2026-07-28 must carry).
[[nodiscard]] std::string ToolPageRequest(std::string_view id, std::string_view cursor, base::Json meta);

}  // namespace proviso::mcp
