#include "mcp/tool_list.h"

#include "base/canonical_json.h"
#include "base/json_writer.h"
#include "mcp/internal/splice.h"
#include "mcp/limits.h"

namespace proviso::mcp {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Json;

base::Result<ListedTool> ReadTool(Json tool) {
  const Json name = tool.Find("name");
  if (!name.is_string()) return Fail(ErrorCode::kInvalid, tool.Where() + ": a tool without a name");
  ListedTool listed{name.text(), base::CanonicalJson(tool.Find("inputSchema"))};
  if (listed.name.size() <= kNameBytesMax) return listed;
  return Fail(ErrorCode::kLimit,
              name.Where() + ": a tool's name longer than " + std::to_string(kNameBytesMax));
}

}  // namespace

bool IsToolPage(const Message& response) {
  return response.result().Find("tools").is_array() && response.result().Find("content").missing();
}

base::Result<ToolPage> ReadToolPage(const Message& response) {
  const Json tools = response.result().Find("tools");
  if (!tools.is_array()) return Fail(ErrorCode::kInvalid, "result.tools: must be a list");
  if (tools.size() > kToolsPerPageMax)
    return Fail(ErrorCode::kLimit, "result.tools: more than " + std::to_string(kToolsPerPageMax));
  ToolPage page;
  for (const Json tool : tools.elements()) {
    auto listed = ReadTool(tool);
    if (!listed) return std::unexpected(listed.error());
    page.tools.push_back(std::move(*listed));
  }
  page.next_cursor = response.result().Find("nextCursor").text();
  if (page.next_cursor.size() > kNameBytesMax)
    return Fail(ErrorCode::kLimit, "result.nextCursor: longer than " + std::to_string(kNameBytesMax));
  return page;
}

std::string FilterToolPage(const Message& response, const std::function<bool(const ListedTool&)>& keep) {
  std::vector<internal::ListItem> items;
  for (const Json tool : response.result().Find("tools").elements()) {
    const auto listed = ReadTool(tool);
    items.push_back({tool.begin(), tool.end(), !listed || !keep(*listed)});
  }
  return internal::CutFromList(response.text(), items);
}

std::string ToolPageRequest(std::string_view id, std::string_view cursor, Json meta) {
  constexpr std::string_view kProtocolKeys = "io.modelcontextprotocol/";
  base::JsonWriter json;
  json.BeginObject().Key("jsonrpc").String("2.0").Key("id").Raw(id).Key("method").String("tools/list");
  json.Key("params").BeginObject();
  if (!cursor.empty()) json.Key("cursor").String(cursor);
  bool begun = false;
  for (const base::JsonMember member : meta.members()) {
    const std::string key = member.key.text();
    if (!key.starts_with(kProtocolKeys)) continue;
    if (!begun) json.Key("_meta").BeginObject();
    begun = true;
    json.Key(key).Raw(member.value.raw());
  }
  if (begun) json.EndObject();
  return json.EndObject().EndObject().Take();
}

}  // namespace proviso::mcp
