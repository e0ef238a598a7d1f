#include "protocol/token_count.h"

#include <gtest/gtest.h>

namespace proviso::protocol {
namespace {

TEST(TokenCount, IsTheSameNumberInEachDialect) {
  for (const Dialect dialect : kDialects) {
    const auto written = WriteTokenCount(dialect, 14);
    EXPECT_EQ(written.has_value(), CountsTokens(dialect));
    if (!written) continue;
    EXPECT_EQ(ReadTokenCount(dialect, *written).value_or(-1), 14) << *written;
  }
  EXPECT_FALSE(CountsTokens(Dialect::kOpenAiChat));
  EXPECT_EQ(*WriteTokenCount(Dialect::kOpenAiResponses, 3),
            R"({"object":"response.input_tokens","input_tokens":3})");
  EXPECT_EQ(*WriteTokenCount(Dialect::kGemini, 3), R"({"totalTokens":3})");
}

TEST(TokenCount, OfAnErrorOrOfNothingIsNoSuccess) {
  for (const std::string_view body :
       {"{}", "[]", R"({"totalTokens":"3"})", R"({"totalTokens":-1})", R"({"error":{"message":"no"}})"}) {
    EXPECT_FALSE(ReadTokenCount(Dialect::kGemini, body)) << body;
  }
}

TEST(TokenCount, IsAskedForWithoutWhatDoesNotCount) {
  struct Row {
    Dialect dialect;
    std::string_view body;
    std::string_view asked;
  };
  const Row rows[] = {
      {Dialect::kAnthropicMessages,
       R"({"model":"m","max_tokens":5,"messages":[],"temperature":1,"system":"s"})",
       R"({"model":"m","messages":[],"system":"s"})"},
      {Dialect::kOpenAiResponses, R"({"model":"m","input":"x","max_output_tokens":5,"stream":true})",
       R"({"model":"m","input":"x"})"},
      {Dialect::kGemini, R"({"contents":[],"safetySettings":[],"tools":[]})",
       R"({"generateContentRequest":{"model":"models/m","contents":[],"tools":[]}})"},
      {Dialect::kBedrockConverse, R"({"messages":[],"inferenceConfig":{},"system":[]})",
       R"({"input":{"converse":{"messages":[],"system":[]}}})"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(AsTokenCount(row.dialect, "m", row.body).value_or("error"), row.asked);
  EXPECT_FALSE(AsTokenCount(Dialect::kOpenAiChat, "m", "{}"));
}

}  // namespace
}  // namespace proviso::protocol
