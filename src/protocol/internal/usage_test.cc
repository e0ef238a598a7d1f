// Each row: what a provider says, and the same in canonical counting.
#include <gtest/gtest.h>

#include "base/json.h"
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {

struct Row {
  Dialect dialect;
  std::string_view said;
  TokenUsage usage;
};

const Row kRows[] = {
    {Dialect::kOpenAiChat,
     R"({"prompt_tokens":495,"completion_tokens":144,"total_tokens":639,
         "prompt_tokens_details":{"cached_tokens":320,"cache_write_tokens":5},
         "completion_tokens_details":{"reasoning_tokens":118}})",
     {.input = 495, .output = 144, .cached = 320, .cache_written = 5, .reasoning = 118, .total = 639}},
    // DeepSeek's older names.
    {Dialect::kOpenAiChat,
     R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_cache_hit_tokens":4})",
     {.input = 10, .output = 2, .cached = 4, .total = 12}},
    // xAI counts reasoning beside the completion.
    {Dialect::kOpenAiChat,
     R"({"prompt_tokens":12,"completion_tokens":1,"total_tokens":303,
         "completion_tokens_details":{"reasoning_tokens":290}})",
     {.input = 12, .output = 291, .reasoning = 290, .total = 303}},
    {Dialect::kOpenAiResponses,
     R"({"input_tokens":19,"input_tokens_details":{"cached_tokens":7,"cache_write_tokens":3},
         "output_tokens":105,"output_tokens_details":{"reasoning_tokens":44},"total_tokens":124})",
     {.input = 19, .output = 105, .cached = 7, .cache_written = 3, .reasoning = 44, .total = 124}},
    {Dialect::kAnthropicMessages,
     R"({"input_tokens":6,"cache_creation_input_tokens":3337,"cache_read_input_tokens":6289,
         "output_tokens":198,"output_tokens_details":{"thinking_tokens":139}})",
     {.input = 9632, .output = 198, .cached = 6289, .cache_written = 3337, .reasoning = 139, .total = 9830}},
    {Dialect::kGemini,
     R"({"promptTokenCount":249,"candidatesTokenCount":58,"thoughtsTokenCount":183,
         "cachedContentTokenCount":100,"totalTokenCount":490})",
     {.input = 249, .output = 241, .cached = 100, .reasoning = 183, .total = 490}},
    // What a tool of the provider's own brought in.
    {Dialect::kGemini,
     R"({"promptTokenCount":10,"toolUsePromptTokenCount":90,"candidatesTokenCount":5,"totalTokenCount":105})",
     {.input = 100, .output = 5, .total = 105}},
    // In mid-stream nothing may be counted yet.
    {Dialect::kGemini, R"({"trafficType":"ON_DEMAND"})", {}},
    {Dialect::kBedrockConverse,
     R"({"inputTokens":51,"outputTokens":78,"cacheReadInputTokens":9,"cacheWriteInputTokens":2,
         "totalTokens":140})",
     {.input = 62, .output = 78, .cached = 9, .cache_written = 2, .total = 140}},
    {Dialect::kBedrockConverse,
     R"({"inputTokens":51,"outputTokens":78,"cacheReadInputTokenCount":9})",
     {.input = 60, .output = 78, .cached = 9, .total = 138}},
};

TEST(Usage, IsCountedAlikeForAllDialects) {
  for (const Row& row : kRows) {
    const auto said = base::JsonDocument::Parse(row.said);
    ASSERT_TRUE(said) << row.said;
    EXPECT_EQ(ReadUsage(row.dialect, said->root()), row.usage) << row.said;
  }
}

TEST(Usage, IsTheSameAfterItWasWrittenAndReadAgain) {
  const TokenUsage all{
      .input = 100, .output = 50, .cached = 30, .cache_written = 20, .reasoning = 10, .total = 150};
  for (const Dialect dialect : kDialects) {
    TokenUsage expected = all;
    // Google's counts have no place for cache writes, Bedrock's none for reasoning.
    if (dialect == Dialect::kGemini) expected.cache_written = 0;
    if (dialect == Dialect::kBedrockConverse) expected.reasoning = 0;
    const std::string written = WriteUsage(dialect, all);
    const auto document = base::JsonDocument::Parse(written);
    ASSERT_TRUE(document) << written;
    EXPECT_EQ(ReadUsage(dialect, document->root()), expected) << written;
  }
}

TEST(Usage, TakesWhatIsNoCountForNothing) {
  for (const std::string_view said : {R"({"prompt_tokens":-4,"completion_tokens":"7"})", "[]", "null"}) {
    const auto document = base::JsonDocument::Parse(said);
    ASSERT_TRUE(document);
    EXPECT_EQ(ReadUsage(Dialect::kOpenAiChat, document->root()), TokenUsage{}) << said;
  }
}

TEST(Usage, DoesNotOverflowOnAbsurdCounts) {
  const auto document = base::JsonDocument::Parse(
      R"({"input_tokens":9223372036854775807,"cache_read_input_tokens":9223372036854775807})");
  ASSERT_TRUE(document);
  EXPECT_EQ(ReadUsage(Dialect::kAnthropicMessages, document->root()).input, std::int64_t{1} << 54U);
}

}  // namespace
}  // namespace proviso::protocol::internal
