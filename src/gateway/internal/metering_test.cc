#include "gateway/internal/metering.h"

#include <gtest/gtest.h>

namespace proviso::gateway::internal {
namespace {

using protocol::Dialect;

TEST(UsageOf, CountsEachTokenOnceWhateverTheDialectAddsTogether) {
  const protocol::Usage reported{.input_tokens = 100,
                                 .output_tokens = 20,
                                 .cached_tokens = 60,
                                 .cache_written_tokens = 10,
                                 .reasoning_tokens = 5};
  struct Row {
    Dialect dialect;
    std::int64_t input;
  };
  for (const Row& row :
       {Row{Dialect::kOpenAiChat, 30}, Row{Dialect::kOpenAiResponses, 30}, Row{Dialect::kGemini, 30},
        Row{Dialect::kAnthropicMessages, 100}, Row{Dialect::kBedrockConverse, 100}}) {
    const routing::Usage expected{.input = row.input, .cached_input = 60, .cache_write = 10, .output = 20};
    EXPECT_EQ(UsageOf(row.dialect, reported), expected) << protocol::NameOf(row.dialect);
  }
}

TEST(UsageOf, IsNeverLessThanNothing) {
  EXPECT_EQ(UsageOf(Dialect::kOpenAiChat, {.input_tokens = 5, .cached_tokens = 9}).input, 0);
}

TEST(QuotaHeader, IsKnownInBothFamilies) {
  EXPECT_TRUE(IsQuotaHeader("X-RateLimit-Remaining-Tokens"));
  EXPECT_TRUE(IsQuotaHeader("anthropic-ratelimit-requests-limit"));
  EXPECT_FALSE(IsQuotaHeader("x-request-id"));
  EXPECT_FALSE(IsQuotaHeader("x-rate"));
}

}  // namespace
}  // namespace proviso::gateway::internal
