#include "terms/examples.h"

#include <gmock/gmock.h>

#include "terms/declare.h"
#include "terms/internal/package_for_tests.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::LoadClauses;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kClauses = R"(
@id("1") permit (principal, action, resource);
@id("2") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" } unless { context has decision };)";

constexpr std::string_view kHead = "[[example]]\nname = \"x\"\napplication = \"desk\"\nmodel = \"m\"\n";

base::Result<std::shared_ptr<const Package>> WithExamples(const std::string& toml,
                                                          const std::string& agreement = AgreementToml(),
                                                          const std::string& schema = "") {
  return LoadClauses(std::string(kClauses), agreement,
                     {{"examples/a.toml", toml}, {"schema.cedarschema", schema}});
}

TEST(Examples, RefuseThePackageWhenTheyCannotBeRead) {
  struct Row {
    std::string example;
    std::string error;
  };
  const std::string head(kHead);
  const std::string permit = head + "expect = \"permit\"\n";
  for (const Row& row : std::vector<Row>{
           {head, "example[0].expect: is missing"},
           {head + "expect = \"maybe\"", "example[0].expect: must be one of: permit, hold, forbid"},
           {permit + "expekt = 1", "example[0].expekt: unknown key; did you mean expect?"},
           {permit + "act = \"generat\"", "example[0].act: must be one of: generate"},
           {permit + "act = \"call_tool\"", "example[0].tool: is missing"},
           {permit + "needs = \"one-lawyer\"", "stands only where hold is expected"},
           {head + "expect = \"hold\"\nneeds = \"one-lawer\"", "did you mean one-lawyer?"},
           {permit + "[example.facts]\npurpse = \"x\"",
            "example[0].facts.purpse: unknown key; did you mean purpose?"},
           {permit + "[example.facts]\nmodel = \"x\"", "example[0].facts.model: unknown key"},
           {permit + "[example.facts]\npurpose = 1", "example[0].facts.purpose: must be a text"},
           {permit + "[example.facts]\nnow = \"soon\"", "example[0].facts.now"},
           {permit + "[example.facts]\nauthority = { kin = \"x\" }",
            "facts.authority.kin: unknown key; did you mean kind?"},
           {permit + "[example.facts]\ndecision = { people = [\"person-11\"] }", "did you mean person-1?"},
           {permit + "[example.facts]\ntools = { offred = 1 }", "facts.tools.offred: unknown key"},
           {permit + "[example.facts]\nledger = { persons_dy = 1 }",
            "facts.ledger.persons_dy: unknown key; did you mean persons_day?"},
           {permit + "[example.facts]\nledger = { persons_day = \"1\" }",
            "facts.ledger.persons_day: must be a whole number"},
           {permit + "[example.facts]\nqualification = [{ suite = \"s\" }]",
            "facts.qualification[0].passed: is missing"},
           {permit + permit, "the name x stands already at examples/a.toml: example[0]"},
           {"[[exampel]]", "exampel: unknown key; did you mean example?"}}) {
    const auto package = WithExamples(row.example);
    ASSERT_FALSE(package.has_value()) << row.example;
    EXPECT_THAT(package.error().message, HasSubstr(row.error)) << row.example;
    EXPECT_THAT(package.error().message, HasSubstr("examples/a.toml"));
  }
}

TEST(Examples, TypeFactsAsTheSchemaSays) {
  const std::string facts = R"(
[[fact]]
name = "zone"
type = "Zone"
asserted_by = "customer"
[[fact]]
name = "all"
type = "{ at: datetime, share: decimal, whole: decimal, from: ipaddr, within: duration, zones: Set<Zone> }"
asserted_by = "customer"
)";
  const auto package = WithExamples(std::string(kHead) + R"(expect = "permit"
[example.facts]
zone = "north"
all = { at = 2026-03-01T00:00:00Z, share = 0.5, whole = 2, from = "10.0.0.0/8", within = "1h", zones = ["a", "b"] }
)",
                                    AgreementToml() + facts, "entity Zone;");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  const cedar::Record context = ContextOf((*package)->examples()[0].request.question);
  EXPECT_EQ(context.Find("zone")->Text(), R"(Zone::"north")");
  EXPECT_EQ(
      context.Find("all")->Text(),
      R"({"at": datetime("2026-03-01T00:00:00.000Z"), "from": ip("10.0.0.0/8"), "share": decimal("0.5"), )"
      R"("whole": decimal("2.0"), "within": duration("3600000ms"), "zones": [Zone::"a", Zone::"b"]})");
}

TEST(Examples, SupplyWhatTheGatewayWouldObserve) {
  const auto package = WithExamples(R"(
[[example]]
name = "known"
act = "call_tool"
application = "desk"
tool = "assign"
expect = "hold"
[[example]]
name = "behind a server"
act = "call_tool"
application = "desk"
tool = "assign"
server = "field"
expect = "permit"
[[example]]
name = "unknown"
act = "call_tool"
application = "desk"
tool = "assign2"
expect = "permit"
[[example]]
name = "offered"
application = "desk"
model = "m"
expect = "permit"
[example.facts]
tools = ["look", "field/assign", "other"]
)",
                                    AgreementToml("effective = 2026-03-01\n"));
  ASSERT_TRUE(package.has_value()) << package.error().message;
  std::vector<std::string> effects;
  for (const Example& example : (*package)->examples()) {
    EXPECT_EQ(example.request.question.organization, "agency");
    EXPECT_EQ(example.request.question.facts.now_ms, (*package)->agreement().effective_ms);
    effects.push_back(example.request.question.facts.effect.value_or("-"));
  }
  EXPECT_THAT(effects, ElementsAre("engage", "modify", "-", "-"));
  const OfferedToolsFact& offered = *(*package)->examples()[3].request.question.facts.tools;
  EXPECT_EQ(offered.offered, 3);
  EXPECT_EQ(offered.uncatalogued, 1);
  EXPECT_THAT(offered.effects, ElementsAre("observe", "modify"));
  EXPECT_EQ(RunExamples(**package).Failed(), 0U);
}

TEST(Examples, CompareOutcomeClausesAndNeed) {
  struct Row {
    std::string expectation;
    std::vector<std::string> differences;
  };
  const std::string call =
      "[[example]]\nname = \"x\"\nact = \"call_tool\"\napplication = \"desk\"\ntool = \"assign\"\n";
  for (const Row& row : std::vector<Row>{
           {"expect = \"hold\"\nclauses = [\"2\"]\nneeds = \"one-lawyer\"", {}},
           {"expect = \"hold\"", {}},
           {"expect = \"permit\"", {"expected permit, and it is hold"}},
           {"expect = \"hold\"\nclauses = []", {"expected by clauses none, and it is by 2"}},
           {"expect = \"hold\"\nclauses = [\"2\", \"1\"]", {"expected by clauses 1, 2, and it is by 2"}},
           {"expect = \"hold\"\nneeds = \"two-commanders\"",
            {"expected to need two-commanders, and it needs one-lawyer"}}}) {
    const auto package = WithExamples(call + row.expectation);
    ASSERT_TRUE(package.has_value()) << package.error().message;
    const ExampleReport report = RunExamples(**package);
    ASSERT_EQ(report.results.size(), 1U);
    EXPECT_EQ(report.results[0].differences, row.differences) << row.expectation;
    EXPECT_EQ(report.Failed(), row.differences.empty() ? 0U : 1U);
  }
}

TEST(Examples, AreForbiddenWhereTheGatewayRefusesTheDeclaration) {
  const auto package = WithExamples(std::string(kHead) +
                                    "expect = \"forbid\"\nclauses = []\n[example.facts]\n"
                                    "purpose = \"surprise\"\n");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  const ExampleReport report = RunExamples(**package);
  EXPECT_EQ(report.Failed(), 0U);
  EXPECT_THAT(report.results[0].decision.detail, HasSubstr("it has translation, logistics"));
}

TEST(AllowedPurpose, IsOneThatTheAgreementGivesTheApplication) {
  struct Row {
    std::string application;
    std::string purpose;
    std::string error;
  };
  std::vector<std::string> errors;
  const Agreement agreement = ReadAgreement(AgreementToml(), errors);
  for (const Row& row : std::vector<Row>{{"desk", "translation", ""},
                                         {"desk", "Translation", "it has translation, logistics"},
                                         {"desk", "", "it has translation, logistics"},
                                         {"bare", "translation", "it has none"},
                                         {"visitor", "translation", "does not name it"}}) {
    const auto allowed = AllowedPurpose(agreement, row.application, row.purpose);
    EXPECT_EQ(allowed.has_value(), row.error.empty());
    if (allowed) continue;
    EXPECT_EQ(allowed.error().code, base::ErrorCode::kDenied);
    EXPECT_THAT(allowed.error().message, HasSubstr(row.error));
  }
}

}  // namespace
}  // namespace proviso::terms
