#include "gateway/mcp_continuations.h"

#include <gmock/gmock.h>

#include "gateway/mcp_limits.h"

namespace proviso::gateway {
namespace {

oversight::Release Approved(const std::string& hold_id) {
  oversight::Release release;
  release.hold.id = hold_id;
  return release;
}

McpContinuations::Round ExampleRound() {
  return {"key", "stock", "assign", R"({"asset":"a"})", "state", {}};
}

TEST(McpContinuations, AreGoodOnce) {
  McpContinuations continuations;
  continuations.Expect(ExampleRound(), Approved("hold_1"), 0);
  const auto taken = continuations.Take(ExampleRound(), 1);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->hold.id, "hold_1");
  EXPECT_FALSE(continuations.Take(ExampleRound(), 1));
}

TEST(McpContinuations, AreForNothingElse) {
  using Round = McpContinuations::Round;
  McpContinuations continuations;
  for (std::string Round::* part :
       {&Round::key_digest, &Round::server, &Round::tool, &Round::input, &Round::state}) {
    continuations.Expect(ExampleRound(), Approved("hold_1"), 0);
    Round other = ExampleRound();
    other.*part += "x";
    EXPECT_FALSE(continuations.Take(other, 1));
  }
  Round under_other_terms = ExampleRound();
  under_other_terms.terms[0] = 1;
  EXPECT_FALSE(continuations.Take(under_other_terms, 1));
  EXPECT_TRUE(continuations.Take(ExampleRound(), 1));
}

TEST(McpContinuations, EndInTime) {
  McpContinuations continuations;
  continuations.Expect(ExampleRound(), Approved("hold_1"), 0);
  EXPECT_FALSE(continuations.Take(ExampleRound(), kMcpContinuationMax.count()));
  continuations.Expect(ExampleRound(), Approved("hold_1"), 0);
  EXPECT_TRUE(continuations.Take(ExampleRound(), kMcpContinuationMax.count() - 1));
}

TEST(McpContinuations, ForgetTheOldestWhenThereAreTooMany) {
  McpContinuations continuations;
  const auto round = [](std::size_t number) {
    auto one = ExampleRound();
    one.state = std::to_string(number);
    return one;
  };
  for (std::size_t i = 0; i <= kMcpContinuationsMax; ++i)
    continuations.Expect(round(i), Approved("hold"), static_cast<std::int64_t>(i));
  EXPECT_FALSE(continuations.Take(round(0), 1));
  EXPECT_TRUE(continuations.Take(round(1), 1));
  EXPECT_TRUE(continuations.Take(round(kMcpContinuationsMax), 1));
}

}  // namespace
}  // namespace proviso::gateway
