#include "cli/cedar_examples.h"

#include <gmock/gmock.h>

#include <map>

#include "cedar/validate.h"
#include "cli/cedar_measurement.h"

namespace proviso::cli {
namespace {

TEST(CedarExamples, GiveTheSameBytesForTheSameSeedAndOthersForAnother) {
  for (const std::string& name : CedarExampleNames()) {
    const CedarExample example = *FindCedarExample(name);
    const CedarWorkload once = MakeCedarWorkload(example, {.size = 5, .requests = 20, .seed = 7});
    const CedarWorkload again = MakeCedarWorkload(example, {.size = 5, .requests = 20, .seed = 7});
    const CedarWorkload other = MakeCedarWorkload(example, {.size = 5, .requests = 20, .seed = 8});
    EXPECT_EQ(once.entities, again.entities) << name;
    EXPECT_EQ(once.requests, again.requests) << name;
    EXPECT_NE(once.requests, other.requests) << name;
    EXPECT_EQ(NameOf(example), name);
  }
  EXPECT_EQ(FindCedarExample("dropbox"), std::nullopt);
}

TEST(CedarExamples, HaveAsManyEntitiesOfEachKindAsTheirSizeSays) {
  const std::map<CedarExample, std::size_t> kEntities = {
      {CedarExample::kGdrive, 6 * 50 + 5},  // users, their views, groups, theirs, folders, documents; actions
      {CedarExample::kGithub, 12 * 50 + 8},  // users, teams, repositories and 5 roles, organizations and 3
      {CedarExample::kTinyTodo, 3 * 50 + 3 + 8},    // users, teams, lists; the application and two teams
      {CedarExample::kClauses, 10 + 100 + 10 + 1},  // units, people, tools: whatever the size
      {CedarExample::kClausesOnOthers, 10 + 100 + 10 + 50},
      {CedarExample::kPeople, 1 + 1 + 2 + 50 + 50 + 2}  // organization, department, teams, tools, people
  };
  for (const auto& [example, entities] : kEntities) {
    const auto loaded = LoadWorkload(MakeCedarWorkload(example, {.size = 50}));
    ASSERT_TRUE(loaded) << NameOf(example) << ": " << loaded.error().message;
    EXPECT_EQ(loaded->entities.size(), entities) << NameOf(example);
    EXPECT_EQ(loaded->requests.size(), 500U) << NameOf(example);
  }
}

TEST(CedarExamples, AreAllowedSometimesAndDeniedSometimesAndNeverErr) {
  for (const std::string& name : CedarExampleNames()) {
    const auto loaded = LoadWorkload(MakeCedarWorkload(*FindCedarExample(name), {.size = 20}));
    ASSERT_TRUE(loaded) << name << ": " << loaded.error().message;
    DecisionTimes times;
    Measure(*loaded, CedarEvaluator::kTreeWalker, {.warm_passes = 1, .passes = 1}, times);
    DecisionTimes compiled;
    Measure(*loaded, CedarEvaluator::kCompiled, {.warm_passes = 1, .passes = 1}, compiled);
    EXPECT_EQ(compiled.decisions, times.decisions) << name;
    EXPECT_GT(times.allowed, 10U) << name;
    EXPECT_GT(times.denied, 10U) << name;
    EXPECT_EQ(times.decisions.find_first_of("ad"), std::string::npos) << name;
  }
}

TEST(CedarExamples, HavePoliciesThatFitTheirSchemaStrictly) {
  for (const std::string& name : CedarExampleNames()) {
    const auto loaded = LoadWorkload(MakeCedarWorkload(*FindCedarExample(name), {.size = 20}));
    ASSERT_TRUE(loaded) << name << ": " << loaded.error().message;
    const auto report = cedar::Validate(*loaded->policies, *loaded->schema);
    EXPECT_TRUE(report.passed()) << name << ": " << report.findings.front().Text();
  }
}

TEST(CedarExamples, SplitABigStoreIntoTexts) {
  const CedarWorkload workload =
      MakeCedarWorkload(CedarExample::kPeople, {.size = kEntitiesPerText, .requests = 3, .seed = 1});
  ASSERT_EQ(workload.entities.size(), 2U);
  for (const std::string& text : workload.entities) {
    EXPECT_TRUE(text.starts_with("[") && text.ends_with("]"));
  }
}

}  // namespace
}  // namespace proviso::cli
