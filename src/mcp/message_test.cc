#include "mcp/message.h"

#include <gmock/gmock.h>

#include "mcp/limits.h"

namespace proviso::mcp {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

base::Result<Message> Read(std::string_view text) {
  return ReadMessage(text, kClientMessageBytesMax);
}

TEST(Message, KnowsItsKindIdAndMethod) {
  struct Row {
    const char* text;
    MessageKind kind;
    const char* id;
    const char* method;
  };
  for (const Row& row : {
           Row{R"({"jsonrpc":"2.0","id":7,"method":"tools/list"})", MessageKind::kRequest, "7", "tools/list"},
           Row{R"({"jsonrpc":"2.0","id":"a","method":"ping","params":{}})", MessageKind::kRequest, "\"a\"",
               "ping"},
           Row{R"({"jsonrpc":"2.0","id":"\u0061","method":"pi\u006eg"})", MessageKind::kRequest, "\"a\"",
               "ping"},
           Row{R"({"jsonrpc":"2.0","id":-3,"method":"x"})", MessageKind::kRequest, "-3", "x"},
           Row{R"({"jsonrpc":"2.0","method":"notifications/initialized"})", MessageKind::kNotification, "",
               "notifications/initialized"},
           Row{R"({"jsonrpc":"2.0","id":7,"result":{}})", MessageKind::kResult, "7", ""},
           Row{R"({"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"m"}})", MessageKind::kError, "7", ""},
           Row{R"({"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m","data":[1]}})",
               MessageKind::kError, "null", ""},
           Row{R"({"jsonrpc":"2.0","error":{"code":-1,"message":"m"}})", MessageKind::kError, "null", ""},
       }) {
    const auto message = Read(row.text);
    ASSERT_TRUE(message) << row.text << ": " << message.error().message;
    EXPECT_EQ(message->kind(), row.kind) << row.text;
    EXPECT_EQ(message->id(), row.id) << row.text;
    EXPECT_EQ(message->method(), row.method) << row.text;
  }
}

TEST(Message, IsRefusedWhereTwoReadersCouldDiffer) {
  struct Row {
    const char* text;
    ErrorCode code;
    const char* says;
  };
  for (const Row& row : {
           Row{"", ErrorCode::kCorrupt, "line 1"},
           Row{"{", ErrorCode::kCorrupt, "line 1"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":"a","method":"b"})", ErrorCode::kCorrupt, "column"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":"a","meth\u006fd":"b"})", ErrorCode::kCorrupt, "column"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":"a"} {})", ErrorCode::kCorrupt, "column"},
           Row{"7", ErrorCode::kInvalid, "object"},
           Row{R"([{"jsonrpc":"2.0","id":1,"method":"a"}])", ErrorCode::kInvalid, "batch"},
           Row{R"({"id":1,"method":"a"})", ErrorCode::kInvalid, "jsonrpc"},
           Row{R"({"jsonrpc":2.0,"id":1,"method":"a"})", ErrorCode::kInvalid, "jsonrpc"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":"a","Params":{}})", ErrorCode::kInvalid, "letter case"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":"a","extra":{}})", ErrorCode::kInvalid, "no such member"},
           Row{R"({"jsonrpc":"2.0","id":null,"method":"a"})", ErrorCode::kInvalid, "id"},
           Row{R"({"jsonrpc":"2.0","id":1.0,"method":"a"})", ErrorCode::kInvalid, "id"},
           Row{R"({"jsonrpc":"2.0","id":1e0,"method":"a"})", ErrorCode::kInvalid, "id"},
           Row{R"({"jsonrpc":"2.0","id":99999999999999999999,"method":"a"})", ErrorCode::kInvalid, "id"},
           Row{R"({"jsonrpc":"2.0","id":{},"method":"a"})", ErrorCode::kInvalid, "id"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":7})", ErrorCode::kInvalid, "method"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":""})", ErrorCode::kLimit, "method"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":"a","params":[]})", ErrorCode::kInvalid, "params"},
           Row{R"({"jsonrpc":"2.0","id":1,"result":7})", ErrorCode::kInvalid, "result"},
           Row{R"({"jsonrpc":"2.0","result":{}})", ErrorCode::kInvalid, "id"},
           Row{R"({"jsonrpc":"2.0","id":1,"error":{"code":"x","message":"m"}})", ErrorCode::kInvalid,
               "error"},
           Row{R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"},"result":{}})",
               ErrorCode::kInvalid, "no two"},
           Row{R"({"jsonrpc":"2.0","id":1,"method":"a","result":{}})", ErrorCode::kInvalid, "no two"},
           Row{R"({"jsonrpc":"2.0","id":1})", ErrorCode::kInvalid, "no two"},
       }) {
    const auto message = Read(row.text);
    ASSERT_FALSE(message) << row.text;
    EXPECT_EQ(message.error().code, row.code) << row.text << ": " << message.error().message;
    EXPECT_THAT(message.error().message, HasSubstr(row.says)) << row.text;
  }
}

TEST(Message, HasBounds) {
  const std::string text = R"({"jsonrpc":"2.0","id":1,"method":"a"})";
  EXPECT_TRUE(ReadMessage(text, text.size()));
  EXPECT_EQ(ReadMessage(text, text.size() - 1).error().code, ErrorCode::kLimit);
  const auto with_id = [](std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":")" + std::string(bytes, 'i') + R"(","method":"a"})";
  };
  EXPECT_TRUE(Read(with_id(kNameBytesMax - 2)));
  EXPECT_EQ(Read(with_id(kNameBytesMax - 1)).error().code, ErrorCode::kLimit);
  const auto with_method = [](std::size_t bytes) {
    return R"({"jsonrpc":"2.0","method":")" + std::string(bytes, 'm') + R"("})";
  };
  EXPECT_TRUE(Read(with_method(kNameBytesMax)));
  EXPECT_EQ(Read(with_method(kNameBytesMax + 1)).error().code, ErrorCode::kLimit);
  const auto deep = [](std::size_t levels) {
    return R"({"jsonrpc":"2.0","method":"a","params":{"x":)" + std::string(levels, '[') +
           std::string(levels, ']') + "}}";
  };
  EXPECT_TRUE(Read(deep(kDepthMax - 2)));
  EXPECT_EQ(Read(deep(kDepthMax - 1)).error().code, ErrorCode::kLimit);
}

TEST(Message, GivesTheIdOfWhatItRefuses) {
  EXPECT_EQ(IdOfUnreadable(R"({"id":5,"method":"x"})", 100), "5");
  EXPECT_EQ(IdOfUnreadable(R"({"id":[],"method":"x"})", 100), "null");
  EXPECT_EQ(IdOfUnreadable(R"([{"id":5}])", 100), "null");
  EXPECT_EQ(IdOfUnreadable("{", 100), "null");
}

}  // namespace
}  // namespace proviso::mcp
