#include "cedar/schema_translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/schema.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

std::string ToJsonOrError(const std::string& text) {
  const auto json = SchemaTextToJson(text, "s");
  return json ? *json : json.error().message;
}

std::string ToTextOrError(const std::string& json) {
  const auto text = SchemaJsonToText(json, "s.json");
  return text ? *text : text.error().message;
}

struct Pair {
  std::string text;
  std::string json;
};

// What the reference engine (cedar-wasm 4.5.0, schemaToJson) gives, in our order of keys.
TEST(SchemaTranslate, WritesJsonAsTheReferenceDoes) {
  const std::vector<Pair> facts = {
      {"", "{}"},
      {"entity A = {};", R"({"":{"entityTypes":{"A":{}},"actions":{}}})"},
      {"entity A, B in [A] {a?: Long} tags Set<String>;",
       R"({"":{"entityTypes":{"A":{"memberOfTypes":["A"],"shape":{"type":"Record","attributes":{"a":)"
       R"({"type":"EntityOrCommon","name":"Long","required":false}}},"tags":{"type":"Set","element":)"
       R"({"type":"EntityOrCommon","name":"String"}}},"B":{"memberOfTypes":["A"],"shape":{"type":"Record",)"
       R"("attributes":{"a":{"type":"EntityOrCommon","name":"Long","required":false}}},"tags":{"type":"Set",)"
       R"("element":{"type":"EntityOrCommon","name":"String"}}}},"actions":{}}})"},
      {R"(@n namespace N { @e("x") entity E enum ["a"]; @t("1") type T = {@at("2") x: __cedar::Long}; @ac action
          go in [stay, Action::"x y"] appliesTo {principal: E, resource: [E], context: T}; action stay, "x y"; })",
       R"({"N":{"commonTypes":{"T":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":)"
       R"("__cedar::Long","annotations":{"at":"2"}}},"annotations":{"t":"1"}}},"entityTypes":{"E":{"enum":["a"],)"
       R"("annotations":{"e":"x"}}},"actions":{"go":{"appliesTo":{"principalTypes":["E"],"resourceTypes":["E"],)"
       R"("context":{"type":"T"}},"memberOf":[{"id":"stay"},{"id":"x y","type":"Action"}],"annotations":)"
       R"({"ac":""}},"stay":{"appliesTo":{"principalTypes":[],"resourceTypes":[]}},"x y":{"appliesTo":)"
       R"({"principalTypes":[],"resourceTypes":[]}}},"annotations":{"n":""}}})"},
  };
  for (const Pair& fact : facts) EXPECT_EQ(ToJsonOrError(fact.text), fact.json) << fact.text;
}

TEST(SchemaTranslate, WritesTextThatAPersonWouldWrite) {
  constexpr std::string_view kText = R"(@doc("a person")
entity User in [Group] = {
  @asserted_by("operator")
  name: String,
  "zip code"?: Long,
  home: {
    city: Town,
    tags: Set<{
      a: Bool,
    }>,
  },
} tags Set<String>;

entity Group;

entity Colour enum ["red", "dark \"green\""];

action all;

action "touch it" in [all, N::Action::"z"] appliesTo {
  principal: [User, Group],
  resource: [N::Box],
  context: {
    ip?: ipaddr,
  }
};

@n
namespace N {
  type Deep = Set<Set<Long>>;

  entity Box = {
    deep: Deep,
  };

  action z;
}
)";
  const std::string with_town = "type Town = String;\n\n" + std::string(kText);
  const auto json = SchemaTextToJson(with_town, "s");
  ASSERT_TRUE(json) << json.error().message;
  std::string expected = with_town;
  expected.replace(expected.find("@n\n"), 3, "@n(\"\")\n");
  EXPECT_EQ(ToTextOrError(*json), expected);
}

/// One entity type `A` with an attribute `a` of this type.
std::string WithType(const std::string& type, const std::string& more = "") {
  return R"({"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"a":)" + type + R"(}}})" + more +
         R"(},"actions":{}}})";
}

TEST(SchemaTranslate, NamesBuiltInTypesSoThatNothingHidesThem) {
  const std::vector<Pair> facts = {
      {"a: __cedar::Long,", WithType(R"({"type":"Long"})", R"(,"Long":{})")},
      {"a: __cedar::Bool,", WithType(R"({"type":"Boolean"})")},
      {"a: __cedar::decimal,", WithType(R"({"type":"Extension","name":"decimal"})")},
      {"a: A,", WithType(R"({"type":"Entity","name":"A"})")},
      {"a: decimal,", WithType(R"({"type":"EntityOrCommon","name":"decimal"})")},
      {"@x\n  a?: __cedar::Long,", WithType(R"({"type":"Long","required":false,"annotations":{"x":null}})")},
  };
  for (const Pair& fact : facts) EXPECT_THAT(ToTextOrError(fact.json), HasSubstr(fact.text));
}

TEST(SchemaTranslate, RefusesWhatTextCannotSay) {
  const std::vector<Pair> facts = {
      {"the shape of `A` is a common type, `T`",
       R"({"":{"commonTypes":{"T":{"type":"Record","attributes":{}}},"entityTypes":{"A":{"shape":{"type":"T"}}},)"
       R"("actions":{}}})"},
      {"annotations outside any namespace",
       R"({"":{"entityTypes":{},"actions":{},"annotations":{"a":"b"}}})"},
      // The reference engine writes `a: A`, which is then a Long.
      {"would change what a name means",
       R"({"":{"commonTypes":{"A":{"type":"Long"}},"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"a":)"
       R"({"type":"Entity","name":"A"}}}}},"actions":{}}})"},
      {"is not declared", R"({"":{"entityTypes":{},"actions":{"a":{"memberOf":[{"id":"b"}]}}}})"},
  };
  for (const Pair& fact : facts) EXPECT_THAT(ToTextOrError(fact.json), HasSubstr(fact.text));
}

TEST(SchemaTranslate, WritesAnActionThatAppliesToNothingWithoutAppliesTo) {
  EXPECT_EQ(
      ToTextOrError(R"({"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],)"
                    R"("resourceTypes":[]}}}}})"),
      "entity A;\n\naction a;\n");
}

TEST(SchemaTranslate, ComparesTypesThatAreSharedManyTimesOnce) {
  std::string text = "type T0 = {};\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "T" + std::to_string(i - 1);
    text += "type T" + std::to_string(i) + " = {a: " + before + ", b: " + before + "};\n";
  }
  const auto json = SchemaTextToJson(text + "entity A {t: T59};", "s");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_TRUE(SchemaJsonToText(*json, "s.json"));
}

// Names in JSON are checked: they become words of the text.
TEST(SchemaJson, RefusesNamesKeysAndKindsThatDoNotBelong) {
  const std::vector<Pair> facts = {
      {"a type's name is letters", R"({"":{"entityTypes":{"A; entity B":{}},"actions":{}}})"},
      {"a type's name is letters",
       R"({"":{"commonTypes":{"in":{"type":"Long"}},"entityTypes":{},"actions":{}}})"},
      {"this is not a type's name", WithType(R"({"type":"T T"})")},
      {"this is not a type's name", WithType(R"({"type":"Entity","name":"in"})")},
      {"unknown key `foo`", WithType(R"({"type":"Long","foo":1})")},
      {"unknown key `element`", WithType(R"({"type":"Long","element":{"type":"Long"}})")},
      {"unknown key `required`", WithType(R"({"type":"Set","element":{"type":"Long","required":false}})")},
      {"a type is an object with \"type\"", WithType(R"({"type":"Set"})")},
      {"an annotation's name is letters", WithType(R"({"type":"Long","annotations":{"1":"x"}})")},
      {"`annotations` is an object", WithType(R"({"type":"Long","annotations":[]})")},
      {"there is no type `B`", WithType(R"({"type":"B"})", R"(,"B":{})")},  // an entity type is none here
      {"unknown key `shape`",
       R"({"":{"entityTypes":{"A":{"enum":["x"],"shape":{"type":"Long"}}},"actions":{}}})"},
      {"an entity type is a string", R"({"":{"entityTypes":{"A":{"memberOfTypes":["in"]}},"actions":{}}})"},
      {"`entityTypes` is an object", R"({"":{"entityTypes":[],"actions":{}}})"},
      {"a parent action is",
       R"({"":{"entityTypes":{},"actions":{"a":{"memberOf":[{"id":"a","type":"x y"}]}}}})"},
      {"`memberOf` is an array", R"({"":{"entityTypes":{},"actions":{"a":{"memberOf":{}}}}})"},
  };
  for (const Pair& fact : facts) {
    const auto schema = Schema::ParseJson(fact.json, "s.json");
    ASSERT_FALSE(schema) << fact.json;
    EXPECT_THAT(schema.error().message, HasSubstr(fact.text));
  }
}

}  // namespace
}  // namespace proviso::cedar
