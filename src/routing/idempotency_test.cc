#include "routing/idempotency.h"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <optional>
#include <thread>

namespace proviso::routing {
namespace {

using Why = Repeated::Why;
using testing::HasSubstr;

base::Digest Filled(std::uint8_t byte) {
  base::Digest digest;
  digest.fill(byte);
  return digest;
}

KeptAnswer Answer(std::size_t bytes, char fill = 'a') {
  return {.status = 200, .body = std::string(bytes, fill)};
}

class IdempotencyTest : public testing::Test {
 protected:
  /// What Begin gave: a ticket, an answer's body, or why not.
  struct Outcome {
    std::optional<Idempotency::Ticket> ticket = {};
    std::optional<std::string> replayed = {};
    std::optional<Why> why = {};
  };
  static Outcome Begin(Idempotency& keys, std::string_view key, std::uint8_t request = 1,
                       std::uint8_t terms = 1, std::string_view key_id = "desk-1") {
    auto begun = keys.Begin(key_id, key, Filled(request), Filled(terms));
    Outcome outcome;
    if (!begun) {
      ADD_FAILURE() << begun.error().message;
    } else if (auto* ticket = std::get_if<Idempotency::Ticket>(&*begun)) {
      outcome.ticket.emplace(std::move(*ticket));
    } else if (auto* replay = std::get_if<Replay>(&*begun)) {
      outcome.replayed = (*replay)->body;
    } else {
      outcome.why = std::get<Repeated>(*begun).why;
      EXPECT_THAT(std::get<Repeated>(*begun).message, HasSubstr("Idempotency-Key: "));
    }
    return outcome;
  }
  static void Run(Idempotency& keys, std::string_view key, KeptAnswer answer, std::uint8_t request = 1) {
    Outcome outcome = Begin(keys, key, request);
    ASSERT_TRUE(outcome.ticket);
    outcome.ticket->Finish(std::move(answer));
  }

  MemoryClaimStore store_;
  base::FakeClock clock_{1'000'000};
  Idempotency keys_{store_, clock_};
};

TEST_F(IdempotencyTest, GivesTheSameAnswerAgain) {
  Run(keys_, "k", Answer(5));
  EXPECT_EQ(Begin(keys_, "k").replayed, "aaaaa");
  EXPECT_EQ(Begin(keys_, "k").replayed, "aaaaa");
}

TEST_F(IdempotencyTest, RefusesASecondRequestWhileTheFirstIsUnderWay) {
  const auto first = Begin(keys_, "k");
  ASSERT_TRUE(first.ticket);
  EXPECT_EQ(Begin(keys_, "k").why, Why::kUnderWay);
  EXPECT_EQ(Begin(keys_, "k", 2).why, Why::kOtherRequest);
}

TEST_F(IdempotencyTest, RefusesAnotherRequestUnderTheSameKey) {
  Run(keys_, "k", Answer(1));
  EXPECT_EQ(Begin(keys_, "k", 2).why, Why::kOtherRequest);
}

TEST_F(IdempotencyTest, KeepsTheKeysOfTwoCallersApart) {
  Run(keys_, "k", Answer(1));
  EXPECT_TRUE(Begin(keys_, "k", 1, 1, "desk-2").ticket);
  EXPECT_TRUE(Begin(keys_, "1k", 1, 1, "desk-").ticket) << "the two names are not run together";
}

TEST_F(IdempotencyTest, GivesNoAnswerOfTermsThatAreNoLongerInForce) {
  Run(keys_, "k", Answer(1));
  EXPECT_EQ(Begin(keys_, "k", 1, 2).why, Why::kOtherTerms);
}

TEST_F(IdempotencyTest, FreesAKeyUnderWhichNothingWasDone) {
  auto first = Begin(keys_, "k");
  ASSERT_TRUE(first.ticket);
  ASSERT_TRUE(first.ticket->Release());
  EXPECT_TRUE(Begin(keys_, "k", 2).ticket);
}

TEST_F(IdempotencyTest, ExecutesNothingTwiceWhenTheFirstCameToNoEnd) {
  {
    const auto broken_off = Begin(keys_, "k");
  }
  EXPECT_EQ(Begin(keys_, "k").why, Why::kNotKept);
}

TEST_F(IdempotencyTest, ExecutesNothingTwiceAfterARestart) {
  Run(keys_, "k", Answer(1));
  Idempotency restarted(store_, clock_);
  EXPECT_EQ(Begin(restarted, "k").why, Why::kNotKept);
  EXPECT_EQ(Begin(restarted, "k", 2).why, Why::kOtherRequest);
  clock_.AdvanceMs(kIdempotencyLifetime.count());
  EXPECT_TRUE(Begin(restarted, "k").ticket) << "the key's life is over";
}

TEST_F(IdempotencyTest, ForgetsAnswersAtTheEndOfTheirLife) {
  Run(keys_, "k", Answer(7));
  clock_.AdvanceMs(kIdempotencyLifetime.count() - 1);
  ASSERT_TRUE(keys_.Forget());
  EXPECT_EQ(keys_.kept_bytes(), 7U);
  clock_.AdvanceMs(1);
  EXPECT_TRUE(Begin(keys_, "k").ticket) << "not before Forget comes by either";
  Run(keys_, "l", Answer(7));
  clock_.AdvanceMs(kIdempotencyLifetime.count());
  ASSERT_TRUE(keys_.Forget());
  EXPECT_EQ(keys_.kept_bytes(), 0U);
}

TEST_F(IdempotencyTest, KeepsAnswersWithinItsBoundsAndDropsTheOldest) {
  Idempotency keys(store_, clock_, {.answer_bytes_max = 10, .bytes_max = 25});
  Run(keys, "large", Answer(11));
  EXPECT_EQ(Begin(keys, "large").why, Why::kNotKept);
  Run(keys, "one", Answer(10));
  Run(keys, "two", Answer(10));
  EXPECT_EQ(Begin(keys, "one").replayed, std::string(10, 'a'));
  Run(keys, "three", Answer(10));
  EXPECT_EQ(keys.kept_bytes(), 20U);
  EXPECT_EQ(Begin(keys, "one").why, Why::kNotKept);
  EXPECT_TRUE(Begin(keys, "two").replayed);
}

TEST_F(IdempotencyTest, HoldsAtMostSoManyKeys) {
  Idempotency keys(store_, clock_, {.keys_max = 2});
  const auto one = Begin(keys, "one");
  Run(keys, "two", Answer(1));
  const auto three = Begin(keys, "three");  // in the place of the kept answer
  ASSERT_TRUE(three.ticket);
  const auto four = keys.Begin("desk-1", "four", Filled(1), Filled(1));
  ASSERT_FALSE(four);
  EXPECT_EQ(four.error().code, base::ErrorCode::kLimit);
}

TEST_F(IdempotencyTest, TakesOnlyVisibleAsciiUpToItsBound) {
  struct Row {
    std::string key;
    bool good;
  };
  for (const Row& row :
       {Row{"", false}, Row{"a", true}, Row{std::string(255, '~'), true}, Row{std::string(256, '~'), false},
        Row{"a b", false}, Row{"a\tb", false}, Row{"\x7F", false}, Row{"\xC3\xA4", false},
        Row{std::string("a\0b", 3), false}, Row{"550e8400-e29b-41d4-a716-446655440000", true}}) {
    EXPECT_EQ(CheckIdempotencyKey(row.key).has_value(), row.good) << row.key;
  }
  EXPECT_FALSE(keys_.Begin("desk-1", "a b", Filled(1), Filled(1)));
}

TEST_F(IdempotencyTest, GivesATicketToExactlyOneOfManyThreads) {
  std::atomic<int> tickets{0};
  std::latch all_asked{8};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        const auto outcome = Begin(keys_, "k");
        if (outcome.ticket) ++tickets;
        all_asked.arrive_and_wait();  // none is given up before the last has asked
      });
    }
  }
  EXPECT_EQ(tickets, 1);
}

}  // namespace
}  // namespace proviso::routing
