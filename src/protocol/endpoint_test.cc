#include "protocol/endpoint.h"

#include <gtest/gtest.h>

#include "protocol/limits.h"

namespace proviso::protocol {
namespace {

struct Row {
  const char* path;
  const char* query;
  Dialect dialect;
  Operation operation;
  const char* model;
  Delivery delivery;
};

TEST(Endpoint, SaysWhatEachPathAsksFor) {
  using enum Dialect;
  const Row rows[] = {
      {"/v1/chat/completions", "", kOpenAiChat, Operation::kGenerate, "", Delivery::kWhole},
      {"/v1/responses", "", kOpenAiResponses, Operation::kGenerate, "", Delivery::kWhole},
      {"/v1/responses/input_tokens", "", kOpenAiResponses, Operation::kCountTokens, "", Delivery::kWhole},
      {"/v1/messages", "beta=true", kAnthropicMessages, Operation::kGenerate, "", Delivery::kWhole},
      {"/v1/messages/count_tokens", "", kAnthropicMessages, Operation::kCountTokens, "", Delivery::kWhole},
      {"/v1/embeddings", "", kOpenAiChat, Operation::kEmbed, "", Delivery::kWhole},
      {"/v1beta/models/g-1:generateContent", "", kGemini, Operation::kGenerate, "g-1", Delivery::kWhole},
      {"/v1beta/models/g-1:streamGenerateContent", "alt=sse", kGemini, Operation::kGenerate, "g-1",
       Delivery::kStream},
      {"/v1/models/g-1:streamGenerateContent", "key=k&alt=sse", kGemini, Operation::kGenerate, "g-1",
       Delivery::kStream},
      {"/v1beta/models/g-1:streamGenerateContent", "alt=json", kGemini, Operation::kGenerate, "g-1",
       Delivery::kArrayStream},
      {"/v1beta/models/g-1:countTokens", "", kGemini, Operation::kCountTokens, "g-1", Delivery::kWhole},
      {"/v1beta/models/g-1:batchEmbedContents", "", kGemini, Operation::kEmbed, "g-1", Delivery::kWhole},
      {"/model/a.b-v1%3A0/converse", "", kBedrockConverse, Operation::kGenerate, "a.b-v1:0",
       Delivery::kWhole},
      {"/model/a.b-v1:0/converse-stream", "", kBedrockConverse, Operation::kGenerate, "a.b-v1:0",
       Delivery::kStream},
      {"/model/m/count-tokens", "", kBedrockConverse, Operation::kCountTokens, "m", Delivery::kWhole},
  };
  for (const Row& row : rows) {
    const auto inbound = ReadPath(row.path, row.query);
    ASSERT_TRUE(inbound && *inbound) << row.path;
    EXPECT_EQ((*inbound)->dialect, row.dialect) << row.path;
    EXPECT_EQ((*inbound)->operation, row.operation) << row.path;
    EXPECT_EQ((*inbound)->model, row.model) << row.path;
    EXPECT_EQ((*inbound)->delivery, row.delivery) << row.path << "?" << row.query;
  }
}

TEST(Endpoint, KnowsNoOtherPath) {
  for (const char* path :
       {"/v1/chat/completions/", "//v1/messages", "/V1/messages", "/v1/%6dessages",
        "/v1beta/models/:generateContent", "/v1beta/models/a/b:generateContent", "/v1beta/models/m:predict",
        "/model/m/invoke", "/model//converse", "/model/a/b/converse", "/v2/models/m:generateContent", ""}) {
    EXPECT_FALSE(ReadPath(path, "")) << path;
  }
}

TEST(Endpoint, RefusesModelsThatTwoReadersCouldReadInTwoWays) {
  const std::string long_name(kNameBytesMax + 1, 'm');
  for (const std::string& name :
       {std::string("a%"), std::string("a%2"), std::string("a%zz"), std::string("a%00b"),
        std::string("a%0Ab"), std::string("%20"), long_name}) {
    const auto inbound = ReadPath("/v1beta/models/" + name + ":generateContent", "");
    ASSERT_TRUE(inbound) << name;
    EXPECT_FALSE(*inbound) << name;
  }
  EXPECT_TRUE(*ReadPath("/model/" + std::string(kNameBytesMax, 'm') + "/converse", ""));
}

TEST(Endpoint, WritesPathsThatItReads) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : {Delivery::kWhole, Delivery::kStream}) {
      const std::string target = PathOf(dialect, Operation::kGenerate, "vendor/model:1", delivery);
      const auto mark = target.find('?');
      const auto query = mark == std::string::npos ? std::string() : target.substr(mark + 1);
      const auto inbound = ReadPath(target.substr(0, mark), query);
      ASSERT_TRUE(inbound && *inbound) << target;
      EXPECT_EQ((*inbound)->dialect, dialect);
      const bool in_path = dialect == Dialect::kGemini || dialect == Dialect::kBedrockConverse;
      EXPECT_EQ((*inbound)->model, in_path ? "vendor/model:1" : "");
      if (in_path) {
        EXPECT_EQ((*inbound)->delivery, delivery) << target;
      }
    }
  }
  EXPECT_EQ(PathOf(Dialect::kAnthropicMessages, Operation::kEmbed, "m", Delivery::kWhole), "");
}

TEST(Endpoint, PutsAnotherModelIntoACallersPath) {
  EXPECT_EQ(WithModelInPath("/v1/models/alias:countTokens", "g-2"), "/v1/models/g-2:countTokens");
  EXPECT_EQ(WithModelInPath("/model/alias/converse-stream", "a:0"), "/model/a%3A0/converse-stream");
  EXPECT_EQ(WithModelInPath("/v1/messages", "m"), "/v1/messages");
}

TEST(Dialects, HaveTheNamesThatPeopleUse) {
  for (const Dialect dialect : kDialects) EXPECT_EQ(DialectNamed(NameOf(dialect)), dialect);
  EXPECT_EQ(DialectNamed("gemini"), Dialect::kGemini);
  EXPECT_EQ(DialectNamed("bedrock"), Dialect::kBedrockConverse);
  EXPECT_FALSE(DialectNamed("OpenAI"));
}

}  // namespace
}  // namespace proviso::protocol
