#include "terms/decide.h"

#include <gmock/gmock.h>

#include "base/clock.h"
#include "terms/explain.h"
#include "terms/internal/package_for_tests.h"

namespace proviso::terms {

/// So that a failed row reads "hold" and not a byte.
void PrintTo(Outcome outcome, std::ostream* out) {
  *out << NameOf(outcome);
}
void PrintTo(Ground ground, std::ostream* out) {
  *out << NameOf(ground);
}

namespace {

using internal::AgreementToml;
using internal::Engagement;
using internal::Generation;
using internal::Ids;
using internal::LoadClauses;
using testing::HasSubstr;
using testing::IsEmpty;

Decision DecideUnder(const std::string& clauses, const Question& question,
                     const std::string& agreement = AgreementToml()) {
  const auto package = LoadClauses(clauses, agreement);
  EXPECT_TRUE(package.has_value()) << package.error().message;
  return package ? Decide(**package, question) : Decision{};
}

constexpr std::string_view kPermitAll = R"(@id("1") permit (principal, action, resource);)";
constexpr std::string_view kNeedsTwo = R"(@id("4.2") @title("A person decides every engagement")
forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 && context.decision.call_digest_matches };)";

std::string Clauses(std::initializer_list<std::string_view> clauses) {
  std::string text;
  for (const std::string_view clause : clauses) text += std::string(clause) + "\n";
  return text;
}

struct Row {
  std::string fact;
  std::string clauses;
  Outcome outcome;
  Ground ground;
  std::string made_by;
  std::string need;
};

void Check(const std::vector<Row>& rows, const Question& question) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.fact);
    const Decision decision = DecideUnder(row.clauses, question);
    EXPECT_EQ(decision.outcome, row.outcome);
    EXPECT_EQ(decision.ground, row.ground);
    EXPECT_EQ(Ids(decision.clauses), row.made_by);
    EXPECT_EQ(decision.need ? decision.need->name : "", row.need);
  }
}

TEST(Decide, PermitsOnlyWhatAPermitCoversAndNoForbidDoes) {
  using enum Outcome;
  Check(
      {
          {"a permit permits", std::string(kPermitAll), kPermit, Ground::kPermitted, "1", ""},
          {"every permit that applies is named",
           Clauses({kPermitAll, R"(@id("2") permit (principal, action == Action::"generate", resource);)"}),
           kPermit, Ground::kPermitted, "1 2", ""},
          {"nothing permits: forbid", R"(@id("1") permit (principal, action == Action::"embed", resource);)",
           kForbid, Ground::kNotPermitted, "", ""},
          {"forbid overrides permit", Clauses({kPermitAll, R"(@id("2") forbid (principal, action, resource)
                     when { context has purpose && context.purpose == UseCase::"translation" };)"}),
           kForbid, Ground::kForbidden, "2", ""},
          {"an erring permit permits nothing",
           R"(@id("1") permit (principal, action, resource) when { context.label == "open" };)", kForbid,
           Ground::kNotPermitted, "", ""},
          {"an erring forbid forbids", Clauses({kPermitAll, R"(@id("2") forbid (principal, action, resource)
                                    when { context.label == "secret" };)"}),
           kForbid, Ground::kErringForbid, "2", ""},
          {"forbids that apply stand before those that err",
           Clauses({kPermitAll,
                    R"(@id("2") forbid (principal, action, resource) when { context.label == "x" };)",
                    R"(@id("3") forbid (principal, action, resource);)"}),
           kForbid, Ground::kForbidden, "3 2", ""},
          {"clauses read the organization, the provider and the model",
           R"(@id("1") permit (principal in Organization::"agency", action, resource in Provider::"provider-a")
              when { context.model == resource };)",
           kPermit, Ground::kPermitted, "1", ""},
      },
      Generation());
}

TEST(Decide, HoldsWhereAPeoplesDecisionWouldPermit) {
  using enum Outcome;
  Check(
      {
          {"a forbid that two people lift", Clauses({kPermitAll, kNeedsTwo}), kHold, Ground::kForbidden,
           "4.2", "two-commanders"},
          {"the weakest profile that suffices",
           Clauses({kPermitAll, R"(@id("5") forbid (principal, action, resource)
                     unless { context has decision && context.decision.count >= 1 };)"}),
           kHold, Ground::kForbidden, "5", "one-lawyer"},
          {"a role that only the stronger profile has",
           Clauses({kPermitAll, R"(@id("5") forbid (principal, action, resource)
                     unless { context has decision && context.decision.count == 2
                              && context.decision.roles.contains("commander") };)"}),
           kHold, Ground::kForbidden, "5", "two-commanders"},
          {"a permit that a decision brings",
           R"(@id("6") permit (principal, action, resource) when { context has decision };)", kHold,
           Ground::kNotPermitted, "6", "one-lawyer"},
          {"an erring forbid that a decision lets be evaluated",
           Clauses({kPermitAll, R"(@id("7") forbid (principal, action, resource)
                     when { context.decision.count < 1 };)"}),
           kHold, Ground::kErringForbid, "7", "one-lawyer"},
          {"all that a decision lifts is named, applying and erring",
           Clauses({kPermitAll, kNeedsTwo, R"(@id("7") forbid (principal, action, resource)
                     when { context.decision.count < 1 };)"}),
           kHold, Ground::kForbidden, "4.2 7", "two-commanders"},
          {"a person whom no first choice would include",
           Clauses({kPermitAll, R"(@id("8") forbid (principal, action, resource) unless {
                     context has decision && context.decision.approvers.contains(Person::"person-3") };)"}),
           kHold, Ground::kForbidden, "8", "one-lawyer"},
          {"more people than any profile asks for: forbid",
           Clauses({kPermitAll, R"(@id("9") forbid (principal, action, resource)
                     unless { context has decision && context.decision.count >= 3 };)"}),
           kForbid, Ground::kForbidden, "9", ""},
          {"another forbid that no one lifts: forbid, and both are named",
           Clauses({kPermitAll, kNeedsTwo, R"(@id("10") forbid (principal, action, resource);)"}), kForbid,
           Ground::kForbidden, "4.2 10", ""},
          {"nothing permits it even then: forbid", std::string(kNeedsTwo), kForbid, Ground::kForbidden, "4.2",
           ""},
          {"an erring forbid that no decision helps: forbid",
           Clauses({kPermitAll, kNeedsTwo, R"(@id("11") forbid (principal, action, resource)
                                               when { context.label == "x" };)"}),
           kForbid, Ground::kForbidden, "4.2 11", ""},
      },
      Engagement());
}

TEST(Decide, NamesTheClauseThatErredAndHow) {
  const Decision decision = DecideUnder(
      Clauses(
          {kPermitAll, R"(@id("2") forbid (principal, action, resource) when { context.label == "x" };)"}),
      Generation());
  ASSERT_EQ(decision.errors.size(), 1U);
  EXPECT_EQ(decision.errors[0].clause.id, "2");
  EXPECT_THAT(decision.errors[0].message, HasSubstr("label"));
  EXPECT_THAT(decision.errors[0].message, HasSubstr("clauses/a.cedar:2"));
}

TEST(Decide, TriesEveryMixOfRolesThatAProfileAllows) {
  const std::string agreement = AgreementToml() + R"(
[[approver_profile]]
name = "mixed"
count = 2
roles = ["commander", "auditor"]
)" + internal::Approver("person-4", R"(["auditor"])", "person-4");
  const Decision decision = DecideUnder(
      Clauses({kPermitAll, R"(@id("2") forbid (principal, action, resource) unless { context has decision &&
                context.decision.roles.containsAll(["commander", "auditor"]) };)"}),
      Engagement(), agreement);
  EXPECT_EQ(decision.outcome, Outcome::kHold);
  ASSERT_TRUE(decision.need);
  EXPECT_EQ(decision.need->name, "mixed");
}

TEST(Decide, ForbidsWhatIsStillDeniedOnceRealPeopleHaveDecided) {
  const auto package = LoadClauses(Clauses({kPermitAll, kNeedsTwo}));
  ASSERT_TRUE(package.has_value()) << package.error().message;
  struct DecidedRow {
    std::string fact;
    std::vector<std::string> people;
    DecisionFact::Match match;
    Outcome outcome;
  };
  using enum DecisionFact::Match;
  for (const DecidedRow& row : std::vector<DecidedRow>{
           {"two people on this call", {"person-1", "person-2"}, kThisCall, Outcome::kPermit},
           {"one person only", {"person-1"}, kThisCall, Outcome::kForbid},
           {"one person twice", {"person-1", "person-1"}, kThisCall, Outcome::kForbid},
           {"someone whom the agreement does not name",
            {"person-1", "person-9"},
            kThisCall,
            Outcome::kForbid},
           {"two people on another call", {"person-1", "person-2"}, kAnotherCall, Outcome::kForbid},
           {"nobody", {}, kThisCall, Outcome::kForbid}}) {
    SCOPED_TRACE(row.fact);
    Question question = Engagement();
    question.facts.decision = DecisionBy((*package)->agreement(), row.people);
    question.facts.decision->match = row.match;
    const Decision decision = Decide(**package, question);
    EXPECT_EQ(decision.outcome, row.outcome);
    EXPECT_FALSE(decision.need);
  }
}

TEST(Decide, CountsAPersonWithTwoKeysOnce) {
  const std::string agreement =
      AgreementToml() + internal::Approver("person-1", R"(["commander"])", "person-1-second-key");
  const auto package = LoadClauses(std::string(kPermitAll), agreement);
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_THAT(DecisionBy((*package)->agreement(), {"person-1"}).people, testing::ElementsAre("person-1"));
}

TEST(Decide, LetsShouldClausesAdviseAndNeverDecide) {
  const Decision decision = DecideUnder(
      Clauses({kPermitAll, R"(@id("2") @modality("should") forbid (principal, action, resource);)",
               R"(@id("3") @modality("should") permit (principal, action, resource);)",
               R"(@id("4") @modality("should") forbid (principal, action, resource)
                  when { context.label == "x" };)"}),
      Generation());
  EXPECT_EQ(decision.outcome, Outcome::kPermit);
  EXPECT_EQ(Ids(decision.clauses), "1");
  EXPECT_EQ(Ids(decision.advice_against), "2");
  EXPECT_EQ(Ids(decision.advice_for), "3");
  ASSERT_EQ(decision.errors.size(), 1U);
  EXPECT_EQ(decision.errors[0].clause.id, "4");
}

TEST(Decide, GivesNothingByAnAdvisoryPermit) {
  const Decision decision =
      DecideUnder(R"(@id("1") @modality("should") permit (principal, action, resource);)", Generation());
  EXPECT_EQ(decision.outcome, Outcome::kForbid);
  EXPECT_EQ(Ids(decision.advice_for), "1");
}

TEST(Decide, ForbidsOutsideTheDatesOfTheAgreement) {
  const std::string agreement = AgreementToml("effective = 2026-03-01\nexpires = 2026-04-01\n");
  const std::int64_t begins = base::ParseUtc("2026-03-01").value();
  const std::int64_t ends = base::ParseUtc("2026-04-01").value();
  struct DateRow {
    std::string fact;
    std::optional<std::int64_t> now_ms;
    Ground ground;
  };
  for (const DateRow& row : std::vector<DateRow>{{"just before", begins - 1, Ground::kNotInForce},
                                                 {"from then on", begins, Ground::kPermitted},
                                                 {"to the last moment", ends - 1, Ground::kPermitted},
                                                 {"no longer", ends, Ground::kNotInForce},
                                                 {"at an unknown time", std::nullopt, Ground::kNotInForce}}) {
    SCOPED_TRACE(row.fact);
    Question question = Generation();
    question.facts.now_ms = row.now_ms;
    const Decision decision = DecideUnder(std::string(kPermitAll), question, agreement);
    EXPECT_EQ(decision.ground, row.ground);
    EXPECT_EQ(decision.outcome == Outcome::kPermit, row.ground == Ground::kPermitted);
    EXPECT_EQ(decision.detail.empty(), row.ground == Ground::kPermitted);
  }
}

TEST(Decide, ForbidsACallWhoseArgumentsCannotBeRead) {
  Question question = Engagement();
  question.facts.undecidable = InputFromJson(R"({"a": 1, "a": 2})").error().message;
  const Decision decision = DecideUnder(std::string(kPermitAll), question);
  EXPECT_EQ(decision.outcome, Outcome::kForbid);
  EXPECT_EQ(decision.ground, Ground::kUndecidable);
  EXPECT_THAT(decision.detail, HasSubstr("arguments"));
}

TEST(Decide, ForbidsARequestThatContradictsTheAgreementsEntities) {
  // An entity of the package names Application::"visitor" as its parent, so a request may not define it.
  const auto package =
      LoadClauses(std::string(kPermitAll), AgreementToml(),
                  {{"entities.json", R"([{"uid": {"type": "Model", "id": "model-a"}, "attrs": {},
                              "parents": [{"type": "Provider", "id": "provider-a"}]},
                             {"uid": {"type": "Desk", "id": "one"}, "attrs": {},
                              "parents": [{"type": "Application", "id": "visitor"}]}])"},
                   {"schema.cedarschema", "entity Desk in [Application];"}});
  ASSERT_TRUE(package.has_value()) << package.error().message;
  Question question = Generation();
  question.application = "visitor";
  EXPECT_EQ(Decide(**package, question).ground, Ground::kUndecidable);
}

TEST(Decide, TrustsTheAgreementsEntitiesOverTheRequests) {
  const auto package =
      LoadClauses(R"(@id("1") permit (principal in Organization::"other", action, resource);)");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  Question question = Generation();
  question.organization = "other";
  EXPECT_EQ(Decide(**package, question).outcome, Outcome::kForbid);
  question.application = "visitor";
  EXPECT_EQ(Decide(**package, question).outcome, Outcome::kPermit);
}

std::string WithPartiesSwapped(std::string text) {
  const auto replace = [&text](const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  replace("\"provider\"", "\"<held>\"");
  replace("\"customer\"", "\"provider\"");
  replace("\"<held>\"", "\"customer\"");
  return text;
}

TEST(Decide, TakesNoSide) {
  const std::string fact = "[[fact]]\nname = \"consent\"\ntype = \"Bool\"\nasserted_by = \"customer\"\n";
  const std::string clauses = Clauses({kPermitAll, kNeedsTwo, R"(@id("2") forbid (principal, action, resource)
    unless { context has consent && context.consent };)"});
  const auto one = LoadClauses(clauses, AgreementToml() + fact);
  const auto other = LoadClauses(clauses, WithPartiesSwapped(AgreementToml() + fact));
  ASSERT_TRUE(one.has_value()) << one.error().message;
  ASSERT_TRUE(other.has_value()) << other.error().message;
  ASSERT_NE((*one)->DigestText(), (*other)->DigestText());
  for (Question question : {Generation(), Engagement()}) {
    for (const bool consent : {false, true}) {
      question.facts.others = {{"consent", cedar::Value::Bool(consent)}};
      const Decision left = Decide(**one, question);
      const Decision right = Decide(**other, question);
      EXPECT_EQ(left.outcome, right.outcome);
      EXPECT_EQ(left.clauses, right.clauses);
      EXPECT_EQ(left.need.has_value(), right.need.has_value());
    }
  }
}

TEST(ForbiddenWhateverTheInput, IsSaidOnlyWhereItIsCertain) {
  struct InputRow {
    std::string fact;
    std::string clauses;
    bool forbidden;
  };
  const std::string no_zone_x = R"(@id("3") forbid (principal, action, resource)
when { context has input && context.input has zone && context.input.zone == "x" };)";
  const std::vector<InputRow> rows = {
      {"nothing forbids", std::string(kPermitAll), false},
      {"nothing permits", R"(@id("1") permit (principal, action == Action::"generate", resource);)", true},
      {"a forbid applies",
       Clauses({kPermitAll, R"(@id("2") forbid (principal, action == Action::"call_tool", resource);)"}),
       true},
      {"people may lift the forbid", Clauses({kPermitAll, kNeedsTwo}), false},
      {"some inputs are forbidden", Clauses({kPermitAll, no_zone_x}), false},
      {"every input but one is forbidden",
       Clauses({kPermitAll, R"(@id("2") forbid (principal, action, resource)
unless { context has input && context.input has zone && context.input.zone == "x" };)"}),
       false},
      {"only some inputs are permitted", R"(@id("1") permit (principal, action, resource)
when { context has input && context.input has zone && context.input.zone == "x" };)",
       false},
      {"a forbid reads an input that may be absent, without asking",
       Clauses({kPermitAll,
                R"(@id("2") forbid (principal, action, resource) when { context.input.zone == "x" };)"}),
       false},
      {"a forbid that reads none stands beside one that does",
       Clauses({kPermitAll, no_zone_x, R"(@id("2") forbid (principal, action, resource);)"}), true},
      {"what people's decision leaves depends on the input",
       Clauses({kPermitAll, kNeedsTwo, R"(@id("5") forbid (principal, action, resource)
when { context has decision && context has input && context.input has zone && context.input.zone == "x" };)"}),
       false},
      {"no people's decision is enough", Clauses({kPermitAll, R"(@id("2") forbid (principal, action, resource)
unless { context has decision && context.decision.count >= 99 };)"}),
       true},
  };
  for (const InputRow& row : rows) {
    SCOPED_TRACE(row.fact);
    const auto package = LoadClauses(row.clauses, AgreementToml(),
                                     {{"schema.cedarschema", "type Input = { zone?: String };"}});
    ASSERT_TRUE(package) << package.error().message;
    Question question = Engagement();
    question.facts.input = cedar::Value::FromRecord(cedar::Record({{"zone", cedar::Value::String("x")}}));
    EXPECT_EQ(ForbiddenWhateverTheInput(**package, question), row.forbidden);
  }
}

TEST(ForbiddenWhateverTheInput, IsSaidWhenTheAgreementIsNotInForce) {
  const auto package = LoadClauses(std::string(kPermitAll), AgreementToml("expires = \"2026-01-01\""));
  ASSERT_TRUE(package) << package.error().message;
  Question question = Engagement();
  question.facts.now_ms = *base::ParseUtc("2025-12-31");
  EXPECT_FALSE(ForbiddenWhateverTheInput(**package, question));
  question.facts.now_ms = *base::ParseUtc("2026-01-01");
  EXPECT_TRUE(ForbiddenWhateverTheInput(**package, question));
}

}  // namespace
}  // namespace proviso::terms
