#include "cedar/print.h"

#include <gtest/gtest.h>

#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

TEST(Print, UsesTheFewestParentheses) {
  const struct {
    const char* text;
    const char* printed;
  } rows[] = {
      {"((1 + 2) * 3) - (4 - 5)", "(1 + 2) * 3 - (4 - 5)"},
      {"(a::\"x\" == 1) && ((true || false) && true)", "a::\"x\" == 1 && ((true || false) && true)"},
      {"(true && false) && true", "true && false && true"},
      {"if (true) then (1) else (if false then 2 else 3)", "if true then 1 else if false then 2 else 3"},
      {"(if true then 1 else 2) + 1", "(if true then 1 else 2) + 1"},
      {"-(5)", "-(5)"},
      {"-5", "-5"},
      {"--5", "-(-5)"},
      {"(-5).x", "(-5).x"},
      {"-5.x", "-5.x"},
      {"1 - -5", "1 - -5"},
      {"!(!true)", "!(!true)"},
      {"!(1 == 2)", "!(1 == 2)"},
      {"(1 == 2) == true", "(1 == 2) == true"},
      {"context[\"a b\"].c[\"if\"]", "context[\"a b\"].c[\"if\"]"},
      {"context has \"a\" && context has a.b", "context has a && context has a.b"},
      {"{\"a\": [1, 2,], \"in\": {}}", "{a: [1, 2], \"in\": {}}"},
      {"\"a\\u{7f}\\n\" like \"*\\*\\u{2028}\"", "\"a\\u{7f}\\n\" like \"*\\*\\u{2028}\""},
      {"ip(\"::1\").isInRange(ip(\"::/0\"))", "ip(\"::1\").isInRange(ip(\"::/0\"))"},
      {"(principal is User in (A::\"b\")) == true", "(principal is User in A::\"b\") == true"},
      {"(principal.getTag(\"x\")).isEmpty()", "principal.getTag(\"x\").isEmpty()"},
  };
  for (const auto& row : rows) {
    const auto tree = ParseExpression(row.text, "t");
    ASSERT_TRUE(tree) << row.text << ": " << tree.error().message;
    EXPECT_EQ(Print(**tree), row.printed);
    const auto again = ParseExpression(Print(**tree), "t");
    ASSERT_TRUE(again) << row.printed;
    EXPECT_TRUE(SameTree(**tree, **again)) << row.printed;
  }
}

TEST(Print, WritesPoliciesThatReadBack) {
  constexpr std::string_view kPrinted =
      "@id(\"1\")\n@bare\n"
      "forbid (principal is A::B in C::\"d\", action in [Action::\"x\", N::Action::\"y\"], resource == "
      "R::\"\\\"\")\n"
      "when { true }\nunless { 1 == 2 };\n"
      "permit (principal in ?principal, action == Action::\"x\", resource is T);\n";
  const auto set = ParsePolicies(kPrinted, "p");
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(Print(*set), kPrinted);
}

TEST(Print, FillsTheSlotsOfALink) {
  auto set = *ParsePolicies("permit(principal == ?principal, action, resource);", "t");
  ASSERT_TRUE(set.Link("policy0", "l", {.principal = EntityUid("U", "a"), .resource = {}}));
  EXPECT_EQ(Print(*set.Find("l")), "permit (principal == U::\"a\", action, resource);\n");
}

}  // namespace
}  // namespace proviso::cedar
