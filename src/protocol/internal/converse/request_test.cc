// Requests of Bedrock Converse, read and written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/canonical_json.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/converse/media.h"
#include "protocol/internal/dialects.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Json;
using base::Result;
using testing::HasSubstr;

constexpr std::string_view kBody = R"({
  "system": [{"text": "be brief"}, {"cachePoint": {"type": "default", "ttl": "1h"}}, {"guardContent": {"text": {"text": "g"}}}],
  "messages": [
    {"role": "user", "content": [
      {"text": "look"}, {"cachePoint": {"type": "default"}},
      {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
      {"image": {"format": "jpeg", "source": {"s3Location": {"uri": "s3://bucket/a.jpg"}}}},
      {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/b.png", "bucketOwner": "123456789012"}}}},
      {"document": {"format": "pdf", "name": "Paper", "source": {"bytes": "AAAA"}}},
      {"document": {"format": "txt", "name": "Notes", "source": {"text": "plain words"}}},
      {"document": {"format": "md", "name": "Cited", "source": {"bytes": "AAAA"}, "context": "c", "citations": {"enabled": true}}},
      {"document": {"name": "Blocks", "source": {"content": [{"text": "inner"}]}}},
      {"video": {"format": "mp4", "source": {"bytes": "AAAA"}}},
      {"audio": {"format": "wav", "source": {"bytes": "AAAA"}}},
      {"guardContent": {"text": {"text": "guarded", "qualifiers": ["query"]}}},
      {"searchResult": {"source": "https://x.example", "title": "T", "content": [{"text": "c"}], "citations": {"enabled": true}}}]},
    {"role": "assistant", "content": [
      {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
      {"reasoningContent": {"redactedContent": "cmVk"}},
      {"citationsContent": {"content": [{"text": "cited"}], "citations": [
        {"title": "D", "sourceContent": [{"text": "plain"}], "location": {"documentChar": {"documentIndex": 1, "start": 0, "end": 5}}}]}},
      {"toolUse": {"toolUseId": "s", "name": "nova_grounding", "input": {"q": 1}, "type": "server_tool_use"}},
      {"toolResult": {"toolUseId": "s", "type": "nova_grounding_result", "content": [{"text": "found"}]}},
      {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1, "b": [true, null]}}},
      {"toolUse": {"toolUseId": "t2", "name": "g", "input": {}}}]},
    {"role": "user", "content": [
      {"toolResult": {"toolUseId": "t1", "status": "success", "content": [
        {"text": "r"}, {"image": {"format": "jpeg", "source": {"bytes": "BBBB"}}}, {"json": {"mixed": 1}}]}},
      {"toolResult": {"toolUseId": "t2", "status": "error", "content": [{"json": {"why": "broke"}}]}},
      {"text": "go on"}]},
    {"role": "assistant", "content": [{"text": "Alors"}]}],
  "toolConfig": {"tools": [
    {"toolSpec": {"name": "f", "description": "does f", "inputSchema": {"json": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false}}, "strict": true}},
    {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object"}}}},
    {"cachePoint": {"type": "default"}},
    {"systemTool": {"name": "nova_grounding"}}],
    "toolChoice": {"tool": {"name": "f"}}},
  "inferenceConfig": {"maxTokens": 2000, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END", "STOP"]},
  "outputConfig": {"effort": "high", "textFormat": {"type": "json_schema", "structure": {"jsonSchema":
    {"schema": "{\"type\":\"object\",\"additionalProperties\":false}", "name": "n", "description": "d"}}}},
  "requestMetadata": {"team": "t"},
  "guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"},
  "performanceConfig": {"latency": "optimized"},
  "additionalModelResponseFieldPaths": ["/stop_sequence"],
  "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}, "top_k": 5}
})";

constexpr std::string_view kPlain = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}],
  "toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"any":{}}}})";

Result<ExchangeRequest> Read(std::string_view body) {
  return ReadExchange(Inbound{.dialect = Dialect::kBedrockConverse, .model = "m"}, body);
}

Result<std::string> Write(const ExchangeRequest& request, std::vector<Finding>& findings) {
  const Translation translation{.to = Dialect::kBedrockConverse, .model = request.model, .disposals = {}};
  internal::WriteContext context{translation, findings};
  return internal::WriteConverseRequest(request, context);
}

/// Written, canonical; or the error.
std::string Written(const ExchangeRequest& request, std::string* found = nullptr) {
  std::vector<Finding> findings;
  const auto body = Write(request, findings);
  for (const Finding& finding : findings) {
    if (found != nullptr) *found += finding.message + "\n";
  }
  if (!body) return body.error().message;
  const auto document = base::JsonDocument::Parse(*body);
  EXPECT_TRUE(document) << *body;
  return document ? base::CanonicalJson(document->root()) : "";
}

template <typename Content>
Block BlockOf(Content content) {
  Block block;
  block.content = std::move(content);
  return block;
}

Block TextOf(std::string text) {
  return BlockOf(TextBlock{.text = std::move(text), .citations = {}});
}

Block CallOf(std::string id, std::string arguments) {
  return BlockOf(CallBlock{
      .id = std::move(id), .name = "f", .arguments = std::move(arguments), .signature = "", .item_id = ""});
}

Block ResultOf(std::string id, std::string text) {
  return BlockOf(
      ResultBlock{.call_id = std::move(id), .name = "", .content = {TextOf(std::move(text))}, .json = ""});
}

Block DocumentOf(std::string type, std::string name) {
  return BlockOf(MediaBlock{.kind = MediaBlock::Kind::kDocument,
                            .media_type = std::move(type),
                            .base64 = "AAAA",
                            .url = "",
                            .file_id = "",
                            .name = std::move(name),
                            .detail = ""});
}

Turn TurnOf(Role role, std::vector<Block> blocks) {
  return {.role = role, .blocks = std::move(blocks), .name = "", .source = {}};
}

/// Asked in OpenAI's dialect, with one turn of the user.
ExchangeRequest Foreign(std::vector<Turn> turns = {}) {
  ExchangeRequest request;
  request.model = "m";
  request.turns = std::move(turns);
  if (request.turns.empty()) request.turns.push_back(TurnOf(Role::kUser, {TextOf("hi")}));
  return request;
}

TEST(ConverseRequests, AreTheSameAfterWritingAndReading) {
  for (const std::string_view body : {kBody, kPlain}) {
    const auto request = Read(body);
    ASSERT_TRUE(request) << request.error().message;
    std::vector<Finding> findings;
    const auto written = Write(*request, findings);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_TRUE(findings.empty()) << findings.front().message;
    const auto again = Read(*written);
    ASSERT_TRUE(again) << again.error().message << *written;
    EXPECT_EQ(ToJson(*again), ToJson(*request));
  }
}

/// All scalars below a value.
void CollectScalars(Json value, std::vector<Json>& out) {
  for (const Json element : value.elements()) CollectScalars(element, out);
  for (const base::JsonMember member : value.members()) CollectScalars(member.value, out);
  if (value.is_string() || value.is_number() || value.is_bool()) out.push_back(value);
}

TEST(ConverseRequests, LoseNoMember) {
  for (const std::string_view body : {kBody, kPlain}) {
    const auto request = Read(body);
    ASSERT_TRUE(request);
    const auto document = base::JsonDocument::Parse(body);
    ASSERT_TRUE(document);
    std::vector<Json> scalars;
    CollectScalars(document->root(), scalars);
    EXPECT_GE(scalars.size(), 4U);
    for (const Json scalar : scalars) {
      std::string other;
      if (scalar.is_string()) other = base::JsonString(scalar.text() + "x");
      if (scalar.is_number()) other = "7";
      if (scalar.is_bool()) other = scalar.is_true() ? "false" : "true";
      std::string changed(body);
      changed.replace(scalar.begin(), scalar.end() - scalar.begin(), other);
      const auto read = Read(changed);
      if (read) EXPECT_NE(ToJson(*read), ToJson(*request)) << scalar.Where() << " " << scalar.raw();
    }
  }
}

TEST(ConverseRequests, KnowWhereEachBlockStands) {
  const auto request = Read(kBody);
  ASSERT_TRUE(request);
  for (const Turn& turn : request->turns) {
    for (const Block& block : turn.blocks) {
      const std::string_view source = kBody.substr(block.source.begin, block.source.end - block.source.begin);
      EXPECT_TRUE(source.starts_with(R"({")")) << source;
      EXPECT_TRUE(source.ends_with("}")) << source;
    }
  }
}

TEST(ConverseRequests, SplitResultsFromWhatTheUserSays) {
  const auto request = Read(kBody);
  ASSERT_TRUE(request);
  std::vector<Role> roles;
  for (const Turn& turn : request->turns) roles.push_back(turn.role);
  EXPECT_EQ(roles, (std::vector<Role>{Role::kSystem, Role::kUser, Role::kAssistant, Role::kTool, Role::kTool,
                                      Role::kUser, Role::kAssistant}));
  const auto& failed = std::get<ResultBlock>(request->turns[4].blocks[0].content);
  EXPECT_EQ(failed.json, R"({"why": "broke"})");
  EXPECT_EQ(failed.status, ResultBlock::Status::kError);
}

TEST(ConverseRequests, AreReadOutOfATokenCount) {
  const auto request = ReadExchange(
      Inbound{.dialect = Dialect::kBedrockConverse, .operation = Operation::kCountTokens, .model = "m"},
      R"({"input":{"converse":)" + std::string(kPlain) + "}}");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->turns.size(), 1U);
  EXPECT_EQ(request->tools.size(), 1U);
}

TEST(ConverseRequests, SayWhereTheyAreBroken) {
  const std::string head = R"({"messages":[{"role":"user","content":[)";
  const std::string hi = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}],)";
  struct Row {
    std::string body;
    std::string_view error;
  };
  const Row rows[] = {
      {head + R"({}]}]})", "messages[0].content[0]: must hold text, image, toolUse or the like"},
      {head + R"({"text":7}]}]})", "messages[0].content[0].text: must be a string"},
      {head + R"({"image":7}]}]})", "messages[0].content[0].image: must be an object"},
      {head + R"({"image":{"format":"png"}}]}]})", "messages[0].content[0].image.source: must be an object"},
      {head + R"({"toolUse":{"name":"f"}}]}]})",
       "messages[0].content[0].toolUse.toolUseId: must be a string"},
      {head + R"({"toolUse":{"toolUseId":"a","name":"f","input":"{}"}}]}]})",
       "messages[0].content[0].toolUse.input: must be an object"},
      {head + R"({"toolResult":{"toolUseId":"a"}}]}]})",
       "messages[0].content[0].toolResult.content: must be an array"},
      {head + R"({"toolResult":{"toolUseId":"a","content":[7]}}]}]})",
       "messages[0].content[0].toolResult.content[0]: must be an object"},
      {head + R"({"reasoningContent":{"reasoningText":{}}}]}]})",
       "messages[0].content[0].reasoningContent.reasoningText.text: must be a string"},
      {R"({"messages":[{"role":"tool","content":[]}]})",
       "messages[0].role: must be user, assistant or system"},
      {hi + R"("toolConfig":{"toolChoice":{}}})", "toolConfig.toolChoice: must be one of auto, any and tool"},
      {hi + R"("toolConfig":{"toolChoice":{"tool":{}}}})",
       "toolConfig.toolChoice.tool.name: must be a string"},
      {hi + R"("inferenceConfig":{"temperature":"1"}})", "inferenceConfig.temperature: must be a number"},
      {hi + R"("inferenceConfig":{"stopSequences":[1]}})",
       "inferenceConfig.stopSequences[0]: must be a string"},
      {hi + R"("outputConfig":{"textFormat":{}}})",
       "outputConfig.textFormat: must be of type json_schema, with structure.jsonSchema"},
      {hi + R"("requestMetadata":{"a":1}})", "requestMetadata.a: must be a string"},
  };
  for (const Row& row : rows) {
    const auto read = Read(row.body);
    ASSERT_FALSE(read) << row.body;
    EXPECT_EQ(read.error().message, row.error);
  }
}

TEST(ConverseRequests, AreWrittenInTurnsThatAlternate) {
  ExchangeRequest request = Foreign({
      TurnOf(Role::kSystem, {TextOf("a")}),
      TurnOf(Role::kDeveloper, {TextOf("b")}),
      TurnOf(Role::kUser, {TextOf("c")}),
      TurnOf(Role::kUser, {TextOf("d"), TextOf("")}),
      TurnOf(Role::kAssistant, {CallOf("1", R"({"x":1})"), CallOf("2", "")}),
      TurnOf(Role::kTool, {ResultOf("1", "one")}),
      TurnOf(Role::kUser, {TextOf("e")}),
      TurnOf(Role::kTool, {ResultOf("2", "two")}),
  });
  ToolDefinition tool;
  tool.name = "f";
  tool.schema = R"({"type":"object"})";
  request.tools.push_back(std::move(tool));
  EXPECT_EQ(
      Written(request),
      R"({"messages":[{"content":[{"text":"c"},{"text":"d"}],"role":"user"},)"
      R"({"content":[{"toolUse":{"input":{"x":1},"name":"f","toolUseId":"1"}},)"
      R"({"toolUse":{"input":{},"name":"f","toolUseId":"2"}}],"role":"assistant"},)"
      R"({"content":[{"toolResult":{"content":[{"text":"one"}],"toolUseId":"1"}},)"
      R"({"toolResult":{"content":[{"text":"two"}],"toolUseId":"2"}},{"text":"e"}],"role":"user"}],)"
      R"("system":[{"text":"a"},{"text":"b"}],)"
      R"("toolConfig":{"tools":[{"toolSpec":{"inputSchema":{"json":{"type":"object"}},"name":"f"}}]}})");
}

TEST(ConverseRequests, OfferTheToolsOfEarlierCallsAgainWhenNoneIs) {
  std::string found;
  const std::string body =
      Written(Foreign({TurnOf(Role::kUser, {TextOf("hi")}), TurnOf(Role::kAssistant, {CallOf("1", "{}")}),
                       TurnOf(Role::kTool, {ResultOf("1", "one")})}),
              &found);
  EXPECT_THAT(body,
              HasSubstr(R"("tools":[{"toolSpec":{"inputSchema":{"json":{"type":"object"}},"name":"f"}}])"));
  EXPECT_EQ(found,
            "tools: Bedrock Converse wants the tools of earlier calls offered again; \"f\" was added\n");
}

TEST(ConverseRequests, GiveDocumentsNamesThatMayStand) {
  std::string found;
  const std::string body =
      Written(Foreign({TurnOf(Role::kUser,
                              {TextOf("read"), DocumentOf("application/pdf", "a.pdf"),
                               DocumentOf("text/plain; charset=utf-8", "a.pdf"), DocumentOf("text/x-c++", ""),
                               DocumentOf("text/csv", ""), DocumentOf("text/html", "ok (1) [x]")})}),
              &found);
  for (const std::string_view document :
       {R"x({"format":"pdf","name":"a-pdf")x", R"x({"format":"txt","name":"a-pdf (2)")x",
        R"x({"format":"txt","name":"document")x", R"x({"format":"csv","name":"document (2)")x",
        R"x({"format":"html","name":"ok (1) [x]")x"}) {
    EXPECT_THAT(body, HasSubstr(document));
  }
  EXPECT_THAT(found, HasSubstr("turns[0].blocks[1]: the document is named \"a-pdf\""));
  EXPECT_THAT(found, HasSubstr("turns[0].blocks[2]: the document is named \"a-pdf (2)\""));
  EXPECT_FALSE(found.contains("blocks[3]")) << "one without a name just gets one";
  internal::converse::DocumentNames names;
  EXPECT_EQ(names.Take("żółw  i\tkot"), "-w i-kot");
  EXPECT_EQ(names.Take(std::string(300, 'x')).size(), 190U);
  EXPECT_EQ(names.Take(" "), "document");
}

TEST(ConverseRequests, NameWhatBedrockDoesNotTake) {
  EXPECT_EQ(Written(Foreign({TurnOf(Role::kUser, {DocumentOf("application/zip", "z")})})),
            "turns[0].blocks[0]: Bedrock Converse takes no document of type \"application/zip\"");
  EXPECT_EQ(Written(Foreign({TurnOf(Role::kAssistant, {CallOf("1", "[1]")})})),
            "turns[0].blocks[0]: the call's arguments must be a JSON object for Bedrock Converse");
  EXPECT_EQ(Written(Foreign({TurnOf(Role::kSystem, {TextOf("s")})})),
            "turns: Bedrock Converse needs at least one turn of the user");
  ExchangeRequest request = Foreign();
  request.sampling.temperature = 1.5;
  request.metadata = {{"team", "t"}, {"emoji", "\xF0\x9F\x90\xA2"}};
  std::string found;
  EXPECT_EQ(Written(request, &found),
            R"({"inferenceConfig":{"temperature":1},"messages":[{"content":[{"text":"hi"}],"role":"user"}],)"
            R"("requestMetadata":{"team":"t"}})");
  EXPECT_EQ(found,
            "sampling.temperature: Bedrock Converse takes at most 1; it was set to 1\n"
            "metadata.emoji: Bedrock Converse takes no such entry; it was left out\n");
}

TEST(ConverseRequests, CarryAnAnswerSchemaAsText) {
  ExchangeRequest request = Foreign();
  request.format = {.kind = AnswerFormat::Kind::kSchema,
                    .name = "n",
                    .description = "",
                    .schema = R"({"type":"object"})",
                    .strict = {}};
  const std::string body = Written(request);
  EXPECT_THAT(body, HasSubstr(R"("textFormat":{"structure":{"jsonSchema":{"name":"n","schema":"{)"));
  const auto again = Read(body);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->format.kind, AnswerFormat::Kind::kSchema);
}

TEST(ConverseRequests, FindTheReasoningThatIsBoundToACall) {
  const std::string envelope = Enclose(OriginName(Dialect::kGemini, "g"), "call.c2ln");
  const auto request =
      Read(R"({"messages":[{"role":"user","content":[{"text":"hi"}]},{"role":"assistant","content":[
    {"reasoningContent":{"reasoningText":{"text":"","signature":")" +
           envelope + R"("}}},
    {"toolUse":{"toolUseId":"a","name":"f","input":{}}}]}]})");
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->turns[1].blocks.size(), 1U);
  const auto& call = std::get<CallBlock>(request->turns[1].blocks[0].content);
  EXPECT_EQ(call.signature, Enclose(OriginName(Dialect::kGemini, "g"), "c2ln"));
}

}  // namespace
}  // namespace proviso::protocol
