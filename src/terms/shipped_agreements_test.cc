// The agreements that the project ships (examples/agreements) say what their worked requests say, take no
// side, and between them say all thirty kinds of clauses.
//
// Which kind a clause is stands in its @note: `@note("kind 7")`, or `@note("kind 4, kind 5")`.
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <sstream>

#include "terms/decide.h"
#include "terms/examples.h"
#include "terms/internal/shipped_for_tests.h"

namespace proviso::terms {
namespace {

using internal::FilesOfShipped;
using internal::LoadedFrom;
using internal::LoadedShipped;
using internal::ReplacedAll;
using internal::ShippedAgreements;
using internal::ShippedNames;
using internal::SwappedShipped;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Outcome, clauses and need of one decision, to compare and to print.
std::string InShort(const Decision& decision) {
  std::string text(NameOf(decision.outcome));
  for (const Clause& clause : decision.clauses) text += " " + clause.id;
  for (const Clause& clause : decision.advice_against) text += " advises against: " + clause.id;
  if (decision.need) text += " needs " + decision.need->name;
  return text;
}

std::vector<std::string> Outcomes(const Package& package) {
  std::vector<std::string> outcomes;
  for (const ExampleResult& result : RunExamples(package).results) {
    outcomes.push_back(result.example->name + ": " + InShort(result.decision));
  }
  return outcomes;
}

/// The worked requests of `name` without what each must come to, by file.
std::map<std::string, std::string> RequestsOf(const std::string& name) {
  std::map<std::string, std::string> requests;
  for (const PackageFile& file : FilesOfShipped(name)) {
    if (!file.path.starts_with("examples/")) continue;
    std::istringstream lines(file.content);
    for (std::string line; std::getline(lines, line);) {
      const bool is_expectation =
          line.starts_with("expect = ") || line.starts_with("clauses = ") || line.starts_with("needs = ");
      if (!is_expectation) requests[file.path] += line + "\n";
    }
  }
  return requests;
}

/// "kind 4, kind 5" as 4 and 5.
std::set<int> KindsIn(std::string_view note) {
  std::set<int> kinds;
  for (std::size_t at = note.find("kind "); at != std::string_view::npos; at = note.find("kind ", at + 1)) {
    kinds.insert(std::stoi(std::string(note.substr(at + 5, 2))));
  }
  return kinds;
}

class ShippedAgreement : public testing::TestWithParam<std::string> {};

TEST_P(ShippedAgreement, DecidesItsWorkedRequestsAsTheyExpect) {
  const auto package = LoadedShipped(GetParam());
  ASSERT_NE(package, nullptr);
  EXPECT_EQ(package->agreement().name, GetParam());
  const ExampleReport report = RunExamples(*package);
  EXPECT_FALSE(report.results.empty());
  for (const ExampleResult& result : report.results) {
    EXPECT_THAT(result.differences, IsEmpty()) << result.example->name;
  }
}

TEST_P(ShippedAgreement, ComesToTheSameWhenThePartiesChangePlaces) {
  const auto as_shipped = LoadedShipped(GetParam());
  const auto with_parties_swapped = LoadedFrom(SwappedShipped(GetParam()));
  ASSERT_NE(as_shipped, nullptr);
  ASSERT_NE(with_parties_swapped, nullptr);
  EXPECT_NE(as_shipped->digest(), with_parties_swapped->digest());
  EXPECT_EQ(Outcomes(*as_shipped), Outcomes(*with_parties_swapped));
}

TEST_P(ShippedAgreement, ShowsEveryClauseAtWorkAndAtRest) {
  const auto package = LoadedShipped(GetParam());
  ASSERT_NE(package, nullptr);
  std::map<std::string, std::size_t> times_at_work;
  const ExampleReport report = RunExamples(*package);
  for (const ExampleResult& result : report.results) {
    const Decision& decision = result.decision;
    for (const auto* list : {&decision.clauses, &decision.advice_against, &decision.advice_for}) {
      for (const Clause& clause : *list) ++times_at_work[clause.id];
    }
  }
  for (const Clause& clause : package->clauses()) {
    EXPECT_GE(times_at_work[clause.id], 1U) << clause.id << " makes no outcome of a worked request";
    EXPECT_LT(times_at_work[clause.id], report.results.size()) << clause.id << " makes every outcome";
  }
}

std::vector<std::string> ShippedNamesAndTheTemplate() {
  std::vector<std::string> names = ShippedNames();
  names.emplace_back("template");
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, ShippedAgreement, testing::ValuesIn(ShippedNamesAndTheTemplate()),
                         [](const auto& shipped) { return ReplacedAll(shipped.param, "-", "_"); });

TEST(ShippedAgreements, ListEveryClauseAndSafeguardInTheirReadme) {
  for (const std::string& name : ShippedNames()) {
    const auto package = LoadedShipped(name);
    ASSERT_NE(package, nullptr);
    const std::string readme = base::ReadFile(ShippedAgreements() / name / "README.md").value();
    for (const Clause& clause : package->clauses()) {
      EXPECT_THAT(readme, ContainsRegex("\n\\| " + clause.id + " \\| [0-9, ]*\\| ")) << name;
      EXPECT_THAT(readme, HasSubstr("| " + clause.title + " |")) << name;
    }
    for (const Safeguard& safeguard : package->safeguards()) {
      EXPECT_THAT(readme, HasSubstr("*" + safeguard.name + "*")) << name;
    }
  }
}

TEST(ShippedAgreements, DecideThirtyRequestsUnderThreeWordings) {
  struct Row {
    std::string name;
    std::size_t permits;
    std::size_t holds;
    std::size_t forbids;
  };
  std::vector<std::string> names;
  std::size_t outcomes = 0;
  for (const Row& row : std::vector<Row>{{"any-lawful-use", 23, 0, 7},  //
                                         {"two-exceptions", 11, 2, 17},
                                         {"overnight-offer", 13, 1, 16}}) {
    const auto package = LoadedShipped(row.name);
    ASSERT_NE(package, nullptr);
    std::map<Outcome, std::size_t> count;
    for (const ExampleResult& result : RunExamples(*package).results) ++count[result.decision.outcome];
    EXPECT_EQ(package->examples().size(), 30U) << row.name;
    EXPECT_EQ(count[Outcome::kPermit], row.permits) << row.name;
    EXPECT_EQ(count[Outcome::kHold], row.holds) << row.name;
    EXPECT_EQ(count[Outcome::kForbid], row.forbids) << row.name;
    outcomes += package->examples().size();
  }
  EXPECT_EQ(outcomes, 90U);
}

TEST(ShippedAgreements, PutTheSameRequestsToWordingsThatAreCompared) {
  for (const std::vector<std::string>& family : std::vector<std::vector<std::string>>{
           {"any-lawful-use", "two-exceptions", "overnight-offer"},
           {"human-control-where-required", "human-control-always", "human-control-advisory"},
           {"domestic-surveillance-mass", "domestic-surveillance-intentional"}}) {
    for (const std::string& name : family) EXPECT_EQ(RequestsOf(name), RequestsOf(family.front())) << name;
  }
}

TEST(ShippedAgreements, SayAllThirtyKindsOfClauses) {
  std::map<int, std::set<std::string>> said_in;
  for (const std::string& name : ShippedNames()) {
    const auto package = LoadedShipped(name);
    ASSERT_NE(package, nullptr);
    for (const cedar::PolicySet* clauses : {&package->deciding(), &package->advising()}) {
      for (const cedar::Policy& clause : clauses->policies()) {
        for (const int kind : KindsIn(clause.FindAnnotation("note").value_or(""))) said_in[kind].insert(name);
      }
    }
  }
  for (int kind = 1; kind <= 30; ++kind) EXPECT_TRUE(said_in.contains(kind)) << "nothing says kind " << kind;
  EXPECT_EQ(said_in.size(), 30U);
  EXPECT_THAT(said_in[18], ElementsAre("human-control-advisory"));
}

}  // namespace
}  // namespace proviso::terms
