#include "cli/cedar_measurement.h"

#include <gmock/gmock.h>

namespace proviso::cli {
namespace {

using testing::HasSubstr;

CedarWorkload OneRequest() {
  return {.policies = R"(permit (principal, action, resource) when { principal.age > 17 };)",
          .schema = "",
          .entities = {R"([{"uid": {"type": "User", "id": "a"}, "attrs": {"age": 18}, "parents": []}])"},
          .requests = R"([{"principal": {"type": "User", "id": "a"}, "action": "Action::\"view\"",
                           "resource": "Photo::\"p\"", "context": {}},
                          {"principal": "User::\"nobody\"", "action": "Action::\"view\"",
                           "resource": "Photo::\"p\"", "context": {}}])"};
}

TEST(CedarMeasurement, CountsWhatIsAllowedAndMarksWhatErrs) {
  const auto loaded = LoadWorkload(OneRequest());
  ASSERT_TRUE(loaded) << loaded.error().message;
  for (const CedarEvaluator evaluator : kCedarEvaluators) {
    for (const RequestForm form : {RequestForm::kRead, RequestForm::kJson}) {
      DecisionTimes times;
      Measure(*loaded, evaluator, {.warm_passes = 1, .passes = 3, .form = form}, times);
      EXPECT_EQ(times.decisions, "Ad");
      EXPECT_EQ(times.allowed, 1U);
      EXPECT_EQ(times.denied, 1U);
      EXPECT_EQ(times.single_ns.size(), 6U);
      EXPECT_EQ(times.per_request_ns.size(), 2U);
      EXPECT_GT(times.UnclockedMeanNs(), 0);
    }
  }
}

TEST(CedarMeasurement, ReadsSeveralTextsOfEntitiesAsOneStore) {
  CedarWorkload workload = OneRequest();
  workload.policies = R"(permit (principal in Group::"g", action, resource);)";
  workload.entities = {
      R"([{"uid": {"type": "User", "id": "a"}, "attrs": {}, "parents": [{"type": "Group", "id": "inner"}]}])",
      R"([{"uid": {"type": "Group", "id": "inner"}, "attrs": {}, "parents": [{"type": "Group", "id": "g"}]}])"};
  const auto loaded = LoadWorkload(workload);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->entities.size(), 2U);
  DecisionTimes times;
  Measure(*loaded, CedarEvaluator::kCompiled, {.warm_passes = 1, .passes = 1}, times);
  EXPECT_EQ(times.decisions, "AD");
}

TEST(CedarMeasurement, SaysWhichPartCannotBeRead) {
  struct Row {
    std::string CedarWorkload::* part;
    std::string text;
    std::string expected;
  };
  const std::vector<Row> rows = {
      {&CedarWorkload::policies, "permit (", "policies:1"},
      {&CedarWorkload::schema, "entity", "schema:1"},
      {&CedarWorkload::requests, "[]", "requests: expected a JSON array of at least one object"},
      {&CedarWorkload::requests, R"([{"principal": 1}])", "requests: number 0: principal"},
  };
  for (const Row& row : rows) {
    CedarWorkload workload = OneRequest();
    workload.*row.part = row.text;
    const auto loaded = LoadWorkload(workload);
    ASSERT_FALSE(loaded) << row.text;
    EXPECT_THAT(loaded.error().message, HasSubstr(row.expected));
  }
}

TEST(Samples, GiveTheSmallestThatAPartOfAllDoesNotExceed) {
  Samples samples;
  EXPECT_EQ(samples.Quantile(0.5), 0);
  EXPECT_EQ(samples.Mean(), 0);
  for (std::uint32_t ns = 100; ns > 0; --ns) samples.Add(ns);
  EXPECT_EQ(samples.Quantile(0), 1);
  EXPECT_EQ(samples.Quantile(0.5), 50);
  EXPECT_EQ(samples.Quantile(0.99), 99);
  EXPECT_EQ(samples.Quantile(1), 100);
  EXPECT_EQ(samples.Mean(), 50.5);
}

}  // namespace
}  // namespace proviso::cli
