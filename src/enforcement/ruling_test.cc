#include "enforcement/ruling.h"

#include <gmock/gmock.h>

#include "enforcement/example_case_for_tests.h"

namespace proviso::enforcement {
namespace {

using internal::ExampleCall;
using internal::OpenExample;
using terms::Outcome;

TEST(Ruling, OnACallFollowsTheEffectOfTheCatalogue) {
  struct Row {
    const char* name;
    const char* arguments;
    Outcome outcome;
  };
  const Row rows[] = {
      {"lookup", "{}", Outcome::kPermit},
      {"engage", "{}", Outcome::kHold},
      {"unknown", "{}", Outcome::kForbid},
      {"", "{}", Outcome::kForbid},
      {"Engage", "{}", Outcome::kForbid},
      {"lookup", "{", Outcome::kForbid},
      {"lookup", R"({"a":1,"a":2})", Outcome::kForbid},
      {"lookup", "[1]", Outcome::kForbid},
      {"lookup", "\"text\"", Outcome::kForbid},
  };
  const Case the_case = *OpenExample();
  for (const Row& row : rows) {
    EXPECT_EQ(RuleCall(the_case, ExampleCall(row.name, row.arguments), std::nullopt).outcome, row.outcome)
        << row.name << " " << row.arguments;
  }
}

TEST(Ruling, OnACallThatWasNotOfferedFollowsTheCatalogueToo) {
  Case the_case = *OpenExample();
  the_case.tools.clear();
  the_case.request.tools.clear();
  EXPECT_EQ(RuleCall(the_case, ExampleCall("engage"), std::nullopt).outcome, Outcome::kHold);
  EXPECT_EQ(RuleCall(the_case, ExampleCall("unknown"), std::nullopt).outcome, Outcome::kForbid);
  // Offered, and with another schema than the catalogue's: it is not that tool.
  the_case.request.tools.push_back({.name = "engage", .kind = "function", .schema = "{}"});
  EXPECT_EQ(RuleCall(the_case, ExampleCall("engage"), std::nullopt).outcome, Outcome::kForbid);
}

TEST(Ruling, PermitsWhatPeopleOfTheAgreementDecided) {
  const Case the_case = *OpenExample();
  EXPECT_EQ(RuleCall(the_case, ExampleCall("engage"), People{"alice"}).outcome, Outcome::kPermit);
  EXPECT_NE(RuleCall(the_case, ExampleCall("engage"), People{"mallory"}).outcome, Outcome::kPermit);
  EXPECT_NE(RuleCall(the_case, ExampleCall("engage"), People{}).outcome, Outcome::kPermit);
}

TEST(Ruling, ProposesExactlyWhatWouldHappen) {
  const Case the_case =
      *OpenExample({.declarations = {"translation", "kind=warrant; case=7; issuer=court", "someone"}});
  const auto call = ExampleCall("engage", R"({ "a" : 1 })");
  const auto proposed = ProposalForCall(the_case, call, RuleCall(the_case, call, std::nullopt));
  EXPECT_EQ(proposed.call, (oversight::ToolCall{"engage", R"({ "a" : 1 })", "call_1"}));
  EXPECT_EQ(proposed.application, "desk");
  EXPECT_EQ(proposed.purpose, "translation");
  EXPECT_EQ(proposed.on_behalf_of, "someone");
  EXPECT_EQ(proposed.authority, "warrant 7, claimed without a signature");
  EXPECT_EQ(proposed.request_digest, the_case.request_digest);
  EXPECT_EQ(proposed.terms_digest, the_case.terms->digest());
  ASSERT_EQ(proposed.clauses.size(), 1U);
  EXPECT_EQ(proposed.clauses[0].id, "2");
  EXPECT_EQ(proposed.need.people, 1U);
  EXPECT_TRUE(oversight::CheckProposed(proposed));
}

TEST(Ruling, TakesAnApprovalOnlyForTheFactsThatWereShown) {
  const Case the_case = *OpenExample({.declarations = {"translation", {}, "someone"}});
  const auto call = ExampleCall("engage");
  const auto shown = ProposalForCall(the_case, call, RuleCall(the_case, call, std::nullopt));
  EXPECT_TRUE(WasShownFor(the_case, shown));
  for (std::string oversight::ProposedCall::* field :
       {&oversight::ProposedCall::model, &oversight::ProposedCall::provider,
        &oversight::ProposedCall::dialect, &oversight::ProposedCall::application,
        &oversight::ProposedCall::organization, &oversight::ProposedCall::on_behalf_of,
        &oversight::ProposedCall::purpose, &oversight::ProposedCall::authority}) {
    auto other = shown;
    other.*field += "x";
    EXPECT_FALSE(WasShownFor(the_case, other)) << other.*field;
  }
}

TEST(Ruling, TellsAHeldRequestFromACallOfTheSameName) {
  const Case the_case = *OpenExample();
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"x"}],"tools":)"
                           R"([{"type":"function","function":{"name":"lookup"}},)"
                           R"({"type":"function","function":{"name":"engage"}}]})";
  EXPECT_TRUE(IsForRequest(ProposalForRequest(the_case, body, {})));
  auto call = ExampleCall(std::string(kRequestTool));
  EXPECT_FALSE(IsForRequest(ProposalForCall(the_case, call, {})));
  call.id.clear();  // the legacy kind, which has none
  EXPECT_FALSE(IsForRequest(ProposalForCall(the_case, call, {})));
}

TEST(Ruling, OffersOfAServersToolsWhatSomeInputCouldBringAbout) {
  const auto the_case = internal::OpenServerExample(
      {{"count", "function", ""}, {"order", "function", R"({"type":"object"})"}, {"other", "function", ""}});
  ASSERT_TRUE(the_case) << the_case.error().message;
  EXPECT_TRUE(CouldBePermitted(*the_case, "count"));
  EXPECT_TRUE(CouldBePermitted(*the_case, "order"));   // people can permit it
  EXPECT_FALSE(CouldBePermitted(*the_case, "other"));  // not catalogued
  const auto refused = internal::OpenServerExample({{"count", "function", ""}}, {"unheard-of", {}, {}});
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_FALSE(CouldBePermitted(*refused, "count"));
}

TEST(Ruling, ShowsApproversACallThatNoModelHereProposed) {
  const auto the_case = internal::OpenServerExample({{"order", "function", R"({"type":"object"})"}});
  ASSERT_TRUE(the_case) << the_case.error().message;
  const auto call = ExampleCall("order");
  const terms::Decision decision = RuleCall(*the_case, call, std::nullopt);
  ASSERT_EQ(decision.outcome, terms::Outcome::kHold);
  const auto shown = ProposalForCall(*the_case, call, decision);
  EXPECT_EQ(shown.model, kNoModel);
  EXPECT_EQ(shown.provider, "stock");
  EXPECT_EQ(shown.dialect, "mcp");
  EXPECT_TRUE(oversight::CheckProposed(shown));
}

}  // namespace
}  // namespace proviso::enforcement
