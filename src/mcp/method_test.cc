#include "mcp/method.h"

#include <gmock/gmock.h>

namespace proviso::mcp {
namespace {

TEST(Method, IsReadAsItIsSpelt) {
  struct Row {
    const char* name;
    Method method;
    bool decided;
  };
  for (const Row& row :
       {Row{"tools/call", Method::kToolsCall, true}, Row{"tools/list", Method::kToolsList, false},
        Row{"resources/read", Method::kResourcesRead, true}, Row{"prompts/get", Method::kPromptsGet, true},
        Row{"initialize", Method::kInitialize, false}, Row{"ping", Method::kOther, false},
        Row{"resources/list", Method::kOther, false},
        Row{"notifications/tools/list_changed", Method::kOther, false},
        Row{"vendor/anything", Method::kOther, false}, Row{"tasks/result", Method::kOther, false}}) {
    const auto method = MethodNamed(row.name);
    ASSERT_TRUE(method) << row.name;
    EXPECT_EQ(*method, row.method) << row.name;
    EXPECT_EQ(IsDecided(*method), row.decided) << row.name;
  }
}

TEST(Method, ThatCouldPassForACallIsRefused) {
  for (const char* name :
       {"Tools/Call", "TOOLS/CALL", "tools/call ", "tools//call", "tools.call", "tools_call", "toolscall",
        "/tools/call", "tools/Call", "tools/List", "Resources/read", "prompts/Get", "tools/execute",
        "tool/call", "tools/call/batch", "tool\xc5\xbf/call", "Initialize"}) {
    EXPECT_FALSE(MethodNamed(name)) << name;
  }
}

}  // namespace
}  // namespace proviso::mcp
