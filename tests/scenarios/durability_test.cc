// Nothing goes upstream before its INTENT is on disk; no last byte reaches the caller before the OUTCOME.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "answers.h"
#include "http/testing/scripted_upstream.h"
#include "keys/digest.h"
#include "process.h"
#include "running.h"

namespace proviso::scenarios {
namespace {

using http::testing::Bytes;
using http::testing::RawClient;
using http::testing::ScriptedUpstream;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

/// The real disk behind a gate: syncs wait while it is shut, and fail once it is broken.
class GatedStorage final : public record::Storage {
 public:
  enum class Gate : std::uint8_t { kOpen, kShut, kBroken };
  void Set(Gate gate) {
    gate_ = gate;
    gate_.notify_all();
  }

  base::Status Allocate(const std::filesystem::path& path, std::uint64_t bytes) override {
    return real_.Allocate(path, bytes);
  }
  base::Result<std::unique_ptr<record::SegmentFile>> OpenSegment(const std::filesystem::path& path) override {
    auto file = real_.OpenSegment(path);
    if (!file) return std::unexpected(file.error());
    return std::make_unique<File>(*this, std::move(*file));
  }
  base::Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return real_.Rename(from, to);
  }
  base::Status WriteFile(const std::filesystem::path& path, std::string_view content, Sync sync) override {
    return real_.WriteFile(path, content, sync);
  }
  base::Status SyncAll(const std::filesystem::path& directory) override { return real_.SyncAll(directory); }

 private:
  class File final : public record::SegmentFile {
   public:
    File(GatedStorage& storage, std::unique_ptr<record::SegmentFile> file)
        : storage_(storage), file_(std::move(file)) {}
    base::Status WriteAt(std::uint64_t offset, base::ByteView bytes) override {
      return file_->WriteAt(offset, bytes);
    }
    base::Status Sync() override {
      storage_.gate_.wait(Gate::kShut);
      if (storage_.gate_ == Gate::kBroken) return base::Fail(base::ErrorCode::kIo, "the disk is broken");
      return file_->Sync();
    }

   private:
    GatedStorage& storage_;
    std::unique_ptr<record::SegmentFile> file_;
  };
  record::Storage& real_ = record::RealStorage();
  std::atomic<Gate> gate_ = Gate::kOpen;
};

TEST(Durability, SendsNothingBeforeTheIntentIsOnDisk) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[0], Delivery::kWhole, "hi")))}}});
  const Home home({.upstream_url = upstream.url()});
  GatedStorage storage;
  Running gateway(home, {.storage = &storage});
  storage.Set(GatedStorage::Gate::kShut);
  auto reply = std::async(std::launch::async, [&] {
    return Send(gateway.port(), {kDialects[0], Text({}), home.key_of("desk")});
  });
  EXPECT_TRUE(Eventually([&] { return upstream.connections_accepted() == 1; }));  // readied meanwhile
  Nap(milliseconds(100));
  EXPECT_EQ(upstream.requests().size(), 0U);
  storage.Set(GatedStorage::Gate::kOpen);
  EXPECT_EQ(reply.get().status, 200);
}

TEST(Durability, HoldsTheLastBytesBackUntilTheOutcomeIsOnDisk) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const std::string body = TextBody(dialect, delivery, "hi");
      ScriptedUpstream upstream({{.answer = {http::testing::WaitForGo(), Bytes(AsHttp(delivery, body))}}});
      const Home home({.upstream_url = upstream.url()});
      GatedStorage storage;
      Running gateway(home, {.storage = &storage});
      RawClient client(gateway.port());
      client.Send(BytesOf({dialect, Text({dialect, delivery}), home.key_of("desk")}));
      ASSERT_TRUE(upstream.WaitForRequests(1));
      storage.Set(GatedStorage::Gate::kShut);
      upstream.Go();
      auto all = std::async(std::launch::async, [&] { return client.ReadToEnd(); });
      EXPECT_EQ(all.wait_for(milliseconds(100)), std::future_status::timeout);
      storage.Set(GatedStorage::Gate::kOpen);
      EXPECT_EQ(ParseReply(all.get()).body, body);
    }
  }
}

TEST(Durability, RefusesEverythingOnceTheDiskFailsAndSendsNothing) {
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kWhole, "{}"))}}});
  const Home home({.upstream_url = upstream.url()});
  GatedStorage storage;
  Running gateway(home, {.storage = &storage});
  gateway.ExpectBrokenRecord();
  storage.Set(GatedStorage::Gate::kBroken);
  for (const Dialect dialect : kDialects) {
    for (int i = 0; i < 2; ++i) {
      const Reply reply = Send(gateway.port(), {dialect, Text({dialect}), home.key_of("desk")});
      EXPECT_EQ(reply.status, 503);
      EXPECT_THAT(reply.body, HasSubstr("cannot be recorded"));
    }
  }
  EXPECT_EQ(upstream.requests().size(), 0U);
  EXPECT_EQ(SendBytes(gateway.port(), "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status,
            503);
}

TEST(Durability, CutsAnAnswerWhoseOutcomeCannotBeWritten) {
  for (const Delivery delivery : kDeliveries) {
    const std::string body = TextBody(kDialects[0], delivery, "hi");
    ScriptedUpstream upstream({{.answer = {http::testing::WaitForGo(), Bytes(AsHttp(delivery, body))}}});
    const Home home({.upstream_url = upstream.url()});
    GatedStorage storage;
    Running gateway(home, {.storage = &storage});
    gateway.ExpectBrokenRecord();
    RawClient client(gateway.port());
    client.Send(BytesOf({kDialects[0], Text({kDialects[0], delivery}), home.key_of("desk")}));
    ASSERT_TRUE(upstream.WaitForRequests(1));
    storage.Set(GatedStorage::Gate::kBroken);
    upstream.Go();
    const std::string all = client.ReadToEnd();
    EXPECT_THAT(all, Not(HasSubstr("[DONE]")));
    if (delivery == Delivery::kStream) EXPECT_TRUE(!all.ends_with("0\r\n\r\n"));
    if (delivery == Delivery::kWhole) EXPECT_EQ(ParseReply(all).status, 503);
  }
}

TEST(Durability, RefusesWhenTooManyEntriesWaitForTheDisk) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[0], Delivery::kWhole, "hi")))}}});
  const Home home({.upstream_url = upstream.url()});
  GatedStorage storage;
  Running gateway(home, {.storage = &storage, .queue_entries_max = 4});
  storage.Set(GatedStorage::Gate::kShut);
  std::vector<std::future<Reply>> replies;
  for (int i = 0; i < 8; ++i) {
    replies.push_back(std::async(std::launch::async, [&] {
      return Send(gateway.port(), {kDialects[0], Text({}), home.key_of("desk")});
    }));
  }
  EXPECT_TRUE(Eventually([&] { return gateway.metrics().Sum(gateway::Count::kRecordFailures) == 4; }));
  EXPECT_EQ(upstream.requests().size(), 0U);
  storage.Set(GatedStorage::Gate::kOpen);
  std::map<int, int> statuses;
  for (auto& reply : replies) ++statuses[reply.get().status];
  EXPECT_EQ(statuses, (std::map<int, int>{{200, 4}, {503, 4}}));
}

/// A connection that may fail at any moment, since its peer is killed.
void AskUntilItEnds(std::uint16_t port, const Home& home, std::atomic<std::uint64_t>& next_id) {
  while (true) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    bool good = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    while (good) {
      const std::uint64_t id = next_id++;
      const Dialect dialect = kDialects[id % 2];
      std::string bytes =
          BytesOf({dialect, Text({dialect, kDeliveries[id / 2 % 2], "same-name", std::to_string(id)}),
                   home.key_of("desk")});
      bytes.erase(bytes.find("Connection: close\r\n"), 19);
      good = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
      std::array<char, 8192> answer{};
      good = good && ::recv(socket, answer.data(), answer.size(), 0) > 0;
      if (id % 8 == 7) break;  // some come on connections of their own
    }
    ::close(socket);
    if (!good) return;
  }
}

TEST(Durability, HoldsForEveryRequestTheProviderSawHoweverOftenTheGatewayIsKilled) {
  constexpr int kRounds = 25;
  const std::string good = TextBody(kDialects[0], Delivery::kWhole, "hi");
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kWhole, good))}}});
  // Half of the requests get an answer of the other dialect: no breaker may keep them from the provider.
  const Home home({.upstream_url = upstream.url(),
                   .provider_more = "breaker = { failures_in_a_row = 1000000, samples_min = 1000000 }\n"});
  std::atomic<std::uint64_t> next_id = 0;
  std::mt19937 random(7);
  for (int round = 0; round < kRounds; ++round) {
    Process process(home);
    std::vector<std::thread> callers;
    for (int i = 0; i < 6; ++i) {
      callers.emplace_back([&] { AskUntilItEnds(process.port(), home, next_id); });
    }
    Nap(milliseconds(random() % 150));
    process.Signal(SIGKILL);
    EXPECT_EQ(process.Wait(), 128 + SIGKILL);
    for (std::thread& caller : callers) caller.join();
  }
  {
    Process process(home);  // closes what was interrupted
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 0) << process.Log();
  }
  const ReadRecord record = ReadRecordOf(home);
  EXPECT_EQ(record.broken, "");
  EXPECT_EQ(record.open_intents, std::vector<std::uint64_t>());
  EXPECT_THAT(record.outcomes, testing::Contains("interrupted"));
  const std::vector<std::string> seen = upstream.requests();
  for (const std::string& request : seen) {
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    const auto found = record.intents_of.find(base::ToHex(keys::Sha256(body)));
    EXPECT_TRUE(found != record.intents_of.end()) << body;
  }
  EXPECT_GT(seen.size(), static_cast<std::size_t>(kRounds));
  RecordProperty("requests_seen", static_cast<int>(seen.size()));
  std::printf("%zu requests reached the provider in %d rounds; %zu INTENTs, %zu OUTCOMEs\n", seen.size(),
              kRounds, record.intents_of.size(), record.outcomes.size());
}

}  // namespace
}  // namespace proviso::scenarios
