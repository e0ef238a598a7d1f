#include "routing/token_bucket.h"

#include <gtest/gtest.h>

#include "routing/limits.h"

namespace proviso::routing {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(TokenBucket, BeginsFullAndRefillsEvenly) {
  TokenBucket bucket(60, 0);
  EXPECT_EQ(bucket.Level(0), 60);
  bucket.Charge(60, 0);
  EXPECT_EQ(bucket.Level(0), 0);
  EXPECT_EQ(bucket.WaitFor(1, 0), milliseconds(1'000));
  EXPECT_EQ(bucket.WaitFor(60, 0), milliseconds(60'000));
  EXPECT_EQ(bucket.Level(kSecond - 1'000), 0);
  EXPECT_EQ(bucket.Level(kSecond), 1);
  EXPECT_EQ(bucket.Level(1'000 * kSecond), 60);
}

TEST(TokenBucket, LosesNothingToManySmallRefills) {
  TokenBucket bucket(7, 0);
  bucket.Charge(7, 0);
  for (std::int64_t ns = 0; ns <= 60 * kSecond; ns += 999'999) (void)bucket.Level(ns);
  EXPECT_EQ(bucket.Level(60 * kSecond), 7);
}

TEST(TokenBucket, GoesBelowNothingByWhatWasNotForeseenAndPaysItBack) {
  TokenBucket bucket(60, 0);
  bucket.Charge(90, 0);
  EXPECT_EQ(bucket.Level(0), -30);
  EXPECT_EQ(bucket.WaitFor(1, 0), milliseconds(31'000));
  bucket.Charge(1'000'000, 0);
  EXPECT_EQ(bucket.Level(0), -60) << "at most a minute's worth";
  EXPECT_EQ(bucket.Level(120 * kSecond), 60);
}

TEST(TokenBucket, IsNeverMoreThanFull) {
  TokenBucket bucket(60, 0);
  bucket.Charge(-10, 0);
  EXPECT_EQ(bucket.Level(0), 60);
}

TEST(TokenBucket, KeepsItsLevelWhenItsRateChanges) {
  TokenBucket bucket(60, 0);
  bucket.Charge(20, 0);
  bucket.Resize(600, 0);
  EXPECT_EQ(bucket.Level(0), 40);
  bucket.Resize(30, 0);
  EXPECT_EQ(bucket.Level(0), 30);
}

TEST(TokenBucket, HoldsTheLargestRate) {
  TokenBucket bucket(kRateMax, 0);
  bucket.Charge(2 * kRateMax, 0);
  EXPECT_EQ(bucket.Level(0), -kRateMax);
  EXPECT_EQ(bucket.WaitFor(kRateMax, 0), milliseconds(120'000));
  EXPECT_EQ(bucket.Level(119 * kSecond), kRateMax / 60 * 59 + (kRateMax % 60) * 59 / 60);
  EXPECT_EQ(bucket.Level(1'000'000 * kSecond), kRateMax);
}

TEST(TokenBucket, StandsStillWhenTimeGoesBack) {
  TokenBucket bucket(60, 10 * kSecond);
  bucket.Charge(60, 10 * kSecond);
  EXPECT_EQ(bucket.Level(0), 0);
  EXPECT_EQ(bucket.Level(11 * kSecond), 1);
}

}  // namespace
}  // namespace proviso::routing
