// A held call is decided again as if its request arrived under the terms that came into force.
#include "enforcement/held_question.h"

#include <gmock/gmock.h>

#include "enforcement/example_case_for_tests.h"
#include "enforcement/ruling.h"
#include "oversight/memory_hold_store.h"
#include "oversight/statement.h"
#include "terms/authority.h"

namespace proviso::enforcement {
namespace {

using internal::ExampleCall;
using internal::OpenExample;
using internal::OpenServerExample;
using terms::Outcome;
using testing::HasSubstr;

const base::FakeClock kClock(1'790'000'000'000);
const Target kTarget{"m", "maker", "vendor-m", "", ""};

struct Terms {
  std::string head = "";
  std::string purposes = "[\"translation\"]";
  std::string effect = "engage";
  std::string application = "desk";
  std::string clauses = "@id(\"1\") permit (principal, action, resource);";
};

std::shared_ptr<const terms::Package> NewTerms(const Terms& terms) {
  const std::string key = keys::SigningKey::Generate("bob")->verifier().Text();
  const std::string agreement =
      "[agreement]\nname = \"newer\"\nversion = \"2\"\nthird_parties = [\"court\"]\n" + terms.head +
      "[[party]]\nid = \"customer\"\n[[application]]\nid = \"" + terms.application +
      "\"\norganization = \"agency\"\nparty = \"customer\"\npurposes = " + terms.purposes +
      "\n[[tool]]\nname = \"engage\"\neffect = \"" + terms.effect +
      "\"\n[[tool]]\nserver = \"stock\"\nname = \"order\"\neffect = \"" + terms.effect +
      "\"\n[[approver_profile]]\nname = \"one\"\n[[approver]]\nperson = \"bob\"\nroles = [\"judge\"]\nkey = "
      "\"" +
      key + "\"\n[[authority_issuer]]\nid = \"court\"\nkey = \"" + internal::CourtKey().verifier().Text() +
      "\"\n";
  auto package =
      terms::Package::FromFiles({{"agreement.toml", agreement}, {"clauses/a.cedar", terms.clauses}});
  if (!package) ADD_FAILURE() << package.error().message;
  return package ? *package : nullptr;
}

/// What the desk holds of this case's call.
oversight::Hold Held(const Case& the_case, const protocol::ToolCall& call) {
  oversight::MemoryHoldStore store;
  oversight::Desk desk(store, kClock);
  const terms::Decision decision = RuleCall(the_case, call, std::nullopt);
  EXPECT_EQ(decision.outcome, Outcome::kHold);
  auto hold = desk.Open(ProposalForCall(the_case, call, decision), 60'000, HeldQuestionOf(the_case, &call));
  EXPECT_TRUE(hold.has_value()) << hold.error().message;
  return *hold;
}

base::Result<DecidedAgain> Again(const oversight::Hold& hold, const Terms& terms,
                                 const Target* target = &kTarget) {
  return DecideAgain(hold, oversight::ParseStatement(hold.statement).value(), NewTerms(terms), target,
                     kClock);
}

TEST(HeldQuestion, IsDecidedByTheTermsThatCameIntoForce) {
  const oversight::Hold hold =
      Held(*OpenExample({.declarations = {"translation", {}, "someone"}}), ExampleCall("engage"));
  const std::string permit = "@id(\"1\") permit (principal, action, resource);";
  struct Row {
    std::string what;
    Terms terms;
    Outcome outcome;
    std::string reason;
  };
  for (const Row& row : std::vector<Row>{
           {"permitted", {}, Outcome::kPermit, ""},
           {"held by another clause",
            {.clauses =
                 permit +
                 R"(@id("9") @title("A judge") forbid (principal, action == Action::"call_tool", resource)
               unless { context has decision && context.decision.roles.contains("judge") };)"},
            Outcome::kHold,
            ""},
           {"forbidden",
            {.clauses =
                 permit + R"(@id("7") forbid (principal, action, resource) when { context has effect };)"},
            Outcome::kForbid,
            "forbidden by 7 of the terms in force"},
           {"nothing permits",
            {.clauses = "@id(\"3\") forbid (principal, action, resource) when { context has label };"},
            Outcome::kForbid,
            "no clause in force permits it"},
           {"by the arguments",
            {.clauses =
                 permit + R"(@id("7") forbid (principal, action, resource) when { context has on_behalf_of
               && context.on_behalf_of == "someone" };)"},
            Outcome::kForbid,
            "forbidden by 7"},
           {"another effect of the tool",
            {.effect = "observe",
             .clauses = permit + R"(@id("7") forbid (principal, action, resource) when { context has effect
               && context.effect == "observe" };)"},
            Outcome::kForbid,
            "forbidden by 7"},
           {"a purpose that is not given any more", {.purposes = "[\"other\"]"}, Outcome::kForbid, "purpose"},
           {"an application that is not named any more",
            {.application = "another"},
            Outcome::kForbid,
            "names no application desk"}}) {
    const auto again = Again(hold, row.terms);
    ASSERT_TRUE(again.has_value()) << row.what << again.error().message;
    EXPECT_EQ(again->decision.outcome, row.outcome) << row.what;
    EXPECT_THAT(RedecisionOf(*again).reason, HasSubstr(row.reason)) << row.what;
    EXPECT_EQ(again->the_case.request_digest,
              oversight::ParseStatement(hold.statement)->proposed.request_digest);
  }
}

TEST(HeldQuestion, SaysWhoIsNeededNow) {
  const oversight::Hold hold = Held(*OpenExample(), ExampleCall("engage"));
  const auto again = Again(hold, {.clauses = R"(@id("1") permit (principal, action, resource);
      @id("9") @title("A judge") forbid (principal, action == Action::"call_tool", resource)
      unless { context has decision && context.decision.roles.contains("judge") };)"});
  ASSERT_TRUE(again.has_value()) << again.error().message;
  const oversight::Redecision redecision = RedecisionOf(*again);
  EXPECT_EQ(redecision.outcome, oversight::Redecision::Outcome::kHold);
  EXPECT_THAT(redecision.clauses, testing::ElementsAre(oversight::Clause{"9", "A judge"}));
  EXPECT_EQ(redecision.need.people, 1U);
}

TEST(HeldQuestion, ChecksAnAuthorityAnew) {
  terms::AuthorityStatement statement;
  statement.authority.kind = "warrant";
  statement.authority.reference = "7";
  statement.authority.issuer = "court";
  statement.authority.expires_ms = kClock.WallMs() + 1'000;
  statement.organization = "agency";
  const auto header = terms::SignAuthority(statement, internal::CourtKey());
  ASSERT_TRUE(header.has_value()) << header.error().message;
  const oversight::Hold hold = Held(*OpenExample({.declarations = {{}, *header, {}}}), ExampleCall("engage"));
  const auto held = oversight::ParseStatement(hold.statement).value();
  EXPECT_EQ(DecideAgain(hold, held, NewTerms({}), &kTarget, kClock)->decision.outcome, Outcome::kPermit);
  const base::FakeClock later(kClock.WallMs() + 2'000);
  const auto expired = DecideAgain(hold, held, NewTerms({}), &kTarget, later);
  ASSERT_TRUE(expired.has_value()) << expired.error().message;
  EXPECT_EQ(expired->decision.outcome, Outcome::kForbid);
}

TEST(HeldQuestion, OfAToolServerIsDecidedAgainToo) {
  const std::vector<protocol::OfferedTool> tools{
      {.name = "order", .kind = "function", .schema = R"({"type":"object"})"}};
  Case the_case = *OpenServerExample(tools);
  the_case.tools = {{"order", "stock", "engage"}};
  const oversight::Hold hold = Held(the_case, ExampleCall("order"));
  const auto again =
      Again(hold, {.clauses = R"(@id("1") permit (principal, action, resource == Tool::"stock/order")
      when { context has effect && context.effect == "engage" };)"},
            nullptr);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->decision.outcome, Outcome::kPermit) << WhyForbidden(again->decision);
}

TEST(HeldQuestion, ComesToNothingWhereItWasNotKeptOrTheModelIsGone) {
  oversight::Hold hold = Held(*OpenExample(), ExampleCall("engage"));
  const auto gone = Again(hold, {}, nullptr);
  ASSERT_TRUE(gone.has_value());
  EXPECT_EQ(gone->decision.outcome, Outcome::kForbid);
  EXPECT_THAT(WhyForbidden(gone->decision), HasSubstr("is not configured any more"));
  for (const std::string question : {"", "{", "{}", R"({"format":"proviso.held-question/v1"})"}) {
    hold.question = question;
    EXPECT_EQ(Again(hold, {}).error().code, base::ErrorCode::kInvalid) << question;
  }
}

}  // namespace
}  // namespace proviso::enforcement
