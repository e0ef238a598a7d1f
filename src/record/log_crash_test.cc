// kill -9 under load, many times: whatever was reported durable is in the log afterwards.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "record/internal/test_log.h"
#include "record/verify.h"

namespace proviso::record {
namespace {

constexpr int kKills = 36;
constexpr int kThreads = 16;

/// One line of what "the upstream saw"; small enough that a pipe takes it whole or not at all.
struct Seen {
  std::uint64_t index = 0;
  std::uint64_t thread = 0;
  std::uint64_t count = 0;
};

std::string PurposeOf(const Seen& seen) {
  return "thread " + std::to_string(seen.thread) + " request " + std::to_string(seen.count);
}

/// A store that never takes anything: openings then live only in the write-ahead log.
class DeafStore final : public OpeningStore {
 public:
  base::Status Put(std::span<const SealedSubjectKey>, std::span<const SealedOpening>) override {
    return base::Fail(base::ErrorCode::kUnavailable, "deaf");
  }
  base::Result<SealedOpening> Get(std::uint64_t) override {
    return base::Fail(base::ErrorCode::kNotFound, "deaf");
  }
  base::Result<SealedSubjectKey> SubjectKey(const SubjectTag&) override {
    return base::Fail(base::ErrorCode::kNotFound, "deaf");
  }
  base::Status DestroySubject(const SubjectTag&) override { return {}; }
};

class LogCrash : public LogTest {
 protected:
  /// The gateway: appends INTENTs as fast as it can and reports each once it is durable.
  [[noreturn]] void RunChild(int report, OpeningStore* openings) {
    base::SystemClock clock;
    LogSetup setup = NewSetup();
    setup.clock = &clock;
    setup.openings = openings;
    const auto log = Log::Open(std::move(setup));
    if (!log) {
      std::fputs((log.error().message + "\n").c_str(), stderr);
      _exit(1);
    }
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (Seen seen{0, thread, 0};; ++seen.count) {
          const auto ticket = (*log)->Append(Intent(PurposeOf(seen)));
          if (!ticket) continue;
          seen.index = ticket->index;
          if (!(*log)->WaitDurable(seen.index)) _exit(2);
          if (write(report, &seen, sizeof(seen)) != sizeof(seen)) _exit(3);
          if (seen.count % 3 == 0) (void)(*log)->Append({Kind::kOutcome, seen.index, "alice", {}});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    _exit(0);
  }

  /// Runs a child, kills it `after_ms` after its first report, and returns all it reported.
  std::vector<Seen> RunAndKill(int after_ms, OpeningStore* openings) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      RunChild(ends[1], openings);
    }
    close(ends[1]);
    std::vector<Seen> seen;
    const auto begin = std::chrono::steady_clock::now();
    bool killed = false;
    for (Seen one; read(ends[0], &one, sizeof(one)) == static_cast<ssize_t>(sizeof(one));) {
      seen.push_back(one);
      const auto elapsed = std::chrono::steady_clock::now() - begin;
      if (!killed && elapsed > std::chrono::milliseconds(after_ms)) {
        kill(child, SIGKILL);
        killed = true;
      }
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << status;
    return seen;
  }
};

TEST_F(LogCrash, WhateverTheUpstreamSawHasItsIntent) {
  std::mt19937 random(20260228);
  std::size_t reported = 0;
  for (int run = 0; run < kKills; ++run) {
    // Every other child has a store that works, so that segments are retired under fire too.
    DeafStore deaf;
    const bool deaf_run = run % 2 == 0;
    const auto seen = RunAndKill(static_cast<int>(random() % 60), deaf_run ? &deaf : openings_.get());
    reported += seen.size();
    const auto log = Log::Open(NewSetup());
    ASSERT_TRUE(log.has_value()) << "run " << run << ": " << log.error().message;
    for (const Seen& one : seen) {
      ASSERT_LT(one.index, (*log)->durable());
      const auto bytes = FetchEntry(FetchFromDirectory(NewSetup().directory.string()),
                                    (*log)->recovery().entries, one.index);
      const Entry entry = DecodeEntry(bytes.value()).value();
      EXPECT_EQ(entry.kind, Kind::kIntent);
      EXPECT_EQ(entry.seq, one.index);
      if (deaf_run)
        EXPECT_EQ((*log)->ReadValues(one.index).value().values.at(Field::kPurpose), PurposeOf(one));
    }
    ASSERT_TRUE((*log)->Close().has_value());
    const LogReport report = VerifyLog(FetchFromDirectory(NewSetup().directory.string()), key_.verifier());
    ASSERT_TRUE(report.verified()) << "run " << run << ": " << report.broken->Text();
    EXPECT_TRUE(report.open_intents.empty());
  }
  EXPECT_GT(reported, 5U * kKills);
  std::printf("%d kills, %zu entries reported durable, all found\n", kKills, reported);
}

}  // namespace
}  // namespace proviso::record
