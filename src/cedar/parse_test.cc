#include "cedar/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

std::string ErrorOf(std::string_view text) {
  const auto set = ParsePolicies(text, "p.cedar");
  return set ? "accepted" : set.error().message;
}

std::string When(std::string_view condition) {
  return "permit(principal, action, resource) when { " + std::string(condition) + " };";
}

TEST(ParsePolicies, NumbersPoliciesAndKeepsAnnotations) {
  const auto set = ParsePolicies(R"(
// A comment, and then two policies.
@id("2.1") @title("Who may \u{41}sk") @advice
permit(principal, action == Action::"ask", resource);
forbid(principal is NS::User in Team::"x", action in [NS::Action::"a", Action::"b",], resource in R::"r",)
when { true } unless { false };)",
                                 "p.cedar");
  ASSERT_TRUE(set) << set.error().message;
  const Policy* first = set->Find("policy0");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->FindAnnotation("id"), "2.1");
  EXPECT_EQ(first->FindAnnotation("title"), "Who may Ask");
  EXPECT_EQ(first->FindAnnotation("advice"), "");
  EXPECT_EQ(first->FindAnnotation("absent"), std::nullopt);
  EXPECT_EQ(first->body().position.line, 3U);
  const Policy* second = set->Find("policy1");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->effect(), Effect::kForbid);
  EXPECT_EQ(second->body().principal.kind, ScopeConstraint::Kind::kIsIn);
  EXPECT_EQ(second->body().action.entities.size(), 2U);
  EXPECT_EQ(second->body().conditions.size(), 2U);
}

TEST(ParsePolicies, AcceptsWhatTheGrammarAllows) {
  for (const std::string& text : {
           std::string(),
           std::string("// only a comment"),
           When("true"),
           When("{if_: 1, \"if\": 2, context: 3,} has if_"),
           When("principal::\"x\" == permit::when::\"y\""),
           When("[1, 2,].contains(1,)"),
           When("if true then if false then true else false else true"),
           When("(-5).a == -5.a"),
           When("!!!!true && ----1 == 1"),
           When("context has a.b.c && context has \"a b\""),
           When("1 - -1 == 2"),
           When("\"multi\nline\" == \"\\u{10_FFFF}\""),
           When("true\xC2\xA0&&\xE2\x80\xA8true"),
           std::string("@if @in(\"x\") permit(principal,action,resource);"),
           std::string("permit(principal == ?principal, action, resource is T in ?resource);"),
           std::string("permit(principal, action in [], resource);"),
       }) {
    EXPECT_EQ(ErrorOf(text), "accepted") << text;
  }
}

TEST(ParsePolicies, SaysWhereAndWhatWasExpected) {
  const struct {
    std::string text;
    const char* message;
  } rows[] = {
      {"permti(principal, action, resource);",
       "p.cedar:1:1: expected `permit` or `forbid`, found `permti`; did you mean `permit`?"},
      {"permit(principal, action, resource)",
       "p.cedar:1:36: expected `when`, `unless` or `;`, found the end"},
      {"permit(principal, resource, action);", "p.cedar:1:19: expected `action`, found `resource`"},
      {"permit(principal = User::\"a\", action, resource);", "did you mean `==`?"},
      {"permit(principal > 1, action, resource);", "other conditions belong in `when"},
      {"permit(principal, action == User::\"a\", resource);", "an action's type is `Action`"},
      {"permit(principal == ?resource, action, resource);", "expected an entity or `?principal`"},
      {"permit(principal, action == ?action, resource);", "expected an entity"},
      {"@a(\"1\") @a(\"2\") permit(principal, action, resource);", "`@a` is given twice"},
      {"@a(1) permit(principal, action, resource);", "the annotation's value as a string"},
      {When("principl.x"), "did you mean `principal`?"},
      {When("?principal == 1"), "slots stand only in the scope"},
      {When("1 == 2 == 3"), "relations do not chain"},
      {When("1 = 2"), "did you mean `==`?"},
      {When("1 +"), "expected an expression, found `}`"},
      {When("a.b"), "expected an expression, found `a`"},
      {When("context.in"), "found `in`, which is a reserved word"},
      {When("{if: 1} == 1"), "reserved word"},
      {When("{a: 1, \"a\": 2} == 1"), "`a` is given twice"},
      {When("context.containz(1)"), "did you mean `contains`?"},
      {When("contains(1)"), "it is a method: write `x.contains(…)`"},
      {When("context.ip()"), "it is a function"},
      {When("iip(\"::1\")"), "did you mean `ip`?"},
      {When("NS::ip(\"::1\")"), "is not a function"},
      {When("context.contains()"), "takes one argument, not 0"},
      {When("context.isEmpty(1)"), "takes no argument, not 1"},
      {When("context[name]"), "an attribute's name as a string"},
      {When("9223372036854775808 == 1"), "does not fit 64 bits"},
      {When("-9223372036854775809 == 1"), "does not fit 64 bits"},
      {When("!!!!!true"), "more than 4 `!` in a row"},
      {When("-----1 == 1"), "more than 4 `-` in a row"},
      {When("\"\\q\" == \"\""), "unknown escape `\\q`"},
      {When("\"\\u{d800}\" == \"\""), "is not a Unicode character"},
      {When("\"\\u{1234567}\" == \"\""), "is not a Unicode character"},
      {When("\"\\x80\" == \"\""), "up to 7f"},
      {When("\"\\*\" == \"\""), "unknown escape"},
      {When("\"\r\" == \"\""), "bare carriage return"},
      {When("\"a\" like b"), "a pattern as a string"},
      {When("principal is \"User\""), "an entity type"},
      {When("__cedar::\"x\" == 1"), "reserved word"},
      {When("User::{a: 1} == 1"), "an entity's id is a string"},
      {When("1 / 2 == 1"), "unexpected character `/`"},
      {When("\"no end"), "this string has no end"},
      {"permit(principal, action, resource) when { \xFF };", "not UTF-8"},
  };
  for (const auto& row : rows) EXPECT_THAT(ErrorOf(row.text), HasSubstr(row.message)) << row.text;
}

TEST(ParsePolicies, ListsTheErrorsOfEveryPolicy) {
  EXPECT_EQ(ErrorOf("permit(principal, action);\nforbid(principal, action, resource);\npermit(x);"),
            "p.cedar:1:25: expected `,`, found `)`\np.cedar:3:8: expected `principal`, found `x`");
}

TEST(ParsePolicies, BoundsNestingAndDepth) {
  const auto nested = [](std::size_t levels) {
    return When(std::string(levels, '(') + "true" + std::string(levels, ')'));
  };
  EXPECT_EQ(ErrorOf(nested(kNestingMax - 1)), "accepted");
  EXPECT_THAT(ErrorOf(nested(kNestingMax)), HasSubstr("nest deeper than 200"));
  const auto chain = [](std::size_t operators) {
    std::string text = "true";
    for (std::size_t i = 0; i < operators; ++i) text += " || true";
    return When(text);
  };
  EXPECT_EQ(ErrorOf(chain(kExpressionDepthMax - 1)), "accepted");
  EXPECT_THAT(ErrorOf(chain(kExpressionDepthMax)), HasSubstr("deeper than 2000"));
  EXPECT_THAT(ErrorOf(std::string(kTextBytesMax + 1, ' ')), HasSubstr("longer than"));
}

TEST(ParsePolicies, StopsListingErrorsAtItsBound) {
  std::string text;
  for (std::size_t i = 0; i < 2 * kSyntaxErrorsMax; ++i) text += "permit;\n";
  const std::string message = ErrorOf(text);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(message, '\n')), kSyntaxErrorsMax - 1);
}

TEST(PolicySet, LinksTemplates) {
  auto set = *ParsePolicies("permit(principal == ?principal, action, resource in ?resource);", "t.cedar");
  ASSERT_NE(set.FindTemplate("policy0"), nullptr);
  EXPECT_TRUE(set.policies().empty());
  const EntityUid alice("User", "alice");
  const EntityUid album("Album", "a");
  EXPECT_THAT(set.Link("policy0", "link", {.principal = alice, .resource = {}}).error().message,
              HasSubstr("?resource: the template has this slot"));
  EXPECT_TRUE(set.Link("policy0", "link", {.principal = alice, .resource = album}));
  EXPECT_EQ(set.Link("policy0", "link", {alice, album}).error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(set.Link("none", "other", {}).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(set.Find("link")->template_id(), "policy0");
}

TEST(PolicySet, IsFullAtItsBound) {
  PolicySet set;
  for (std::size_t i = 0; i < kPoliciesMax; ++i) ASSERT_TRUE(set.Add(std::to_string(i), PolicyBody()));
  EXPECT_EQ(set.Add("more", PolicyBody()).error().code, base::ErrorCode::kLimit);
  PolicySet one;
  ASSERT_TRUE(one.Add("more", PolicyBody()));
  EXPECT_EQ(set.Merge(std::move(one)).error().code, base::ErrorCode::kLimit);
}

TEST(PolicySet, MergesAllOrNothing) {
  auto set = *ParsePolicies("permit(principal, action, resource);", "a");
  EXPECT_EQ(set.Merge(*ParsePolicies("forbid(principal, action, resource);", "b")).error().code,
            base::ErrorCode::kConflict);
  PolicySet other;
  ASSERT_TRUE(other.Add("b.1", set.Find("policy0")->body()));
  ASSERT_TRUE(set.Merge(std::move(other)));
  EXPECT_EQ(set.policies().size(), 2U);
  EXPECT_NE(set.Find("b.1"), nullptr);
}

TEST(ParseEntityUid, ReadsOneEntity) {
  EXPECT_EQ(ParseEntityUid("A::B::\"c\\\"d\"")->Text(), "A::B::\"c\\\"d\"");
  for (const char* text : {"", "A", "A::", "\"x\"", "A::\"x\" ", "A::\"x\"y", "A::B"}) {
    EXPECT_EQ(ParseEntityUid(text).has_value(), std::string_view(text) == "A::\"x\" ") << text;
  }
  EXPECT_TRUE(IsTypeName("A::b_1"));
  for (const char* text : {"", "A::", "::A", "A ::B", "A::in", "1A", "A:B", "__cedar::Long", "é"}) {
    EXPECT_FALSE(IsTypeName(text)) << text;
  }
}

}  // namespace
}  // namespace proviso::cedar
