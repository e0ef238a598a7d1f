#include "terms/compare.h"

#include <gmock/gmock.h>

#include "terms/internal/package_for_tests.h"
#include "terms/witness.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::LoadClauses;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kFacts = R"(
[[fact]]
name = "determination"
type = "Determination"
asserted_by = "customer"
)";

std::shared_ptr<const Package> Load(const std::string& clauses,
                                    const std::string& agreement = AgreementToml()) {
  auto package = LoadClauses(clauses, agreement + std::string(kFacts),
                             {{"schema.cedarschema", "type Determination = { necessary?: Bool };\n"}});
  EXPECT_TRUE(package.has_value()) << package.error().message;
  return *package;
}

DiffReport Diff(const Package& before, const Package& after) {
  analysis::Solver solver({});
  return Compare(before, after, solver, {.threads = 2});
}

const Difference& In(const DiffReport& report, Outcome from, Outcome to) {
  for (const Difference& difference : report.differences) {
    if (difference.direction == Direction{from, to}) return difference;
  }
  throw std::logic_error("no such direction");
}

/// "permit->forbid: yes" for each direction that is not proved to be empty.
std::vector<std::string> Answers(const DiffReport& report) {
  std::vector<std::string> answers;
  for (const Difference& difference : report.differences) {
    if (difference.answer == FindingAnswer::kNo) continue;
    answers.push_back(std::string(NameOf(difference.direction.from)) + "->" +
                      std::string(NameOf(difference.direction.to)) +
                      (difference.answer == FindingAnswer::kYes ? "" : ": " + difference.reason));
  }
  return answers;
}

const std::string kPermits = R"(@id("1") permit (principal, action, resource);)";
const std::string kPeopleDecide = R"(
@id("4.2") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 };)";
const std::string kUnlessUnnecessary = R"(
@id("4.2") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 }
unless { context has determination && context.determination has necessary && !context.determination.necessary };)";

TEST(Compare, ProvesThatEqualPackagesDoNotDifferWithoutASolver) {
  analysis::Solver nowhere({.program = "/nonexistent"});
  const auto package = Load(kPermits + kUnlessUnnecessary);
  const auto same = Load(kPermits + kUnlessUnnecessary);
  const DiffReport report = Compare(*package, *same, nowhere, {});
  EXPECT_THAT(Answers(report), IsEmpty());
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_EQ(report.solver, "");
}

TEST(Compare, NamesThePartyThatAloneBringsAPermitAbout) {
  const auto before = Load(kPermits + kPeopleDecide);
  const auto after = Load(kPermits + kUnlessUnnecessary);
  const DiffReport report = Diff(*before, *after);
  EXPECT_THAT(Answers(report), ElementsAre("hold->permit", "forbid->permit"));
  const Difference& difference = In(report, Outcome::kHold, Outcome::kPermit);
  ASSERT_EQ(difference.examples.size(), 1U);
  const Difference::Example& example = difference.examples.front();
  EXPECT_EQ(
      example.sentence,
      "desk of agency calls assign; effect engage (the gateway observes it), determination.necessary false "
      "(customer alone asserts it), no decision by people.");
  EXPECT_THAT(example.clauses_before, ElementsAre("4.2"));
  EXPECT_THAT(example.clauses_after, ElementsAre("1"));
  ASSERT_EQ(example.by_party.size(), 1U);
  EXPECT_EQ(example.by_party[0].party, "customer");
  EXPECT_THAT(example.by_party[0].facts, ElementsAre("determination.necessary"));
}

TEST(Compare, AttributesFurtherExamplesToOtherClauses) {
  std::string many = kPermits;
  for (int i = 0; i < 3; ++i) {
    many += "@id(\"5." + std::to_string(i) +
            "\") forbid (principal, action == Action::\"generate\", resource)\n" +
            "when { context has label && context.label == \"l" + std::to_string(i) + "\" };\n";
  }
  const DiffReport report = Diff(*Load(many), *Load(kPermits));
  EXPECT_THAT(Answers(report), ElementsAre("forbid->permit"));
  const Difference& difference = In(report, Outcome::kForbid, Outcome::kPermit);
  std::vector<std::string> clauses;
  for (const Difference::Example& example : difference.examples) {
    ASSERT_EQ(example.clauses_before.size(), 1U);
    clauses.push_back(example.clauses_before[0] + " " + example.question.facts.label.value_or(""));
  }
  EXPECT_THAT(clauses, testing::UnorderedElementsAre("5.0 l0", "5.1 l1", "5.2 l2"));
}

}  // namespace
}  // namespace proviso::terms
