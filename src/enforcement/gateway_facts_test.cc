// The analysis assumes what terms/gateway_facts.h says of every question that the gateway puts; here the
// gateway puts some, and they are held to it.
#include "terms/gateway_facts.h"

#include <gtest/gtest.h>

#include "enforcement/example_case_for_tests.h"
#include "terms/authority.h"
#include "terms/decide.h"

namespace proviso::enforcement {
namespace {

/// Every condition of the act, whether or not a clause reads what it speaks of; "" where all hold.
std::string Unmet(const terms::Package& package, const terms::Question& question) {
  const cedar::ActionDeclaration* action =
      package.schema().FindAction(cedar::EntityUid("Action", std::string(terms::NameOf(question.act))));
  std::vector<std::string> facts;
  for (const cedar::AttributeType& fact : action->context->attributes) facts.push_back(fact.name);
  const terms::GatewayFacts gateway(package, question.act, facts);
  const terms::GatewayCondition* condition = gateway.FirstNotMet(question);
  return condition == nullptr ? "" : condition->why;
}

std::string SignedOrder() {
  terms::AuthorityStatement statement;
  statement.authority.kind = "court-order";
  statement.authority.issuer = "court";
  statement.authority.subject_cap = 100;
  statement.authority.expires_ms = 1'790'000'001'000;
  statement.organization = "agency";
  return *terms::SignAuthority(statement, internal::CourtKey());
}

TEST(GatewayFacts, HoldOfEveryRequestThatIsOpened) {
  const std::vector<internal::ExampleRequest> requests{
      {},
      {.tools = "[]"},
      {.tools = R"([{"type":"function","function":{"name":"unheard"}}])"},
      {.tools =
           R"([{"type":"function","function":{"name":"lookup"}},{"type":"function","function":{"name":"lookup"}}])"},
      {.declarations = {.purpose = "translation", .authority = {}, .on_behalf_of = "somebody"}},
      {.declarations = {.purpose = {}, .authority = "kind=order; case=7; issuer=court", .on_behalf_of = {}}},
      {.declarations = {.purpose = {}, .authority = SignedOrder(), .on_behalf_of = {}}},
  };
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto opened = internal::OpenExample(requests[i]);
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_FALSE(opened->refused_declaration) << *opened->refused_declaration;
    EXPECT_EQ(Unmet(*opened->terms, RequestQuestion(*opened)), "") << "request " << i;
  }
}

TEST(GatewayFacts, RefuseWhatIsRefusedBeforeAnyClauseIsAsked) {
  const auto opened =
      internal::OpenExample({.declarations = {.purpose = "war", .authority = {}, .on_behalf_of = {}}});
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(opened->refused_declaration);
  terms::Question question = RequestQuestion(*opened);
  question.facts.purpose = "war";
  EXPECT_EQ(Unmet(*opened->terms, question),
            "an application declares only purposes that the agreement grants it");
}

}  // namespace
}  // namespace proviso::enforcement
