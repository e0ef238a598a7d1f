#include "cedar/entities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

Entity Plain(const EntityUid& uid, std::vector<EntityUid> parents) {
  return {.uid = uid, .parents = std::move(parents), .attributes = {}, .tags = {}};
}

const EntityUid kA("T", "a");
const EntityUid kB("T", "b");
const EntityUid kC("T", "c");

std::string ErrorOf(std::string_view json, const Schema* schema = nullptr) {
  const auto entities = EntitiesFromJson(json, "e.json", schema);
  return entities ? "accepted" : entities.error().message;
}

std::string WithAttribute(std::string_view value) {
  return R"([{"uid": {"type": "T", "id": "a"}, "parents": [], "attrs": {"x": )" + std::string(value) + "}}]";
}

std::string AttributeText(std::string_view value, const Schema* schema = nullptr) {
  const auto entities = EntitiesFromJson(WithAttribute(value), "e.json", schema);
  return entities ? entities->Find(kA)->attributes.Find("x")->Text() : entities.error().message;
}

TEST(Entities, KnowsAncestorsOfAncestors) {
  const auto entities = *Entities::Build({Plain(kA, {kB}), Plain(kB, {kC})});
  EXPECT_TRUE(entities.IsIn(kA, kC));
  EXPECT_TRUE(entities.IsIn(kA, kA));
  EXPECT_FALSE(entities.IsIn(kC, kA));
  EXPECT_EQ(entities.Find(kC), nullptr);
}

TEST(Entities, RefusesCyclesAndContradictions) {
  EXPECT_THAT(Entities::Build({Plain(kA, {kA})}).error().message, HasSubstr("T::\"a\" is its own ancestor"));
  EXPECT_THAT(Entities::Build({Plain(kA, {kB}), Plain(kB, {kC}), Plain(kC, {kA})}).error().message,
              HasSubstr("is its own ancestor"));
  EXPECT_TRUE(Entities::Build({Plain(kA, {kB, kC}), Plain(kA, {kC, kB})}));
  EXPECT_THAT(Entities::Build({Plain(kA, {kB}), Plain(kA, {})}).error().message, HasSubstr("given twice"));
}

TEST(Entities, LayersAddToASharedBase) {
  const auto base = *Entities::Build({Plain(kB, {kC})});
  const auto layer = *Entities::Build({Plain(kA, {kB})}, &base);
  EXPECT_TRUE(layer.IsIn(kA, kC));
  EXPECT_NE(layer.Find(kB), nullptr);
  EXPECT_EQ(base.Find(kA), nullptr);
  EXPECT_EQ(Entities::Build({Plain(kB, {})}, &base).error().code, base::ErrorCode::kConflict);
  EXPECT_THAT(Entities::Build({Plain(kC, {})}, &base).error().message,
              HasSubstr("named as a parent in the set below"));
}

TEST(Entities, FollowsADeepHierarchyWithoutRecursion) {
  std::vector<Entity> chain;
  for (int i = 0; i < 3'000; ++i) {
    chain.push_back(Plain(EntityUid("T", std::to_string(i)), {EntityUid("T", std::to_string(i + 1))}));
  }
  const auto entities = *Entities::Build(std::move(chain));
  EXPECT_TRUE(entities.IsIn(EntityUid("T", "0"), EntityUid("T", "3000")));
}

TEST(Entities, WalksTheHierarchyWhereStoringItWouldCostTooMuch) {
  const auto uid = [](std::size_t n) { return EntityUid("T", std::to_string(n)); };
  const auto chain = [&](std::size_t length) {
    std::vector<Entity> entities;
    for (std::size_t i = 0; i < length; ++i) entities.push_back(Plain(uid(i), {uid(i + 1)}));
    return *Entities::Build(std::move(entities));
  };
  // A chain of n has n(n+1)/2 pairs; which entities still have theirs depends on the order.
  const auto walked = [](const Entities& entities) {
    return std::ranges::count_if(entities.Sorted(),
                                 [&](const Entity* entity) { return entities.FindNode(entity->uid)->walks; });
  };
  EXPECT_EQ(walked(chain(4'471)), 0);
  const Entities entities = chain(4'480);
  EXPECT_EQ(walked(entities), 9);
  EXPECT_TRUE(entities.FindNode(uid(0))->ancestors.empty());
  EXPECT_TRUE(entities.IsIn(uid(0), uid(1)));
  EXPECT_TRUE(entities.IsIn(uid(0), uid(4'479)));
  EXPECT_TRUE(entities.IsIn(uid(0), uid(4'480)));
  EXPECT_FALSE(entities.IsIn(uid(1), uid(0)));
  EXPECT_FALSE(entities.IsIn(uid(0), uid(4'481)));
  const auto below_any = [&](std::size_t from, std::vector<std::size_t> numbers) {
    std::vector<Value> groups;
    for (const std::size_t number : numbers) groups.push_back(Value::Entity(uid(number)));
    return entities.IsBelowAny(*entities.FindNode(uid(from)),
                               *Value::FromElements(std::move(groups)).AsSet());
  };
  EXPECT_TRUE(below_any(0, {9'999, 1}));
  EXPECT_TRUE(below_any(0, {9'999, 4'479}));
  EXPECT_TRUE(below_any(0, {4'480}));
  EXPECT_FALSE(below_any(0, {0, 9'999}));
  EXPECT_FALSE(below_any(0, {}));
  EXPECT_TRUE(below_any(4'400, {3, 4'401, 9'999}));
  EXPECT_FALSE(below_any(4'400, {3, 4'400, 9'999}));
  EXPECT_TRUE(below_any(4'479, {1, 2, 3, 4, 5, 4'480}));
  EXPECT_FALSE(below_any(4'479, {1, 2, 3, 4, 5}));
}

TEST(Entities, FindsEachOfFewAndOfMany) {
  for (const std::size_t count : {1U, 8U, 9U, 1'000U}) {
    std::vector<Entity> list;
    for (std::size_t i = 0; i < count; ++i) list.push_back(Plain(EntityUid("T", std::to_string(i)), {kA}));
    const auto entities = *Entities::Build(std::move(list));
    EXPECT_EQ(entities.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const EntityUid uid("T", std::to_string(i));
      EXPECT_EQ(entities.Find(uid)->uid, uid);
      EXPECT_TRUE(entities.IsIn(uid, kA));
    }
    EXPECT_EQ(entities.Find(EntityUid("T", "no")), nullptr);
  }
}

TEST(EntitiesFromJson, ReadsExplicitForms) {
  const struct {
    const char* json;
    const char* value;
  } rows[] = {
      {"true", "true"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"\"t\\u00e9\"", "\"té\""},
      {"[2, 1, 1]", "[1, 2]"},
      {R"({"": {"b": []}})", R"({"": {"b": []}})"},
      {R"({"__entity": {"type": "A::B", "id": ""}})", R"(A::B::"")"},
      {R"({"type": "A", "id": "x"})", R"({"id": "x", "type": "A"})"},
      {R"({"__extn": {"fn": "decimal", "arg": "1.50"}})", R"(decimal("1.5"))"},
      {R"({"__extn": {"fn": "ip", "arg": "::1"}})", R"(ip("0:0:0:0:0:0:0:1"))"},
      {R"({"__extn": {"fn": "offset", "args": [{"__extn": {"fn": "datetime", "arg": "1970-01-01"}},
                                               {"__extn": {"fn": "duration", "arg": "1ms"}}]}})",
       R"(datetime("1970-01-01T00:00:00.001Z"))"},
      {R"({"fn": "ip", "arg": "::1"})", R"({"arg": "::1", "fn": "ip"})"},
  };
  for (const auto& row : rows) EXPECT_EQ(AttributeText(row.json), row.value) << row.json;
}

TEST(EntitiesFromJson, ReadsImplicitFormsWhereTheSchemaSaysSo) {
  const auto schema =
      *Schema::Parse("entity T = {x: {e?: T, i?: ipaddr, d?: decimal, s?: Set<T>, r?: {t: datetime}}};", "s");
  const struct {
    const char* json;
    const char* value;
  } rows[] = {{R"({"e": {"type": "T", "id": "q"}})", R"({"e": T::"q"})"},
              {R"({"e": {"__entity": {"type": "T", "id": "q"}}})", R"({"e": T::"q"})"},
              {R"({"i": "10.0.0.1"})", R"({"i": ip("10.0.0.1")})"},
              {R"({"i": {"fn": "ip", "arg": "10.0.0.1"}})", R"({"i": ip("10.0.0.1")})"},
              {R"({"d": {"__extn": {"fn": "decimal", "arg": "1.0"}}})", R"({"d": decimal("1.0")})"},
              {R"({"s": [{"type": "T", "id": "q"}]})", R"({"s": [T::"q"]})"},
              {R"({"r": {"t": "2024-01-01"}})", R"({"r": {"t": datetime("2024-01-01T00:00:00.000Z")}})"}};
  for (const auto& row : rows) EXPECT_EQ(AttributeText(row.json, &schema), row.value) << row.json;
  EXPECT_THAT(AttributeText(R"({"i": "nonsense"})", &schema), HasSubstr("is not an IP address"));
  EXPECT_THAT(AttributeText(R"({"e": {"type": "T"}})", &schema), HasSubstr("an entity's uid is"));
}

TEST(EntitiesFromJson, RefusesWithTheEntityAndTheAttribute) {
  const struct {
    std::string json;
    const char* message;
  } rows[] = {
      {"{}", "e.json: entities are an array"},
      {"[1]", "an entity is an object"},
      {"[", "e.json: "},
      {WithAttribute("null"), "T::\"a\": \"x\": line 1, column 66: Cedar has no null"},
      {WithAttribute("1.5"), "Cedar has no such number"},
      {WithAttribute("-0"), "Cedar has no such number"},
      {WithAttribute("9223372036854775808"), "Cedar has no such number"},
      {WithAttribute(R"({"__entity": {"type": "T"}})"), "an entity's uid is"},
      {WithAttribute(R"({"__entity": {"type": "T", "id": "a"}, "more": 1})"), "stands alone"},
      {WithAttribute(R"({"__expr": "1"})"), "`__expr` is not supported"},
      {WithAttribute(R"({"__extn": {"fn": "nope", "arg": "1"}})"), "an extension value is"},
      {WithAttribute(R"({"__extn": {"fn": "ip", "arg": 1}})"), "expected a string"},
      {WithAttribute(R"({"__extn": {"fn": "offset", "arg": "x"}})"), "takes 2 arguments"},
      {WithAttribute(R"({"a": 1, "a": 2})"), "a"},
      {R"([{"uid": {"type": "not a name", "id": "a"}, "attrs": {}, "parents": []}])",
       "is not an entity type"},
      {R"([{"uid": {"type": "T", "id": "a"}, "attrs": {}}])", "has \"parents\""},
      {R"([{"uid": {"type": "T", "id": "a"}, "attrs": {}, "parents": [], "tag": {}}])", "unknown key `tag`"},
      {R"([{"uid": {"type": "T", "id": "a"}, "attrs": {}, "parents": ["x"]}])", "T::\"a\", parents"},
      {R"([{"uid": {"type": "T", "id": "a"}, "attrs": {}, "parents": [{"type": "T", "id": "a"}]}])",
       "is its own ancestor"},
  };
  for (const auto& row : rows) EXPECT_THAT(ErrorOf(row.json), HasSubstr(row.message)) << row.json;
}

TEST(EntitiesFromJson, AddsTheActionsOfTheSchema) {
  const auto schema = *Schema::Parse("action read; action view in [read];", "s");
  const auto entities = *EntitiesFromJson("[]", "e", &schema);
  EXPECT_TRUE(entities.IsIn(EntityUid("Action", "view"), EntityUid("Action", "read")));
  EXPECT_EQ(ErrorOf(R"([{"uid": {"type": "Action", "id": "view"}, "attrs": {},
                         "parents": [{"type": "Action", "id": "read"}]}])",
                    &schema),
            "accepted");
  EXPECT_THAT(ErrorOf(R"([{"uid": {"type": "Action", "id": "view"}, "attrs": {}, "parents": []}])", &schema),
              HasSubstr("declares this action otherwise"));
  EXPECT_THAT(
      ErrorOf(R"([{"uid": {"type": "Action", "id": "read"}, "attrs": {"x": 1}, "parents": []}])", &schema),
      HasSubstr("declares this action otherwise"));
  EXPECT_THAT(ErrorOf(R"([{"uid": {"type": "Action", "id": "view"}, "attrs": {}, "parents": []},
      {"uid": {"type": "Action", "id": "view"}, "attrs": {}, "parents": [{"type": "Action", "id": "read"}]}])",
                      &schema),
              HasSubstr("given twice with different content"));
}

TEST(EntitiesFromJson, ComparesTheAncestorsOfActionsNotTheirParents) {
  const auto schema = *Schema::Parse("action a in [b]; action b in [c]; action c;", "s");
  const auto action = [](const std::string& id, const std::string& parents) {
    return R"({"uid": {"type": "Action", "id": ")" + id + R"("}, "attrs": {}, "parents": [)" + parents + "]}";
  };
  const std::string b = R"({"type": "Action", "id": "b"})";
  const std::string c = R"({"type": "Action", "id": "c"})";
  EXPECT_EQ(ErrorOf("[" + action("a", b + "," + c) + "]", &schema), "accepted");
  EXPECT_EQ(ErrorOf("[" + action("a", b) + "," + action("b", c) + "]", &schema), "accepted");
  EXPECT_THAT(ErrorOf("[" + action("a", b) + "]", &schema), HasSubstr("declares this action otherwise"));
  EXPECT_THAT(ErrorOf("[" + action("a", c) + "]", &schema), HasSubstr("declares this action otherwise"));
}

TEST(ValueFromJson, BoundsDepth) {
  const auto nested = [](std::size_t levels) {
    const std::string text = std::string(levels, '[') + std::string(levels, ']');
    const auto document = base::JsonDocument::Parse(text);
    return ValueFromJson(document->root(), nullptr).has_value();
  };
  EXPECT_TRUE(nested(kValueDepthMax));
  EXPECT_FALSE(nested(kValueDepthMax + 1));
}

TEST(Context, IsARecordAndNoEscape) {
  const struct {
    const char* json;
    const char* error;
  } rows[] = {
      {R"({"a": {"__entity": {"type": "T", "id": "a"}}})", ""},
      {R"({"__entity": {"type": "T", "id": "a"}})",
       "a context is a record; `__entity` stands for another value"},
      {R"({"__extn": {"fn": "ip", "arg": "::1"}})", "a context is a record; `__extn`"},
      {"[]", "a context is an object"},
  };
  for (const auto& row : rows) {
    const auto document = base::JsonDocument::Parse(row.json);
    ASSERT_TRUE(document);
    const auto context = ContextFromJson(document->root(), nullptr, EntityUid("Action", "a"));
    EXPECT_THAT(context ? "" : context.error().message, HasSubstr(row.error)) << row.json;
    EXPECT_EQ(context.has_value(), std::string_view(row.error).empty()) << row.json;
  }
}

}  // namespace
}  // namespace proviso::cedar
