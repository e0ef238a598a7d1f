#include "mcp/call.h"

#include <gmock/gmock.h>

#include "mcp/limits.h"

namespace proviso::mcp {
namespace {

using testing::HasSubstr;

std::string Request(std::string_view method, std::string_view params) {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" +
         std::string(params) + "}";
}

base::Result<ToolCall> Read(std::string_view method, std::string_view params) {
  const std::string text = Request(method, params);
  const auto message = ReadMessage(text, kClientMessageBytesMax);
  EXPECT_TRUE(message) << text << ": " << message.error().message;
  return ReadToolCall(*MethodNamed(method), *message);
}

TEST(ToolCall, IsSeenAsAToolAndItsInput) {
  struct Row {
    const char* method;
    const char* params;
    const char* tool;
    const char* input;
  };
  for (const Row& row : {
           Row{"tools/call", R"({"name":"t","arguments":{"b":1,"a":[ 2 ]}})", "t", R"({"a":[2],"b":1})"},
           Row{"tools/call", R"({"name":"\u0074"})", "t", "{}"},
           Row{"tools/call", R"({"name":"t","arguments":null})", "t", "{}"},
           Row{"resources/read", R"({"uri":"file:///a"})", "resources/read", R"({"uri":"file:///a"})"},
           Row{"prompts/get", R"({"name":"p","arguments":{"x":"y"}})", "prompts/get",
               R"({"arguments":{"x":"y"},"name":"p"})"},
           Row{"prompts/get", R"({"name":"p"})", "prompts/get", R"({"arguments":{},"name":"p"})"},
       }) {
    const auto call = Read(row.method, row.params);
    ASSERT_TRUE(call) << row.params << ": " << call.error().message;
    EXPECT_EQ(call->tool, row.tool);
    EXPECT_EQ(call->input, row.input);
    EXPECT_EQ(call->rest, "{}");
    EXPECT_FALSE(call->continues);
  }
}

TEST(ToolCall, KeepsWhatBelongsToItBesideTheInput) {
  const auto call =
      Read("tools/call", R"({"requestState":"s","name":"t","inputResponses":{"k":{"b":1,"a":2}},"_meta":{)"
                         R"("progressToken":"p","proviso/hold":"hold_1","x/y":1}})");
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_TRUE(call->continues);
  EXPECT_EQ(call->rest, R"({"inputResponses":{"k":{"a":2,"b":1}},"requestState":"s"})");
  EXPECT_EQ(call->hold_id, "hold_1");
  EXPECT_EQ(call->progress_token, "\"p\"");
  EXPECT_EQ(Read("tools/call", R"({"name":"t","_meta":{"progressToken":7}})")->progress_token, "7");
}

TEST(ToolCall, IsRefusedWhenItCannotBeDecidedAsItIsSent) {
  struct Row {
    const char* method;
    const char* params;
    const char* says;
  };
  for (const Row& row : {
           Row{"tools/call", R"({})", "params.name"},
           Row{"tools/call", R"({"name":7})", "params.name"},
           Row{"tools/call", R"({"name":""})", "params.name"},
           Row{"tools/call", R"({"name":"t","arguments":[]})", "params.arguments"},
           Row{"tools/call", R"({"name":"t","Arguments":{}})", "letter case"},
           Row{"tools/call", R"({"name":"t","args":{}})", "no such member"},
           Row{"tools/call", R"({"name":"t","uri":"x"})", "no such member"},
           Row{"tools/call", R"({"name":"resources/read"})", "bears the name"},
           Row{"tools/call", R"({"name":"prompts/get"})", "bears the name"},
           Row{"tools/call", R"({"name":"t","_meta":[]})", "params._meta"},
           Row{"tools/call", R"({"name":"t","_meta":{"proviso/hold":""}})", "hold id"},
           Row{"tools/call", R"({"name":"t","_meta":{"proviso/hold":7}})", "hold id"},
           Row{"resources/read", R"({"uri":7})", "params.uri"},
           Row{"resources/read", R"({"uri":"u","name":"n"})", "no such member"},
           Row{"prompts/get", R"({"arguments":{}})", "params.name"},
       }) {
    const auto call = Read(row.method, row.params);
    ASSERT_FALSE(call) << row.params;
    EXPECT_THAT(call.error().message, HasSubstr(row.says)) << row.params;
  }
  const auto named = [](std::size_t bytes) { return R"({"name":")" + std::string(bytes, 'n') + R"("})"; };
  EXPECT_TRUE(Read("tools/call", named(kNameBytesMax)));
  EXPECT_EQ(Read("tools/call", named(kNameBytesMax + 1)).error().code, base::ErrorCode::kLimit);
}

TEST(ToolCall, LosesOnlyItsHoldOnTheWay) {
  struct Row {
    const char* sent;
    const char* passes;
  };
  for (const Row& row : {
           Row{R"({"name": "t","_meta":{ "a":1 , "proviso/hold":"h" ,"b":2}})",
               R"({"name": "t","_meta":{ "a":1 ,"b":2}})"},
           Row{R"({"_meta":{"proviso/hold":"h", "b":2},"name":"t"})", R"({"_meta":{"b":2},"name":"t"})"},
           Row{R"({"_meta":{ "proviso/hold":"h" },"name":"t"})", R"({"_meta":{  },"name":"t"})"},
           Row{R"({"name":"t"})", R"({"name":"t"})"},
           Row{R"({"_meta":{},"name":"t"})", R"({"_meta":{},"name":"t"})"},
       }) {
    const std::string text = Request("tools/call", row.sent);
    const auto message = ReadMessage(text, kClientMessageBytesMax);
    ASSERT_TRUE(message);
    EXPECT_EQ(WithoutHold(*message), Request("tools/call", row.passes));
  }
}

TEST(ToolCall, IsTheOneThatItsHeadersName) {
  struct Row {
    const char* header;
    const char* value;
    bool same;
  };
  for (const Row& row : {Row{"t", "t", true}, Row{"T", "t", false}, Row{"=?base64?dA==?=", "t", true},
                         Row{"=?base64?dA=?=", "t", false}, Row{"=?base64?/w==?=", "\xff", false},
                         Row{"=?base64?", "=?base64?", true}}) {
    EXPECT_EQ(HeaderSays(row.header, row.value), row.same) << row.header;
  }
  constexpr std::string_view kInput = R"({"a":"x","b":{"c":[42,true,1.50]},"d":null})";
  for (const Row& row :
       {Row{"x", "", true}, Row{"42", "", true}, Row{"42.0", "", true}, Row{"true", "", true},
        Row{"1.5", "", true}, Row{"y", "", false}, Row{"43", "", false}, Row{"null", "", false},
        Row{"a", "", false}, Row{"=?base64?eA==?=", "", true}}) {
    EXPECT_EQ(InputHolds(kInput, row.header), row.same) << row.header;
  }
}

}  // namespace
}  // namespace proviso::mcp
