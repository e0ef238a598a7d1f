#include "analysis/answer_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "base/file.h"

namespace proviso::analysis {
namespace {

namespace fs = std::filesystem;

class AnswerCacheTest : public ::testing::Test {
 protected:
  AnswerCacheTest() { fs::remove_all(directory); }
  ~AnswerCacheTest() override { fs::remove_all(directory); }

  [[nodiscard]] std::size_t Files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
  }

  // Of its own: ctest runs several tests of this class at once.
  fs::path directory =
      fs::path(::testing::TempDir()) /
      (std::string("answer_cache_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(AnswerCacheTest, FindsWhatWasKept) {
  AnswerCache cache(directory);
  EXPECT_EQ(cache.Find("ab"), std::nullopt);
  ASSERT_TRUE(cache.Keep("ab", "sat\n((x 1))\n"));
  EXPECT_EQ(cache.Find("ab"), "sat\n((x 1))\n");
  EXPECT_EQ(AnswerCache(directory).Find("ab"), "sat\n((x 1))\n");
  EXPECT_EQ(cache.Find("cd"), std::nullopt);
  EXPECT_EQ(fs::status(directory).permissions(), fs::perms::owner_all);
}

TEST_F(AnswerCacheTest, TakesADamagedFileForNone) {
  AnswerCache cache(directory);
  ASSERT_TRUE(cache.Keep("ab", "unsat\n"));
  const std::string whole = *base::ReadFile(directory / "ab");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    ASSERT_TRUE(PutFile(directory / "ab", whole.substr(0, at)));
    EXPECT_EQ(cache.Find("ab"), std::nullopt) << "cut at " << at;
    std::string changed = whole;
    changed[at] ^= 1;
    ASSERT_TRUE(PutFile(directory / "ab", changed));
    EXPECT_EQ(cache.Find("ab"), std::nullopt) << "changed at " << at;
  }
}

TEST_F(AnswerCacheTest, LetsTheOldestGo) {
  AnswerCache cache(directory);
  const auto now = fs::file_time_type::clock::now();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(cache.Keep(std::to_string(i), "unsat\n"));
    fs::last_write_time(directory / std::to_string(i), now - std::chrono::minutes(10 - i));
  }
  cache.Prune(10, 1'000'000);
  EXPECT_EQ(Files(), 10U);
  cache.Prune(4, 1'000'000);
  EXPECT_EQ(Files(), 4U);
  EXPECT_EQ(cache.Find("5"), std::nullopt);
  EXPECT_TRUE(cache.Find("6"));
  cache.Prune(4, fs::file_size(directory / "9"));
  EXPECT_EQ(Files(), 1U);
  EXPECT_TRUE(cache.Find("9"));
}

TEST_F(AnswerCacheTest, ClearsAwayWhatACrashLeft) {
  AnswerCache cache(directory);
  ASSERT_TRUE(cache.Keep("ab", "unsat\n"));
  for (const char* name : {"ab.1.1.new", "ab.1.2.new"}) ASSERT_TRUE(PutFile(directory / name, "half"));
  fs::last_write_time(directory / "ab.1.1.new", fs::file_time_type::clock::now() - std::chrono::hours(2));
  cache.Prune(10, 1'000'000);
  EXPECT_FALSE(fs::exists(directory / "ab.1.1.new"));
  EXPECT_TRUE(fs::exists(directory / "ab.1.2.new"));
}

TEST_F(AnswerCacheTest, SaysWhyItCannotKeep) {
  ASSERT_TRUE(PutFile(directory, "a file where the directory should be"));
  const auto kept = AnswerCache(directory / "within").Keep("ab", "unsat\n");
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, base::ErrorCode::kIo);
}

TEST_F(AnswerCacheTest, ServesSeveralThreadsAtOnce) {
  AnswerCache cache(directory);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(cache.Keep(std::to_string(i % 7), "unsat\n"));
        const auto found = cache.Find(std::to_string(i % 7));
        EXPECT_EQ(found, "unsat\n");
      }
    });
  }
  threads.clear();
  EXPECT_EQ(Files(), 7U);
}

}  // namespace
}  // namespace proviso::analysis
