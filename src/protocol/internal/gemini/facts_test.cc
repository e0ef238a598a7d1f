#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "protocol/request.h"

namespace proviso::protocol {
namespace {

base::Result<Request> Read(std::string_view body, Operation operation = Operation::kGenerate) {
  return ReadRequest({.dialect = Dialect::kGemini, .operation = operation, .model = "gemini-3-pro"}, body);
}

std::string ErrorOf(std::string_view body, Operation operation = Operation::kGenerate) {
  const auto request = Read(body, operation);
  return request ? "" : request.error().message;
}

const std::string kContents = R"("contents":[{"role":"user","parts":[{"text":"hi"}]}])";

TEST(GeminiFacts, AreReadUnderEitherNameOfEachMember) {
  for (const std::string_view body : {
           R"({"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[]}],
               "systemInstruction":{"parts":[{"text":"s"}]},
               "tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"}}]},
                        {"googleSearch":{}},{"codeExecution":{}}],
               "generationConfig":{"maxOutputTokens":7,"candidateCount":2}})",
           R"({"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[]}],
               "system_instruction":{"parts":{"text":"s"}},
               "tools":[{"function_declarations":[{"name":"f","parameters":{"type":"OBJECT"}}]},
                        {"google_search":{}},{"code_execution":{}}],
               "generation_config":{"max_output_tokens":7,"candidate_count":2}})",
       }) {
    const auto request = Read(body);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->model, "gemini-3-pro");
    EXPECT_EQ(request->messages, 2U);
    EXPECT_EQ(request->output_tokens_max, 7);
    EXPECT_EQ(request->choices, 2);
    ASSERT_EQ(request->tools.size(), 3U);
    EXPECT_EQ(request->tools[0].name, "f");
    EXPECT_EQ(request->tools[0].kind, "function");
    EXPECT_EQ(request->tools[0].schema, R"({"type":"OBJECT"})");
    EXPECT_EQ(request->tools[1].kind, "googleSearch");
    EXPECT_EQ(request->tools[2].kind, "codeExecution");
  }
}

TEST(GeminiFacts, NameEachServerThatGoogleWouldReach) {
  const auto request =
      Read("{" + kContents + R"(,"tools":[{"mcpServers":[{"name":"files"},{"name":"mail"}]}]})");
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->tools.size(), 2U);
  EXPECT_EQ(request->tools[1].name, "mail");
  EXPECT_EQ(request->tools[1].kind, "mcpServers");
}

TEST(GeminiFacts, RefuseWhatCouldBeReadInTwoWays) {
  struct Row {
    std::string body;
    std::string_view message;
  };
  const Row rows[] = {
      {R"({"Contents":[]})", "body: \"Contents\" differs from a known member only by its spelling"},
      {"{" + kContents + R"(,"systemInstruction":{},"system_instruction":{}})",
       "body: both \"systemInstruction\" and \"system_instruction\""},
      {"{" + kContents + R"(,"generationconfig":{}})", "body: \"generationconfig\" differs"},
      {"{" + kContents + R"(,"generationConfig":{"maxOutputTokens":1,"max_output_tokens":2}})",
       "generationConfig: both \"maxOutputTokens\" and \"max_output_tokens\""},
      {R"({"contents":[{"parts":[{"functioncall":{}}]}]})", "contents[0].parts[0]: \"functioncall\" differs"},
      {R"({"contents":[{"parts":[{"functionCall":{"Args":{}}}]}]})",
       "contents[0].parts[0]: \"Args\" differs"},
      {R"({"contents":[{"Parts":[]}]})", "contents[0]: \"Parts\" differs"},
      {"{" + kContents + R"(,"tools":[{"Google_Search":{}}]})", "tools[0]: \"Google_Search\" differs"},
      {"{" + kContents +
           R"(,"tools":[{"functionDeclarations":[{"name":"f","parameters":{},"parametersJsonSchema":{}}]}]})",
       "tools[0].functionDeclarations[0]: both parameters and parametersJsonSchema"},
      {"{" + kContents + R"(,"model":"models/other"})", "model: must be the model of the path"},
  };
  for (const Row& row : rows) EXPECT_TRUE(ErrorOf(row.body).starts_with(row.message)) << ErrorOf(row.body);
}

TEST(GeminiFacts, RefuseContentThatStandsAtTheProvider) {
  for (const std::string_view member : {"cachedContent", "cached_content", "continuationToken"}) {
    const std::string error = ErrorOf("{" + kContents + ",\"" + std::string(member) + "\":\"x\"}");
    EXPECT_TRUE(error.ends_with("cannot be decided here; send it in contents")) << error;
  }
}

TEST(GeminiFacts, SayWhereABodyIsMalformed) {
  struct Row {
    std::string body;
    std::string_view message;
  };
  const Row rows[] = {
      {"{}", "contents: must not be empty"},
      {R"({"contents":[3]})", "contents[0]: must be an object"},
      {R"({"contents":[{"role":1}]})", "contents[0].role: must be a string"},
      {R"({"contents":[{"parts":"x"}]})", "contents[0].parts: must be an array"},
      {"{" + kContents + R"(,"systemInstruction":"x"})", "systemInstruction: must be an object"},
      {"{" + kContents + R"(,"generationConfig":[]})", "generationConfig: must be an object"},
      {"{" + kContents + R"(,"generationConfig":{"maxOutputTokens":"9"}})",
       "generationConfig.maxOutputTokens: must be a positive integer"},
      {"{" + kContents + R"(,"tools":[{"functionDeclarations":[{"name":7}]}]})",
       "tools[0].functionDeclarations[0].name: must be a string"},
      {"{" + kContents + R"(,"tools":[{"functionDeclarations":[{}]}]})",
       "tools[0].functionDeclarations[0]: a tool without a name"},
  };
  for (const Row& row : rows) EXPECT_EQ(ErrorOf(row.body), row.message);
}

TEST(GeminiFacts, BoundTheCandidates) {
  const auto body = [](std::size_t count) {
    return "{" + kContents + R"(,"generationConfig":{"candidateCount":)" + std::to_string(count) + "}}";
  };
  EXPECT_EQ(ErrorOf(body(kChoicesMax)), "");
  EXPECT_EQ(ErrorOf(body(kChoicesMax + 1)), "generationConfig.candidateCount: more than 128");
}

TEST(GeminiFacts, OfATokenCountAreThoseOfTheRequestItCounts) {
  const std::string whole =
      R"({"model":"models/gemini-3-pro",)" + kContents + R"(,"tools":[{"urlContext":{}}]})";
  const std::string body = R"({"generateContentRequest":)" + whole + "}";
  const auto request = Read(body, Operation::kCountTokens);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->messages, 1U);
  ASSERT_EQ(request->tools.size(), 1U);
  EXPECT_EQ(WithModel(body, *request, "g-2"), R"({"generateContentRequest":{"model":"models/g-2",)" +
                                                  kContents + R"(,"tools":[{"urlContext":{}}]}})");
  EXPECT_EQ(ErrorOf("{" + kContents + "}", Operation::kCountTokens), "");
  EXPECT_TRUE(ErrorOf("{" + kContents + R"(,"generate_content_request":{}})", Operation::kCountTokens)
                  .starts_with("body: both contents and generateContentRequest"));
}

TEST(GeminiFacts, OfEmbeddingsCountTheTextsAndMoveTheModelOfEach) {
  const std::string one = R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":4})";
  const auto single = Read(one, Operation::kEmbed);
  ASSERT_TRUE(single) << single.error().message;
  EXPECT_EQ(single->messages, 1U);
  EXPECT_EQ(WithModel(one, *single, "e-2"), one);

  const std::string batch =
      R"({"requests":[{"model":"models/gemini-3-pro","content":{"parts":[{"text":"a"}]}},)"
      R"({"model":"models/gemini-3-pro","content":{"parts":[{"text":"b"}]}}]})";
  const auto several = Read(batch, Operation::kEmbed);
  ASSERT_TRUE(several) << several.error().message;
  EXPECT_EQ(several->messages, 2U);
  EXPECT_EQ(WithModel(batch, *several, "e-2"),
            R"({"requests":[{"model":"models/e-2","content":{"parts":[{"text":"a"}]}},)"
            R"({"model":"models/e-2","content":{"parts":[{"text":"b"}]}}]})");
  EXPECT_EQ(ErrorOf("{}", Operation::kEmbed), "content: must be an object");
  EXPECT_EQ(ErrorOf(R"({"content":{},"requests":[{"content":{}}]})", Operation::kEmbed),
            "body: both content and requests");
  EXPECT_EQ(ErrorOf(R"({"requests":[{"content":{}},{}]})", Operation::kEmbed),
            "requests[1].content: must be an object");
}

}  // namespace
}  // namespace proviso::protocol
