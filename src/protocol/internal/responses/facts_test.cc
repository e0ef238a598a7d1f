#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "protocol/request.h"

namespace proviso::protocol {
namespace {

using testing::HasSubstr;

base::Result<Request> Read(std::string_view body) {
  return ReadRequest(Dialect::kOpenAiResponses, body);
}

std::string ErrorOf(std::string_view members) {
  const auto request = Read(R"({"model":"m-1",)" + std::string(members) + "}");
  return request ? "accepted" : request.error().message;
}

TEST(ResponsesRequest, GivesTheFactsThatTermsMayNeed) {
  const auto request = Read(R"({
    "model": "gpt-5", "stream": true, "max_output_tokens": 50, "user": "u-7", "store": true,
    "input": [{"role":"user","content":"hi"}, {"type":"reasoning","id":"rs_1","summary":[]},
      {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
      {"type":"tool_search_output","call_id":"s","tools":[{"type":"function","name":"found"}]}],
    "tools": [
      {"type":"function","name":"f","parameters":{"type":"object","b":1.0,"a":2}},
      {"type":"custom","name":"sql","format":{"type":"text"}},
      {"type":"namespace","name":"n","tools":[{"type":"function","name":"inner"}]},
      {"type":"mcp","server_label":"files","server_url":"https://mcp.example"},
      {"type":"shell","environment":{"type":"local"}}, {"type":"web_search"}]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->model, "gpt-5");
  EXPECT_EQ(request->delivery, Delivery::kStream);
  EXPECT_EQ(request->messages, 4U);
  EXPECT_EQ(request->output_tokens_max, 50);
  EXPECT_EQ(request->declared_user, "u-7");
  std::string tools;
  for (const OfferedTool& tool : request->tools)
    tools += tool.name + "|" + tool.kind + "|" + tool.schema + "\n";
  EXPECT_EQ(tools,
            "found|function|\n"
            "f|function|{\"a\":2,\"b\":1,\"type\":\"object\"}\n"
            "sql|custom|{\"type\":\"text\"}\n"
            "inner|function|\n"
            "files|mcp|\n"
            "shell|shell|\n"
            "web_search|web_search|\n");
}

TEST(ResponsesRequest, TakesATextForInput) {
  const auto request = Read(R"({"model":"m","input":"hi"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->messages, 1U);
  EXPECT_EQ(WithModel(R"({"model":"m","input":"hi"})", *request, "n"), R"({"model":"n","input":"hi"})");
}

TEST(ResponsesRequest, RefusesWhatItCannotDecide) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("input":"x","previous_response_id":"resp_1")", "previous_response_id: what the provider keeps"},
      {R"("input":"x","conversation":"conv_1")", "conversation: what the provider keeps"},
      {R"("input":"x","conversation":{"id":"conv_1"})", "conversation: what the provider keeps"},
      {R"("input":"x","prompt":{"id":"pmpt_1"})", "prompt: a prompt that the provider keeps"},
      {R"("input":"x","background":true)", "background: an answer in the background"},
      {R"("input":[{"type":"item_reference","id":"msg_1"}])", "input[0]: a reference"},
      {R"("input":[{"id":"msg_1"}])", "input[0]: a reference"},
      {R"("input":"x","Stream":true)", "\"Stream\" differs"},
      {R"("input":"x","tool\u017f":[])", "letter case"},
      {R"("input":[{"role":"user","Content":"x"}])", "input[0]: \"Content\" differs"},
      {R"("input":"x","tools":[{"type":"function","Name":"f","name":"g"}])", "tools[0]: \"Name\" differs"},
      {R"("input":"x","tools":[{"type":"function"}])", "tools[0]: a tool without a name"},
      {R"("input":"x","tools":[{"type":"namespace","tools":[{"type":"namespace","tools":[]}]}])",
       "inside a namespace"},
      {R"("input":"x","tools":{})", "tools: must be an array"},
      {R"("input":[])", "input: must not be empty"},
      {R"("input":7)", "input: must be a string or an array"},
      {R"("input":["x"])", "input[0]: must be an object"},
      {R"("input":[{"type":"message","content":"x"}])", "input[0].role: must be a string"},
      {R"("input":"x","max_output_tokens":0)", "max_output_tokens: must be a positive integer"},
  };
  for (const auto& [members, error] : rows) EXPECT_THAT(ErrorOf(members), HasSubstr(error)) << members;
  EXPECT_EQ(ErrorOf(R"("input":"x","previous_response_id":null,"conversation":null,"background":false)"),
            "accepted");
}

}  // namespace
}  // namespace proviso::protocol
