// The language, one fact a row: what an expression evaluates to, or what its error says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/authorize.h"
#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

class EvaluatorTest : public testing::Test {
 protected:
  EvaluatorTest() {
    const auto document = base::JsonDocument::Parse(
        R"({"n": 7, "s": "text", "r": {"a": {"b": 1}, "if": 2}, "set": [1, 2], "none": {}})");
    request_.context = Value::FromRecord(*ContextFromJson(document->root(), nullptr, request_.action));
    entities_ = *EntitiesFromJson(R"([
      {"uid": {"type": "User", "id": "alice"}, "attrs": {"age": 40, "boss": {"__entity": {"type": "User", "id": "bob"}}},
       "parents": [{"type": "Team", "id": "red"}], "tags": {"level": "high", "": 1}},
      {"uid": {"type": "Team", "id": "red"}, "attrs": {}, "parents": [{"type": "Org", "id": "all"}]}])",
                                  "entities", nullptr);
  }

  std::string Of(std::string_view text) {
    const auto expression = ParseExpression(text, "test");
    if (!expression) return expression.error().message;
    const auto value = Evaluate(**expression, entities_, request_);
    return value ? value->Text() : value.error().message;
  }

  Request request_{EntityUid("User", "alice"), EntityUid("Action", "view"), EntityUid("Photo", "p"),
                   Value::FromRecord(Record())};
  Entities entities_;
};

TEST_F(EvaluatorTest, GivesTheValueThatTheReferenceSays) {
  const struct {
    const char* expression;
    const char* value;
  } rows[] = {
      {"1 + 2 * 3 - 4", "3"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"--5", "5"},
      {"-(5)", "-5"},
      {"!!true", "true"},
      {"-context.n", "-7"},
      // Relations and equality.
      {"1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2", "true"},
      {"1 == \"1\"", "false"},
      {"[1, 2] == [2, 1, 1]", "true"},
      {"{a: 1, b: 2} == {\"b\": 2, \"a\": 1}", "true"},
      {"User::\"a\" == User::\"b\"", "false"},
      {"1 != true", "true"},
      // Short circuits hide errors on the right only.
      {"false && 1", "false"},
      {"true || 1", "true"},
      {"if true then 1 else 1 + true", "1"},
      // Hierarchy.
      {"principal in Org::\"all\"", "true"},
      {"principal in principal", "true"},
      {"Org::\"all\" in principal", "false"},
      {"Nobody::\"x\" in Nobody::\"x\"", "true"},
      {"principal in [Team::\"blue\", Team::\"red\"]", "true"},
      {"principal in []", "false"},
      {"principal is User", "true"},
      {"principal is Team", "false"},
      {"principal is User in Org::\"all\"", "true"},
      {"principal is Team in 7", "false"},
      {"principal is A::User", "false"},
  };
  for (const auto& row : rows) EXPECT_EQ(Of(row.expression), row.value) << row.expression;
}

TEST_F(EvaluatorTest, ReadsAttributesTagsAndSetsAsTheReferenceDoes) {
  const struct {
    const char* expression;
    const char* value;
  } rows[] = {
      // Attributes.
      {"principal.age", "40"},
      {"principal[\"age\"]", "40"},
      {"context.r.a.b", "1"},
      {"context.r[\"if\"]", "2"},
      {"{a: {b: [1]}}.a.b.contains(1)", "true"},
      {"principal has age", "true"},
      {"principal has \"no such\"", "false"},
      {"Nobody::\"x\" has age", "false"},
      {"principal.boss has age", "false"},
      {"context has r.a.b", "true"},
      {"context has r.x.b", "false"},
      {"principal has boss.age", "false"},
      {"{\"\": 1} has \"\"", "true"},
      // Tags.
      {"principal.hasTag(\"level\")", "true"},
      {"principal.getTag(\"level\")", "\"high\""},
      {"principal.getTag(\"\")", "1"},
      {"Nobody::\"x\".hasTag(\"level\")", "false"},
      // Sets.
      {"[1, \"a\", [2]].contains([2])", "true"},
      {"[1, 2].containsAll([])", "true"},
      {"[1, 2].containsAll([2, 3])", "false"},
      {"[1, 2].containsAny([2, 3])", "true"},
      {"[].containsAny([])", "false"},
      {"[].isEmpty()", "true"},
      {"context.set.isEmpty()", "false"},
      // Like.
      {"\"eggs\" like \"e*s\"", "true"},
      {"\"eggs\" like \"egg\"", "false"},
      {"\"a*b\" like \"a\\*b\"", "true"},
      {"\"axb\" like \"a\\*b\"", "false"},
      {"\"\" like \"\"", "true"},
      {"\"\" like \"*\"", "true"},
      {"\"aXbXc\" like \"*X*c\"", "true"},
      {"\"日本語\" like \"日*語\"", "true"},
      {"\"\\u{1f600}\" like \"😀\"", "true"},
  };
  for (const auto& row : rows) EXPECT_EQ(Of(row.expression), row.value) << row.expression;
}

TEST_F(EvaluatorTest, GivesStringsAndExtensionsTheirReferenceValues) {
  const struct {
    const char* expression;
    const char* value;
  } rows[] = {
      // Strings.
      {"\"\\n\\t\\r\\0\\\\\\\"\\'\\x41\\u{e9}\"", "\"\\n\\t\\r\\0\\\\\\\"'Aé\""},
      // Extensions.
      {"decimal(\"1.10\") == decimal(\"1.1\")", "true"},
      {"decimal(\"1.1\").lessThan(decimal(\"1.2\")) && decimal(\"1.1\").lessThanOrEqual(decimal(\"1.1\"))",
       "true"},
      {"decimal(\"1.1\").greaterThan(decimal(\"1.2\")) || "
       "decimal(\"1.1\").greaterThanOrEqual(decimal(\"1.2\"))",
       "false"},
      {"ip(\"127.0.0.1\") == ip(\"127.0.0.1/32\")", "true"},
      {"ip(\"10.0.0.1\").isInRange(ip(\"10.0.0.0/8\")) && ip(\"::1\").isIpv6() && ip(\"1.1.1.1\").isIpv4()",
       "true"},
      {"ip(\"127.0.0.1\").isLoopback() && ip(\"224.0.0.1\").isMulticast()", "true"},
      {"datetime(\"2024-01-01\") < datetime(\"2024-01-02\")", "true"},
      {"duration(\"1h\") >= duration(\"60m\")", "true"},
      {"datetime(\"2024-01-01\").offset(duration(\"1d\"))", "datetime(\"2024-01-02T00:00:00.000Z\")"},
      {"datetime(\"2024-01-02\").durationSince(datetime(\"2024-01-01\")).toHours()", "24"},
      {"datetime(\"2024-01-02T03:04:05Z\").toDate() == datetime(\"2024-01-02\")", "true"},
      {"datetime(\"2024-01-02T03:04:05Z\").toTime()", "duration(\"11045000ms\")"},
      {"duration(\"-90s\").toMinutes()", "-1"},
      {"duration(\"1d\").toDays() + duration(\"1s\").toMilliseconds() + duration(\"2s\").toSeconds()",
       "1003"},
      {"datetime(\"9999-12-31\").offset(duration(\"1d\"))",
       "datetime(\"1970-01-01\").offset(duration(\"253402300800000ms\"))"},
      {"if context.n > 5 then [1,] else [2]", "[1]"},
  };
  for (const auto& row : rows) EXPECT_EQ(Of(row.expression), row.value) << row.expression;
}

TEST_F(EvaluatorTest, SaysWhatWentWrongAndWhere) {
  const struct {
    const char* expression;
    const char* error;
  } rows[] = {
      {"9223372036854775807 + 1", "1:21: overflow: 9223372036854775807 + 1"},
      {"-9223372036854775808 - 1", "overflow"},
      {"9223372036854775807 * 2", "overflow"},
      {"--9223372036854775808", "overflow"},
      {"1 + true", "expected a long, found a bool"},
      {"\"a\" < \"b\"", "expected two longs"},
      {"1 < duration(\"1s\")", "found a long and a duration"},
      {"true && 1", "expected a bool, found a long"},
      {"1 || true", "expected a bool, found a long"},
      {"if 1 then 2 else 3", "expected a bool"},
      {"!1", "expected a bool"},
      {"-true", "expected a long"},
      {"1 in principal", "expected an entity"},
      {"principal in 1", "entity or set of entities"},
      {"principal in [principal, 1]", "expected an entity, found a long"},
      {"principal is User in 7", "entity or set of entities"},
      {"1 is User", "expected an entity"},
      {"principal.missing", "User::\"alice\" has no attribute \"missing\""},
      {"Nobody::\"x\".age", "entity Nobody::\"x\" does not exist"},
      {"context.missing", "the record has no attribute \"missing\""},
      {"1.a", "expected a record or entity"},
      {"1 has a", "expected a record or entity"},
      {"context has n.a", "expected a record or entity, found a long"},
      {"principal.getTag(\"x\")", "has no tag \"x\""},
      {"Nobody::\"x\".getTag(\"x\")", "does not exist"},
      {"principal.getTag(1)", "expected a string"},
      {"1.hasTag(\"x\")", "expected an entity"},
      {"1.contains(1)", "expected a set"},
      {"[1].containsAll(1)", "expected a set"},
      {"1.isEmpty()", "expected a set"},
      {"1 like \"a\"", "expected a string"},
      {"[1, 1 + true]", "expected a long"},
      {"{a: 1 + true}", "expected a long"},
      {"decimal(\"x\")", "is not a decimal"},
      {"decimal(1)", "expected a string"},
      {"decimal(\"1.0\", \"2.0\")", "takes 1 argument"},
      {"ip()", "takes 1 argument"},
      {"ip(\"x\")", "is not an IP address"},
      {"datetime(\"x\")", "is not a datetime"},
      {"duration(\"x\")", "is not a duration"},
      {"decimal(\"1.0\").lessThan(1)", "expected a decimal"},
      {"decimal(\"1.0\") < decimal(\"2.0\")", "expected two longs"},
      {"1.isIpv4()", "expected an ipaddr"},
      {"ip(\"::1\").isInRange(1)", "expected an ipaddr"},
      {"datetime(\"2024-01-01\").offset(1)", "expected a duration"},
      {"datetime(\"2024-01-01\").offset(duration(\"9223372036854775807ms\"))", "overflow: `offset`"},
      {"datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")).toDate()",
       "overflow: `toDate`"},
      {"datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")).durationSince(datetime(\"1970-"
       "01-02\"))",
       "overflow: `durationSince`"},
      {"duration(\"1s\").toDate()", "expected a datetime"},
      {"datetime(\"1970-01-01\").toDays()", "expected a duration"},
  };
  for (const auto& row : rows) EXPECT_THAT(Of(row.expression), HasSubstr(row.error)) << row.expression;
}

TEST_F(EvaluatorTest, WalksTheDeepestTreeThatParses) {
  std::string sum = "0";
  std::string path = "{a: 1}";
  for (std::size_t i = 1; i < kExpressionDepthMax; ++i) sum += " + 1";
  for (std::size_t i = 2; i < kExpressionDepthMax; ++i) path += ".a";
  EXPECT_EQ(Of(sum), std::to_string(kExpressionDepthMax - 1));
  EXPECT_THAT(Of(path), HasSubstr("expected a record or entity, found a long"));
  std::string nested = "1";
  for (std::size_t i = 1; i < kNestingMax; ++i) nested = "[" + nested + "]";
  EXPECT_EQ(Of(nested + " == " + nested), "true");
}

TEST_F(EvaluatorTest, MatchesWildcardsInBoundedTime) {
  const std::string text(3'000, 'a');
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_EQ(Of("\"" + text + "\" like \"" + pattern + "*b\""), "false");
}

}  // namespace
}  // namespace proviso::cedar
