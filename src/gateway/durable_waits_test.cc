#include "gateway/durable_waits.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

namespace proviso::gateway {
namespace {

namespace asio = boost::asio;

class DurableWaitsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "durable-waits-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    auto key = keys::SigningKey::Generate("waits.example");
    auto log = record::Log::Open(
        {.directory = directory_, .origin = "waits.example", .key = std::move(*key), .clock = &clock_});
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
  }
  void TearDown() override {
    log_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::uint64_t Append() { return log_->Append({record::Kind::kHeartbeat, {}, "", {}}).value().index; }

  void SpawnWait(DurableWaits& waits, std::uint64_t index, std::vector<base::Status>& into) {
    auto wait = [this, &waits, index, &into]() -> asio::awaitable<void> {
      const base::Status durable = co_await waits.Wait(index);
      EXPECT_TRUE(!durable || log_->durable() > index);
      into.push_back(durable);
    };
    asio::co_spawn(io_, std::move(wait), asio::detached);
  }

  std::filesystem::path directory_;
  base::SystemClock clock_;
  std::unique_ptr<record::Log> log_;
  asio::io_context io_;
};

TEST_F(DurableWaitsTest, EveryWalkGoesOnOnceItsEntryIsOnDisk) {
  DurableWaits waits(*log_, io_.get_executor());
  std::vector<base::Status> ended;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) SpawnWait(waits, Append(), ended);
    io_.run_for(std::chrono::milliseconds(round % 3));
  }
  io_.restart();
  io_.run_for(std::chrono::seconds(20));
  ASSERT_EQ(ended.size(), 1000U);
  for (const base::Status& status : ended) EXPECT_TRUE(status);
}

TEST_F(DurableWaitsTest, SomeMayWaitForTheSameEntryAndForAnEarlierOne) {
  DurableWaits waits(*log_, io_.get_executor());
  std::vector<base::Status> ended;
  const std::uint64_t early = Append();
  const std::uint64_t late = Append();
  for (const std::uint64_t index : {late, late, early}) SpawnWait(waits, index, ended);
  io_.run_for(std::chrono::seconds(20));
  EXPECT_EQ(ended.size(), 3U);
}

TEST_F(DurableWaitsTest, AnEntryThatIsNotThereIsAnErrorForItsWalkOnly) {
  DurableWaits waits(*log_, io_.get_executor());
  std::vector<base::Status> wrong;
  std::vector<base::Status> right;
  SpawnWait(waits, 1'000'000, wrong);
  SpawnWait(waits, Append(), right);
  io_.run_for(std::chrono::seconds(20));
  ASSERT_EQ(wrong.size(), 1U);
  EXPECT_FALSE(wrong[0]);
  ASSERT_EQ(right.size(), 1U);
  EXPECT_TRUE(right[0]);
}

}  // namespace
}  // namespace proviso::gateway
