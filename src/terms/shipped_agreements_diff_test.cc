// What `terms diff` says between the shipped agreements that are one idea in several wordings.
#include <gmock/gmock.h>

#include <algorithm>

#include "terms/compare.h"
#include "terms/internal/shipped_for_tests.h"

namespace proviso::terms {
namespace {

using internal::LoadedShipped;
using testing::Contains;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::Not;

analysis::Solver& TestSolver() {
  static analysis::Solver solver({.time_ms_max = 60'000});
  return solver;
}

std::string InWords(const Direction& direction) {
  return std::string(NameOf(direction.from)) + " to " + std::string(NameOf(direction.to));
}

/// "hold to permit", for each direction in which some request's outcome changes; each that does not is
/// proved.
std::vector<std::string> DirectionsThatDiffer(const DiffReport& report) {
  std::vector<std::string> words;
  for (const Difference& difference : report.differences) {
    EXPECT_NE(difference.answer, FindingAnswer::kUnknown) << difference.reason;
    if (difference.answer == FindingAnswer::kYes) words.push_back(InWords(difference.direction));
  }
  return words;
}

/// Every request that is shown comes to what its direction says, when it is decided.
void ExpectThatExamplesShowTheirDirection(const DiffReport& report, const Package& before,
                                          const Package& after) {
  for (const Difference& difference : report.differences) {
    EXPECT_EQ(difference.examples.empty(), difference.answer != FindingAnswer::kYes);
    for (const Difference::Example& example : difference.examples) {
      EXPECT_EQ(Decide(before, example.question).outcome, difference.direction.from) << example.sentence;
      EXPECT_EQ(Decide(after, example.question).outcome, difference.direction.to) << example.sentence;
    }
  }
}

/// Facts by which `party` alone can bring about a change in this direction.
std::vector<std::string> FactsOfParty(const DiffReport& report, const std::string& direction,
                                      const std::string& party) {
  std::vector<std::string> facts;
  for (const Difference& difference : report.differences) {
    if (InWords(difference.direction) != direction) continue;
    for (const Difference::Example& example : difference.examples) {
      for (const Difference::Example::ByParty& by : example.by_party) {
        if (by.party == party) facts.insert(facts.end(), by.facts.begin(), by.facts.end());
      }
    }
  }
  return facts;
}

DiffReport Compared(const std::string& before, const std::string& after) {
  const auto first = LoadedShipped(before);
  const auto second = LoadedShipped(after);
  if (first == nullptr || second == nullptr) return {};
  DiffReport report = Compare(*first, *second, TestSolver(), {});
  EXPECT_THAT(report.differences, testing::SizeIs(6));
  ExpectThatExamplesShowTheirDirection(report, *first, *second);
  return report;
}

TEST(DiffOfShippedAgreements, FindsTheDirectionsInWhichWordingsDiffer) {
  struct Row {
    std::string before;
    std::string after;
    std::vector<std::string> directions;
  };
  for (const Row& row : std::vector<Row>{
           {"any-lawful-use", "two-exceptions", {"permit to hold", "permit to forbid"}},
           {"two-exceptions", "overnight-offer", {"hold to permit", "forbid to permit", "forbid to hold"}},
           {"overnight-offer", "two-exceptions", {"permit to hold", "permit to forbid", "hold to forbid"}},
           {"human-control-always", "human-control-where-required", {"hold to permit", "forbid to permit"}},
           {"human-control-always", "human-control-advisory", {"hold to permit", "forbid to permit"}},
           {"human-control-where-required", "human-control-advisory", {"hold to permit", "forbid to permit"}},
           {"domestic-surveillance-mass", "domestic-surveillance-intentional", {"forbid to permit"}},
           {"two-exceptions", "two-exceptions", {}}}) {
    const DiffReport report = Compared(row.before, row.after);
    EXPECT_THAT(DirectionsThatDiffer(report), ElementsAreArray(row.directions))
        << row.before << " to " << row.after;
  }
}

TEST(DiffOfShippedAgreements, NamesWhoAloneCanUseWhatTheOvernightOfferLetsThrough) {
  const DiffReport report = Compared("two-exceptions", "overnight-offer");
  EXPECT_THAT(FactsOfParty(report, "forbid to permit", "customer"), Contains("determination.necessary"));
  EXPECT_THAT(FactsOfParty(report, "hold to permit", "customer"), Not(IsEmpty()));
  EXPECT_THAT(FactsOfParty(report, "forbid to permit", "provider"), IsEmpty());
  EXPECT_THAT(FactsOfParty(report, "hold to permit", "provider"), IsEmpty());
}

}  // namespace
}  // namespace proviso::terms
