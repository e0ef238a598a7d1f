// What every ClaimStore must do: one suite, run here on MemoryClaimStore and in `store` on SQLite.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "routing/claim_store.h"

namespace proviso::routing {

/// Makes an empty store.
using MakeClaimStore = std::unique_ptr<ClaimStore> (*)();

class ClaimStoreContract : public testing::TestWithParam<MakeClaimStore> {
 protected:
  [[nodiscard]] ClaimStore& store() { return *store_; }
  static Claim Of(std::uint8_t key, std::uint8_t request, std::int64_t expires_ms) {
    Claim claim;
    claim.key.fill(key);
    claim.request.fill(request);
    claim.expires_ms = expires_ms;
    return claim;
  }

 private:
  std::unique_ptr<ClaimStore> store_ = GetParam()();
};

TEST_P(ClaimStoreContract, GivesAKeyToTheFirstAndTellsTheOthersWhatItWasUsedFor) {
  EXPECT_EQ(store().Take(Of(1, 1, 1'000), 0), Claimed::kNew);
  EXPECT_EQ(store().Take(Of(1, 1, 2'000), 999), Claimed::kSameRequest);
  EXPECT_EQ(store().Take(Of(1, 2, 2'000), 999), Claimed::kOtherRequest);
  EXPECT_EQ(store().Take(Of(2, 1, 2'000), 999), Claimed::kNew);
}

TEST_P(ClaimStoreContract, GivesAKeyAgainOnceItExpired) {
  EXPECT_EQ(store().Take(Of(1, 1, 1'000), 0), Claimed::kNew);
  EXPECT_EQ(store().Take(Of(1, 2, 2'000), 1'000), Claimed::kNew);
  EXPECT_EQ(store().Take(Of(1, 1, 3'000), 1'500), Claimed::kOtherRequest);
}

TEST_P(ClaimStoreContract, GivesAReleasedKeyAgain) {
  EXPECT_EQ(store().Take(Of(1, 1, 1'000), 0), Claimed::kNew);
  EXPECT_TRUE(store().Release(Of(1, 1, 0).key));
  EXPECT_TRUE(store().Release(Of(1, 1, 0).key));
  EXPECT_EQ(store().Take(Of(1, 2, 1'000), 0), Claimed::kNew);
}

TEST_P(ClaimStoreContract, ForgetsOnlyWhatExpired) {
  EXPECT_EQ(store().Take(Of(1, 1, 1'000), 0), Claimed::kNew);
  EXPECT_EQ(store().Take(Of(2, 1, 1'001), 0), Claimed::kNew);
  EXPECT_EQ(store().Forget(1'000), 1U);
  EXPECT_EQ(store().Forget(1'000), 0U);
  EXPECT_EQ(store().Take(Of(2, 1, 5'000), 1'000), Claimed::kSameRequest);
}

TEST_P(ClaimStoreContract, GivesAKeyToExactlyOneOfMany) {
  std::atomic<int> winners{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        if (store().Take(Of(7, 7, 1'000), 0) == Claimed::kNew) ++winners;
      });
    }
  }
  EXPECT_EQ(winners, 1);
}

}  // namespace proviso::routing
