#include "enforcement/entries.h"

#include <gmock/gmock.h>

#include "enforcement/example_case_for_tests.h"
#include "enforcement/ruling.h"
#include "oversight/held_call.h"

namespace proviso::enforcement {
namespace {

using internal::ExampleCall;
using internal::OpenExample;
using record::Field;
using record::Kind;

TEST(Entries, OfARequestSayWhoWhatAndUnderWhich) {
  const Case the_case = *OpenExample({.declarations = {"translation", "kind=warrant; case=7; issuer=court",
                                                       "someone", R"({"label":"open"})"}});
  const auto draft =
      RequestIntent(the_case, RuleRequest(the_case, std::nullopt), nullptr, {"build-1", "cfg-1"});
  EXPECT_EQ(draft.kind, Kind::kIntent);
  EXPECT_EQ(draft.subject, "agency/desk");
  const record::FieldValues expected = {
      {Field::kDecisionId, the_case.decision_id},
      {Field::kTenant, "agency"},
      {Field::kAgreementDigest, base::ToHex(the_case.terms->digest())},
      {Field::kClauseIds, R"(["1"])"},
      {Field::kOutcome, "permit"},
      {Field::kPrincipal, "desk"},
      {Field::kOnBehalfOf, "someone"},
      {Field::kPurpose, "translation"},
      {Field::kAuthority, R"({"kind":"warrant","signed":false,"case":"7","issuer":"court"})"},
      {Field::kDialect, "openai-chat"},
      {Field::kProvider, "maker"},
      {Field::kModel, "m"},
      {Field::kRequestDigest, base::ToHex(the_case.request_digest)},
      {Field::kRequestBytes, std::to_string(the_case.request_bytes)},
      {Field::kBuild, "build-1"},
      {Field::kConfigurationDigest, "cfg-1"},
      {Field::kDeclared, R"({"label":"open"})"},
  };
  EXPECT_EQ(draft.fields, expected);
}

TEST(Entries, CarryWhatThePartiesAcknowledgeOfTheirTerms) {
  Case the_case = *OpenExample();
  auto terms =
      terms::Package::FromFiles({{"agreement.toml", R"([agreement]
name = "accepted"
version = "1"
[[party]]
id = "customer"
[[application]]
id = "desk"
organization = "agency"
party = "customer"
[[acknowledgement]]
question = "set aside by one party"
subject = "2"
party = "customer"
reason = "Annex B."
)"},
                                 {"clauses/a.cedar", "@id(\"2\") permit (principal, action, resource);"}});
  ASSERT_TRUE(terms.has_value()) << terms.error().message;
  the_case.terms = *terms;
  const std::string acknowledged =
      R"("acknowledged":[{"question":"set aside by one party","subject":"2","party":"customer","reason":"Annex B."}])";
  const auto decision = RuleRequest(the_case, std::nullopt);
  EXPECT_EQ(RequestIntent(the_case, decision, nullptr, {"b", "c"}).fields.at(Field::kDetail),
            "{" + acknowledged + "}");
  EXPECT_EQ(CallIntent(the_case, ExampleCall("x"), decision, nullptr, {"b", "c"}).fields.at(Field::kDetail),
            "{" + acknowledged + "}");
  the_case.translation = R"({"repeats":"dec_1"})";
  EXPECT_EQ(RequestIntent(the_case, decision, nullptr, {"b", "c"}).fields.at(Field::kDetail),
            R"({"repeats":"dec_1",)" + acknowledged + "}");
}

TEST(Entries, OfACallHoldItsDigestAndNotItsArguments) {
  const Case the_case = *OpenExample();
  const auto call = ExampleCall("engage", R"({"target":"SECRET"})");
  const auto draft = CallIntent(the_case, call, RuleCall(the_case, call, std::nullopt), nullptr, {"b", "c"});
  EXPECT_EQ(draft.fields.at(Field::kOutcome), "hold");
  EXPECT_EQ(draft.fields.at(Field::kTool), "engage");
  EXPECT_EQ(draft.fields.at(Field::kCallDigest),
            base::ToHex(oversight::CallDigest("engage", R"({"target":"SECRET"})")));
  for (const auto& [field, value] : draft.fields) EXPECT_FALSE(value.contains("SECRET"));
}

TEST(Entries, OfAnOutcomeNameTheIntentAndBoundWhatTheProviderSays) {
  const Case the_case = *OpenExample();
  protocol::AnswerSummary summary;
  summary.model = std::string(20'000, 'm');
  summary.usage = {.input_tokens = 3, .output_tokens = 2};
  const Effect effect{.what = "answered",
                      .summary = &summary,
                      .response_digest = base::Digest{},
                      .response_bytes = 7,
                      .upstream_request_id = "req\x01\xff" + std::string(20'000, 'r')};
  const auto draft = OutcomeOf(the_case, 41, effect, the_case.opened_ns + 5'900'000);
  EXPECT_EQ(draft.kind, Kind::kOutcome);
  EXPECT_EQ(draft.pair, 41U);
  EXPECT_EQ(draft.fields.at(Field::kTokens), R"({"input":3,"output":2,"cached":0,"reasoning":0})");
  EXPECT_EQ(draft.fields.at(Field::kLatencyMs), "5");
  EXPECT_EQ(draft.fields.at(Field::kResponseBytes), "7");
  EXPECT_EQ(draft.fields.at(Field::kModel), std::string(512, 'm'));
  EXPECT_EQ(draft.fields.at(Field::kUpstreamRequestId), "req??" + std::string(507, 'r'));
}

}  // namespace
}  // namespace proviso::enforcement
