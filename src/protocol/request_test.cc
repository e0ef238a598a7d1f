#include "protocol/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"

namespace proviso::protocol {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMessages = R"("messages":[{"role":"user","content":"hi"}])";

std::string With(std::string_view members) {
  return R"({"model":"m-1",)" + std::string(kMessages) + (members.empty() ? "" : ",") + std::string(members) +
         "}";
}

Request MustRead(Dialect dialect, std::string_view body) {
  auto request = ReadRequest(dialect, body);
  EXPECT_TRUE(request) << body << (request ? "" : request.error().message);
  return request ? std::move(*request) : Request{};
}

std::string ErrorOf(Dialect dialect, std::string_view body) {
  const auto request = ReadRequest(dialect, body);
  return request ? "accepted" : request.error().message;
}

TEST(OpenAiRequest, GivesTheFactsThatTermsMayNeed) {
  const Request request = MustRead(Dialect::kOpenAiChat, R"({
    "stream": true, "model": "gpt-\u0034o", "n": 2, "max_completion_tokens": 50, "user": "u-7",
    "messages": [{"role":"system","content":"s"},{"role":"user","content":"hi"}],
    "tools": [
      {"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"b":1.0,"a":2}}}},
      {"type":"function","function":{"name":"bare"}},
      {"type":"custom","custom":{"name":"sh","format":{"type":"text"}}},
      {"type":"browser_search"}],
    "functions": [{"name":"old","parameters":{}}],
    "web_search_options": {}, "unknown_member": [1, 2]})");
  EXPECT_EQ(request.model, "gpt-4o");
  EXPECT_EQ(request.delivery, Delivery::kStream);
  EXPECT_EQ(request.messages, 2U);
  EXPECT_EQ(request.choices, 2);
  EXPECT_EQ(request.output_tokens_max, 50);
  EXPECT_EQ(request.declared_user, "u-7");
  std::string tools;
  for (const OfferedTool& tool : request.tools)
    tools += tool.name + "|" + tool.kind + "|" + tool.schema + "\n";
  EXPECT_EQ(tools,
            "f|function|{\"properties\":{\"a\":2,\"b\":1},\"type\":\"object\"}\n"
            "bare|function|\n"
            "sh|custom|{\"type\":\"text\"}\n"
            "browser_search|browser_search|\n"
            "old|function|{}\n"
            "web_search|web_search_options|\n");
}

TEST(AnthropicRequest, GivesTheFactsThatTermsMayNeed) {
  const Request request = MustRead(Dialect::kAnthropicMessages, R"({
    "model": "claude-x", "max_tokens": 10, "metadata": {"user_id": "u-7"}, "stream": false,
    "messages": [{"role":"user","content":[{"type":"text","text":"hi"}]}],
    "tools": [
      {"name":"f","input_schema":{"type":"object"}},
      {"type":"custom","name":"g","input_schema":{}},
      {"type":"web_search_20250305","name":"web_search","max_uses":5}],
    "mcp_servers": [{"type":"url","url":"https://example.test","name":"files"}]})");
  EXPECT_EQ(request.delivery, Delivery::kWhole);
  EXPECT_EQ(request.output_tokens_max, 10);
  EXPECT_EQ(request.declared_user, "u-7");
  std::string tools;
  for (const OfferedTool& tool : request.tools)
    tools += tool.name + "|" + tool.kind + "|" + tool.schema + "\n";
  EXPECT_EQ(tools,
            "f|function|{\"type\":\"object\"}\n"
            "g|function|{}\n"
            "web_search|web_search_20250305|\n"
            "files|mcp_server|\n");
}

TEST(Request, ChangesOnlyTheModelsBytes) {
  const std::string body = "{ \"model\" : \"a\\u0062\" ,\n" + std::string(kMessages) + " , \"x\" : 1.0 }";
  const Request request = MustRead(Dialect::kOpenAiChat, body);
  EXPECT_EQ(WithModel(body, request, "up\"stream"),
            "{ \"model\" : \"up\\\"stream\" ,\n" + std::string(kMessages) + " , \"x\" : 1.0 }");
}

TEST(Request, SaysWhereItIsMalformed) {
  struct Row {
    std::string body;
    std::string_view error;
  };
  const Row rows[] = {
      {"", "line 1, column 1: the text ends inside a value"},
      {"[]", "body: must be a JSON object"},
      {"{\"model\":\"m\",}", "line 1, column 14: expected a key in double quotes"},
      {R"({"model":"m","model":"n"})", "the same key twice in one object"},
      {R"({"messages":[]})", "model: must be a string"},
      {R"({"model":7})", "model: must be a string"},
      {R"({"model":""})", "model: must not be empty"},
      {R"({"model":"m"})", "messages: must not be empty"},
      {R"({"model":"m","messages":{}})", "messages: must be an array"},
      {R"({"model":"m","messages":["x"]})", "messages[0]: must be an object"},
      {R"({"model":"m","messages":[{"role":"user"},{"role":1}]})", "messages[1].role: must be a string"},
      {With(R"("stream":"true")"), "stream: must be true or false"},
      {With(R"("Stream":true)"), "\"Stream\" differs from a known member only by letter case"},
      {With("\"tool\xC5\xBF\":[]"), "differs from a known member only by letter case"},
      {With(R"("tools":{})"), "tools: must be an array"},
      {With(R"("tools":[1])"), "tools[0]: must be an object"},
  };
  for (const Row& row : rows) {
    for (const Dialect dialect : {Dialect::kOpenAiChat, Dialect::kAnthropicMessages}) {
      EXPECT_THAT(ErrorOf(dialect, row.body), HasSubstr(row.error)) << row.body;
    }
  }
}

TEST(OpenAiRequest, SaysWhereItIsMalformed) {
  struct Row {
    std::string_view members;
    std::string_view error;
  };
  constexpr Row kRows[] = {
      {R"("n":0)", "n: must be a positive integer"},
      {R"("n":129)", "n: more than 128"},
      {R"("max_tokens":1.5)", "max_tokens: must be a positive integer"},
      {R"("user":7)", "user: must be a string"},
      {R"("tools":[{"type":"function"}])", "tools[0].function: must be an object"},
      {R"("tools":[{"type":"function","function":{}}])", "tools[0].function: a tool without a name"},
      {R"("tools":[{"function":{"name":"f"}}])", "tools[0].type: must be a string that is not empty"},
      {R"("tools":[{"type":"function","Function":{},"function":{"name":"f"}}])", "only by letter case"},
      {R"("functions":[{"name":7}])", "functions[0].name: must be a string"},
  };
  for (const Row& row : kRows) {
    EXPECT_THAT(ErrorOf(Dialect::kOpenAiChat, With(row.members)), HasSubstr(row.error)) << row.members;
  }
}

TEST(AnthropicRequest, SaysWhereItIsMalformed) {
  struct Row {
    std::string_view members;
    std::string_view error;
  };
  constexpr Row kRows[] = {
      {R"("max_tokens":"7")", "max_tokens: must be a positive integer"},
      {R"("metadata":"u")", "metadata: must be an object"},
      {R"("metadata":{"user_id":7})", "metadata.user_id: must be a string"},
      {R"("tools":[{"name":"f"}])", "tools[0].input_schema: must be an object"},
      {R"("tools":[{"input_schema":{}}])", "tools[0]: a tool without a name"},
      {R"("mcp_servers":[{"type":"url"}])", "mcp_servers[0]: a tool without a name"},
  };
  for (const Row& row : kRows) {
    EXPECT_THAT(ErrorOf(Dialect::kAnthropicMessages, With(row.members)), HasSubstr(row.error)) << row.members;
  }
}

TEST(Request, HoldsItsLimitsAtTheEdge) {
  const auto many = [](std::size_t count, std::string_view item) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + std::string(item);
    return list;
  };
  const auto messages = [&](std::size_t count) {
    return R"({"model":"m","messages":[)" + many(count, R"({"role":"user"})") + "]}";
  };
  const auto tools = [&](std::size_t count) {
    return With("\"tools\":[" + many(count, R"({"type":"x"})") + "]");
  };
  const auto model = [](std::size_t size) {
    return R"({"model":")" + std::string(size, 'm') + "\"," + std::string(kMessages) + "}";
  };
  const auto depth = [](std::size_t levels) {
    return With("\"x\":" + std::string(levels, '[') + std::string(levels, ']'));
  };
  const auto body = [](std::size_t size) {
    const std::string start = With(R"("x":")");
    return start.substr(0, start.size() - 1) + std::string(size - start.size() - 1, 'x') + "\"}";
  };
  struct Row {
    std::string at_limit;
    std::string over;
  };
  const Row rows[] = {
      {messages(kMessagesMax), messages(kMessagesMax + 1)}, {tools(kToolsMax), tools(kToolsMax + 1)},
      {model(kNameBytesMax), model(kNameBytesMax + 1)},     {depth(kDepthMax - 1), depth(kDepthMax)},
      {body(kRequestBytesMax), body(kRequestBytesMax + 1)},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ErrorOf(Dialect::kOpenAiChat, row.at_limit), "accepted");
    const auto over = ReadRequest(Dialect::kOpenAiChat, row.over);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, base::ErrorCode::kLimit) << over.error().message;
  }
}

}  // namespace
}  // namespace proviso::protocol
