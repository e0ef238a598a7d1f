#include "routing/allowance.h"

#include <gmock/gmock.h>

#include <thread>

#include "routing/limits.h"
#include "routing/route.h"

namespace proviso::routing {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr std::int64_t kDayMs = 86'400'000;

Amounts Of(std::int64_t requests, std::int64_t tokens, std::int64_t money = 0) {
  return {{requests, tokens, money}};
}

/// A store that counts its calls and can be told to fail.
class CountingStore final : public BudgetStore {
 public:
  base::Result<Lease> Take(const BudgetName& name, const LeaseRequest& request) override {
    ++takes;
    if (fails) return base::Fail(base::ErrorCode::kIo, "disk full");
    return inner.Take(name, request);
  }
  base::Result<Amounts> Add(const BudgetName& name, const Amounts& amounts) override {
    ++adds;
    if (fails) return base::Fail(base::ErrorCode::kIo, "disk full");
    return inner.Add(name, amounts);
  }
  Amounts Total(const BudgetName& name) { return inner.Add(name, {}).value(); }

  MemoryBudgetStore inner;
  std::atomic<int> takes{0};
  std::atomic<int> adds{0};
  bool fails = false;
};

class AllowanceTest : public testing::Test {
 protected:
  std::shared_ptr<Account> Make(const KeyLimits& limits) {
    return std::make_shared<Account>("desk-1", limits, store_, clock_);
  }
  static std::optional<Reservation> Reserve(Account& account, const Amounts& bound) {
    auto attempted = account.TryReserve(bound);
    if (std::holds_alternative<LeaseRunsOut>(attempted)) attempted = account.ReserveWithLease(bound).value();
    if (auto* reservation = std::get_if<Reservation>(&attempted)) return std::move(*reservation);
    return std::nullopt;
  }
  static LimitReached Refused(Account& account, const Amounts& bound) {
    auto attempted = account.ReserveWithLease(bound);
    EXPECT_TRUE(attempted);
    if (!attempted || !std::holds_alternative<LimitReached>(*attempted)) {
      ADD_FAILURE() << "not refused";
      return {};
    }
    return std::get<LimitReached>(*attempted);
  }

  CountingStore store_;
  base::FakeClock clock_{base::ParseUtc("2026-11-22T18:00:00Z").value()};
  const BudgetName today_{"desk-1", "2026-11-22"};
};

TEST_F(AllowanceTest, RefusesTheRequestThatWouldPassTheRateAndSaysWhenItRenews) {
  const auto account = Make({.requests_per_minute = 2});
  ASSERT_TRUE(Reserve(*account, Of(1, 10)));
  ASSERT_TRUE(Reserve(*account, Of(1, 10)));
  const LimitReached reached = Refused(*account, Of(1, 10));
  EXPECT_EQ(reached.quantity, Quantity::kRequests);
  EXPECT_EQ(reached.span, Span::kMinute);
  EXPECT_EQ(reached.cure, LimitReached::Cure::kWait);
  EXPECT_EQ(reached.renews_in, milliseconds(30'000));
  EXPECT_THAT(reached.message, HasSubstr("2 requests per minute"));
  EXPECT_EQ(account->times_limited(), 1);
  clock_.AdvanceMs(30'000);
  EXPECT_TRUE(Reserve(*account, Of(1, 10)));
  EXPECT_EQ(store_.takes, 0) << "rates ask no store";
}

TEST_F(AllowanceTest, GivesBackWhatWasReservedAndNotUsed) {
  const auto account = Make({.tokens_per_minute = 100});
  auto first = Reserve(*account, Of(1, 90));
  ASSERT_TRUE(first);
  EXPECT_EQ(Refused(*account, Of(1, 20)).quantity, Quantity::kTokens);
  EXPECT_EQ(first->Settle(Of(1, 30)), Owes::kNothing);
  EXPECT_EQ(account->StandingOf(Quantity::kTokens)->remaining, 70);
  EXPECT_EQ(first->Settle(Of(1, 0)), Owes::kNothing);
  EXPECT_EQ(account->StandingOf(Quantity::kTokens)->remaining, 70) << "settled once only";
}

TEST_F(AllowanceTest, KeepsWholeWhatIsNeverSettled) {
  const auto account = Make({.per_day = Of(0, 100)});
  {
    const auto lost = Reserve(*account, Of(1, 60));
  }
  const LimitReached reached = Refused(*account, Of(1, 60));
  EXPECT_EQ(reached.span, Span::kDay);
  EXPECT_EQ(reached.renews_in, milliseconds(6 * 3'600'000));
  EXPECT_THAT(reached.message, HasSubstr("100 tokens per day"));
  EXPECT_THAT(reached.message, HasSubstr("2026-11-23T00:00:00.000Z"));
}

TEST_F(AllowanceTest, SaysSoWhenARequestCanNeverPass) {
  const auto rate = Make({.tokens_per_minute = 100});
  EXPECT_EQ(Refused(*rate, Of(1, 101)).cure, LimitReached::Cure::kSmaller);
  EXPECT_TRUE(Reserve(*rate, Of(1, 100)));
  const auto budget = Make({.per_month = Of(0, 0, 1'500'000)});
  const LimitReached reached = Refused(*budget, Of(1, 5, 1'500'001));
  EXPECT_EQ(reached.cure, LimitReached::Cure::kSmaller);
  EXPECT_THAT(reached.message, HasSubstr("money 1.50 per month"));
  EXPECT_TRUE(Reserve(*budget, Of(1, 5, 1'500'000)));
}

TEST_F(AllowanceTest, TakesNothingAtAllWhenOneLimitRefuses) {
  const auto account = Make({.requests_per_minute = 10, .per_day = Of(5, 100)});
  ASSERT_TRUE(Reserve(*account, Of(1, 90)));
  (void)Refused(*account, Of(1, 20));
  EXPECT_EQ(account->StandingOf(Quantity::kRequests)->remaining, 9);
  EXPECT_EQ(account->StandingOf(Quantity::kTokens)->remaining, 10);
}

TEST_F(AllowanceTest, HasALeaseDurablyBeforeItIsSpentFrom) {
  const auto account = Make({.per_day = Of(0, 6'400)});
  EXPECT_TRUE(std::holds_alternative<LeaseRunsOut>(account->TryReserve(Of(1, 10))));
  EXPECT_EQ(store_.Total(today_), Amounts{});
  ASSERT_TRUE(Reserve(*account, Of(1, 10)));
  EXPECT_EQ(store_.Total(today_), Of(0, 100)) << "a sixty-fourth";
  for (int i = 0; i < 9; ++i) {
    EXPECT_TRUE(std::holds_alternative<Reservation>(account->TryReserve(Of(1, 10)))) << "without the store";
  }
  EXPECT_EQ(store_.takes, 1);
  EXPECT_TRUE(std::holds_alternative<LeaseRunsOut>(account->TryReserve(Of(1, 10))));
}

TEST_F(AllowanceTest, CountsTooMuchAfterACrashAndNeverTooLittle) {
  const auto crashed = Make({.per_day = Of(0, 6'400)});
  auto reservation = Reserve(*crashed, Of(1, 50));
  ASSERT_TRUE(reservation);
  EXPECT_EQ(reservation->Settle(Of(1, 20)), Owes::kNothing);
  const auto next = Make({.per_day = Of(0, 6'400)});
  EXPECT_FALSE(Reserve(*next, Of(1, 6'301)));
  EXPECT_TRUE(Reserve(*next, Of(1, 6'300)));
}

TEST_F(AllowanceTest, GivesBackItsLeasesAtAnOrderlyEnd) {
  {
    const auto account = Make({.per_day = Of(0, 6'400)});
    auto reservation = Reserve(*account, Of(1, 50));
    ASSERT_TRUE(reservation);
    (void)reservation->Settle(Of(1, 20));
    ASSERT_TRUE(account->GiveBackLeases());
  }
  EXPECT_EQ(store_.Total(today_), Of(0, 20));
  EXPECT_TRUE(Reserve(*Make({.per_day = Of(0, 6'400)}), Of(1, 6'380)));
}

TEST_F(AllowanceTest, WritesADebtThatPassedItsLease) {
  const auto account = Make({.per_day = Of(0, 6'400)});
  auto reservation = Reserve(*account, Of(1, 50));
  ASSERT_TRUE(reservation);
  EXPECT_EQ(reservation->Settle(Of(1, 130)), Owes::kSomething);
  EXPECT_EQ(store_.Total(today_), Of(0, 100));
  ASSERT_TRUE(account->PayDebt());
  EXPECT_EQ(store_.Total(today_), Of(0, 130));
  ASSERT_TRUE(account->PayDebt());
  EXPECT_EQ(store_.adds, 1) << "nothing is owed twice";
}

TEST_F(AllowanceTest, CountsWhatPassedTheLimitAgainstTheRest) {
  const auto account = Make({.per_day = Of(0, 100)});
  auto reservation = Reserve(*account, Of(1, 60));
  ASSERT_TRUE(reservation);
  EXPECT_EQ(reservation->Settle(Of(1, 250)), Owes::kSomething);
  ASSERT_TRUE(account->PayDebt());
  EXPECT_EQ(store_.Total(today_), Of(0, 250));
  EXPECT_EQ(Refused(*account, Of(1, 1)).cure, LimitReached::Cure::kWait);
  EXPECT_EQ(account->StandingOf(Quantity::kTokens)->remaining, 0);
}

TEST_F(AllowanceTest, SendsNothingWhenTheStoreFails) {
  const auto account = Make({.per_day = Of(10, 0)});
  store_.fails = true;
  const auto attempted = account->ReserveWithLease(Of(1, 1));
  ASSERT_FALSE(attempted);
  EXPECT_THAT(attempted.error().message, HasSubstr("budget: disk full"));
  store_.fails = false;
  EXPECT_TRUE(Reserve(*account, Of(1, 1)));
}

TEST_F(AllowanceTest, KeepsADebtThatTheStoreDidNotTake) {
  const auto account = Make({.per_day = Of(0, 640)});
  auto reservation = Reserve(*account, Of(1, 10));
  ASSERT_TRUE(reservation);
  ASSERT_EQ(reservation->Settle(Of(1, 90)), Owes::kSomething);
  store_.fails = true;
  EXPECT_FALSE(account->PayDebt());
  store_.fails = false;
  ASSERT_TRUE(account->PayDebt());
  EXPECT_EQ(store_.Total(today_), Of(0, 90));
}

TEST_F(AllowanceTest, RenewsByTheDayAndTheMonth) {
  const auto account = Make({.per_day = Of(1, 0), .per_month = Of(2, 0)});
  ASSERT_TRUE(Reserve(*account, Of(1, 1)));
  EXPECT_EQ(Refused(*account, Of(1, 1)).span, Span::kDay);
  clock_.AdvanceMs(kDayMs);
  ASSERT_TRUE(Reserve(*account, Of(1, 1)));
  clock_.AdvanceMs(kDayMs);
  const LimitReached reached = Refused(*account, Of(1, 1));
  EXPECT_EQ(reached.span, Span::kMonth);
  EXPECT_THAT(reached.message, HasSubstr("2026-12-01T00:00:00.000Z"));
  clock_.AdvanceMs(7 * kDayMs);
  EXPECT_TRUE(Reserve(*account, Of(1, 1)));
}

TEST_F(AllowanceTest, SettlesWhatWasReservedYesterdayWithoutTouchingToday) {
  const auto account = Make({.per_day = Of(0, 100)});
  auto yesterday = Reserve(*account, Of(1, 80));
  ASSERT_TRUE(yesterday);
  clock_.AdvanceMs(kDayMs);
  ASSERT_TRUE(Reserve(*account, Of(1, 70)));
  EXPECT_EQ(yesterday->Settle(Of(1, 0)), Owes::kNothing);
  EXPECT_EQ(account->StandingOf(Quantity::kTokens)->remaining, 30);
}

TEST_F(AllowanceTest, AsksForPatienceWhenRequestsUnderWayHoldWhatIsLeft) {
  const auto account = Make({.per_day = Of(0, 100)});
  auto under_way = Reserve(*account, Of(1, 90));
  ASSERT_TRUE(under_way);
  EXPECT_EQ(Refused(*account, Of(1, 20)).renews_in, milliseconds(1'000));
  (void)under_way->Settle(Of(1, 90));
  EXPECT_EQ(Refused(*account, Of(1, 20)).renews_in, milliseconds(6 * 3'600'000));
}

TEST_F(AllowanceTest, AsksTheStoreAgainAfterAWhileSinceOthersMayHaveGivenBack) {
  const auto account = Make({.per_day = Of(10, 0)});
  ASSERT_TRUE(store_.inner.Add(today_, Of(10, 0)));
  (void)Refused(*account, Of(1, 1));
  const int asked = store_.takes;
  (void)Refused(*account, Of(1, 1));
  EXPECT_EQ(store_.takes, asked) << "not for each refusal";
  ASSERT_TRUE(store_.inner.Add(today_, Of(-4, 0)));
  clock_.AdvanceMs(kAskAgainAfter.count());
  EXPECT_TRUE(Reserve(*account, Of(1, 1)));
}

TEST_F(AllowanceTest, KeepsWhatWasUsedWhenLimitsChange) {
  const auto account = Make({.requests_per_minute = 10, .per_day = Of(0, 6'400)});
  ASSERT_TRUE(Reserve(*account, Of(1, 300)));
  account->Change({.requests_per_minute = 10, .per_day = Of(0, 310)});
  EXPECT_FALSE(Reserve(*account, Of(1, 11))) << "300 of 310 are used";
  EXPECT_TRUE(Reserve(*account, Of(1, 10)));
  EXPECT_EQ(account->StandingOf(Quantity::kRequests)->remaining, 8);
  account->Change({.per_day = Of(0, 100)});
  EXPECT_FALSE(Reserve(*account, Of(1, 1))) << "a lowered limit is passed already";
}

TEST_F(AllowanceTest, CountsFromNowOnWhatHadNoLimitBefore) {
  const auto account = Make({.per_day = Of(100, 0)});
  auto before = Reserve(*account, Of(1, 50));
  ASSERT_TRUE(before);
  account->Change({.per_day = Of(100, 60)});
  ASSERT_TRUE(Reserve(*account, Of(1, 10)));
  (void)before->Settle(Of(1, 50));
  ASSERT_TRUE(account->PayDebt());
  EXPECT_FALSE(Reserve(*account, Of(1, 11)));
}

TEST_F(AllowanceTest, ShowsTheRateFirstAndThenTheBudgets) {
  const auto account = Make({.tokens_per_minute = 60, .per_day = Of(9, 500), .per_month = Of(90, 0)});
  ASSERT_TRUE(Reserve(*account, Of(1, 30)));
  const auto requests = account->StandingOf(Quantity::kRequests);
  ASSERT_TRUE(requests);
  EXPECT_EQ(requests->limit, 9);
  EXPECT_EQ(requests->remaining, 8);
  EXPECT_EQ(requests->renews_in, milliseconds(6 * 3'600'000));
  const auto tokens = account->StandingOf(Quantity::kTokens);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->limit, 60);
  EXPECT_EQ(tokens->remaining, 30);
  EXPECT_EQ(tokens->renews_in, milliseconds(30'000));
  EXPECT_FALSE(account->StandingOf(Quantity::kMoney));
}

TEST_F(AllowanceTest, NeverPassesALimitHoweverManyReserveAtOnce) {
  const auto account =
      Make({.requests_per_minute = 1'000, .per_day = Of(0, 50'000, 0), .per_month = Of(700, 0, 0)});
  std::atomic<std::int64_t> tokens{0};
  std::atomic<std::int64_t> requests{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        Dice dice(static_cast<std::uint64_t>(t));
        for (int i = 0; i < 400; ++i) {
          auto reservation = Reserve(*account, Of(1, 100));
          if (!reservation) continue;
          const std::int64_t used = 40 + static_cast<std::int64_t>(dice.Next() % 60);
          if (reservation->Settle(Of(1, used)) == Owes::kSomething) EXPECT_TRUE(account->PayDebt());
          tokens += used;
          ++requests;
        }
      });
    }
  }
  EXPECT_LE(tokens, 50'000);
  EXPECT_LE(requests, 700);
  EXPECT_GT(requests, 600);
  EXPECT_GE(store_.Total(today_)[Quantity::kTokens], tokens) << "durable is never less than used";
}

TEST_F(AllowanceTest, FindsAccountsByKeyAndKeepsThemOverAReload) {
  Allowances allowances(store_, clock_);
  allowances.Configure({{"a", {.requests_per_minute = 5}}, {"b", {}}, {"c", {.per_day = Of(10, 0)}}});
  const auto a = allowances.Find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(allowances.Find("b"), nullptr) << "no limits, no account";
  ASSERT_TRUE(Reserve(*a, Of(1, 1)));
  allowances.Configure({{"a", {.requests_per_minute = 6}}, {"c", {.per_day = Of(10, 0)}}});
  EXPECT_EQ(allowances.Find("a"), a);
  EXPECT_EQ(a->StandingOf(Quantity::kRequests)->remaining, 4);
  ASSERT_TRUE(Reserve(*allowances.Find("c"), Of(1, 1)));
  EXPECT_EQ(allowances.All().size(), 2U);
  EXPECT_TRUE(allowances.GiveBackLeases());
  allowances.Configure({});
  EXPECT_EQ(allowances.Find("a"), nullptr);
}

}  // namespace
}  // namespace proviso::routing
