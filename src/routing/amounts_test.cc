#include "routing/amounts.h"

#include <gtest/gtest.h>

#include "routing/limits.h"

namespace proviso::routing {
namespace {

constexpr Prices kPrices{
    .input = 3'000'000, .cached_input = 300'000, .cache_write = 3'750'000, .output = 15'000'000};

TEST(Amounts, ArePricedPerMillionAndRoundedUp) {
  struct Row {
    Usage usage;
    std::int64_t tokens;
    std::int64_t money;
  };
  const Row rows[] = {
      {{}, 0, 0},
      {{.input = 1'000'000}, 1'000'000, 3'000'000},
      {{.output = 1}, 1, 15},
      {{.cached_input = 1}, 1, 1},  // three tenths, rounded up
      {{.input = 10, .cached_input = 10, .cache_write = 10, .output = 10}, 40, 30 + 3 + 38 + 150},
      {{.input = -5, .output = 2}, 2, 30},
      {{.input = kBudgetMax, .output = kBudgetMax}, kBudgetMax, kBudgetMax},
  };
  for (const Row& row : rows) {
    const Amounts cost = CostOf(row.usage, kPrices);
    EXPECT_EQ(cost[Quantity::kRequests], 1);
    EXPECT_EQ(cost[Quantity::kTokens], row.tokens);
    EXPECT_EQ(cost[Quantity::kMoney], row.money);
  }
}

TEST(Amounts, StayInBoundsAtTheHighestPrice) {
  const Prices dear{kPriceMax, kPriceMax, kPriceMax, kPriceMax};
  EXPECT_EQ(CostOf({.input = 1'000'000}, dear)[Quantity::kMoney], kPriceMax);
  EXPECT_EQ(CostOf({.input = 999'999}, dear)[Quantity::kMoney], 999'999'000'000);
  EXPECT_EQ(CostOf({.input = kBudgetMax}, dear)[Quantity::kMoney], kBudgetMax);
}

TEST(Amounts, BoundARequestByItsBytesAtTheDearestInputPrice) {
  const Amounts bound = BoundOf(3'000'000, 100, kPrices);
  EXPECT_EQ(bound[Quantity::kRequests], 1);
  EXPECT_EQ(bound[Quantity::kTokens], 1'000'100);
  EXPECT_EQ(bound[Quantity::kMoney], 3'750'000 + 1'500);
  EXPECT_EQ(BoundOf(1, 0, {})[Quantity::kTokens], 1);
  EXPECT_EQ(BoundOf(0, 0, {})[Quantity::kTokens], 0);
}

}  // namespace
}  // namespace proviso::routing
