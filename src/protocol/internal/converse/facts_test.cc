#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "protocol/request.h"

namespace proviso::protocol {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMessages = R"("messages":[{"role":"user","content":[{"text":"hi"}]}])";

std::string With(std::string_view members) {
  return "{" + std::string(kMessages) + (members.empty() ? "" : ",") + std::string(members) + "}";
}

base::Result<Request> Read(std::string_view body, Operation operation = Operation::kGenerate) {
  return ReadRequest(Inbound{.dialect = Dialect::kBedrockConverse,
                             .operation = operation,
                             .model = "m-1",
                             .delivery = Delivery::kStream},
                     body);
}

std::string ErrorOf(std::string_view body, Operation operation = Operation::kGenerate) {
  const auto request = Read(body, operation);
  return request ? "accepted" : request.error().message;
}

std::string ToolsOf(const Request& request) {
  std::string tools;
  for (const OfferedTool& tool : request.tools)
    tools += tool.name + "|" + tool.kind + "|" + tool.schema + "\n";
  return tools;
}

TEST(ConverseRequest, GivesTheFactsThatTermsMayNeed) {
  const auto request = Read(R"({
    "messages": [{"role":"user","content":[{"text":"hi"},{"cachePoint":{"type":"default"}}]},
                 {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}}]},
                 {"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"json":{}}]}},
                    {"toolAddition":{"tool":{"type":"mcp","name":"late","serverName":"files"}}}]}],
    "system": [{"text":"s"}],
    "inferenceConfig": {"maxTokens": 50, "temperature": 0.5},
    "toolConfig": {"tools": [
      {"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object","b":1.0,"a":2}}}},
      {"cachePoint":{"type":"default"}},
      {"systemTool":{"name":"nova_grounding"}},
      {"newTool":{"x":1}}], "toolChoice": {"auto":{}}},
    "additionalModelRequestFields": {"thinking": {"type":"enabled","budget_tokens":1024}, "top_k": 5},
    "additionalModelResponseFieldPaths": ["/stop_sequence", "/delta/stop_sequence"],
    "guardrailConfig": {"guardrailIdentifier":"g","guardrailVersion":"1"}, "aNewMember": [1, 2]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->model, "m-1");
  EXPECT_EQ(request->model_end, 0U) << "it stands in the path";
  EXPECT_EQ(request->delivery, Delivery::kStream) << "as the path says";
  EXPECT_EQ(request->messages, 3U);
  EXPECT_EQ(request->output_tokens_max, 50);
  EXPECT_EQ(ToolsOf(*request),
            "late|toolAddition|\n"
            "f|function|{\"a\":2,\"b\":1,\"type\":\"object\"}\n"
            "nova_grounding|systemTool|\n"
            "newTool|newTool|\n");
}

TEST(ConverseRequest, ReadsTheFactsOfATokenCountFromItsInput) {
  const std::string converse =
      With(R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}}]})");
  const auto request = Read(R"({"input":{"converse":)" + converse + "}}", Operation::kCountTokens);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(ToolsOf(*request), "f|function|{}\n");
  EXPECT_EQ(request->messages, 1U);
  EXPECT_EQ(ErrorOf(R"({"input":{"invokeModel":{"body":"e30="}}})", Operation::kCountTokens),
            "input.invokeModel: a model's own format cannot be decided; use input.converse");
  EXPECT_EQ(ErrorOf(converse, Operation::kCountTokens), "input: must be an object");
  EXPECT_EQ(ErrorOf(R"({"input":{}})", Operation::kCountTokens), "input.converse: must be an object");
}

TEST(ConverseRequest, RefusesWhatCannotBeSeen) {
  struct Row {
    std::string body;
    std::string_view error;
  };
  const Row rows[] = {
      {With(R"("promptVariables":{"a":{"text":"b"}})"), "promptVariables: a prompt stored"},
      {With(R"("modelId":"other")"), "modelId: stands in the path"},
      {With(R"("additionalModelRequestFields":{"tools":[]})"),
       "additionalModelRequestFields.tools: this could"},
      {With(R"("additionalModelRequestFields":{"tool_choice":{}})"), "could offer tools"},
      {With(R"("additionalModelRequestFields":{"toolConfig":{}})"), "could offer tools"},
      {With(R"("additionalModelRequestFields":{"Tools":[]})"), "could offer tools"},
      {With(R"("additionalModelRequestFields":{"functions":[]})"), "could offer tools"},
      {With(R"("additionalModelRequestFields":{"mcp_servers":[]})"), "could offer tools"},
      {With(R"("additionalModelRequestFields":{"extra":{"deep":[{"tools":[]}]}})"),
       "extra.deep[0].tools: this"},
      {With(R"("additionalModelRequestFields":{"messages":[]})"), "could offer tools, content"},
      {With(R"("additionalModelRequestFields":{"system":"s"})"), "could offer tools, content"},
      {With(R"("additionalModelRequestFields":{"max_tokens":9})"), "or limits"},
      {With(R"("additionalModelRequestFields":{"max_completion_tokens":9})"), "or limits"},
      {With(R"("additionalModelRequestFields":{"too\u006cs":[]})"), "could offer tools"},
      {With(R"("additionalModelRequestFields":{"t\u043e\u043els":[]})"), "not plain ASCII"},
      {With(R"("additionalModelRequestFields":[])"), "additionalModelRequestFields: must be an object"},
      {With(R"("additionalModelResponseFieldPaths":["/stop_reason","/content"])"),
       "additionalModelResponseFieldPaths[1]: this may return content"},
      {With(R"("additionalModelResponseFieldPaths":[""])"), "additionalModelResponseFieldPaths[0]"},
  };
  for (const Row& row : rows) EXPECT_THAT(ErrorOf(row.body), HasSubstr(row.error)) << row.body;
  const auto stored =
      ReadRequest(Inbound{.dialect = Dialect::kBedrockConverse,
                          .model = "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1"},
                  With(""));
  EXPECT_THAT(stored.error().message, HasSubstr("stored with the provider"));
}

TEST(ConverseRequest, SaysWhereABodyBreaksTheDialect) {
  struct Row {
    std::string body;
    std::string_view error;
  };
  const Row rows[] = {
      {"{}", "messages: must not be empty"},
      {R"({"messages":{}})", "messages: must be an array"},
      {R"({"messages":["hi"]})", "messages[0]: must be an object"},
      {R"({"messages":[{"content":[]}]})", "messages[0].role: must be a string"},
      {R"({"messages":[{"role":"user","content":"hi"}]})", "messages[0].content: must be an array"},
      {R"({"messages":[{"role":"user","content":["hi"]}]})", "messages[0].content[0]: must be an object"},
      {R"({"messages":[{"role":"user","content":[{"toolAddition":{}}]}]})",
       "messages[0].content[0].toolAddition.tool: must be an object"},
      {With(R"("system":"s")"), "system: must be an array"},
      {With(R"("toolConfig":[])"), "toolConfig: must be an object"},
      {With(R"("toolConfig":{"tools":[{"toolSpec":{"name":"f"}}]})"),
       "toolConfig.tools[0].toolSpec.inputSchema.json: must be an object"},
      {With(R"("toolConfig":{"tools":[{"toolSpec":{"inputSchema":{"json":{}}}}]})"),
       "toolConfig.tools[0].toolSpec: a tool without a name"},
      {With(R"("inferenceConfig":{"maxTokens":0})"),
       "inferenceConfig: maxTokens: must be a positive integer"},
      {With(R"("ToolConfig":{})"), "\"ToolConfig\" differs from a known member only by letter case"},
      {With(R"("toolconfig":{})"), "\"toolconfig\" differs from a known member only by letter case"},
      {With(R"("toolConfig":{"tools":[{"toolspec":{}}]})"), "\"toolspec\" differs"},
      {R"({"messages":[{"role":"user","content":[{"tooladdition":{}}]}]})", "\"tooladdition\" differs"},
  };
  for (const Row& row : rows) EXPECT_THAT(ErrorOf(row.body), HasSubstr(row.error)) << row.body;
}

}  // namespace
}  // namespace proviso::protocol
