#include "mcp/tool_list.h"

#include <gmock/gmock.h>

#include "mcp/limits.h"

namespace proviso::mcp {
namespace {

Message Page(const std::string& text) {
  auto message = ReadMessage(text, kServerMessageBytesMax);
  EXPECT_TRUE(message) << message.error().message;
  return std::move(*message);
}

TEST(ToolPage, IsReadWithItsSchemasInOneSpelling) {
  const std::string text =
      R"({"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","inputSchema":{"type":"object","a":1.0}},)"
      R"({"name":"b"}],"nextCursor":"c"}})";
  const Message message = Page(text);
  EXPECT_TRUE(IsToolPage(message));
  const auto page = ReadToolPage(message);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->tools.size(), 2U);
  EXPECT_EQ(page->tools[0].name, "a");
  EXPECT_EQ(page->tools[0].schema, R"({"a":1,"type":"object"})");
  EXPECT_EQ(page->tools[1].schema, "");
  EXPECT_EQ(page->next_cursor, "c");
}

TEST(ToolPage, LosesWhatIsNotKeptAndNoOtherByte) {
  const auto filtered = [](const std::string& tools, const std::string& keep) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"tools":)" + tools + R"(, "x": [ ]}})";
    const std::string out = FilterToolPage(
        Page(text), [&keep](const ListedTool& tool) { return keep.find(tool.name) != std::string::npos; });
    const std::size_t begin = out.find("\"tools\":") + 8;
    EXPECT_TRUE(out.ends_with(R"(, "x": [ ]}})"));
    return out.substr(begin, out.rfind(R"(, "x")") - begin);
  };
  const std::string three = R"([ {"name":"a"} , {"name":"b", "k":1} ,{"name":"c"}])";
  EXPECT_EQ(filtered(three, "abc"), three);
  EXPECT_EQ(filtered(three, "bc"), R"([ {"name":"b", "k":1} ,{"name":"c"}])");
  EXPECT_EQ(filtered(three, "ac"), R"([ {"name":"a"} ,{"name":"c"}])");
  EXPECT_EQ(filtered(three, "ab"), R"([ {"name":"a"} , {"name":"b", "k":1}])");
  EXPECT_EQ(filtered(three, "c"), R"([ {"name":"c"}])");
  EXPECT_EQ(filtered(three, "b"), R"([ {"name":"b", "k":1}])");
  EXPECT_EQ(filtered(three, "a"), R"([ {"name":"a"}])");
  EXPECT_EQ(filtered(three, ""), R"([ ])");
  EXPECT_EQ(filtered("[]", ""), "[]");
}

TEST(ToolPage, IsRefusedWhenItIsNone) {
  for (const char* result : {R"({})", R"({"tools":7})", R"({"tools":[7]})", R"({"tools":[{"name":7}]})"}) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(result) + "}";
    EXPECT_FALSE(ReadToolPage(Page(text))) << result;
  }
  const std::string call = R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"tools":[]}})";
  EXPECT_FALSE(IsToolPage(Page(call)));
}

TEST(ToolPage, HasBounds) {
  const auto page = [](std::size_t tools) {
    std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"tools":[)";
    for (std::size_t i = 0; i < tools; ++i) text += i == 0 ? R"({"name":"a"})" : R"(,{"name":"a"})";
    return text + "]}}";
  };
  const std::string most = page(kToolsPerPageMax);
  const std::string more = page(kToolsPerPageMax + 1);
  EXPECT_TRUE(ReadToolPage(Page(most)));
  EXPECT_EQ(ReadToolPage(Page(more)).error().code, base::ErrorCode::kLimit);
  const auto named = [](std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":")" + std::string(bytes, 'n') + R"("}]}})";
  };
  const std::string longest = named(kNameBytesMax);
  const std::string longer = named(kNameBytesMax + 1);
  EXPECT_TRUE(ReadToolPage(Page(longest)));
  EXPECT_EQ(ReadToolPage(Page(longer)).error().code, base::ErrorCode::kLimit);
}

TEST(ToolPageRequest, CarriesTheProtocolsOwnMetaOnly) {
  EXPECT_EQ(ToolPageRequest("\"p\"", "", {}),
            R"({"jsonrpc":"2.0","id":"p","method":"tools/list","params":{}})");
  const std::string meta =
      R"({"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28","x/y":2})";
  const auto document = base::JsonDocument::Parse(meta);
  EXPECT_EQ(ToolPageRequest("7", "c", document->root()),
            R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"c",)"
            R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
}

}  // namespace
}  // namespace proviso::mcp
