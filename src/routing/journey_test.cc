#include "routing/journey.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "routing/limits.h"

namespace proviso::routing {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kMs = 1'000'000;

Route TwoCandidates(int attempts = 2) {
  Route route{"assistant", {{{"first"}}, {{"second"}}}};
  route.retries.attempts = attempts;
  return route;
}

AttemptFailure Status(int status, std::optional<milliseconds> retry_after = {}) {
  return {Failure::kStatus, status, retry_after};
}

TEST(Journey, SaysWhatFollowsEachFailure) {
  struct Row {
    AttemptFailure failure;
    Next first;   ///< After the first failure on the first candidate.
    Next second;  ///< After the same failure again, on whichever candidate.
  };
  const Row rows[] = {
      {{Failure::kConnect}, Next::kSameCandidate, Next::kNextCandidate},
      {{Failure::kClosed}, Next::kSameCandidate, Next::kNextCandidate},
      {{Failure::kTimedOut}, Next::kNextCandidate, Next::kGiveUp},
      {{Failure::kMalformed}, Next::kNextCandidate, Next::kGiveUp},
      {Status(408), Next::kSameCandidate, Next::kNextCandidate},
      {Status(429), Next::kSameCandidate, Next::kNextCandidate},
      {Status(500), Next::kSameCandidate, Next::kNextCandidate},
      {Status(502), Next::kSameCandidate, Next::kNextCandidate},
      {Status(503), Next::kSameCandidate, Next::kNextCandidate},
      {Status(504), Next::kSameCandidate, Next::kNextCandidate},
      {Status(529), Next::kSameCandidate, Next::kNextCandidate},
      {Status(401), Next::kNextCandidate, Next::kGiveUp},
      {Status(403), Next::kNextCandidate, Next::kGiveUp},
      {Status(404), Next::kNextCandidate, Next::kGiveUp},
      {Status(400), Next::kGiveUp, Next::kGiveUp},
      {Status(409), Next::kGiveUp, Next::kGiveUp},
      {Status(413), Next::kGiveUp, Next::kGiveUp},
      {Status(422), Next::kGiveUp, Next::kGiveUp},
  };
  for (const Row& row : rows) {
    const Route route = TwoCandidates();
    Journey journey(route, MakePlan(route, 1), 0);
    const std::string what = std::string(NameOf(row.failure.kind)) + " " + std::to_string(row.failure.status);
    EXPECT_EQ(journey.Failed(row.failure, Released::kNothing, 0, 1).next, row.first) << what;
    if (row.first == Next::kGiveUp) continue;
    EXPECT_EQ(journey.Failed(row.failure, Released::kNothing, 0, 1).next, row.second) << what;
  }
}

TEST(Journey, TriesNothingAgainOnceAByteWasReleased) {
  const Route route = TwoCandidates();
  for (const Failure kind : {Failure::kConnect, Failure::kClosed, Failure::kTimedOut, Failure::kMalformed}) {
    Journey journey(route, MakePlan(route, 1), 0);
    EXPECT_EQ(journey.Failed({kind}, Released::kSomething, 0, 1).next, Next::kGiveUp);
  }
}

TEST(Journey, GoesThroughAllCandidatesAndThenGivesUp) {
  const Route route = TwoCandidates(2);
  Journey journey(route, MakePlan(route, 1), 0);
  std::vector<std::string> tried;
  while (const std::string* model = journey.candidate()) {
    tried.push_back(*model);
    if (journey.Failed(Status(503), Released::kNothing, 0, 1).next == Next::kGiveUp) break;
  }
  EXPECT_EQ(tried, (std::vector<std::string>{"first", "first", "second", "second"}));
  EXPECT_EQ(journey.attempts(), 4);
}

TEST(Journey, SkipsACandidateWithoutAnAttempt) {
  const Route route = TwoCandidates();
  Journey journey(route, MakePlan(route, 1), 0);
  EXPECT_EQ(journey.candidates().size(), 2U);
  journey.Skip();
  ASSERT_NE(journey.candidate(), nullptr);
  EXPECT_EQ(*journey.candidate(), "second");
  journey.Skip();
  journey.Skip();
  EXPECT_EQ(journey.candidate(), nullptr);
  EXPECT_TRUE(journey.candidates().empty());
  EXPECT_EQ(journey.attempts(), 0);
}

TEST(Journey, StaysWithOneCandidateWhenToldTo) {
  const Route route = TwoCandidates();
  Journey journey(route, MakePlan(route, 1), 0);
  journey.KeepOnlyThis();
  EXPECT_EQ(journey.candidates().size(), 1U);
  EXPECT_EQ(journey.Failed({Failure::kTimedOut}, Released::kNothing, 0, 1).next, Next::kGiveUp);
}

TEST(Journey, WaitsLongerEachTimeWithinItsBounds) {
  Route route = TwoCandidates(kAttemptsPerCandidateMax);
  route.retries.backoff = milliseconds(100);
  route.retries.backoff_max = milliseconds(300);
  Dice dice(3);
  for (int i = 0; i < 100; ++i) {
    Journey journey(route, MakePlan(route, 1), 0);
    for (const int full : {100, 200, 300, 300}) {
      const Step step = journey.Failed({Failure::kConnect}, Released::kNothing, 0, dice.Next());
      ASSERT_EQ(step.next, Next::kSameCandidate);
      EXPECT_GE(step.wait.count(), full / 2);
      EXPECT_LE(step.wait.count(), full);
    }
  }
}

TEST(Journey, HonoursRetryAfterUpToItsBoundAndOtherwiseGoesElsewhere) {
  struct Row {
    int retry_after_ms;
    Next next;
  };
  for (const Row& row :
       {Row{0, Next::kSameCandidate}, Row{10'000, Next::kSameCandidate}, Row{10'001, Next::kNextCandidate}}) {
    const Route route = TwoCandidates();
    Journey journey(route, MakePlan(route, 1), 0);
    const Step step = journey.Failed(Status(429, milliseconds(row.retry_after_ms)), Released::kNothing, 0, 9);
    EXPECT_EQ(step.next, row.next) << row.retry_after_ms;
    EXPECT_EQ(step.wait.count(), row.next == Next::kSameCandidate ? row.retry_after_ms : 0);
  }
}

TEST(Journey, BeginsNoWaitThatTheDeadlineWouldCutShort) {
  const Route route = TwoCandidates();
  Journey journey(route, MakePlan(route, 1), 1'000 * kMs);
  EXPECT_EQ(journey.Failed(Status(503, milliseconds(999)), Released::kNothing, 0, 1).next,
            Next::kSameCandidate);
  Journey late(route, MakePlan(route, 1), 1'000 * kMs);
  EXPECT_EQ(late.Failed(Status(503, milliseconds(1'000)), Released::kNothing, 0, 1).next,
            Next::kNextCandidate);
  EXPECT_EQ(late.Failed(Status(503), Released::kNothing, 1'000 * kMs, 1).next, Next::kGiveUp);
}

TEST(Journey, EndsAfterAttemptsMaxHoweverManyCandidatesThereAre) {
  Route route{"wide", {}};
  route.retries.attempts = kAttemptsPerCandidateMax;
  for (std::size_t i = 0; i < kCandidatesMax; ++i) route.groups.push_back({{"m" + std::to_string(i)}});
  Journey journey(route, MakePlan(route, 1), 0);
  int failures = 1;
  while (journey.Failed({Failure::kConnect}, Released::kNothing, 0, 1).next != Next::kGiveUp) ++failures;
  EXPECT_EQ(failures, kAttemptsMax);
}

TEST(RetryAfter, IsReadInEachOfItsForms) {
  const std::int64_t now_ms = base::ParseUtc("2026-11-22T08:00:00Z").value();
  struct Row {
    const char* ms;
    const char* header;
    std::optional<std::int64_t> wait_ms;
  };
  const Row rows[] = {
      {"", "", {}},
      {"", "7", 7'000},
      {"", "0", 0},
      {"250", "7", 250},
      {"abc", "7", 7'000},
      {"", "-1", {}},
      {"", "+1", {}},
      {"", "1.5", {}},
      {"", " 1", {}},
      {"", "86400", 86'400'000},
      {"", "86401", 86'400'000},
      {"", "99999999999999999999999", 86'400'000},
      {"99999999999999999999999", "", 86'400'000},
      {"", "Sun, 22 Nov 2026 08:00:30 GMT", 30'000},
      {"", "Sun, 22 Nov 2026 07:00:00 GMT", 0},
      {"", "Mon, 22 Nov 2027 08:00:00 GMT", 86'400'000},
      {"", "Sun, 22 Nvo 2026 08:00:30 GMT", {}},
      {"", "Sun, 22 ovD 2026 08:00:30 GMT", {}},
      {"", "Sun, 42 Nov 2026 08:00:30 GMT", {}},
      {"", "Sunday, 22-Nov-26 08:00:30 GMT", {}},
  };
  for (const Row& row : rows) {
    const auto wait = ReadRetryAfter(row.ms, row.header, now_ms);
    const auto wait_ms = wait ? std::optional<std::int64_t>(wait->count()) : std::nullopt;
    EXPECT_EQ(wait_ms, row.wait_ms) << row.ms << " " << row.header;
  }
}

}  // namespace
}  // namespace proviso::routing
