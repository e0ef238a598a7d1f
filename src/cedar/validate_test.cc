#include "cedar/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = FindingKind;

/// People in teams, files in folders; devices are enumerated.
constexpr std::string_view kSchema = R"(
entity Team in [Team];
entity User in [Team] = {name: String, level: Long, nick?: String, boss?: User, home: Folder, flag: Bool,
                         seen: datetime, ips: Set<ipaddr>, box: {size: Long, hint?: String}} tags String;
entity Robot = {name: String, level: decimal, home: Folder};
entity Folder in [Folder] = {name: String, owner: User};
entity File in [Folder] = {owner: User, size: Long} tags Set<Long>;
entity Device enum ["phone", "laptop"];
action read, write in [any] appliesTo {principal: [User, Robot], resource: [File, Folder],
                                       context: {mfa?: Bool, from: ipaddr, device: Device}};
action drop appliesTo {principal: User, resource: File, context: {}};
action any, idle;
)";

Schema ReadSchema(std::string_view text) {
  auto schema = Schema::Parse(text, "s.cedarschema");
  EXPECT_TRUE(schema) << schema.error().message;
  return std::move(*schema);
}

PolicySet ReadPolicies(std::string_view text) {
  auto policies = ParsePolicies(text, "p.cedar");
  EXPECT_TRUE(policies) << policies.error().message;
  return std::move(*policies);
}

std::vector<Kind> Kinds(const ValidationReport& report) {
  std::vector<Kind> kinds;
  for (const ValidationFinding& finding : report.findings) kinds.push_back(finding.kind);
  return kinds;
}

std::vector<Kind> Check(std::string_view policies, ValidationMode mode = ValidationMode::kStrict) {
  static const Schema kRead = ReadSchema(kSchema);
  return Kinds(Validate(ReadPolicies(policies), kRead, {.mode = mode}));
}

/// A condition where a user drops a file.
std::string Drop(std::string_view condition) {
  return "permit(principal, action == Action::\"drop\", resource) when { " + std::string(condition) + " };";
}

struct Fact {
  std::string_view condition;
  std::vector<Kind> strict;
  std::vector<Kind> permissive;
};

void ExpectFacts(const std::vector<Fact>& facts) {
  for (const auto& [condition, strict, permissive] : facts) {
    EXPECT_EQ(Check(Drop(condition)), strict) << "strictly: " << condition;
    EXPECT_EQ(Check(Drop(condition), ValidationMode::kPermissive), permissive)
        << "permissively: " << condition;
  }
}

TEST(Validate, KnowsTheTypesOfOperators) {
  ExpectFacts({
      {"principal.level < 3 && principal.level + 1 == 4 * -principal.level", {}, {}},
      {"principal.level", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"principal.name < \"a\"",
       {Kind::kUnexpectedType, Kind::kUnexpectedType},
       {Kind::kUnexpectedType, Kind::kUnexpectedType}},
      {"principal.seen <= datetime(\"2024-10-15\")", {}, {}},
      {"principal.seen < 3", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"principal.name like \"a*\"", {}, {}},
      {"principal like \"a*\"", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"principal.name + 1 == 2", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"!principal.name", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"principal.ips.isEmpty() || principal.ips.contains(ip(\"::1\"))", {}, {}},
      {"principal.ips.contains(1)", {Kind::kIncompatibleTypes}, {}},
      {"principal.ips.containsAny([1, 2])", {Kind::kIncompatibleTypes}, {}},
      {"principal.ips.containsAll(1)", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"principal.name in resource", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"principal.level is User", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"principal.name == 3", {Kind::kIncompatibleTypes}, {}},
      {"{a: 1} == {a: principal.level}", {}, {}},
      {"{a: 1} == {b: 1}", {Kind::kIncompatibleTypes}, {}},
      {"principal.box == {size: 1}", {Kind::kIncompatibleTypes}, {}},
  });
}

TEST(Validate, CutsCheckingShortWhereABooleanIsKnown) {
  ExpectFacts({
      {"false && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"true || principal.absent", {}, {}},
      {"if true then principal.flag else principal.absent", {}, {}},
      {"if false then principal.absent else principal.flag", {}, {}},
      {"if principal.flag then true else principal.absent",
       {Kind::kUnknownAttribute},
       {Kind::kUnknownAttribute}},
      {"!true && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"principal is Robot && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"principal is User || principal.absent", {}, {}},
      {"action == Action::\"drop\" || principal.absent", {}, {}},
      {"action == Action::\"read\" && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"action in Action::\"any\" && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"Action::\"read\" in [Action::\"any\", Action::\"idle\"] || principal.absent", {}, {}},
      {"principal in Folder::\"f\" && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"principal in [Folder::\"f\", Folder::\"g\"] && principal.absent",
       {Kind::kImpossible},
       {Kind::kImpossible}},
      {"principal in Team::\"t\" || resource in Folder::\"f\"", {}, {}},
      {"principal.home in Team::\"t\" && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"principal == Robot::\"r\" && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"1 == 2 && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"\"a\" == \"a\" || principal.absent", {}, {}},
      {"principal has absent && principal.absent", {Kind::kImpossible}, {Kind::kImpossible}},
      {"resource.hasTag(\"a\") && principal.home.hasTag(\"b\") && principal.absent",
       {Kind::kImpossible},
       {Kind::kImpossible}},
  });
}

TEST(Validate, AsksForOptionalAttributesToBeGuarded) {
  ExpectFacts({
      {"principal.nick == \"a\"", {Kind::kUnguardedAttribute}, {Kind::kUnguardedAttribute}},
      {"principal has nick && principal.nick == \"a\"", {}, {}},
      {"principal has \"nick\" && principal[\"nick\"] == \"a\"", {}, {}},
      {"principal.nick == \"a\" && principal has nick",
       {Kind::kUnguardedAttribute},
       {Kind::kUnguardedAttribute}},
      {"principal has nick || principal.nick == \"a\"",
       {Kind::kUnguardedAttribute},
       {Kind::kUnguardedAttribute}},
      {"!(principal has nick) || principal.nick == \"a\"",
       {Kind::kUnguardedAttribute},
       {Kind::kUnguardedAttribute}},
      {"if principal has nick then principal.nick == \"a\" else true", {}, {}},
      {"(if principal.flag then principal has nick else false) && principal.nick == \"a\"",
       {Kind::kUnguardedAttribute},
       {Kind::kUnguardedAttribute}},
      {"(principal has nick || principal has nick) && principal.nick == \"a\"", {}, {}},
      {"(principal has nick || principal.flag) && principal.nick == \"a\"",
       {Kind::kUnguardedAttribute},
       {Kind::kUnguardedAttribute}},
      {"principal has boss.nick && principal.boss.nick == \"a\"", {}, {}},
      {"principal has boss && principal.boss.nick == \"a\"",
       {Kind::kUnguardedAttribute},
       {Kind::kUnguardedAttribute}},
      {"principal has box.hint && principal.box.hint == \"a\"", {}, {}},
      {"resource.owner has nick && principal.nick == \"a\"",
       {Kind::kUnguardedAttribute},
       {Kind::kUnguardedAttribute}},
      {"{b: 1, a: principal} == {a: principal, b: 1} && {a: principal, b: 1}.a has nick && "
       "{b: 1, a: principal}.a.nick == \"a\"",
       {},
       {}},
      {"principal.hasTag(\"k\") && principal.getTag(\"k\") == \"a\"", {}, {}},
      {"principal.getTag(\"k\") == \"a\"", {Kind::kUnguardedTag}, {Kind::kUnguardedTag}},
      {"principal.hasTag(\"j\") && principal.getTag(\"k\") == \"a\"",
       {Kind::kUnguardedTag},
       {Kind::kUnguardedTag}},
      {"principal.hasTag(resource.owner.name) && principal.getTag(resource.owner.name) == \"a\"", {}, {}},
      {"(if principal.home.hasTag(\"k\") then true else true) && principal.home.getTag(\"k\") == \"a\"",
       {Kind::kUnguardedTag},
       {Kind::kUnguardedTag}},
  });
}

TEST(Validate, HearsAConditionOfTheNextOne) {
  const std::string scope = "permit(principal, action == Action::\"drop\", resource) ";
  EXPECT_THAT(Check(scope + "when { principal has nick } when { principal.nick == \"a\" };"), IsEmpty());
  EXPECT_THAT(Check(scope + "unless { !(principal has nick) } unless { principal.nick == \"a\" };"),
              ElementsAre(Kind::kUnguardedAttribute));
}

TEST(Validate, StrictlyRefusesWhatASolverCannotFollow) {
  ExpectFacts({
      {"principal.ips == []", {Kind::kEmptySet}, {}},
      {"[principal, resource].contains(principal)", {Kind::kIncompatibleTypes}, {}},
      {"[1, \"a\"].contains(1)", {Kind::kIncompatibleTypes}, {Kind::kIncompatibleTypes}},
      {"[{a: 1}, {a: 1, b: 2}].contains({a: 1})", {Kind::kIncompatibleTypes}, {}},
      {"(if principal.flag then principal else resource) == principal", {Kind::kIncompatibleTypes}, {}},
      {"(if principal.flag then {a: 1} else {b: 1}) has a", {Kind::kIncompatibleTypes}, {}},
      {"(if principal.flag then principal else resource).owner == principal",
       {Kind::kIncompatibleTypes},
       {Kind::kUnknownAttribute}},
      {"(if principal.flag then resource else principal.home).owner == principal",
       {Kind::kIncompatibleTypes},
       {}},
      {"(if principal.flag then resource else Folder::\"f\") has size", {Kind::kIncompatibleTypes}, {}},
      {"decimal(principal.name).lessThan(decimal(\"1.0\"))", {Kind::kComputedExtensionText}, {}},
      {"decimal(\"1\").lessThan(decimal(\"1.0\"))",
       {Kind::kMalformedExtensionText},
       {Kind::kMalformedExtensionText}},
      {"ip(\"300.0.0.1\").isIpv4()", {Kind::kMalformedExtensionText}, {Kind::kMalformedExtensionText}},
      {"ip(\"::1\", \"::2\").isIpv4()", {Kind::kArgumentCount}, {Kind::kArgumentCount}},
      {"ip(1).isIpv4()", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
      {"ip(\"::1\").lessThan(decimal(\"1.0\"))", {Kind::kUnexpectedType}, {Kind::kUnexpectedType}},
  });
}

TEST(Validate, ChecksEachKindOfRequestByItself) {
  // Only users have a nick; only there is it asked for.
  EXPECT_THAT(Check("permit(principal is User, action, resource) when { principal has nick };"), IsEmpty());
  EXPECT_THAT(Check("permit(principal, action, resource) when { principal is User && principal.flag };"),
              IsEmpty());
  EXPECT_THAT(Check("permit(principal, action, resource) when { principal.flag };"),
              ElementsAre(Kind::kUnknownAttribute));
  EXPECT_THAT(Check("permit(principal, action, resource) when { principal.home.name == \"h\" };"), IsEmpty());
  // Where a robot asks, its level is a decimal.
  EXPECT_THAT(Check("permit(principal, action == Action::\"read\", resource) when { principal.level < 3 };"),
              ElementsAre(Kind::kUnexpectedType));
  EXPECT_THAT(Check("permit(principal, action in Action::\"any\", resource) when { context.from.isIpv4() };"),
              IsEmpty());
  EXPECT_THAT(Check("permit(principal, action, resource) when { context.from.isIpv4() };"),
              ElementsAre(Kind::kUnknownAttribute));
}

TEST(Validate, FindsNamesThatTheSchemaDoesNotHave) {
  EXPECT_THAT(Check(Drop("principal is Usr")), ElementsAre(Kind::kUnknownEntityType, Kind::kImpossible));
  EXPECT_THAT(Check(Drop("principal == Usr::\"a\"")), ElementsAre(Kind::kUnknownEntityType));
  EXPECT_THAT(Check(Drop("false && principal == Usr::\"a\"")),
              ElementsAre(Kind::kUnknownEntityType, Kind::kImpossible));
  EXPECT_THAT(Check(Drop("action == Action::\"dorp\"")),
              ElementsAre(Kind::kUnknownAction, Kind::kImpossible));
  EXPECT_THAT(Check(Drop("[Device::\"phone\"].contains(Device::\"fax\")")),
              ElementsAre(Kind::kUnknownEnumeratedId));
  EXPECT_THAT(Check("permit(principal == Usr::\"a\", action, resource);"),
              ElementsAre(Kind::kUnknownEntityType, Kind::kNoApplicableAction));
  EXPECT_THAT(Check("permit(principal, action in [Action::\"read\", Action::\"absent\"], resource);"),
              ElementsAre(Kind::kUnknownAction, Kind::kNoApplicableAction));
}

TEST(Validate, NeedsAnActionThatAppliesToTheScope) {
  const std::vector<std::pair<std::string_view, std::vector<Kind>>> facts = {
      {"principal, action, resource", {}},
      {"principal, action == Action::\"drop\", resource == File::\"f\"", {}},
      {"principal, action == Action::\"drop\", resource in Folder::\"f\"", {}},
      {"principal, action == Action::\"drop\", resource == Folder::\"f\"",
       {Kind::kNoApplicableAction, Kind::kImpossible}},
      {"principal == Team::\"t\", action, resource", {Kind::kNoApplicableAction, Kind::kImpossible}},
      {"principal in Team::\"t\", action, resource", {}},
      {"principal is Team, action, resource", {Kind::kNoApplicableAction, Kind::kImpossible}},
      {"principal is User in Team::\"t\", action, resource", {}},
      {"principal is Robot in Team::\"t\", action, resource", {Kind::kNoApplicableAction, Kind::kImpossible}},
      {"principal, action == Action::\"any\", resource", {Kind::kNoApplicableAction, Kind::kImpossible}},
      {"principal, action in [Action::\"any\"], resource", {}},
      {"principal, action in [Action::\"idle\"], resource", {Kind::kNoApplicableAction, Kind::kImpossible}},
      {"principal, action in [], resource", {Kind::kEmptySet, Kind::kNoApplicableAction}},
  };
  for (const auto& [scope, kinds] : facts) {
    EXPECT_EQ(Check("permit(" + std::string(scope) + ");"), kinds) << scope;
  }
}

TEST(Validate, ChecksATemplateForEveryTypeThatItsSlotsCanHave) {
  EXPECT_THAT(Check("permit(principal == ?principal, action, resource in ?resource);"), IsEmpty());
  EXPECT_THAT(Check("permit(principal in ?principal, action, resource) when { principal.flag };"),
              ElementsAre(Kind::kUnknownAttribute));
  EXPECT_THAT(Check("permit(principal is Team in ?principal, action, resource);"),
              ElementsAre(Kind::kNoApplicableAction, Kind::kImpossible));
}

TEST(Validate, ChecksLinksForTheTypesOfTheirSlots) {
  const Schema schema = ReadSchema(kSchema);
  PolicySet policies = ReadPolicies("permit(principal == ?principal, action, resource);");
  ASSERT_TRUE(policies.Link("policy0", "fits", {.principal = EntityUid("User", "a"), .resource = {}}));
  ASSERT_TRUE(policies.Link("policy0", "team", {.principal = EntityUid("Team", "t"), .resource = {}}));
  ASSERT_TRUE(policies.Link("policy0", "unknown", {.principal = EntityUid("Usr", "a"), .resource = {}}));
  const ValidationReport report = Validate(policies, schema);
  EXPECT_TRUE(report.passed("policy0"));
  EXPECT_TRUE(report.passed("fits"));
  EXPECT_FALSE(report.passed("team"));
  EXPECT_THAT(Kinds(report),
              ElementsAre(Kind::kNoApplicableAction, Kind::kUnknownEntityType, Kind::kNoApplicableAction));
}

TEST(Validate, CountsReferencesBetweenEntities) {
  const Schema schema = ReadSchema(kSchema);
  const std::vector<std::pair<std::string_view, std::uint32_t>> facts = {
      {"principal == User::\"a\"", 0},
      {"principal.flag", 1},
      {"principal has flag", 1},
      {"principal in Team::\"t\"", 1},
      {"principal.hasTag(\"k\")", 1},
      {"principal.home.name == \"h\"", 2},
      {"principal.box.size == 3", 1},
      {"resource.owner.home.name == \"h\"", 3},
      {"{u: principal.home, v: resource.owner.home}.u.name == \"h\"", 2},
      {"(if principal.flag then principal else resource.owner).flag", 2},
      {"resource.owner.home in Folder::\"f\"", 3},
      {"resource.owner.hasTag(principal.home.owner.name)", 3},
      {"action in Action::\"drop\"", 1},
      {"false && principal.home.name == \"h\"", 0},
  };
  for (const auto& [condition, level] : facts) {
    const PolicySet policies = ReadPolicies(Drop(condition));
    EXPECT_TRUE(Validate(policies, schema, {.level_max = level}).passed()) << condition;
    if (level == 0) continue;
    EXPECT_EQ(Kinds(Validate(policies, schema, {.level_max = level - 1}))[0], Kind::kLevelExceeded)
        << condition;
  }
  EXPECT_THAT(Kinds(Validate(ReadPolicies(Drop("User::\"a\".flag")), schema, {.level_max = 9})),
              ElementsAre(Kind::kDereferencedLiteral));
}

TEST(Validate, SaysWhatIsWrongWhereAndWhatToDo) {
  const Schema schema = ReadSchema(kSchema);
  const auto first = [&](std::string_view text) {
    return Validate(ReadPolicies(text), schema).findings[0].Text();
  };
  EXPECT_EQ(first("permit(principal is User, action, resource)\nwhen { principal.nmae == \"a\" };"),
            "p.cedar:2:18: error: policy `policy0`: `principal` (User) has no attribute `nmae`; did you mean "
            "`name`?");
  EXPECT_THAT(first("permit(principal,\n  action, resource in Foldre::\"f\");"),
              testing::StartsWith("p.cedar:2:11: error: policy `policy0`: the schema has no entity type"));
  EXPECT_THAT(first(Drop("principal is Usr")), HasSubstr("no entity type `Usr`; did you mean `User`?"));
  EXPECT_THAT(first(Drop("action == Action::\"dorp\"")), HasSubstr("did you mean `Action::\"drop\"`?"));
  EXPECT_THAT(first(Drop("principal.nick == \"a\"")), HasSubstr("ask for it first: `… has \"nick\" && …`"));
  EXPECT_THAT(first(Drop("principal.level")), HasSubstr("expected Bool, found Long; "));
  EXPECT_THAT(first(Drop("false")),
              HasSubstr("warning: policy `policy0`: no request that the schema allows"));
}

TEST(Validate, PassesWithWarningsAndKeepsPoliciesApart) {
  const Schema schema = ReadSchema(kSchema);
  const ValidationReport report = Validate(ReadPolicies(Drop("false") + Drop("1")), schema);
  EXPECT_THAT(Kinds(report), ElementsAre(Kind::kImpossible, Kind::kUnexpectedType));
  EXPECT_FALSE(report.passed());
  EXPECT_TRUE(report.passed("policy0"));
  EXPECT_FALSE(report.passed("policy1"));
}

/// T0 = {a: T1, b: T1}, T1 = {a: T2, …: twice as big at each step, if anything takes it apart.
std::string DoublingSchema(std::string_view last) {
  std::string text;
  for (int i = 0; i < 90; ++i) {
    const std::string next = "T" + std::to_string(i + 1);
    text += "type T" + std::to_string(i) + " = {a: " + next + ", b: " + next + "};";
  }
  return text + "type T90 = " + std::string(last) + ";";
}

TEST(Validate, IsQuickWhereTypesDoubleAtEachStep) {
  std::string other = DoublingSchema("String");
  for (std::size_t at = 0; (at = other.find('T', at)) != std::string::npos; at += 2)
    other.replace(at, 1, "U");
  const Schema schema = ReadSchema(DoublingSchema("Long") + other +
                                   "entity A = {x: T0, y: U0, z: T0}; action a appliesTo "
                                   "{principal: A, resource: A, context: {}};");
  const PolicySet policies = ReadPolicies(
      "permit(principal, action, resource) when { principal.x == principal.z || principal.x == principal.y "
      "};");
  EXPECT_THAT(Kinds(Validate(policies, schema)), ElementsAre(Kind::kIncompatibleTypes));
  EXPECT_TRUE(Validate(policies, schema, {.mode = ValidationMode::kPermissive}).passed());
}

TEST(Validate, GivesUpPastItsSteps) {
  std::string types;
  for (int i = 0; i < 3'000; ++i) types += (i == 0 ? "E" : ", E") + std::to_string(i);
  const Schema schema = ReadSchema("entity " + types + " = {f: Bool}; action a appliesTo {principal: [" +
                                   types + "], resource: [" + types + "], context: {}};");
  std::string condition = "principal.f";
  for (int i = 0; i < 30; ++i) condition += " && resource.f";
  const ValidationReport report =
      Validate(ReadPolicies("permit(principal, action, resource) when { " + condition + " };"), schema);
  EXPECT_THAT(Kinds(report), ElementsAre(Kind::kTooCostly));
}

TEST(Validate, KeepsAtMostSoManyFindings) {
  const Schema schema = ReadSchema(kSchema);
  std::string condition = "true";
  for (std::size_t i = 0; i < kFindingsMax + 5; ++i) condition += " && principal is T" + std::to_string(i);
  const std::string policy = Drop(condition);
  EXPECT_EQ(Validate(ReadPolicies(policy), schema).findings.size(), kFindingsMax);
  const ValidationReport report = Validate(ReadPolicies(policy + policy + policy), schema);
  EXPECT_EQ(report.findings.size(), kFindingsMax + 2);
  EXPECT_FALSE(report.passed("policy2"));
}

TEST(Validate, IsQuickWhereManyNamesAreWrong) {
  std::string types = "A";
  for (int i = 0; i < 20'000; ++i) types += ", AnEntityTypeWithALongName" + std::to_string(i);
  const Schema schema = ReadSchema("entity " + types + "; action a appliesTo {principal: A, resource: A};");
  std::string condition = "true";
  for (int i = 0; i < 900; ++i)
    condition += " && principal is AnEntityTypeWithALongNameX" + std::to_string(i);
  const auto kinds = Kinds(
      Validate(ReadPolicies("permit(principal, action, resource) when { " + condition + " };"), schema));
  EXPECT_THAT(kinds, testing::Contains(Kind::kTooCostly));
}

TEST(Validate, TakesTheDeepestExpressionAndRefusesDeeperPaths) {
  std::string sum = "1";
  for (std::size_t i = 2; i < kExpressionDepthMax; ++i) sum += "+1";
  EXPECT_THAT(Check(Drop(sum + " == 1")), IsEmpty());
  std::string path = "principal has a";
  for (std::size_t i = 0; i < kExpressionDepthMax + 10; ++i) path += ".a";
  EXPECT_THAT(Check(Drop(path)), ElementsAre(Kind::kTooCostly));
  std::string many = "permit(principal, action, resource)";
  for (int i = 0; i < 20'000; ++i) many += " when { principal has name }";
  EXPECT_THAT(Check(many + ";"), IsEmpty());
}

}  // namespace
}  // namespace proviso::cedar
