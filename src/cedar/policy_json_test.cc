#include "cedar/policy_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/limits.h"
#include "cedar/parse.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

/// The JSON of `when { condition }`'s expression.
std::string ExpressionJson(const std::string& condition) {
  const auto policies = ParsePolicies("permit(principal, action, resource) when { " + condition + " };", "p");
  if (!policies) return policies.error().message;
  const auto json = ToJson(policies->policies()[0].body());
  if (!json) return json.error().message;
  const std::string_view before = R"("conditions":[{"kind":"when","body":)";
  const std::size_t begin = json->find(before) + before.size();
  return json->substr(begin, json->size() - begin - std::string_view("}]}").size());
}

/// A policy with one condition, in JSON.
std::string PolicyWith(const std::string& body) {
  return R"({"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},)"
         R"("conditions":[{"kind":"when","body":)" +
         body + "}]}";
}

/// The text of a condition in JSON, or what was wrong with it.
std::string ConditionText(const std::string& body) {
  const auto policy = PolicyFromJson(PolicyWith(body), "p.json");
  return policy ? Print(*policy->conditions[0].body) : policy.error().message;
}

struct Pair {
  std::string text;
  std::string json;
};

// What the reference engine (cedar-wasm 4.5.0, policyToJson) gives.
const std::vector<Pair> kExpressions = {
    {"true", R"({"Value":true})"},
    {"-9223372036854775808", R"({"Value":-9223372036854775808})"},
    {"-(1)", R"({"neg":{"arg":{"Value":1}}})"},
    {R"("é\n")", R"({"Value":"é\n"})"},
    {R"(A::B::"c")", R"({"Value":{"__entity":{"type":"A::B","id":"c"}}})"},
    {"action", R"({"Var":"action"})"},
    {"!context.a", R"({"!":{"arg":{".":{"left":{"Var":"context"},"attr":"a"}}}})"},
    {"context[\"a b\"]", R"({".":{"left":{"Var":"context"},"attr":"a b"}})"},
    {"1 + 2 * 3", R"({"+":{"left":{"Value":1},"right":{"*":{"left":{"Value":2},"right":{"Value":3}}}}})"},
    {"1 - 2 < 3", R"({"<":{"left":{"-":{"left":{"Value":1},"right":{"Value":2}}},"right":{"Value":3}}})"},
    {"principal in resource", R"({"in":{"left":{"Var":"principal"},"right":{"Var":"resource"}}})"},
    {"true || false && true",
     R"({"||":{"left":{"Value":true},"right":{"&&":{"left":{"Value":false},"right":{"Value":true}}}}})"},
    {"principal has \"a b\"", R"({"has":{"left":{"Var":"principal"},"attr":"a b"}})"},
    {R"(principal like "*a\*")",
     R"({"like":{"left":{"Var":"principal"},"pattern":["Wildcard",{"Literal":"a"},{"Literal":"*"}]}})"},
    {"principal is A::B", R"({"is":{"left":{"Var":"principal"},"entity_type":"A::B"}})"},
    {"principal is A in resource",
     R"({"is":{"left":{"Var":"principal"},"entity_type":"A","in":{"Var":"resource"}}})"},
    {"if true then 1 else 2",
     R"({"if-then-else":{"if":{"Value":true},"then":{"Value":1},"else":{"Value":2}}})"},
    {"[1, principal]", R"({"Set":[{"Value":1},{"Var":"principal"}]})"},
    {"{a: 1, \"b c\": {}}", R"({"Record":{"a":{"Value":1},"b c":{"Record":{}}}})"},
    {"{\"__entity\": 1}", R"({"Record":{"__entity":{"Value":1}}})"},
    {R"(principal.getTag("x"))", R"({"getTag":{"left":{"Var":"principal"},"right":{"Value":"x"}}})"},
    {"[].isEmpty()", R"({"isEmpty":{"arg":{"Set":[]}}})"},
    {R"(ip("::1").isLoopback())", R"({"isLoopback":[{"ip":[{"Value":"::1"}]}]})"},
    {R"(decimal("1.0").lessThan(decimal("2.0")))",
     R"({"lessThan":[{"decimal":[{"Value":"1.0"}]},{"decimal":[{"Value":"2.0"}]}]})"},
    {"decimal()", R"({"decimal":[]})"},
};

TEST(PolicyJson, WritesExpressionsAsTheReferenceDoes) {
  for (const Pair& fact : kExpressions) EXPECT_EQ(ExpressionJson(fact.text), fact.json) << fact.text;
}

TEST(PolicyJson, ReadsTheTreeThatTheTextHas) {
  for (const Pair& fact : kExpressions) {
    const auto policy = PolicyFromJson(PolicyWith(fact.json), "p.json");
    ASSERT_TRUE(policy) << fact.json << policy.error().message;
    EXPECT_TRUE(SameTree(*policy->conditions[0].body, **ParseExpression(fact.text, "e"))) << fact.json;
  }
}

TEST(PolicyJson, WritesAPathOfHasStepByStep) {
  EXPECT_EQ(ExpressionJson("principal has a.b.c"), ExpressionJson("principal has a && principal.a has b && "
                                                                  "principal.a.b has c"));
}

TEST(PolicyJson, ReadsValuesAsTheTextThatTheyAre) {
  const std::vector<Pair> facts = {
      {"[1, [\"a\"], {}]", R"({"Value":[1,["a"],{}]})"},
      {"{a: U::\"x\"}", R"({"Value":{"a":{"__entity":{"type":"U","id":"x"}}}})"},
      {"decimal(\"1.0\")", R"({"Value":{"__extn":{"fn":"decimal","arg":"1.0"}}})"},
      {"decimal(\"one\")", R"({"Value":{"__extn":{"fn":"decimal","arg":"one"}}})"},  // fails when evaluated
      {"\"*a*b\"", R"({"Value":"*a*b"})"},
      {"principal like \"*ab\\**\"",
       R"({"like":{"left":{"Var":"principal"},"pattern":["Wildcard",{"Literal":"ab*"},{"Literal":""},"Wildcard"]}})"},
  };
  for (const Pair& fact : facts) EXPECT_EQ(ConditionText(fact.json), fact.text);
}

TEST(PolicyJson, SaysWhatIsWrongWhereAndWhatToDo) {
  const std::vector<Pair> facts = {
      {R"({"&&&":{}})",
       "p.json: line 1, column 128: \"&&&\" is no operator or function of Cedar's JSON format; "
       "did you mean `&&`?"},
      {R"({"Value":1,"Var":"context"})", "an expression is an object with one key"},
      {"{}", "an expression is an object with one key"},
      {"[]", "an expression is an object with one key"},
      {R"({"Slot":"?principal"})", "slots stand only in the scope of a template"},
      {R"({"Var":"user"})", R"("Var" is "principal", "action")"},
      {R"({"!":{"arg":{"Value":1},"x":1}})", "\"!\" has no key \"x\"; leave it out"},
      {R"({"&&":{"left":{"Value":true}}})", "\"&&\" needs the key \"right\""},
      {R"({"&&":[]})", "\"&&\" is an object"},
      {R"({"has":{"left":{"Var":"principal"},"attr":["a","b"]}})",
       "\"attr\" is an attribute's name, a string"},
      {R"({"like":{"left":{"Var":"principal"},"pattern":"a*"}})", "\"pattern\" is an array of"},
      {R"({"like":{"left":{"Var":"principal"},"pattern":["wildcard"]}})", "\"pattern\" is an array of"},
      {R"({"is":{"left":{"Var":"principal"},"entity_type":"if"}})", "\"entity_type\" is an entity type"},
      {R"({"Set":{}})", "\"Set\" takes an array"},
      {R"({"Record":[]})", "\"Record\" takes an object"},
      {R"({"isIpv4":[]})", "the first argument of method `isIpv4` is what it is called on"},
      {R"({"contains":[]})", "\"contains\" is an object"},
      {R"({"Value":null})", "Cedar has no null"},
      {R"({"Value":1.5})", "Cedar has no such number"},
      {R"({"Value":{"__expr":"1"}})", "`__expr` is not supported"},
      {R"({"Value":{"__entity":{"type":"U","id":"x"},"a":1}})", "stands alone in its object"},
      {R"({"Value":{"__extn":{"fn":"sha256","arg":"x"}}})", "\"fn\" is a function of Cedar"},
      {R"({"Value":{"__extn":{"fn":"decimal","args":["1.0"]}}})", "\"__extn\" has no key \"args\""},
      {R"({"Value":1,"Value":2})", "key"},
  };
  for (const Pair& fact : facts) EXPECT_THAT(ConditionText(fact.text), HasSubstr(fact.json)) << fact.text;
}

TEST(PolicyJson, KeepsScopesAnnotationsAndConditions) {
  const std::vector<std::string> texts = {
      "permit (principal, action, resource);\n",
      "@a\n@if(\"\")\n@c(\"x\")\nforbid (principal == U::\"a\", action in [Action::\"a\", N::Action::\"b\"], "
      "resource is F::B in X::\"y\")\nwhen { true }\nunless { false }\nwhen { 1 };\n",
      "permit (principal in U::\"a\", action == Action::\"a\", resource is F);\n",
      "permit (principal, action in Action::\"a\", resource);\n",
      "permit (principal, action in [], resource);\n",
      "permit (principal == ?principal, action, resource in ?resource);\n",
      "permit (principal is U in ?principal, action, resource == ?resource);\n",
  };
  for (const std::string& text : texts) {
    const auto read = ParsePolicies(text, "p");
    ASSERT_TRUE(read) << read.error().message;
    const PolicyBody& body =
        read->policies().empty() ? *read->templates()[0].body : read->policies()[0].body();
    const auto again = PolicyFromJson(*ToJson(body), "p.json");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(Print(*again), text);
  }
}

TEST(PolicyJson, RefusesAScopeThatTextCannotSay) {
  const std::string rest = R"("resource":{"op":"All"},"conditions":[])";
  const auto refusal = [&](const std::string& principal, const std::string& action) {
    const std::string text =
        R"({"effect":"permit","principal":)" + principal + R"(,"action":)" + action + "," + rest + "}";
    const auto read = PolicyFromJson(text, "p.json");
    return read ? "" : read.error().message;
  };
  const std::string all = R"({"op":"All"})";
  EXPECT_EQ(refusal(all, all), "");
  EXPECT_THAT(refusal(R"({"op":"All","slot":"?principal"})", all), HasSubstr("no key \"slot\""));
  EXPECT_THAT(refusal(R"({"op":"like"})", all), HasSubstr("\"op\" is \"All\", \"==\", \"in\" or \"is\""));
  EXPECT_THAT(refusal(R"({"op":"==","slot":"?resource"})", all),
              HasSubstr("the slot here is \"?principal\""));
  EXPECT_THAT(refusal(R"({"op":"==","entity":{"type":"U","id":"a"},"slot":"?principal"})", all),
              HasSubstr("one of \"entity\" and \"slot\""));
  EXPECT_THAT(refusal(R"({"op":"==","entity":"U::\"a\""})", all), HasSubstr("an entity's uid is"));
  EXPECT_THAT(refusal(all, R"({"op":"==","slot":"?action"})"), HasSubstr("no key \"slot\""));
  EXPECT_THAT(refusal(all, R"({"op":"in","entities":[{"type":"U","id":"a"}]})"),
              HasSubstr("an action's type is `Action`"));
}

constexpr std::string_view kSet = R"({"staticPolicies":{"s 1":{"effect":"permit","principal":{"op":"All"},)"
                                  R"("action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},)"
                                  R"("templates":{"t":{"effect":"forbid","principal":{"op":"==",)"
                                  R"("slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},)"
                                  R"("conditions":[],"annotations":{"a":null}}},)"
                                  R"("templateLinks":[{"templateId":"t","newId":"l",)"
                                  R"("values":{"?principal":{"type":"U","id":"a"}}}]})";

TEST(PolicyJson, KeepsIdsAndLinksOfASet) {
  const auto set = PoliciesFromJson(kSet, "set.json");
  ASSERT_TRUE(set) << set.error().message;
  ASSERT_NE(set->Find("l"), nullptr);
  EXPECT_EQ(set->Find("l")->template_id(), "t");
  EXPECT_EQ(Print(*set->Find("l")), "@a\nforbid (principal == U::\"a\", action, resource);\n");
  EXPECT_EQ(set->Find("s 1")->body().position.column, 26U);
  EXPECT_EQ(*ToJson(*set), kSet);
}

TEST(PolicyJson, RefusesASetThatContradictsItself) {
  const auto changed = [](std::string_view from, std::string_view to) {
    std::string text(kSet);
    text.replace(text.find(from), from.size(), to);
    const auto read = PoliciesFromJson(text, "set.json");
    return read ? "" : read.error().message;
  };
  EXPECT_THAT(changed("\"t\":{", "\"s 1\":{"), HasSubstr("policy id `s 1` is taken"));
  EXPECT_THAT(changed(R"("newId":"l")", R"("newId":"t")"), HasSubstr("policy id `t` is taken"));
  EXPECT_THAT(changed(R"("templateId":"t")", R"("templateId":"u")"), HasSubstr("no template `u`"));
  EXPECT_THAT(changed(R"({"?principal":{"type":"U","id":"a"}})", "{}"), HasSubstr("?principal"));
  EXPECT_THAT(changed("?principal\":{", "?action\":{"), HasSubstr("\"values\" has no key \"?action\""));
  EXPECT_THAT(changed("templateLinks", "template_links"), HasSubstr("did you mean `templateLinks`?"));
  EXPECT_THAT(changed("\"templates\":{\"t\"", "\"templates\":{},\"staticPolicies2\":{\"t\""),
              HasSubstr("no key"));
  EXPECT_THAT(changed(R"("forbid","principal":{"op":"==","slot":"?principal"})",
                      R"("forbid","principal":{"op":"All"})"),
              HasSubstr("template `t` has no slot"));
}

std::string Negations(std::size_t count) {
  std::string json;
  for (std::size_t i = 0; i < count; ++i) json += R"({"!":{"arg":)";
  json += R"({"Value":true})";
  for (std::size_t i = 0; i < count; ++i) json += "}}";
  return json;
}

TEST(PolicyJson, BoundsTheDepthOfExpressions) {
  const auto deepest = PolicyFromJson(PolicyWith(Negations(kExpressionDepthMax - 2)), "p.json");
  ASSERT_TRUE(deepest) << deepest.error().message;
  EXPECT_EQ(*ToJson(*deepest), PolicyWith(Negations(kExpressionDepthMax - 2)));
  const auto deeper = PolicyFromJson(PolicyWith(Negations(kExpressionDepthMax)), "p.json");
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, base::ErrorCode::kLimit);
  EXPECT_THAT(deeper.error().message, HasSubstr("deeper than 2000"));
}

TEST(PolicyJson, BoundsWhatPathsOfHasAmountTo) {
  std::string nested = "principal";  // each level doubles what is written
  for (int i = 0; i < 25; ++i) nested = "(" + nested + " has a.b)";
  EXPECT_THAT(ExpressionJson(nested), HasSubstr("longer than 2000000 expressions"));
  std::string path = "principal has a";
  for (std::size_t i = 2; i < kExpressionDepthMax; ++i) path += ".a";
  EXPECT_THAT(ExpressionJson(path), HasSubstr("longer than 2000000 expressions"));
}

}  // namespace
}  // namespace proviso::cedar
