// Gemini's requests as Exchanges, both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/canonical_json.h"
#include "base/json.h"
#include "protocol/internal/dialects.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using testing::HasSubstr;

base::Result<ExchangeRequest> TryRead(std::string_view body) {
  return ReadExchange(
      {.dialect = Dialect::kGemini, .operation = Operation::kGenerate, .model = "gemini-2.5-pro"}, body);
}

ExchangeRequest ReadIt(std::string_view body) {
  auto request = TryRead(body);
  EXPECT_TRUE(request) << request.error().message << "\n" << body;
  return request.value_or(ExchangeRequest{});
}

std::string WrittenFor(const ExchangeRequest& request, const std::string& model,
                       std::vector<Finding>& findings) {
  const Translation translation{.to = Dialect::kGemini, .model = model};
  internal::WriteContext context{translation, findings};
  auto body = internal::WriteGeminiRequest(request, context);
  return body ? *body : "error: " + body.error().message;
}

std::string WrittenFor(const ExchangeRequest& request, const std::string& model) {
  std::vector<Finding> findings;
  return WrittenFor(request, model, findings);
}

std::string Contents(std::string_view contents, std::string_view more = "") {
  return R"({"contents":)" + std::string(contents) + std::string(more) + "}";
}

std::vector<std::string> Samples() {
  return {
      Contents(R"([{"role":"user","parts":[{"text":"Q"}]}])"),
      Contents(
          R"([{"role":"user","parts":[{"text":"Look"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0="}},
             {"fileData":{"mimeType":"application/pdf","fileUri":"https://a.example/x.pdf"}},
             {"fileData":{"mimeType":"video/mp4","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}},
             {"inlineData":{"mimeType":"audio/wav","data":"UklGRg=="}},
             {"inlineData":{"mimeType":"video/mp4","data":"AAAA"},"videoMetadata":{"fps":2}}]},
            {"role":"model","parts":[{"text":"Hm","thought":true,"thoughtSignature":"YQ=="},{"text":"Yes."},{"text":"","thoughtSignature":"Yg=="},
             {"executableCode":{"language":"PYTHON","code":"1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}}]},
            {"role":"user","parts":[{"text":"Go on"}]}])",
          R"(,"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be kind."}]})"),
      Contents(
          R"([{"role":"user","parts":[{"text":"Q"}]},
            {"role":"model","parts":[{"functionCall":{"id":"a","name":"f","args":{"x":1}},"thoughtSignature":"YQ=="},
             {"functionCall":{"id":"b","name":"g","args":{}}}]},
            {"role":"user","parts":[{"functionResponse":{"id":"a","name":"f","response":{"output":"one"}}},
             {"functionResponse":{"id":"b","name":"g","response":{"rows":[1,2],"total":2},
              "parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0="}}]}}]},
            {"role":"model","parts":[{"functionCall":{"id":"c","name":"f","args":{"y":"z"}}}]},
            {"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":{"error":"no such row"}}}]}])",
          R"(,"tools":[{"googleSearch":{"timeRangeFilter":{"startTime":"t"}}},{"functionDeclarations":[
             {"name":"f","description":"d","parametersJsonSchema":{"type":"object","properties":{"x":{"type":"integer"}}}},
             {"name":"g"},{"name":"h","behavior":"BLOCKING"}]}],
            "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f","g"]},"retrievalConfig":{"languageCode":"de"}})"),
      Contents(
          R"([{"role":"user","parts":[{"text":"Q"}]}])",
          R"(,"generationConfig":{"temperature":0.5,"topP":0.9,"topK":40,"candidateCount":2,"maxOutputTokens":100,
             "stopSequences":["a","b"],"presencePenalty":0.1,"frequencyPenalty":-0.2,"seed":7,"responseLogprobs":true,"logprobs":3,
             "responseMimeType":"application/json","responseJsonSchema":{"type":"object"},
             "thinkingConfig":{"includeThoughts":true,"thinkingBudget":512},"responseModalities":["TEXT"],"mediaResolution":"MEDIA_RESOLUTION_LOW"},
            "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],"labels":{"team":"t"},"serviceTier":"flex")"),
      Contents(
          R"([{"role":"user","parts":[{"text":"Q"}]}])",
          R"(,"generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["a"]},
             "thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":false}},
            "toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}})"),
      Contents(
          R"([{"role":"user","parts":[{"text":"Q"}]}])",
          R"(,"generationConfig":{"responseMimeType":"application/json","thinkingConfig":{"thinkingBudget":-1}},
            "toolConfig":{"functionCallingConfig":{"mode":"NONE"}})"),
  };
}

TEST(GeminiRequest, SurvivesBeingReadAndWritten) {
  for (const std::string& body : Samples()) {
    const ExchangeRequest request = ReadIt(body);
    std::vector<Finding> findings;
    const std::string written = WrittenFor(request, "gemini-2.5-pro", findings);
    EXPECT_TRUE(findings.empty());
    EXPECT_EQ(ToJson(ReadIt(written)), ToJson(request)) << written;
  }
}

void Leaves(base::Json value, std::vector<std::string>& out) {
  if (value.is_object()) {
    for (const base::JsonMember member : value.members()) Leaves(member.value, out);
  } else if (value.is_array()) {
    for (const base::Json element : value.elements()) Leaves(element, out);
  } else if (!value.is_null()) {
    out.push_back(base::CanonicalJson(value));
  }
}

TEST(GeminiRequest, LosesNoMember) {
  for (const std::string& body : Samples()) {
    const std::string written = WrittenFor(ReadIt(body), "gemini-2.5-pro");
    const auto before = base::JsonDocument::Parse(body);
    const auto after = base::JsonDocument::Parse(written);
    ASSERT_TRUE(before && after) << written;
    std::vector<std::string> expected;
    std::vector<std::string> given;
    Leaves(before->root(), expected);
    Leaves(after->root(), given);
    std::ranges::sort(given);
    for (const std::string& leaf : expected) {
      EXPECT_TRUE(std::ranges::binary_search(given, leaf)) << leaf << " is not in " << written;
    }
  }
}

TEST(GeminiRequest, IsTheSameUnderEitherSpelling) {
  const std::string camel = Contents(
      R"([{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"iVBO+w0="}}]},
          {"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"YQ=="}]},
          {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"1"}}}]}])",
      R"(,"systemInstruction":{"parts":[{"text":"s"}]},"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},
          "tools":[{"googleSearch":{}}],"generationConfig":{"topK":4,"thinkingConfig":{"thinkingBudget":0}},"safetySettings":[])");
  const std::string snake = Contents(
      R"([{"role":"user","parts":[{"inline_data":{"mime_type":"image/png","data":"iVBO-w0="}}]},
          {"role":"model","parts":[{"function_call":{"name":"f"},"thought_signature":"YQ=="}]},
          {"role":"function","parts":{"function_response":{"name":"f","response":{"result":"1"}}}}])",
      R"(,"system_instruction":{"parts":{"text":"s"}},"tool_config":{"function_calling_config":{"mode":"AUTO"}},
          "tools":{"google_search":{}},"generation_config":{"top_k":4.0,"thinking_config":{"thinking_budget":0}},"safety_settings":[])");
  EXPECT_EQ(ToJson(ReadIt(snake)), ToJson(ReadIt(camel)));
}

TEST(GeminiRequest, MatchesResultsToCallsByNameAndOrder) {
  const ExchangeRequest request = ReadIt(Contents(
      R"([{"role":"user","parts":[{"text":"Q"}]},
          {"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}},{"functionCall":{"name":"g"}},{"functionCall":{"name":"f","args":{"n":2}}}]},
          {"role":"user","parts":[{"functionResponse":{"name":"g","response":{"output":"G"}}},
            {"functionResponse":{"name":"f","response":{"output":"F1"}}},{"functionResponse":{"name":"f","response":{"output":"F2"}}},{"text":"and?"}]}])"));
  ASSERT_EQ(request.turns.size(), 6U);
  std::vector<std::string> ids;
  for (const Block& block : request.turns[1].blocks) ids.push_back(std::get<CallBlock>(block.content).id);
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_NE(ids[0], ids[2]);
  EXPECT_EQ(std::get<ResultBlock>(request.turns[2].blocks[0].content).call_id, ids[1]);
  EXPECT_EQ(std::get<ResultBlock>(request.turns[3].blocks[0].content).call_id, ids[0]);
  EXPECT_EQ(std::get<ResultBlock>(request.turns[4].blocks[0].content).call_id, ids[2]);
  EXPECT_EQ(request.turns[2].role, Role::kTool);
  EXPECT_EQ(request.turns[5].role, Role::kUser);
}

TEST(GeminiRequest, ReadsItsOlderSchemasAsJsonSchema) {
  const ExchangeRequest request = ReadIt(Contents(
      R"([{"parts":[{"text":"Q"}]}])",
      R"(,"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","required":["a"],"propertyOrdering":["a","b"],
          "properties":{"a":{"type":"STRING","nullable":true,"enum":["x"],"format":"enum"},
          "b":{"type":"ARRAY","min_items":"1","items":{"any_of":[{"type":"INTEGER"},{"type":"NUMBER"}]}}}}}]}])"));
  EXPECT_EQ(
      request.tools[0].schema,
      R"({"type":"object","required":["a"],"properties":{"a":{"type":["string","null"],"enum":["x",null]},)"
      R"("b":{"type":"array","minItems":1,"items":{"anyOf":[{"type":"integer"},{"type":"number"}]}}}})");
}

TEST(GeminiRequest, SaysWhereItIsMalformed) {
  const auto error = [](std::string_view contents, std::string_view more = "") {
    const auto request = TryRead(Contents(contents, more));
    return request ? "" : request.error().message;
  };
  EXPECT_EQ(error(R"([{"role":"boss","parts":[]}])"), "contents[0].role: must be \"user\" or \"model\"");
  EXPECT_EQ(error(R"([{"parts":[{"text":1}]}])"), "contents[0].parts[0].text: must be a string");
  EXPECT_EQ(error(R"([{"parts":[{"inlineData":{"mimeType":"a/b"}}]}])"),
            "contents[0].parts[0].inlineData: must hold data or fileUri");
  EXPECT_EQ(error(R"([{"role":"model","parts":[{"functionCall":{"name":"f","args":[]}}]}])"),
            "contents[0].parts[0].functionCall.args: must be an object");
  EXPECT_THAT(error(R"([{"parts":[{"functionResponse":{"name":"f","response":{}}}]}])"),
              HasSubstr("no call of that name waits for one"));
  EXPECT_EQ(error(R"([{"parts":[{"text":"x"}]}])", R"(,"generationConfig":{"topK":0.5})"),
            "generationConfig.topK: must be an integer");
  EXPECT_EQ(
      error(R"([{"parts":[{"text":"x"}]}])", R"(,"toolConfig":{"functionCallingConfig":{"mode":"MAYBE"}})"),
      "toolConfig.functionCallingConfig.mode: must be AUTO, ANY, NONE or VALIDATED");
}

// ---- From other dialects ----

ExchangeRequest FromChat(std::string_view messages, std::string_view more = "") {
  const auto request =
      ReadExchange({.dialect = Dialect::kOpenAiChat},
                   R"({"model":"m","messages":)" + std::string(messages) + std::string(more) + "}");
  EXPECT_TRUE(request) << request.error().message;
  return request.value_or(ExchangeRequest{});
}

TEST(GeminiRequest, HoldsAChatsTurnsAsGeminiWantsThem) {
  const ExchangeRequest request = FromChat(
      R"([{"role":"system","content":"Be brief."},{"role":"user","content":"Q"},
          {"role":"assistant","content":null,"tool_calls":[
            {"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},
            {"id":"b","type":"function","function":{"name":"g","arguments":""}}]},
          {"role":"tool","tool_call_id":"a","content":"one"},{"role":"tool","tool_call_id":"b","content":"two"},
          {"role":"user","content":"So?"}])",
      R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":{"type":"function","function":{"name":"f"}},
          "reasoning_effort":"high","max_completion_tokens":9)");
  EXPECT_EQ(
      WrittenFor(request, "gemini-2.5-pro"),
      R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Q"}]},)"
      R"({"role":"model","parts":[{"functionCall":{"id":"a","name":"f","args":{"x":1}}},{"functionCall":{"id":"b","name":"g","args":{}}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"id":"a","name":"f","response":{"output":"one"}}},)"
      R"({"functionResponse":{"id":"b","name":"g","response":{"output":"two"}}}]},{"role":"user","parts":[{"text":"So?"}]}],)"
      R"("tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object"}}]}],)"
      R"("toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},)"
      R"("generationConfig":{"maxOutputTokens":9,"thinkingConfig":{"thinkingBudget":24576}}})");
  EXPECT_THAT(WrittenFor(request, "gemini-3-pro"), HasSubstr(R"("thinkingLevel":"HIGH")"));
}

TEST(GeminiRequest, SignsTheFirstCallOfAStepThatGeminiDidNotMake) {
  const ExchangeRequest request = FromChat(
      R"([{"role":"user","content":"Q"},{"role":"assistant","tool_calls":[
            {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
            {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}])");
  const std::string written = WrittenFor(request, "gemini-3-pro");
  const std::string word = R"("thoughtSignature":"skip_thought_signature_validator")";
  EXPECT_THAT(written, HasSubstr(R"({"functionCall":{"id":"a","name":"f","args":{}},)" + word + "}"));
  EXPECT_EQ(written.find(word), written.rfind(word));
  EXPECT_FALSE(WrittenFor(request, "gemini-2.5-pro").contains("thoughtSignature"));
}

TEST(GeminiRequest, RefusesByNameWhatGeminiCannotTake) {
  const auto call = [](std::string_view arguments) {
    return FromChat(
        R"([{"role":"user","content":"Q"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":")" +
        std::string(arguments) + R"("}}]}])");
  };
  EXPECT_EQ(WrittenFor(call("[1]"), "g"),
            "error: turns[1].blocks[0]: the arguments of a call must be a JSON object");
  EXPECT_EQ(
      WrittenFor(FromChat(R"([{"role":"tool","tool_call_id":"a","content":"x"}])"), "g"),
      "error: turns[0].blocks[0]: Gemini needs the tool's name, and no call with this id stands before");
  EXPECT_THAT(
      WrittenFor(
          FromChat(
              R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lG"}}]}])"),
          "g"),
      HasSubstr("image/gif"));
}

TEST(GeminiRequest, GivesReasoningBackToTheModelThatMadeItOnly) {
  const std::string own = Enclose(OriginName(Dialect::kGemini, "gemini-3-pro"), "YQ==");
  const ExchangeRequest request = FromChat(
      R"([{"role":"user","content":"Q"},{"role":"assistant","tool_calls":[{"id":"a","type":"function",)"
      R"("function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":")" +
      own + R"("}}}]}])");
  const auto same = TranslateRequest(request, {.to = Dialect::kGemini, .model = "gemini-3-pro"});
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_THAT(same->body, HasSubstr(R"("thoughtSignature":"YQ==")"));
  const auto other = TranslateRequest(request, {.to = Dialect::kGemini, .model = "gemini-4-pro"});
  ASSERT_TRUE(other);
  EXPECT_THAT(other->body, HasSubstr("skip_thought_signature_validator"));
  EXPECT_EQ(other->findings.size(), 1U);
}

TEST(GeminiRequest, OpensAnEnvelopeThatAClientEncoded) {
  // What the writer gives, and what Google's Python SDK makes of it.
  for (const std::string_view signature :
       {"cHYxLllXNTBhSEp2Y0dsakxXMWxjM05oWjJWekwyMC4_", "cHYxLllXNTBhSEp2Y0dsakxXMWxjM05oWjJWekwyMC4/"}) {
    const auto origin = OpenOrigin(signature);
    ASSERT_TRUE(origin) << signature;
    EXPECT_EQ(origin->dialect, Dialect::kAnthropicMessages);
    EXPECT_EQ(origin->model, "m");
    EXPECT_EQ(origin->signature, "?");
  }
}

}  // namespace
}  // namespace proviso::protocol
