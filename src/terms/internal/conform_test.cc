// A decision is made on facts as the schema says they are. Arguments here are the literal JSON of a call.
#include "terms/internal/conform.h"

#include <gmock/gmock.h>

#include "terms/internal/package_for_tests.h"

namespace proviso::terms {
namespace {

using internal::Engagement;
using internal::LoadClauses;
using testing::HasSubstr;

constexpr std::string_view kSchema = R"(
entity Zone;
entity Colour enum ["red", "blue"];
type Input = {
  asset?: String, count?: Long, share?: decimal, at?: datetime, within?: duration, from?: ipaddr,
  zone?: Zone, colour?: Colour, zones?: Set<Zone>, force?: Bool,
  order?: { id: String, lines?: Set<{ item: String }> },
};
type Findings = { weapons?: Long };
type Facts = { @asserted_by("customer") colour?: Colour };
)";

/// Permits everything, and forbids nothing but what a forbid that reads the arguments says.
std::shared_ptr<const Package> PackageWith(const std::string& forbid_when, const std::string& schema) {
  auto package = LoadClauses(
      "@id(\"1\") permit (principal, action, resource);\n@id(\"2\") forbid (principal, "
      "action, resource) when { " +
          forbid_when + " };",
      internal::AgreementToml(), {{"schema.cedarschema", schema}});
  EXPECT_TRUE(package.has_value()) << package.error().message;
  return *package;
}

Decision DecideCall(const std::string& when, const std::string& json,
                    const std::string& schema = std::string(kSchema)) {
  const auto package = PackageWith("context has input && " + when, schema);
  Question question = Engagement();
  question.facts.input = InputFromJson(json).value();
  return Decide(*package, question);
}

TEST(Conform, LeavesOutWhatTheTermsDoNotDeclare) {
  const auto package = PackageWith("context has input", std::string(kSchema));
  const cedar::Type& type = *package->facts_type().FindAttribute("input")->type;
  for (const auto& [json, brought] : std::vector<std::pair<std::string, std::string>>{
           {R"({"asset": "a", "other": {"deep": [1, "b"]}})", R"({"asset": "a"})"},
           {R"({"aaa": 1, "zzz": 2})", "{}"},
           {R"({"order": {"id": "o", "lines": [{"item": "i", "price": 3}], "note": "n"}})",
            R"({"order": {"id": "o", "lines": [{"item": "i"}]}})"}}) {
    const auto conformed = internal::Conformed(InputFromJson(json).value(), type, package->schema());
    ASSERT_TRUE(conformed.has_value()) << conformed.error().message;
    ASSERT_TRUE(conformed->has_value()) << json;
    EXPECT_EQ(conformed->value().Text(), brought) << json;
  }
  EXPECT_EQ(internal::Conformed(InputFromJson(R"({"asset": "a"})").value(), type, package->schema()).value(),
            std::nullopt);
}

TEST(Conform, ReadsTextsAndNumbersAsTheTypesSay) {
  struct Row {
    std::string json;
    std::string when;
  };
  for (const Row& row : std::vector<Row>{
           {R"({"count": 7.0})", "context.input has count && context.input.count == 7"},
           {R"({"share": 7})", R"(context.input has share && context.input.share == decimal("7.0"))"},
           {R"({"share": 0.25})", R"(context.input has share && context.input.share == decimal("0.25"))"},
           {R"({"at": "2026-03-01T09:00:00Z"})",
            R"(context.input has at && context.input.at == datetime("2026-03-01T09:00:00Z"))"},
           {R"({"within": "1h"})", R"(context.input has within && context.input.within == duration("60m"))"},
           {R"({"from": "10.0.0.1"})",
            R"(context.input has from && context.input.from.isInRange(ip("10.0.0.0/8")))"},
           {R"({"zone": "north"})", R"(context.input has zone && context.input.zone == Zone::"north")"},
           {R"({"colour": "red"})", R"(context.input has colour && context.input.colour == Colour::"red")"},
           {R"({"zones": ["north", "south", null]})",
            R"(context.input has zones && context.input.zones.contains(Zone::"south"))"},
           {R"({"count": null, "force": true})", "!(context.input has count) && context.input has force"}}) {
    const Decision decision = DecideCall(row.when, row.json);
    EXPECT_EQ(decision.ground, Ground::kForbidden) << row.json << " " << decision.detail;
  }
}

TEST(Conform, RefusesACallWhoseArgumentsAreOfOtherTypes) {
  for (const auto& [json, detail] : std::vector<std::pair<std::string, std::string>>{
           {R"({"asset": 3})", "input.asset: must be String and is a long"},
           {R"({"asset": ["a"]})", "input.asset: must be String and is a set"},
           {R"({"count": "7"})", "input.count: must be Long and is a string"},
           {R"({"count": 7.5})", "input.count: must be Long and is a decimal"},
           {R"({"count": 1e300})", "input.count: must be Long and is a string"},
           {R"({"share": 1e300})", "input.share: must be decimal and is a string"},
           {R"({"share": 9223372036854775807})", "input.share: must be decimal and is a long"},
           {R"({"at": "tomorrow"})", "input.at: must be datetime"},
           {R"({"within": "soon"})", "input.within: must be duration"},
           {R"({"from": "here"})", "input.from: must be ipaddr"},
           {R"({"zone": {"__entity": {"type": "Zone", "id": "north"}}})",
            "input.zone: must be Zone and is a record"},
           {R"({"colour": "green"})", "input.colour: must be Colour"},
           {R"({"zones": "north"})", "input.zones: must be Set<Zone> and is a string"},
           {R"({"zones": ["north", 4]})", "input.zones[…]: must be Zone and is a long"},
           {R"({"force": "true"})", "input.force: must be Bool and is a string"},
           {R"({"order": "o"})", "input.order: must be {"},
           {R"({"order": {}})", "input.order.id: is missing, and the terms need it"},
           {R"({"order": {"id": "o", "lines": [{}]}})", "input.order.lines[…].item: is missing"}}) {
    const Decision decision = DecideCall("context.input has force && !context.input.force", json);
    EXPECT_EQ(decision.outcome, Outcome::kForbid) << json;
    EXPECT_EQ(decision.ground, Ground::kUndecidable) << json;
    EXPECT_THAT(decision.detail, HasSubstr(detail)) << json;
  }
}

TEST(Conform, LooksAtNoArgumentsWhereTheTermsDeclareNone) {
  for (const std::string json : {R"({"asset": 3, "zone": []})", "{}"}) {
    const Decision decision = DecideCall("context.effect == \"observe\"", json, "entity Zone;");
    EXPECT_EQ(decision.outcome, Outcome::kPermit) << json << decision.detail;
  }
}

TEST(Conform, HoldsOtherFactsToTheirTypesToo) {
  const auto package =
      PackageWith("context has findings.weapons && context.findings.weapons > 500", std::string(kSchema));
  struct Row {
    std::string name;
    cedar::Value value;
    Ground ground;
    std::string detail;
  };
  const auto finding = [](const std::string& name, cedar::Value value) {
    return cedar::Value::FromRecord(cedar::Record({{name, std::move(value)}}));
  };
  for (const Row& row :
       std::vector<Row>{{"findings", finding("weapons", cedar::Value::Long(900)), Ground::kForbidden, ""},
                        {"findings", finding("another", cedar::Value::Long(900)), Ground::kPermitted, ""},
                        {"findings", finding("weapons", cedar::Value::String("900")), Ground::kUndecidable,
                         "findings.weapons: must be Long and is a string"},
                        {"findings", cedar::Value::Long(900), Ground::kUndecidable, "findings: must be {"},
                        {"colour", cedar::Value::String("blue"), Ground::kPermitted, ""},
                        {"colour", cedar::Value::Entity(cedar::EntityUid("Colour", "green")),
                         Ground::kUndecidable, "colour: must be Colour and is a"},
                        {"unheard_of", cedar::Value::Long(1), Ground::kPermitted, ""}}) {
    Question question = Engagement();
    question.facts.others = {{row.name, row.value}};
    const Decision decision = Decide(*package, question);
    EXPECT_EQ(decision.ground, row.ground) << row.name << decision.detail;
    EXPECT_THAT(decision.detail, HasSubstr(row.detail)) << row.name;
  }
}

TEST(Conform, OffersNoToolToARequestThatCannotBeDecided) {
  const auto package = PackageWith("context has input", std::string(kSchema));
  Question question = Engagement();
  EXPECT_FALSE(ForbiddenWhateverTheInput(*package, question));
  question.facts.others = {{"findings", cedar::Value::Long(1)}};
  EXPECT_TRUE(ForbiddenWhateverTheInput(*package, question));
}

TEST(Entities, OfAPackageMustBeAsItsSchemaSays) {
  const auto error = [](const std::string& entities) {
    const auto package =
        LoadClauses("@id(\"1\") permit (principal, action, resource);", internal::AgreementToml(),
                    {{"entities.json", entities}, {"schema.cedarschema", "entity Zone { level?: Long };"}});
    return package ? std::string() : package.error().message;
  };
  EXPECT_EQ(error(R"([{"uid": {"type": "Zone", "id": "a"}, "attrs": {"level": 3}, "parents": []}])"), "");
  EXPECT_THAT(error(R"([{"uid": {"type": "Zone", "id": "a"}, "attrs": {"level": "3"}, "parents": []}])"),
              HasSubstr("entities.json"));
  EXPECT_THAT(error(R"([{"uid": {"type": "Zoen", "id": "a"}, "attrs": {}, "parents": []}])"),
              HasSubstr("Zoen"));
}

}  // namespace
}  // namespace proviso::terms
