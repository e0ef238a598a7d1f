#include "routing/route.h"

#include <gmock/gmock.h>

#include <map>

#include "routing/limits.h"

namespace proviso::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Route Shared() {
  return {"assistant", {{{"fast", 9}, {"fast-elsewhere", 1}}, {{"slow", 1}}}};
}

TEST(Plan, NamesEachCandidateOnceAndGroupsInOrder) {
  Dice dice(7);
  for (int i = 0; i < 200; ++i) {
    const Plan plan = MakePlan(Shared(), dice.Next());
    ASSERT_EQ(plan.size(), 3U);
    EXPECT_EQ(plan[2], "slow");
    EXPECT_NE(plan[0], plan[1]);
  }
}

TEST(Plan, GivesTheFirstPlaceAsOftenAsTheWeightSays) {
  Dice dice(1);
  std::map<std::string, int> first;
  for (int i = 0; i < 10'000; ++i) ++first[MakePlan(Shared(), dice.Next())[0]];
  EXPECT_NEAR(first["fast"], 9'000, 150);
  EXPECT_NEAR(first["fast-elsewhere"], 1'000, 150);
}

TEST(Plan, IsTheSameForTheSameNumber) {
  for (std::uint64_t random : {0ULL, 1ULL, 42ULL, ~0ULL}) {
    EXPECT_EQ(MakePlan(Shared(), random), MakePlan(Shared(), random));
  }
}

TEST(Plan, OfOrderedFallbacksIsThatOrder) {
  const Route route{"a", {{{"one"}}, {{"two"}}, {{"three"}}}};
  EXPECT_THAT(MakePlan(route, 99), ElementsAre("one", "two", "three"));
}

TEST(Timeouts, AreThoseOfTheInnermostThatSetsThem) {
  using std::chrono::milliseconds;
  const Timeouts provider = With({}, {.connect = milliseconds(1), .first_byte = milliseconds(2)});
  EXPECT_EQ(With(provider, {.first_byte = milliseconds(3), .total = milliseconds(4)}),
            (Timeouts{.connect = milliseconds(1), .first_byte = milliseconds(3), .total = milliseconds(4)}));
}

TEST(RouteCheck, NamesEverythingThatIsWrong) {
  struct Row {
    Route route;
    const char* part;  ///< "": nothing is wrong
  };
  Route many{"many", {}};
  for (std::size_t i = 0; i < kCandidatesMax; ++i) many.groups.push_back({{"m" + std::to_string(i)}});
  Route too_many = many;
  too_many.groups.push_back({{"more"}});
  Route five = Shared();
  five.retries.attempts = kAttemptsPerCandidateMax;
  Route six = five;
  ++six.retries.attempts;
  Route none = five;
  none.retries.attempts = 0;
  const Row rows[] = {{Shared(), ""},
                      {many, ""},
                      {too_many, "17 candidates; at most 16"},
                      {{"empty", {}}, "no candidate"},
                      {{"empty", {{}}}, "no candidate"},
                      {{"twice", {{{"a"}}, {{"a"}}}}, "\"a\" stands twice"},
                      {{"weight", {{{"a", 0}}}}, "weight of \"a\" must be 1 to 1000"},
                      {{"weight", {{{"a", kWeightMax}}}}, ""},
                      {{"weight", {{{"a", kWeightMax + 1}}}}, "weight of \"a\""},
                      {five, ""},
                      {six, "attempts must be 1 to 5"},
                      {none, "attempts must be 1 to 5"}};
  for (const Row& row : rows) {
    const auto errors = Check(row.route);
    if (std::string_view(row.part).empty()) {
      EXPECT_THAT(errors, testing::IsEmpty()) << row.route.name;
    } else {
      EXPECT_THAT(errors, ElementsAre(HasSubstr(row.part))) << row.route.name;
    }
  }
}

}  // namespace
}  // namespace proviso::routing
