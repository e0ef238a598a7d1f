#include "cedar/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/internal/commented_tokens.h"
#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

std::string Formatted(const std::string& text, FormatOptions options = {}) {
  const auto formatted = FormatPolicies(text, "p", options);
  return formatted ? *formatted : formatted.error().message;
}

/// A condition, as it is formatted in a policy of its own, without what surrounds it.
std::string Condition(const std::string& text, FormatOptions options = {}) {
  const std::string before = "permit (principal, action, resource)\n";
  std::string formatted = Formatted("permit(principal,action,resource)when{" + text + "};", options);
  return formatted.starts_with(before) ? formatted.substr(before.size()) : formatted;
}

struct Pair {
  std::string given;
  std::string formatted;
};

// All as the reference engine (cedar-wasm 4.5.0, formatPolicies) lays it out.
TEST(Format, LaysOutPolicies) {
  const std::vector<Pair> facts = {
      {"", ""},
      {"permit(principal,action,resource,);", "permit (principal, action, resource);\n"},
      {"permit(principal is User,action,resource)\n;\n\n\nforbid(principal,action,resource);",
       "permit (\n  principal is User,\n  action,\n  resource\n);\n\nforbid (principal, action, "
       "resource);\n"},
      {"@id ( \"x\" )@b permit(principal in ?principal,action==Action::\"x\",resource is A in ?resource);",
       "@id(\"x\")\n@b\npermit (\n  principal in ?principal,\n  action == Action::\"x\",\n  resource is A in "
       "?resource\n);\n"},
      {"permit(principal,action,resource)when{true}unless{false};",
       "permit (principal, action, resource)\nwhen { true }\nunless { false };\n"},
      {"permit(principal==User::\"a_long_name_that_takes_up_most_of_the_line_and_then_some_more_of_it_"
       "still\","
       "action in "
       "[Action::\"one_action_of_three\",Action::\"another_action_of_three\",Action::\"the_last_of_them\"],"
       "resource);",
       "permit (\n"
       "  principal ==\n"
       "    User::\"a_long_name_that_takes_up_most_of_the_line_and_then_some_more_of_it_still\",\n"
       "  action in\n"
       "    [Action::\"one_action_of_three\",\n"
       "     Action::\"another_action_of_three\",\n"
       "     Action::\"the_last_of_them\"],\n"
       "  resource\n"
       ");\n"},
  };
  for (const Pair& fact : facts) EXPECT_EQ(Formatted(fact.given), fact.formatted);
}

TEST(Format, LaysOutConditions) {
  const std::vector<Pair> facts = {
      {"!principal.a&&-1<- context.x", "when { !principal.a && -1 < -context.x };\n"},
      {"((true))", "when { ((true)) };\n"},
      {"007 == Foo :: Bar :: \"x\"", "when { 7 == Foo::Bar::\"x\" };\n"},
      {"{a:1,\"b c\":{}}==[1,2,]", "when { { a: 1, \"b c\": {} } == [1, 2] };\n"},
      {"principal has a . b", "when { principal has a.b };\n"},
      {"ip(\"::1\").isIpv6()", "when { ip(\"::1\").isIpv6() };\n"},
      {"\"two\n\n  lines \" == \"\"", "when { \"two\n\n  lines \" == \"\" };\n"},
      {"principal.one_long_attribute == resource.another_long_attribute && principal in resource.group || "
       "false",
       "when\n{\n"
       "  principal.one_long_attribute == resource.another_long_attribute &&\n"
       "  principal in resource.group ||\n"
       "  false\n"
       "};\n"},
      {"if principal.one_long_attribute == resource.another_long_attribute then context.yes else context.no",
       "when\n{\n"
       "  if\n"
       "    principal.one_long_attribute == resource.another_long_attribute\n"
       "  then\n"
       "    context.yes\n"
       "  else\n"
       "    context.no\n"
       "};\n"},
      {"principal.one_long_attribute.another_long_attribute.and_one_more_of_them.contains(1)",
       "when\n{\n"
       "  principal.one_long_attribute\n"
       "    .another_long_attribute\n"
       "    .and_one_more_of_them\n"
       "    .contains\n"
       "    (\n"
       "      1\n"
       "    )\n"
       "};\n"},
      {"principal.one_long_attribute_of_a_principal is A_long_name_of_a_type in Group::\"and its group\"",
       "when\n{\n"
       "  principal.one_long_attribute_of_a_principal is A_long_name_of_a_type\n"
       "  in Group::\"and its group\"\n"
       "};\n"},
      {"1111111111111111111 + 2222222222222222222 * 3333333333333333333 - 4444444444444444444 == 1",
       "when\n{\n"
       "  1111111111111111111 +\n"
       "  2222222222222222222 * 3333333333333333333 -\n"
       "  4444444444444444444 == 1\n"
       "};\n"},
  };
  for (const Pair& fact : facts) EXPECT_EQ(Condition(fact.given), fact.formatted);
}

TEST(Format, KeepsCommentsWithTheirTokens) {
  EXPECT_EQ(Formatted(R"(// header

// about
permit(principal,action,resource); // trailing

// next
forbid(principal // who
,action,resource)
// before when
when // after when
{ // after brace
 // before expression
 true // after expression   
 // before close
} // after close
; // end
// last 1

// last 2)"),
            R"(// header
// about
permit (principal, action, resource); // trailing

// next
forbid (principal // who
  , action, resource)
// before when
when // after when
{ // after brace
  // before expression
  true // after expression
// before close
} // after close
; // end
// last 1
// last 2
)");
  EXPECT_EQ(Formatted("// nothing else"), "// nothing else\n");
}

TEST(Format, KeepsCommentsInsideExpressions) {
  const std::vector<Pair> facts = {
      {"true && // x\n false || // y\n true // z\n",
       "when\n{\n  true && // x\n  false || // y\n  true // z\n};\n"},
      // A comment does not break the operand that it stands before or behind. (The reference's does.)
      {"true &&\n// about b\nprincipal.b.c == 1 && principal.d.e // e\n == 2",
       "when\n{\n  true &&\n  // about b\n  principal.b.c == 1 &&\n  principal.d.e // e\n  == 2\n};\n"},
      // What is left out leaves its comment. (The reference loses it.)
      {"[1, // one\n 2 // two\n, // three\n].isEmpty()",
       "when\n{\n  [1, // one\n   2 // two\n  // three\n  ].isEmpty\n    ()\n};\n"},
      {"if // i\n true then // t\n 1 else // e\n 2",
       "when\n{\n  if // i\n    true\n  then // t\n    1\n  else // e\n    2\n};\n"},
      {"\"a // b\" == \"//\"", "when { \"a // b\" == \"//\" };\n"},
  };
  for (const Pair& fact : facts) {
    EXPECT_EQ(Condition(fact.given), fact.formatted);
    const std::string once = Formatted("permit(principal,action,resource)when{" + fact.given + "};");
    EXPECT_EQ(Formatted(once), once);
  }
}

TEST(Format, CountsCharactersNotBytes) {
  const std::string fits = "\"" + std::string(32, 'x') + "\" == \"" + std::string(29, 'x') + "\"";
  std::string accented;
  for (const char c : fits) accented += c == 'x' ? "é" : std::string(1, c);
  EXPECT_EQ(Condition(fits), "when { " + fits + " };\n");
  EXPECT_EQ(Condition(accented), "when { " + accented + " };\n");
  EXPECT_THAT(Condition(accented + " && true"), HasSubstr("when\n{\n"));
}

TEST(Format, FollowsItsOptionsWithinBounds) {
  EXPECT_EQ(Condition("context.one_name && context.another_name", {.line_width = 40, .indent_width = 4}),
            "when\n{\n    context.one_name &&\n    context.another_name\n};\n");
  EXPECT_EQ(Condition("true", {.line_width = kLineWidthMax, .indent_width = kIndentWidthMax}),
            "when { true };\n");
  EXPECT_THAT(Formatted("", {.line_width = kLineWidthMax + 1}),
              HasSubstr("line width: write a number from 1"));
  EXPECT_THAT(Formatted("", {.line_width = 0}), HasSubstr("line width"));
  EXPECT_THAT(Formatted("", {.indent_width = kIndentWidthMax + 1}),
              HasSubstr("indent width: write a number"));
}

TEST(Format, RefusesWhatDoesNotParseAndSaysWhere) {
  EXPECT_EQ(Formatted("permit(principal, action);"), "p:1:25: expected `,`, found `)`");
}

TEST(Format, BoundsTheLengthOfItsResult) {
  std::string deep;
  for (std::size_t i = 0; i + 2 < kNestingMax; ++i) deep += "[";
  for (int i = 0; i < 100'000; ++i) deep += "1,";
  for (std::size_t i = 0; i + 2 < kNestingMax; ++i) deep += "]";
  EXPECT_THAT(Condition(deep), HasSubstr("p: the formatted text would be longer than"));
}

TEST(CommentedTokens, FindsEachCommentOnce) {
  const auto tokens = internal::LexWithComments("// a\npermit // b\r\n// c\n( // d");
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_THAT(tokens[0].before, testing::ElementsAre("// a"));
  EXPECT_EQ(tokens[0].at_end, "// b");
  EXPECT_THAT(tokens[1].before, testing::ElementsAre("// c"));
  EXPECT_EQ(tokens[1].at_end, "// d");
  EXPECT_THAT(internal::CommentsOf(tokens), testing::ElementsAre("// a", "// b", "// c", "// d"));
}

}  // namespace
}  // namespace proviso::cedar
