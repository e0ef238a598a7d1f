// What every BudgetStore must do: one suite, run here on MemoryBudgetStore and in `store` on SQLite.
//
//   INSTANTIATE_TEST_SUITE_P(Memory, BudgetStoreContract, testing::Values(&MakeMemoryBudgetStore));
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "routing/budget_store.h"
#include "routing/limits.h"

namespace proviso::routing {

/// Makes an empty store.
using MakeBudgetStore = std::unique_ptr<BudgetStore> (*)();

class BudgetStoreContract : public testing::TestWithParam<MakeBudgetStore> {
 protected:
  [[nodiscard]] BudgetStore& store() { return *store_; }
  static Amounts Of(std::int64_t requests, std::int64_t tokens, std::int64_t money) {
    return {{requests, tokens, money}};
  }

 private:
  std::unique_ptr<BudgetStore> store_ = GetParam()();
};

TEST_P(BudgetStoreContract, GrantsWhatIsWantedAsFarAsTheLimitLeaves) {
  const BudgetName name{"desk-1", "2026-11-22"};
  const Amounts limit = Of(10, 100, 0);
  auto lease = store().Take(name, {Of(1, 10, 0), Of(4, 60, 0), limit});
  ASSERT_TRUE(lease) << lease.error().message;
  EXPECT_EQ(lease->granted, Of(4, 60, 0));
  EXPECT_EQ(lease->total, Of(4, 60, 0));
  lease = store().Take(name, {Of(1, 10, 0), Of(4, 60, 0), limit});
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->granted, Of(4, 40, 0));
  EXPECT_EQ(lease->total, Of(8, 100, 0));
}

TEST_P(BudgetStoreContract, GrantsNothingWhenTheLeastWouldPassALimit) {
  const BudgetName name{"desk-1", "2026-11-22"};
  const LeaseRequest request{Of(1, 60, 0), Of(1, 60, 0), Of(10, 100, 0)};
  ASSERT_TRUE(store().Take(name, request));
  const auto lease = store().Take(name, request);
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->granted, Amounts{});
  EXPECT_EQ(lease->total, Of(1, 60, 0));
}

TEST_P(BudgetStoreContract, KeepsKeysAndPeriodsApart) {
  const LeaseRequest all{Of(10, 0, 0), Of(10, 0, 0), Of(10, 0, 0)};
  for (const BudgetName& name : {BudgetName{"a", "2026-11-22"}, BudgetName{"b", "2026-11-22"},
                                 BudgetName{"a", "2026-11-23"}, BudgetName{"a", "2026-11"}}) {
    const auto lease = store().Take(name, all);
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease->granted, Of(10, 0, 0));
  }
}

TEST_P(BudgetStoreContract, AddsWhatWasSpentBeyondAndTakesBackWhatWasLeft) {
  const BudgetName name{"desk-1", "2026-11-22"};
  ASSERT_TRUE(store().Take(name, {Of(1, 50, 5), Of(1, 50, 5), Of(9, 100, 9)}));
  auto total = store().Add(name, Of(0, 70, 0));
  ASSERT_TRUE(total) << total.error().message;
  EXPECT_EQ(*total, Of(1, 120, 5)) << "a debt is written even past the limit";
  total = store().Add(name, Of(0, -30, -5));
  ASSERT_TRUE(total);
  EXPECT_EQ(*total, Of(1, 90, 0));
  total = store().Add(name, Of(-9, 0, 0));
  ASSERT_TRUE(total);
  EXPECT_EQ(*total, Of(0, 90, 0)) << "never below nothing";
  total = store().Add(name, Of(kBudgetMax, 0, 0));
  ASSERT_TRUE(total);
  total = store().Add(name, Of(kBudgetMax, 0, 0));
  ASSERT_TRUE(total);
  EXPECT_EQ(*total, Of(kBudgetMax, 90, 0));
}

TEST_P(BudgetStoreContract, NeverGrantsMoreThanTheLimitToManyAtOnce) {
  const BudgetName name{"desk-1", "2026-11-22"};
  std::atomic<std::int64_t> granted{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          const auto lease = store().Take(name, {Of(3, 0, 0), Of(7, 0, 0), Of(100, 0, 0)});
          if (lease) granted += lease->granted[Quantity::kRequests];
        }
      });
    }
  }
  EXPECT_GT(granted, 97);
  EXPECT_LE(granted, 100);
}

}  // namespace proviso::routing
