#include "terms/compare.h"

#include <gmock/gmock.h>

#include "terms/internal/large_package_for_tests.h"
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

TEST(Compare, NamesNoPartyWhoseWordIsOneOfTwoThatAreNeeded) {
  const std::string facts = AgreementToml() + R"(
[[fact]]
name = "approval"
type = "Bool"
asserted_by = "provider"
)";
  const std::string head = kPermits + "@id(\"2\") forbid (principal, action == Action::\"embed\", resource)";
  const std::string both =
      "unless { context has approval && context.approval && context has determination && "
      "context.determination has necessary && context.determination.necessary };";
  const DiffReport report = Diff(*Load(head + ";", facts), *Load(head + both, facts));
  EXPECT_THAT(Answers(report), ElementsAre("forbid->permit"));
  const Difference::Example& example = In(report, Outcome::kForbid, Outcome::kPermit).examples.at(0);
  EXPECT_THAT(example.by_party, IsEmpty()) << example.by_party[0].party;
}

TEST(Compare, GivesTheSameReportEachTimeOnAnyNumberOfThreads) {
  const auto before = internal::LargePackage(14, internal::Changed::kNone).Load();
  const auto after = internal::LargePackage(14, internal::Changed::kAll).Load();
  std::vector<std::string> seen;
  for (const unsigned threads : {1U, 2U, 5U}) {
    analysis::Solver solver({});
    std::string all;
    for (const Difference& difference : Compare(*before, *after, solver, {.threads = threads}).differences) {
      for (const Difference::Example& example : difference.examples) all += example.sentence + "\n";
    }
    seen.push_back(all);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(Compare, CountsAGrantThatOneAgreementLacksAsARefusal) {
  std::string narrower = AgreementToml();
  const std::string purposes = R"("translation", "logistics")";
  narrower.replace(narrower.find(purposes), purposes.size(), R"("translation")");
  const std::string clauses =
      "@id(\"1\") permit (principal, action == Action::\"generate\", resource) when { context has purpose };";
  const DiffReport report = Diff(*Load(clauses), *Load(clauses, narrower));
  EXPECT_THAT(Answers(report), ElementsAre("permit->forbid"));
  const Difference::Example& example = In(report, Outcome::kPermit, Outcome::kForbid).examples.at(0);
  EXPECT_EQ(example.question.facts.purpose, "logistics");
  EXPECT_EQ(example.after.detail,
            "the gateway refuses what the request declares: an application declares only purposes that the "
            "agreement grants it");
  EXPECT_THAT(report.notes, testing::Contains(testing::HasSubstr("application desk: ")));
}

TEST(Compare, SeesEachToolWithTheEffectThatEachCatalogueGivesIt) {
  std::string harmless = AgreementToml();
  const std::string engages = "effect = \"engage\"";
  harmless.replace(harmless.find(engages), engages.size(), "effect = \"observe\"");
  const std::string clauses = kPermits + kPeopleDecide;
  const DiffReport report = Diff(*Load(clauses), *Load(clauses, harmless));
  EXPECT_THAT(Answers(report), ElementsAre("hold->permit", "forbid->permit"));
  const Difference::Example& example = In(report, Outcome::kHold, Outcome::kPermit).examples.at(0);
  EXPECT_EQ(example.question.tool, "assign");
  EXPECT_THAT(report.notes,
              ElementsAre("tool assign: effect engage, any schema before, effect observe, any schema after"));
}

TEST(Compare, TakesBothAsIfInForceAtATimeOfTheLaterOne) {
  const auto before = Load(kPermits, AgreementToml("expires = 2026-01-01T00:00:00Z\n"));
  const auto after = Load(kPermits + "@id(\"2\") forbid (principal, action == Action::\"embed\", resource);",
                          AgreementToml("effective = 2026-03-01T00:00:00Z\n"));
  const DiffReport report = Diff(*before, *after);
  EXPECT_THAT(Answers(report), ElementsAre("permit->forbid"));
  const Difference::Example& example = In(report, Outcome::kPermit, Outcome::kForbid).examples.at(0);
  EXPECT_EQ(example.question.act, Act::kEmbed);
  EXPECT_EQ(example.question.facts.now_ms, 1'772'323'200'000);
  EXPECT_THAT(report.notes, ElementsAre("effective: none before, 2026-03-01T00:00:00.000Z after",
                                        "expires: 2026-01-01T00:00:00.000Z before, none after"));
}

TEST(Compare, SaysWhereNoCallerIsInBoth) {
  std::string renamed = AgreementToml();
  for (const std::string name : {"\"desk\"", "\"bare\""})
    renamed.replace(renamed.find(name), name.size(), name.substr(0, name.size() - 1) + "-2\"");
  const DiffReport report =
      Diff(*Load(kPermits),
           *Load("@id(\"1\") permit (principal, action == Action::\"embed\", resource);", renamed));
  EXPECT_THAT(report.notes,
              testing::Contains(
                  "the two agreements name no application in common, so that no request comes to both"));
  for (const Difference& difference : report.differences) {
    for (const Difference::Example& example : difference.examples)
      EXPECT_EQ(example.question.act, Act::kAdminister) << example.sentence;
  }
}

TEST(Compare, KnowsNothingWhereOneFactHasTwoTypes) {
  const std::string number =
      AgreementToml() + "[[fact]]\nname = \"extra\"\ntype = \"Long\"\nasserted_by = \"customer\"\n";
  const std::string text =
      AgreementToml() + "[[fact]]\nname = \"extra\"\ntype = \"String\"\nasserted_by = \"customer\"\n";
  const DiffReport report = Diff(*Load(kPermits + "@id(\"2\") forbid (principal, action, resource) when { "
                                                  "context has extra && context.extra > 3 };",
                                       number),
                                 *Load(kPermits + "@id(\"2\") forbid (principal, action, resource) when { "
                                                  "context has extra && context.extra == \"x\" };",
                                       text));
  for (const Difference& difference : report.differences)
    EXPECT_EQ(difference.answer, FindingAnswer::kUnknown);
  EXPECT_THAT(
      report.notes,
      testing::Contains("fact extra: Long, asserted by customer before, String, asserted by customer after"));
}

TEST(Compare, IsUnknownWithoutASolver) {
  analysis::Solver nowhere({.program = "/nonexistent"});
  const auto before = Load(kPermits + kPeopleDecide);
  const auto after = Load(kPermits + kUnlessUnnecessary);
  const DiffReport report = Compare(*before, *after, nowhere, {});
  const Difference& difference = In(report, Outcome::kHold, Outcome::kPermit);
  EXPECT_EQ(difference.answer, FindingAnswer::kUnknown);
  EXPECT_THAT(difference.reason, testing::StartsWith("call_tool: "));
}

TEST(Compare, ShowsOnlyWhatBothEvaluatorsDecideSo) {
  const auto before = internal::LargePackage(28, internal::Changed::kNone).Load();
  const auto after = internal::LargePackage(28, internal::Changed::kAll).Load();
  std::size_t shown = 0;
  for (const Difference& difference : Diff(*before, *after).differences) {
    std::size_t facts = 0;
    for (const Difference::Example& example : difference.examples) {
      EXPECT_EQ(Decide(*before, example.question).outcome, difference.direction.from) << example.sentence;
      EXPECT_EQ(Decide(*after, example.question).outcome, difference.direction.to) << example.sentence;
      EXPECT_GE(FactsIn(example.question), facts) << "not the smallest first";
      facts = FactsIn(example.question);
      ++shown;
    }
  }
  EXPECT_GT(shown, 10U);
}

}  // namespace
}  // namespace proviso::terms
