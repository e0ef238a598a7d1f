#include "record/log.h"

#include <gtest/gtest.h>

#include "record/internal/test_log.h"
#include "record/limits.h"

namespace proviso::record {
namespace {

TEST_F(LogTest, PublishesWhatItMadeDurable) {
  const auto log = Open();
  const Ticket intent = log->Append(Intent("logistics")).value();
  ASSERT_TRUE(log->WaitDurable(intent.index).has_value());
  const Ticket outcome =
      log->Append({Kind::kOutcome, intent.index, "alice", {{Field::kOutcome, "permit"}}}).value();
  const Checkpoint checkpoint = Published(log->WaitPublished(outcome.index).value());
  EXPECT_EQ(checkpoint.size, 3U);
  TileNodes nodes(checkpoint.size, FetchFromDirectory(NewSetup().directory.string()));
  EXPECT_EQ(SubtreeHash({0, checkpoint.size}, nodes.reader()).value(), checkpoint.root);
  EXPECT_EQ(EntryAt(0, 3).kind, Kind::kKey);
  EXPECT_EQ(EntryAt(1, 3).kind, Kind::kIntent);
  EXPECT_EQ(EntryAt(2, 3).pair, 1U);
  EXPECT_EQ(EntryAt(2, 3).t_ms, 1772270000123);
}

TEST_F(LogTest, ContinuesWhereItStopped) {
  std::uint64_t last = 0;
  for (int run = 0; run < 4; ++run) {
    const auto log = Open();
    EXPECT_EQ(log->recovery().entries, run == 0 ? 0 : last + 1);
    for (int i = 0; i < 300; ++i) {
      const Ticket intent = log->Append(Intent(std::to_string(i))).value();
      last = log->Append({Kind::kOutcome, intent.index, "alice", {}}).value().index;
    }
    ASSERT_TRUE(log->Close().has_value());
    EXPECT_EQ(Published(log->checkpoint()).size, last + 1);
  }
  EXPECT_EQ(EntryAt(last, last + 1).seq, last);
}

TEST_F(LogTest, ClosesAnInterruptedIntentAtTheNextStart) {
  std::uint64_t index = 0;
  {
    const auto log = Open();
    index = log->Append(Intent("cut short")).value().index;
  }
  const auto log = Open();
  EXPECT_EQ(log->recovery().interrupted, 1U);
  ASSERT_TRUE(log->WaitPublished(index + 2).has_value());
  EXPECT_EQ(EntryAt(index + 1, index + 3).pair, index);
  EXPECT_EQ(log->ReadValues(index + 1).value().values.at(Field::kOutcome), "interrupted");
}

TEST_F(LogTest, RefusesAnOutcomeWithoutAnOpenIntent) {
  const auto log = Open();
  const std::uint64_t intent = log->Append(Intent("x")).value().index;
  EXPECT_EQ(log->Append({Kind::kOutcome, intent + 1, "", {}}).error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(log->Append({Kind::kOutcome, {}, "", {}}).error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(log->Append({Kind::kPolicy, intent, "", {}}).error().code, base::ErrorCode::kInvalid);
  EXPECT_TRUE(log->Append({Kind::kOutcome, intent, "", {}}).has_value());
  EXPECT_EQ(log->Append({Kind::kOutcome, intent, "", {}}).error().code, base::ErrorCode::kConflict);
}

TEST_F(LogTest, GivesTheValuesBackUntilTheSubjectIsShredded) {
  auto log = Open();
  const std::uint64_t index = log->Append(Intent("logistics")).value().index;
  ASSERT_TRUE(log->Close().has_value());
  log = nullptr;
  log = Open();
  EXPECT_EQ(log->ReadValues(index).value().values.at(Field::kPurpose), "logistics");
  const std::uint64_t before = log->durable();
  ASSERT_TRUE(log->Shred("alice").has_value());
  EXPECT_EQ(log->ReadValues(index).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(EntryAt(before, before + 1).kind, Kind::kShred);
  const std::uint64_t later = log->Append(Intent("again")).value().index;
  ASSERT_TRUE(log->Close().has_value());
  EXPECT_EQ(log->ReadValues(later).value().values.at(Field::kPurpose), "again");
  EXPECT_FALSE(log->ReadValues(index).has_value());
}

TEST_F(LogTest, RefusesMoreOpenIntentsThanAllowed) {
  LogSetup setup = NewSetup();
  setup.open_intents_max = 2;
  const auto log = Log::Open(std::move(setup)).value();
  const std::uint64_t first = log->Append(Intent("1")).value().index;
  ASSERT_TRUE(log->Append(Intent("2")).has_value());
  EXPECT_EQ(log->Append(Intent("3")).error().code, base::ErrorCode::kLimit);
  ASSERT_TRUE(log->Append({Kind::kOutcome, first, "", {}}).has_value());
  EXPECT_TRUE(log->Append(Intent("3")).has_value());
}

TEST_F(LogTest, RefusesValuesAndSubjectsPastTheirLimits) {
  const auto log = Open();
  EntryDraft draft = Intent("x");
  draft.subject = std::string(kSubjectBytesMax, 's');
  draft.fields[Field::kFindings] = std::string(kFieldValueBytesMax, 'f');
  EXPECT_TRUE(log->Append(draft).has_value());
  draft.subject += 's';
  EXPECT_EQ(log->Append(draft).error().code, base::ErrorCode::kLimit);
  draft = Intent("x");
  for (int id = 0; id < 8; ++id) draft.fields[static_cast<Field>(id)] = std::string(kFieldValueBytesMax, 'f');
  EXPECT_EQ(log->Append(draft).error().code, base::ErrorCode::kLimit);
}

TEST_F(LogTest, IsOpenedByOneAtATime) {
  const auto log = Open();
  EXPECT_EQ(Log::Open(NewSetup()).error().code, base::ErrorCode::kConflict);
}

TEST_F(LogTest, BeatsWhenNothingHappens) {
  base::SystemClock real;
  LogSetup setup = NewSetup();
  setup.clock = &real;
  setup.heartbeat_interval_ms = 5;
  const auto log = Log::Open(std::move(setup)).value();
  while (log->durable() < 4) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ASSERT_TRUE(log->Close().has_value());
  EXPECT_EQ(EntryAt(2, 4).kind, Kind::kHeartbeat);
}

TEST_F(LogTest, TakesNothingWhenClosed) {
  const auto log = Open();
  ASSERT_TRUE(log->Close().has_value());
  EXPECT_EQ(log->Append(Intent("late")).error().code, base::ErrorCode::kUnavailable);
  EXPECT_TRUE(log->Close().has_value());
}

TEST_F(LogTest, CallsBackOnceDurableAndAtOnceAfterwards) {
  const auto log = Open();
  std::atomic<int> calls = 0;
  const std::uint64_t index = log->Append(Intent("x")).value().index;
  log->WhenDurable(index, [&](base::Status durable) { calls += durable.has_value() ? 1 : 100; });
  ASSERT_TRUE(log->WaitDurable(index).has_value());
  ASSERT_TRUE(log->Close().has_value());
  log->WhenDurable(index, [&](base::Status durable) { calls += durable.has_value() ? 1 : 100; });
  log->WhenDurable(index + 1, [&](base::Status durable) { calls += durable.has_value() ? 100 : 1; });
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace proviso::record
