#include "protocol/embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/request.h"

namespace proviso::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string ErrorOf(Dialect dialect, std::string_view body) {
  const auto request = ReadEmbedding(dialect, body);
  return request ? "" : request.error().message;
}

std::string Translated(const EmbeddingRequest& request, Dialect to) {
  const auto written = TranslateEmbedding(request, {.to = to, .model = "e-2"});
  return written ? written->body : "error: " + written.error().message;
}

constexpr std::string_view kOpenAi =
    R"({"model":"e-1","input":["a","b \"q\""],"dimensions":2,"encoding_format":"base64","user":"u"})";
constexpr std::string_view kGeminiBatch =
    R"({"requests":[{"model":"models/e-1","content":{"parts":[{"text":"a"}]},"outputDimensionality":2},)"
    R"({"model":"models/e-1","content":{"parts":[{"text":"b"},{"text":"c"}]},"output_dimensionality":2}]})";
constexpr std::string_view kGeminiOne = R"({"content":{"parts":[{"text":"a"}]}})";

TEST(Embedding, IsReadInBothForms) {
  const auto openai = ReadEmbedding(Dialect::kOpenAiChat, kOpenAi);
  ASSERT_TRUE(openai) << openai.error().message;
  EXPECT_THAT(openai->inputs, ElementsAre("a", "b \"q\""));
  EXPECT_EQ(openai->dimensions, 2);
  EXPECT_EQ(openai->numbers, EmbeddingRequest::Numbers::kBase64);
  EXPECT_EQ(openai->model, "e-1");
  const auto batch = ReadEmbedding(Dialect::kGemini, kGeminiBatch);
  ASSERT_TRUE(batch) << batch.error().message;
  EXPECT_THAT(batch->inputs, ElementsAre("a", "bc"));
  EXPECT_EQ(batch->dimensions, 2);
  EXPECT_EQ(batch->form, EmbeddingRequest::Form::kList);
  const auto one = ReadEmbedding(Dialect::kGemini, kGeminiOne);
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->form, EmbeddingRequest::Form::kOne);
}

TEST(Embedding, IsWrittenInTheOtherForm) {
  const auto openai = ReadEmbedding(Dialect::kOpenAiChat, kOpenAi);
  ASSERT_TRUE(openai);
  EXPECT_EQ(
      Translated(*openai, Dialect::kGemini),
      R"({"requests":[{"model":"models/e-2","content":{"parts":[{"text":"a"}]},"outputDimensionality":2},)"
      R"({"model":"models/e-2","content":{"parts":[{"text":"b \"q\""}]},"outputDimensionality":2}]})");
  EXPECT_EQ(PathOfEmbedding(Dialect::kGemini, "e-2", *openai), "/v1beta/models/e-2:batchEmbedContents");
  const auto findings = TranslateEmbedding(*openai, {.to = Dialect::kGemini, .model = "e-2"})->findings;
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].feature, Feature::kEndUser);
  const auto single = ReadEmbedding(Dialect::kOpenAiChat, R"({"model":"e-1","input":"a"})");
  ASSERT_TRUE(single);
  EXPECT_EQ(Translated(*single, Dialect::kGemini),
            R"({"model":"models/e-2","content":{"parts":[{"text":"a"}]}})");
  EXPECT_EQ(PathOfEmbedding(Dialect::kGemini, "e-2", *single), "/v1beta/models/e-2:embedContent");
  const auto batch = ReadEmbedding(Dialect::kGemini, kGeminiBatch);
  ASSERT_TRUE(batch);
  EXPECT_EQ(Translated(*batch, Dialect::kOpenAiChat),
            R"({"model":"e-2","input":["a","bc"],"encoding_format":"float","dimensions":2})");
  EXPECT_EQ(PathOfEmbedding(Dialect::kOpenAiChat, "e-2", *batch), "/v1/embeddings");
}

TEST(Embedding, SaysWhatTheOtherFormCannot) {
  const auto tokens = ReadEmbedding(Dialect::kOpenAiChat, R"({"model":"m","input":[[1,2],[3]]})");
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->token_inputs, 2U);
  EXPECT_THAT(Translated(*tokens, Dialect::kGemini), HasSubstr("tokens mean something to OpenAI only"));
  const auto task =
      ReadEmbedding(Dialect::kGemini, R"({"content":{"parts":[{"text":"a"}]},"task_type":"CLUSTERING"})");
  ASSERT_TRUE(task);
  EXPECT_THAT(Translated(*task, Dialect::kOpenAiChat),
              HasSubstr("taskType: OpenAI's embeddings have no place"));
  EXPECT_THAT(Translated(*task, Dialect::kAnthropicMessages),
              HasSubstr("anthropic-messages has no embeddings"));
}

TEST(Embedding, IsRefusedWhereItIsMalformed) {
  EXPECT_EQ(ErrorOf(Dialect::kOpenAiChat, R"({"model":"m","input":[]})"),
            "input: must be a text or an array that is not empty");
  EXPECT_EQ(ErrorOf(Dialect::kOpenAiChat, R"({"model":"m","input":["a",[1]]})"),
            "input: must hold texts, or arrays of tokens");
  EXPECT_EQ(ErrorOf(Dialect::kOpenAiChat, R"({"model":"m","input":"a","encoding_format":"hex"})"),
            "encoding_format: must be \"float\" or \"base64\"");
  EXPECT_EQ(ErrorOf(Dialect::kGemini, R"({"content":{"parts":[{"inlineData":{}}]}})"),
            "content.parts[0]: only texts can be embedded across dialects");
  EXPECT_EQ(
      ErrorOf(
          Dialect::kGemini,
          R"({"requests":[{"content":{},"outputDimensionality":1},{"content":{},"outputDimensionality":2}]})"),
      "requests[1].outputDimensionality: must be the same for all texts");
  EXPECT_EQ(ErrorOf(Dialect::kBedrockConverse, "{}"), "bedrock-converse has no embeddings");
}

TEST(Embedding, GivesItsFacts) {
  const Inbound inbound{.dialect = Dialect::kOpenAiChat, .operation = Operation::kEmbed};
  const auto request = ReadRequest(inbound, kOpenAi);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->messages, 2U);
  EXPECT_EQ(request->declared_user, "u");
  EXPECT_EQ(request->model, "e-1");
  EXPECT_EQ(ReadRequest(inbound, R"({"model":"m","input":[1,2]})")->messages, 1U);
  EXPECT_FALSE(ReadRequest(inbound, R"({"model":"m","Input":"x","input":"y"})"));
}

TEST(Embeddings, AreTheSameNumbersInEachForm) {
  const std::vector<double> first = {0.5, -0.25};
  const std::vector<double> second = {1.0, 0.125};
  auto asked = ReadEmbedding(Dialect::kOpenAiChat, kOpenAi);
  ASSERT_TRUE(asked);
  const auto gemini =
      ReadEmbeddings(Dialect::kGemini, R"({"embeddings":[{"values":[0.5,-0.25]},{"values":[1,0.125]}]})");
  ASSERT_TRUE(gemini) << gemini.error().message;
  EXPECT_THAT(gemini->vectors, ElementsAre(first, second));
  for (const auto numbers : {EmbeddingRequest::Numbers::kBase64, EmbeddingRequest::Numbers::kPlain}) {
    asked->numbers = numbers;
    const auto written = WriteEmbeddings(Dialect::kOpenAiChat, *gemini, *asked);
    ASSERT_TRUE(written);
    const auto read = ReadEmbeddings(Dialect::kOpenAiChat, *written);
    ASSERT_TRUE(read) << *written;
    EXPECT_EQ(read->vectors, gemini->vectors);
    EXPECT_EQ(read->model, "e-1");
  }
  EXPECT_EQ(*WriteEmbeddings(Dialect::kGemini, *gemini, *asked),
            R"({"embeddings":[{"values":[0.5,-0.25]},{"values":[1,0.125]}]})");
}

TEST(Embeddings, ComeInTheOrderOfTheirIndexes) {
  const auto read = ReadEmbeddings(
      Dialect::kOpenAiChat,
      R"({"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":7}})");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->vectors, ElementsAre(ElementsAre(1.0), ElementsAre(2.0)));
  EXPECT_EQ(read->input_tokens, 7);
}

TEST(Embeddings, ThatAreBrokenAreNoSuccess) {
  for (const std::string_view body :
       {"{}", "[]", R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]})",
        R"({"data":[{"embedding":"AAA="}]})", R"({"data":[{"embedding":["x"]}]})",
        R"({"error":{"message":"no","type":"server_error"}})"}) {
    EXPECT_FALSE(ReadEmbeddings(Dialect::kOpenAiChat, body)) << body;
  }
  const auto asked = ReadEmbedding(Dialect::kOpenAiChat, kOpenAi);
  EXPECT_FALSE(
      WriteEmbeddings(Dialect::kOpenAiChat, {.vectors = {{1.0}}, .input_tokens = 0, .model = ""}, *asked));
}

}  // namespace
}  // namespace proviso::protocol
