#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/authorize.h"
#include "cedar/entities.h"
#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

Value ValueOf(const std::string& text) {
  const Request request{EntityUid("U", "a"), EntityUid("Action", "x"), EntityUid("R", "r")};
  const auto value = Evaluate(**ParseExpression(text, "e"), Entities(), request);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

TEST(EntitiesJsonOut, WritesEveryKindOfValueWithExplicitEscapes) {
  const std::vector<std::pair<std::string, std::string>> facts = {
      {"true", "true"},
      {"-9223372036854775808", "-9223372036854775808"},
      {R"("a\"\0é")", R"("a\"\u0000é")"},
      {R"(A::B::"c")", R"({"__entity":{"type":"A::B","id":"c"}})"},
      {"[2, 1, 2]", "[1,2]"},
      {R"({b: [], "": 1})", R"({"":1,"b":[]})"},
      {R"(decimal("1.50"))", R"({"__extn":{"fn":"decimal","arg":"1.5"}})"},
      {R"(ip("10.0.0.0/8"))", R"({"__extn":{"fn":"ip","arg":"10.0.0.0/8"}})"},
      {R"(datetime("2024-02-29"))", R"({"__extn":{"fn":"datetime","arg":"2024-02-29T00:00:00.000Z"}})"},
      {R"(duration("-1d"))", R"({"__extn":{"fn":"duration","arg":"-86400000ms"}})"},
      {R"(datetime("9999-12-31").offset(duration("1d")))",
       R"({"__extn":{"fn":"offset","args":[{"__extn":{"fn":"datetime","arg":"1970-01-01"}},)"
       R"({"__extn":{"fn":"duration","arg":"253402300800000ms"}}]}})"},
  };
  for (const auto& [text, json] : facts) {
    const Value value = ValueOf(text);
    const auto written = ValueToJson(value);
    ASSERT_TRUE(written) << text;
    EXPECT_EQ(*written, json);
    const auto document = base::JsonDocument::Parse(*written);
    ASSERT_TRUE(document);
    EXPECT_EQ(*ValueFromJson(document->root(), nullptr), value) << json;
  }
}

TEST(EntitiesJsonOut, ReadsBackTheSameEntities) {
  constexpr std::string_view kText =
      R"([{"uid":{"type":"U","id":"a"},"attrs":{"n":1},"parents":[{"type":"G","id":"g"}],"tags":{"t":"x"}},)"
      R"({"uid":{"type":"U","id":"b"},"attrs":{},"parents":[]}])";
  const auto entities = EntitiesFromJson(kText, "e.json", nullptr);
  ASSERT_TRUE(entities) << entities.error().message;
  EXPECT_EQ(*EntitiesToJson(*entities), kText);
  EXPECT_EQ(*EntitiesToJson(Entities()), "[]");
}

TEST(EntitiesJsonOut, RefusesAnAttributeThatWouldReadAsAnEscape) {
  for (const std::string name : {"__entity", "__extn", "__expr"}) {
    const Record record({{"a", ValueOf("{\"" + name + "\": 1}")}});
    const auto written = ValueToJson(record);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message,
                HasSubstr("\"a\": an attribute named `" + name + "` cannot be written"));
  }
  auto entities = Entities::Build({{.uid = EntityUid("U", "a"),
                                    .parents = {},
                                    .attributes = Record({{"__expr", Value::Long(1)}}),
                                    .tags = {}}});
  ASSERT_TRUE(entities);
  EXPECT_THAT(EntitiesToJson(*entities).error().message, HasSubstr("U::\"a\": an attribute named"));
}

TEST(EntitiesJsonOut, WritesAsDeepAsIsRead) {
  Value value = Value::Long(1);
  for (std::size_t depth = 1; depth < kValueDepthMax; ++depth) value = Value::FromElements({value});
  const auto written = ValueToJson(value);
  ASSERT_TRUE(written);
  EXPECT_EQ(*ValueFromJson(base::JsonDocument::Parse(*written)->root(), nullptr), value);
  EXPECT_THAT(ValueToJson(Value::FromElements({value})).error().message, HasSubstr("deeper than 128"));
}

}  // namespace
}  // namespace proviso::cedar
