// Requests of Anthropic Messages, read and written.
#include <gtest/gtest.h>

#include "base/canonical_json.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/dialects.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Json;
using base::Result;

constexpr std::string_view kBlocks = R"({
  "model": "claude-x", "max_tokens": 2000, "stream": true, "temperature": 0.5, "top_p": 0.9, "top_k": 40,
  "stop_sequences": ["END", "STOP"], "metadata": {"user_id": "u-1", "team": "t"},
  "service_tier": "auto", "container": {"id": "c", "skills": []},
  "system": [{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
  "messages": [
    {"role": "user", "content": [
      {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
      {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
      {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
      {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
      {"type": "document", "title": "Paper", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}},
      {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "plain words"},
       "context": "from the archive", "citations": {"enabled": true}},
      {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "inner"}]}},
      {"type": "document", "source": {"type": "url", "url": "https://x.example/a.pdf"}},
      {"type": "search_result", "source": "https://x.example", "title": "T", "content": [{"type": "text", "text": "c"}]},
      {"type": "container_upload", "file_id": "file_2"}]},
    {"role": "assistant", "content": [
      {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
      {"type": "redacted_thinking", "data": "cmVk"},
      {"type": "text", "text": "cited", "citations": [
        {"type": "char_location", "cited_text": "plain", "document_index": 1, "document_title": "D",
         "start_char_index": 0, "end_char_index": 5}]},
      {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
      {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
      {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1, "b": [true, null]}},
      {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}, "caller": {"type": "code_execution_20250825", "tool_id": "s"}}]},
    {"role": "user", "content": [
      {"type": "tool_result", "tool_use_id": "toolu_1", "content": [
        {"type": "text", "text": "r"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "BBBB"}},
        {"type": "tool_reference", "tool_name": "h"}]},
      {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true, "content": [{"type": "text", "text": "broke"}]},
      {"type": "text", "text": "go on"}]},
    {"role": "system", "content": [{"type": "text", "text": "from now on: French"}]},
    {"role": "assistant", "content": [{"type": "text", "text": "Alors"}]}],
  "tools": [
    {"name": "f", "description": "does f", "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false}, "strict": true},
    {"name": "g", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}},
    {"name": "h", "input_schema": {"type": "object"}, "defer_loading": true},
    {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}],
  "tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": true},
  "thinking": {"type": "enabled", "budget_tokens": 1500, "display": "summarized"},
  "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object", "additionalProperties": false}}},
  "mcp_servers": [{"type": "url", "name": "m", "url": "https://m.example"}]
})";

constexpr std::string_view kPlain = R"({"model":"m","max_tokens":5,"system":"be kind",
  "messages":[{"role":"user","content":"hi"}],"thinking":{"type":"adaptive","display":"omitted"},
  "tool_choice":{"type":"any"},"tools":[{"type":"custom","name":"f","input_schema":{"type":"object"}}]})";

Result<ExchangeRequest> Read(std::string_view body) {
  return ReadExchange(Inbound{.dialect = Dialect::kAnthropicMessages}, body);
}

Result<std::string> Write(const ExchangeRequest& request, std::vector<Finding>& findings) {
  const Translation translation{.to = Dialect::kAnthropicMessages, .model = request.model, .disposals = {}};
  internal::WriteContext context{translation, findings};
  return internal::WriteAnthropicRequest(request, context);
}

/// Written, canonical; or the error.
std::string Written(const ExchangeRequest& request) {
  std::vector<Finding> findings;
  const auto body = Write(request, findings);
  if (!body) return body.error().message;
  const auto document = base::JsonDocument::Parse(*body);
  EXPECT_TRUE(document) << *body;
  return document ? base::CanonicalJson(document->root()) : "";
}

Block TextOf(std::string text) {
  Block block;
  block.content = TextBlock{.text = std::move(text), .citations = {}};
  return block;
}

Block CallOf(std::string id, std::string arguments) {
  Block block;
  block.content = CallBlock{
      .id = std::move(id), .name = "f", .arguments = std::move(arguments), .signature = "", .item_id = ""};
  return block;
}

Block ResultOf(std::string id, std::string text) {
  Block block;
  block.content =
      ResultBlock{.call_id = std::move(id), .name = "", .content = {TextOf(std::move(text))}, .json = ""};
  return block;
}

Block MediaOf(MediaBlock::Kind kind, std::string type, std::string base64) {
  Block block;
  block.content = MediaBlock{.kind = kind,
                             .media_type = std::move(type),
                             .base64 = std::move(base64),
                             .url = "",
                             .file_id = "",
                             .name = "",
                             .detail = ""};
  return block;
}

Turn TurnOf(Role role, std::vector<Block> blocks) {
  return {.role = role, .blocks = std::move(blocks), .name = "", .source = {}};
}

ToolDefinition ToolNamed(std::string name) {
  ToolDefinition tool;
  tool.name = std::move(name);
  tool.schema = R"({"type":"object"})";
  return tool;
}

/// Asked in OpenAI's dialect, with one turn of the user.
ExchangeRequest Foreign(std::vector<Turn> turns = {}) {
  ExchangeRequest request;
  request.model = "m";
  request.turns = std::move(turns);
  if (request.turns.empty()) request.turns.push_back(TurnOf(Role::kUser, {TextOf("hi")}));
  return request;
}

TEST(AnthropicRequests, AreTheSameAfterWritingAndReading) {
  for (const std::string_view body : {kBlocks, kPlain}) {
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

TEST(AnthropicRequests, LoseNoMember) {
  for (const std::string_view body : {kBlocks, kPlain}) {
    const auto request = Read(body);
    ASSERT_TRUE(request);
    const auto document = base::JsonDocument::Parse(body);
    ASSERT_TRUE(document);
    std::vector<Json> scalars;
    CollectScalars(document->root(), scalars);
    EXPECT_GT(scalars.size(), 10U);
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

TEST(AnthropicRequests, KnowWhereEachBlockStands) {
  const auto request = Read(kBlocks);
  ASSERT_TRUE(request);
  for (const Turn& turn : request->turns) {
    for (const Block& block : turn.blocks) {
      const std::string_view source =
          kBlocks.substr(block.source.begin, block.source.end - block.source.begin);
      EXPECT_TRUE(source.starts_with(R"({"type": ")")) << source;
      EXPECT_TRUE(source.ends_with("}")) << source;
    }
  }
}

TEST(AnthropicRequests, SplitResultsFromWhatTheUserSays) {
  const auto request = Read(kBlocks);
  ASSERT_TRUE(request);
  std::vector<Role> roles;
  for (const Turn& turn : request->turns) roles.push_back(turn.role);
  EXPECT_EQ(roles, (std::vector<Role>{Role::kSystem, Role::kUser, Role::kAssistant, Role::kTool, Role::kTool,
                                      Role::kUser, Role::kSystem, Role::kAssistant}));
}

TEST(AnthropicRequests, SayWhereTheyAreBroken) {
  const std::string head = R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":)";
  struct Row {
    std::string body;
    std::string error;
  };
  for (const auto& [body, error] : {
           Row{head + "7}]}", "messages[0].content: must be a string or an array"},
           Row{head + "null}]}", "messages[0].content: must be a string or an array"},
           Row{head + "[1]}]}", "messages[0].content[0]: must be an object"},
           Row{head + "[{}]}]}", "messages[0].content[0].type: must be a string"},
           Row{head + R"([{"type":"text"}]}]})", "messages[0].content[0].text: must be a string"},
           Row{head + R"([{"type":"image","source":1}]}]})",
               "messages[0].content[0].source: must be an object"},
           Row{head + R"([{"type":"image","source":{"type":"url"}}]}]})",
               "messages[0].content[0].source.url: must be a string"},
           Row{head + R"([{"type":"tool_use","id":"a","name":"f","input":"{}"}]}]})",
               "messages[0].content[0].input: must be an object"},
           Row{head + R"([{"type":"tool_result","tool_use_id":"a","is_error":1}]}]})",
               "messages[0].content[0].is_error: must be true or false"},
           Row{head + R"("x"}],"tool_choice":{"type":"tool"}})",
               "tool_choice: must be {\"type\": auto, any, none, or tool with a name}"},
           Row{head + R"("x"}],"thinking":{"type":"enabled"}})",
               "thinking.budget_tokens: must be an integer"},
           Row{head + R"("x"}],"output_config":{"format":{"type":"json_schema"}}})",
               "output_config.format: must be {\"type\":\"json_schema\",\"schema\":{…}}"},
           Row{head + R"("x"}],"temperature":"1"})", "temperature: must be a number"},
           Row{head + R"("x"}],"stop_sequences":[1]})", "stop_sequences[0]: must be a string"},
           Row{R"({"model":"m","messages":[{"role":"tool","content":"x"}]})",
               "messages[0].role: must be \"user\", \"assistant\" or \"system\""},
       }) {
    const auto read = Read(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().message, error);
    EXPECT_EQ(read.error().code, base::ErrorCode::kInvalid);
  }
}

TEST(AnthropicRequests, AreWrittenInTurnsThatAlternate) {
  const ExchangeRequest request = Foreign({
      TurnOf(Role::kSystem, {TextOf("a")}),
      TurnOf(Role::kDeveloper, {TextOf("b")}),
      TurnOf(Role::kUser, {TextOf("c")}),
      TurnOf(Role::kUser, {TextOf("d"), TextOf("")}),
      TurnOf(Role::kAssistant, {CallOf("1", R"({"x":1})"), CallOf("2", "")}),
      TurnOf(Role::kTool, {ResultOf("1", "one")}),
      TurnOf(Role::kUser, {TextOf("e")}),
      TurnOf(Role::kTool, {ResultOf("2", "two")}),
  });
  EXPECT_EQ(
      Written(request),
      R"({"max_tokens":32000,"messages":[)"
      R"({"content":[{"text":"c","type":"text"},{"text":"d","type":"text"}],"role":"user"},)"
      R"({"content":[{"id":"1","input":{"x":1},"name":"f","type":"tool_use"},)"
      R"({"id":"2","input":{},"name":"f","type":"tool_use"}],"role":"assistant"},)"
      R"({"content":[{"content":[{"text":"one","type":"text"}],"tool_use_id":"1","type":"tool_result"},)"
      R"({"content":[{"text":"two","type":"text"}],"tool_use_id":"2","type":"tool_result"},)"
      R"({"text":"e","type":"text"}],"role":"user"}],"model":"m",)"
      R"("system":[{"text":"a","type":"text"},{"text":"b","type":"text"}]})");
}

TEST(AnthropicRequests, NameWhatAnthropicDoesNotTake) {
  using Kind = MediaBlock::Kind;
  struct Row {
    Block block;
    std::string error;
  };
  Block file = MediaOf(Kind::kImage, "", "");
  std::get<MediaBlock>(file.content).file_id = "file-1";
  Block custom = CallOf("1", "free text");
  std::get<CallBlock>(custom.content).kind = CallKind::kCustom;
  const std::string path = "turns[0].blocks[0]";
  for (const auto& [block, error] : {
           Row{MediaOf(Kind::kImage, "image/tiff", "AAAA"),
               path + ".media_type: Anthropic takes image/jpeg, image/png, image/gif and image/webp, not "
                      "\"image/tiff\""},
           Row{MediaOf(Kind::kDocument, "application/msword", "AAAA"),
               path + ".media_type: Anthropic takes application/pdf and text documents, not "
                      "\"application/msword\""},
           Row{MediaOf(Kind::kDocument, "text/csv", "/w=="), path + ": must be UTF-8 text in base64"},
           Row{MediaOf(Kind::kAudio, "audio/wav", "AAAA"),
               path + ": Anthropic takes only images and documents"},
           Row{file, path + ".file_id: a file in another provider's store cannot be read"},
           Row{custom, path + ": Anthropic has no calls with free text"},
           Row{CallOf("1", "[1]"), path + ".arguments: Anthropic takes only a JSON object"},
           Row{CallOf("1", "{"), path + ".arguments: Anthropic takes only a JSON object"},
       }) {
    EXPECT_EQ(Written(Foreign({TurnOf(Role::kUser, {block})})), error);
  }
  EXPECT_EQ(Written(Foreign({TurnOf(Role::kSystem, {TextOf("a")})})),
            "turns: Anthropic needs at least one turn of the user");
  ExchangeRequest stop = Foreign();
  stop.sampling.stop = {"a", " \n"};
  EXPECT_EQ(Written(stop), "sampling.stop[1]: Anthropic takes no stop sequence of only white space");
  ExchangeRequest tool = Foreign();
  tool.tools.push_back(ToolNamed("a.b"));
  EXPECT_EQ(Written(tool), "tools[0].name: Anthropic takes at most 128 letters, digits, _ and -");
}

TEST(AnthropicRequests, GiveATextDocumentAsText) {
  const std::string body = Written(
      Foreign({TurnOf(Role::kUser, {MediaOf(MediaBlock::Kind::kDocument, "text/markdown", "IyBI")})}));
  EXPECT_TRUE(
      body.contains(R"("source":{"data":"# H","media_type":"text/plain","type":"text"},"type":"document")"))
      << body;
}

TEST(AnthropicRequests, OfferOnlyTheAllowedTools) {
  ExchangeRequest request = Foreign();
  for (const char* name : {"a", "b", "c"}) {
    request.tools.push_back(ToolNamed(name));
  }
  request.tool_choice = {.kind = ToolChoice::Kind::kAny, .names = {"b"}, .parallel = false};
  const std::string body = Written(request);
  EXPECT_TRUE(body.contains(R"("tools":[{"input_schema":{"type":"object"},"name":"b"}])")) << body;
  EXPECT_TRUE(body.contains(R"("tool_choice":{"disable_parallel_tool_use":true,"type":"any"})")) << body;
}

TEST(AnthropicRequests, SayReasoningInAnthropicsWords) {
  using Mode = ReasoningChoice::Mode;
  using Show = ReasoningChoice::Show;
  struct Row {
    ReasoningChoice reasoning;
    std::optional<std::int64_t> most;
    std::string says;
  };
  for (const auto& [reasoning, most, says] : {
           Row{{.effort = "high", .budget_tokens = {}}, {}, R"("output_config":{"effort":"high"})"},
           Row{{.effort = "minimal", .budget_tokens = {}}, {}, R"("output_config":{"effort":"low"})"},
           Row{{.effort = "none", .budget_tokens = {}}, {}, R"("thinking":{"type":"disabled"})"},
           Row{{.effort = "", .budget_tokens = 0}, {}, R"("thinking":{"type":"disabled"})"},
           Row{{.effort = "", .budget_tokens = -1}, {}, R"("thinking":{"type":"adaptive"})"},
           Row{{.effort = "", .budget_tokens = {}, .mode = Mode::kOn},
               {},
               R"("thinking":{"type":"adaptive"})"},
           Row{{.effort = "", .budget_tokens = {}, .show = Show::kSummary},
               {},
               R"("thinking":{"display":"summarized","type":"adaptive"})"},
           Row{{.effort = "", .budget_tokens = 5000},
               6000,
               R"("thinking":{"budget_tokens":5000,"type":"enabled"})"},
           Row{{.effort = "", .budget_tokens = 1},
               {},
               R"("thinking":{"budget_tokens":1024,"type":"enabled"})"},
           Row{{.effort = "", .budget_tokens = 5000},
               5000,
               "reasoning.budget_tokens: must be less than output_tokens_max, 5000"},
       }) {
    ExchangeRequest request = Foreign();
    request.reasoning = reasoning;
    request.sampling.output_tokens_max = most;
    EXPECT_TRUE(Written(request).contains(says)) << Written(request) << "\n" << says;
  }
}

TEST(AnthropicRequests, FindWhatTheyRound) {
  ExchangeRequest request = Foreign();
  request.sampling.temperature = 1.5;
  request.sampling.top_p = 1;
  request.reasoning.effort = "minimal";
  std::vector<Finding> findings;
  const auto body = Write(request, findings);
  ASSERT_TRUE(body);
  EXPECT_TRUE(body->contains(R"("temperature":1)")) << *body;
  EXPECT_FALSE(body->contains("top_p")) << *body;
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].message, "reasoning.effort: Anthropic's least is low");
  EXPECT_EQ(findings[1].message, "sampling.temperature: 1 is the most, and was sent");
}

TEST(AnthropicRequests, GiveACallItsSignatureBack) {
  const std::string data = Enclose(OriginName(Dialect::kGemini, "g"), "call.c2ln");
  const auto request = Read(R"({"model":"m","max_tokens":5,"messages":[{"role":"assistant","content":[)"
                            R"({"type":"redacted_thinking","data":")" +
                            data + R"("},{"type":"tool_use","id":"t","name":"f","input":{}}]}]})");
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->turns.front().blocks.size(), 1U);
  const auto& call = std::get<CallBlock>(request->turns.front().blocks.front().content);
  const auto origin = OpenOrigin(call.signature);
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->dialect, Dialect::kGemini);
  EXPECT_EQ(origin->signature, "c2ln");
}

}  // namespace
}  // namespace proviso::protocol
