#include "terms/gateway_facts.h"

#include <gtest/gtest.h>

#include "terms/internal/package_for_tests.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::LoadClauses;

/// A clause that reads every fact that the conditions speak of.
constexpr std::string_view kReadsAll = R"(
@id("1") permit (principal, action, resource) when {
  context has purpose && context has effect && context has tools && context has input && context has authority &&
  context has decision && context has now && context has ledger && context has act && context has findings &&
  context has standing
};
)";

std::shared_ptr<const Package> PackageThatReadsAll(const std::string& head = "") {
  auto package = LoadClauses(std::string(kReadsAll), AgreementToml(head),
                             {{"schema.cedarschema", "type Findings = { weapons: Long, odd?: Long };\n"}});
  if (!package) ADD_FAILURE() << package.error().message;
  return package ? *package : nullptr;
}

/// Why a gateway could not put the question; "" where it could.
std::string Unmet(const Package& package, const Question& question) {
  const Package* const packages[] = {&package};
  const GatewayFacts gateway(package, question.act, FactsThatMatter(packages));
  const GatewayCondition* condition = gateway.FirstNotMet(question);
  return condition == nullptr ? "" : condition->why;
}

/// With what every question has.
Question Arriving(Question question) {
  question.facts.now_ms = 1'790'000'000'000;
  if (question.act == Act::kCallTool) question.facts.input = cedar::Value::FromRecord(cedar::Record());
  return question;
}

TEST(GatewayFacts, HoldOfWhatTheGatewayPuts) {
  const auto package = PackageThatReadsAll();
  EXPECT_EQ(Unmet(*package, Arriving(internal::Generation())), "");
  EXPECT_EQ(Unmet(*package, Arriving(internal::Engagement())), "");
  Question administer;
  administer.act = Act::kAdminister;
  administer.application = "somebody";
  EXPECT_EQ(Unmet(*package, Arriving(administer)), "");
}

struct Case {
  std::string why;
  std::function<void(Question&)> change;
};

TEST(GatewayFacts, AreNotMetByWhatNoGatewayPuts) {
  const auto package = PackageThatReadsAll();
  const auto authority = [](Question& q) -> AuthorityFact& {
    q.facts.authority = {"order", AuthorityFact::Standing::kSigned, "17", "court", 7, 1'800'000'000'000};
    return *q.facts.authority;
  };
  const auto other = [](Question& q, const std::string& fact, const std::string& member, std::int64_t value) {
    q.facts.others.push_back(
        {fact, cedar::Value::FromRecord(cedar::Record({{member, cedar::Value::Long(value)}}))});
  };
  const std::vector<Case> cases{
      {"", [](Question&) {}},
      {"only an application that the agreement names can call", [](Question& q) { q.application = "else"; }},
      {"an application declares only purposes that the agreement grants it",
       [](Question& q) { q.facts.purpose = "war"; }},
      {"an application declares only purposes that the agreement grants it",
       [](Question& q) { q.application = "bare"; }},
      {"a call has the effect that the catalogue gives its tool, or none",
       [](Question& q) { q.facts.effect = "observe"; }},
      {"a call has the effect that the catalogue gives its tool, or none",
       [](Question& q) { q.tool = "else"; }},
      {"", [](Question& q) { q.facts.effect.reset(); }},
      {"", [](Question& q) { q.tool_server = "field", q.facts.effect = "modify"; }},
      {"a call has its arguments", [](Question& q) { q.facts.input.reset(); }},
      {"the gateway says what time it is", [](Question& q) { q.facts.now_ms.reset(); }},
      {"the gateway counts the tools that a request offers", [](Question& q) { q.facts.tools = {1, 2, {}}; }},
      {"the gateway counts the tools that a request offers",
       [](Question& q) { q.facts.tools = {2, 1, {"unheard"}}; }},
      {"the gateway counts the tools that a request offers", [](Question& q) { q.facts.tools = {2, 1, {}}; }},
      {"", [](Question& q) { q.facts.tools = {2, 1, {"observe"}}; }},
      {"", [&](Question& q) { authority(q); }},
      {"an authority's members are not empty", [&](Question& q) { authority(q).kind = ""; }},
      {"an authority that nobody signed has no cap and no expiry",
       [&](Question& q) { authority(q).standing = AuthorityFact::Standing::kClaimed; }},
      {"a signed authority is signed by an issuer that the agreement names",
       [&](Question& q) { authority(q).issuer = "else"; }},
      {"an authority that has expired is refused", [&](Question& q) { authority(q).expires_ms = 1; }},
      {"", [&](Question& q) { q.facts.decision = DecisionBy(package->agreement(), {"person-1"}); }},
      {"",
       [&](Question& q) { q.facts.decision = DecisionBy(package->agreement(), {"person-1", "person-3"}); }},
      {"a decision is one of people whom the agreement names, on exactly this call",
       [&](Question& q) {
         q.facts.decision = DecisionBy(package->agreement(), {"person-1"});
         q.facts.decision->roles = {"lawyer"};
       }},
      {"a decision is one of people whom the agreement names, on exactly this call",
       [](Question& q) { q.facts.decision = {{"stranger"}, {}, DecisionFact::Match::kThisCall}; }},
      {"the ledger counts from zero", [&](Question& q) { other(q, "ledger", "persons_day", -1); }},
      {"", [&](Question& q) { other(q, "ledger", "persons_day", INT64_MAX); }},
      {"a detector says permille", [&](Question& q) { other(q, "act", "build", 1'001); }},
      {"a detector says permille", [&](Question& q) { other(q, "findings", "weapons", -1); }},
      {"", [&](Question& q) { other(q, "findings", "weapons", 1'000); }},
      {"the configuration knows five standings under orders", [](Question& q) { q.facts.standing = "odd"; }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Question question = Arriving(internal::Engagement());
    cases[i].change(question);
    EXPECT_EQ(Unmet(*package, question), cases[i].why) << "case " << i;
  }
}

TEST(GatewayFacts, KeepWithinTheDatesOfTheAgreement) {
  const auto package =
      PackageThatReadsAll("effective = \"2026-01-01T00:00:00Z\"\nexpires = \"2027-01-01T00:00:00Z\"\n");
  Question question = Arriving(internal::Generation());
  EXPECT_EQ(Unmet(*package, question), "");
  question.facts.now_ms = 1'900'000'000'000;
  EXPECT_EQ(Unmet(*package, question), "the gateway says what time it is, and the agreement is in force");
}

TEST(GatewayFacts, SpeakOnlyOfFactsThatMatter) {
  const auto package = LoadClauses("@id(\"1\") permit (principal, action, resource);\n");
  ASSERT_TRUE(package);
  const Package* const packages[] = {package->get()};
  EXPECT_EQ(FactsThatMatter(packages), (std::vector<std::string>{"enclave", "model"}));
  Question question = internal::Engagement();
  question.facts.purpose = "war";  // nothing reads it
  EXPECT_EQ(Unmet(**package, question), "");
}

}  // namespace
}  // namespace proviso::terms
