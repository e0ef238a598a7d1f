#include "cedar/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/limits.h"

namespace proviso::cedar {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string ErrorOf(std::string_view text) {
  const auto schema = Schema::Parse(text, "s");
  return schema ? "accepted" : schema.error().message;
}

constexpr std::string_view kText = R"(
type Count = Long;
@doc("everything") namespace NS {
  type Facts = {@asserted_by("customer") purpose?: Purpose, count: Count, "odd name": Set<ipaddr>};
  entity Purpose enum ["build", "operate"];
  entity Org;
  @kind("person")
  entity User, Bot in [Org] = {age?: Long, boss?: User} tags String;
  action read, "write it" in [all] appliesTo {principal: [User, Bot], resource: Org, context: Facts};
  action all;
}
entity Firm { flag: __cedar::Bool, };
action top in NS::Action::"all" appliesTo { principal: Firm, resource: [NS::Org] };
)";

TEST(Schema, ReadsTheHumanSyntax) {
  const auto schema = Schema::Parse(kText, "s");
  ASSERT_TRUE(schema) << schema.error().message;
  const EntityDeclaration* bot = schema->FindEntity("NS::Bot");
  ASSERT_NE(bot, nullptr);
  EXPECT_THAT(bot->parent_types, ElementsAre("NS::Org"));
  EXPECT_EQ(bot->attributes->Text(), "{age?: Long, boss?: NS::User}");
  EXPECT_EQ(bot->tags->Text(), "String");
  EXPECT_EQ(bot->annotations[0].value, "person");
  EXPECT_THAT(schema->FindEntity("NS::Purpose")->choices, ElementsAre("build", "operate"));
  EXPECT_EQ(schema->FindEntity("Firm")->attributes->Text(), "{flag: Bool}");
  const ActionDeclaration* action = schema->FindAction(EntityUid("NS::Action", "write it"));
  ASSERT_NE(action, nullptr);
  EXPECT_THAT(action->parents, ElementsAre(EntityUid("NS::Action", "all")));
  EXPECT_THAT(action->principal_types, ElementsAre("NS::User", "NS::Bot"));
  EXPECT_THAT(action->resource_types, ElementsAre("NS::Org"));
  EXPECT_EQ(action->context->Text(), "{count: Long, \"odd name\": Set<ipaddr>, purpose?: NS::Purpose}");
  EXPECT_EQ(action->context->FindAttribute("purpose")->FindAnnotation("asserted_by"), "customer");
  const ActionDeclaration* top = schema->FindAction(EntityUid("Action", "top"));
  EXPECT_THAT(top->parents, ElementsAre(EntityUid("NS::Action", "all")));
  EXPECT_THAT(top->resource_types, ElementsAre("NS::Org"));
  EXPECT_THAT(top->context->attributes, IsEmpty());
  EXPECT_EQ(schema->namespace_annotations().at("NS")[0].value, "everything");
  EXPECT_TRUE(schema->common_types().contains("NS::Facts"));
}

TEST(Schema, ReadsTheJsonForm) {
  const auto schema = Schema::ParseJson(R"({"NS": {
    "annotations": {"doc": "everything"},
    "commonTypes": {"Facts": {"type": "Record", "attributes": {
      "purpose": {"type": "Entity", "name": "Purpose", "required": false, "annotations": {"asserted_by": "customer"}},
      "count": {"type": "Long"},
      "when": {"type": "Extension", "name": "datetime"}}}},
    "entityTypes": {
      "Purpose": {"enum": ["build"]},
      "Org": {},
      "User": {"memberOfTypes": ["Org"], "shape": {"type": "Record", "attributes": {
        "ids": {"type": "Set", "element": {"type": "EntityOrCommon", "name": "String"}}}}, "tags": {"type": "Boolean"}}},
    "actions": {
      "all": {},
      "read": {"memberOf": [{"id": "all"}], "appliesTo": {"principalTypes": ["User"], "resourceTypes": ["NS::Org"],
               "context": {"type": "Facts"}}}}}})",
                                        "s");
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_EQ(schema->FindEntity("NS::User")->attributes->Text(), "{ids: Set<String>}");
  EXPECT_EQ(schema->FindEntity("NS::User")->tags->Text(), "Bool");
  const ActionDeclaration* read = schema->FindAction(EntityUid("NS::Action", "read"));
  EXPECT_EQ(read->context->Text(), "{count: Long, purpose?: NS::Purpose, when: datetime}");
  EXPECT_THAT(read->parents, ElementsAre(EntityUid("NS::Action", "all")));
  EXPECT_EQ(read->context->FindAttribute("purpose")->FindAnnotation("asserted_by"), "customer");
}

TEST(Schema, LooksNamesUpInTheirNamespaceFirst) {
  const auto schema = *Schema::Parse(
      "entity A; entity Long; type T = {a: Long, b: __cedar::Long}; action all;"
      "namespace N { entity C; entity B = {x: A, y: N::C, t: T, u: C, v: Action}; action look in [all]; }",
      "s");
  EXPECT_EQ(schema.FindEntity("N::B")->attributes->Text(),
            "{t: {a: Long, b: Long}, u: N::C, v: N::Action, x: A, y: N::C}");
  EXPECT_EQ(schema.common_types().at("T")->FindAttribute("a")->type->kind, Type::Kind::kEntity);
  EXPECT_EQ(schema.common_types().at("T")->FindAttribute("b")->type->kind, Type::Kind::kLong);
  EXPECT_THAT(schema.FindAction(EntityUid("N::Action", "look"))->parents,
              ElementsAre(EntityUid("Action", "all")));
}

TEST(Schema, ReadsWhatTheReferenceReads) {
  for (const char* text :
       {"action a attributes {};", "entity A {a: Action}; action x;", "entity A {__cedar: Long};",
        "namespace N { action a in [\"b\"]; } action b;", "entity A in [];", "entity A {\"if\": Long};",
        "entity Boolean; entity A {a: Boolean};", "entity A {a: Long,};", "entity A enum [\"a\", \"a\"];",
        "type Action = {}; entity A {a: Action}; action x;"}) {
    EXPECT_EQ(ErrorOf(text), "accepted") << text;
  }
}

TEST(Schema, SaysWhatIsWrongAndWhere) {
  const struct {
    const char* text;
    const char* message;
  } rows[] = {
      {"entity A = {x: Strng};", "s:1:16: there is no type `Strng`; did you mean `String`?"},
      {"entity A in B;", "s:1:13: there is no entity type `B`"},
      {"entity A; entity A;", "declared twice"},
      {"action a; action a;", "declared twice"},
      {"type T = Long; type T = Long;", "declared twice"},
      {"type T = {x: T};", "contains itself"},
      {"type Long = String;", "is built in"},
      {"type A = Set<B>; type B = A;", "contains itself"},
      {"entity A = Long;", "expected `{`"},
      {"action a appliesTo {principal: A, resource: A, context: Long}; entity A;", "expected a record type"},
      {"action a appliesTo {};", "at least one type each"},
      {"action a appliesTo {principal: [], resource: [A]}; entity A;", "at least one type each"},
      {"action a appliesTo {principal: [A,], resource: A}; entity A;", "expected an entity type, found `]`"},
      {"action a in [];", "expected an action, found `]`"},
      {"action a in [b,]; action b;", "expected an action, found `]`"},
      {"action a attributes {b: 1};", "expected `}`"},
      {"action if;", "reserved word"},
      {"entity A {if: Long};", "reserved word"},
      {"entity A enum [\"a\",];", "an id as a string"},
      {"entity A {a: Boolean};", "there is no type `Boolean`"},
      {"entity A {a: Action};", "there is no type `Action`"},
      {"entity Action;", "is the type of actions"},
      {"entity T; namespace N { entity T; }", "s:1:32: `T` is declared outside any namespace too"},
      {"type T = Long; namespace N { entity T; }", "outside any namespace too"},
      {"entity T; namespace N { type T = Long; }", "outside any namespace too"},
      {"action a; namespace N { action a; }", "Action::\"a\" is declared outside any namespace too"},
      {"action a in b;", "action Action::\"b\" is not declared"},
      {"action a in [b]; action b in [a];", "s:1:8: entity Action::\""},
      {"action a in [a];", "is its own ancestor"},
      {"action a appliesTo {principal: [], principal: []};", "given twice"},
      {"action a appliesTo {subject: []};", "`principal`, `resource` or `context`"},
      {"entity A = {x: Long, x: Long};", "declared twice in this record"},
      {"entity A enum [];", "an id as a string"},
      {"enity A;", "did you mean `entity`?"},
      {"namespace N { entity A; ", "expected `entity`"},
      {"namespace N {} namespace N {}", "given twice"},
      {"entity in;", "reserved word"},
      {"@a @a entity A;", "given twice"},
  };
  for (const auto& row : rows) EXPECT_THAT(ErrorOf(row.text), HasSubstr(row.message)) << row.text;
  EXPECT_EQ(ErrorOf("entity = ;\nentity B\nentity C;\n"),
            "s:1:8: expected an entity type's name, found `=`\ns:3:1: expected `;`, found `entity`");
}

TEST(Schema, RefusesJsonThatItWouldHaveToGuessAt) {
  for (const char* text :
       {"[]", R"({"N": {"entities": {}}})", R"({"a b": {}})",
        R"({"": {"entityTypes": {"A": {"memberOf": []}}}})",
        R"({"": {"entityTypes": {"A": {"shape": {"type": "Record", "attributes": {"x": {}}}}}}})",
        R"({"": {"entityTypes": {"A": {"enum": []}}}})", R"({"": {"actions": {"a": {"memberOf": ["b"]}}}})",
        R"({"": {"commonTypes": {"T": {"type": "Set"}}}})"}) {
    EXPECT_FALSE(Schema::ParseJson(text, "s")) << text;
  }
}

TEST(Schema, BoundsWhatADeclarationOfManyNamesRepeats) {
  const auto declared = [](std::size_t names) {
    std::string text = "entity E0";
    for (std::size_t i = 1; i < names; ++i) text += ", E" + std::to_string(i);
    text += " = {";  // `=`, `{`, 4 tokens an attribute, `}` and `;`: 2,000
    for (std::size_t i = 0; i < 499; ++i) text += "a" + std::to_string(i) + ": Long, ";
    return ErrorOf(text + "};");
  };
  EXPECT_EQ(declared(kRepeatedTokensMax / 2'000), "accepted");
  EXPECT_THAT(declared(kRepeatedTokensMax / 2'000 + 1), HasSubstr("too many names"));
}

TEST(Schema, BoundsDepthThroughNamesToo) {
  const auto nested = [](std::size_t levels) {
    std::string text = "type T = ";
    for (std::size_t i = 0; i < levels; ++i) text += "Set<";
    text += "Long";
    return text + std::string(levels, '>') + ";";
  };
  EXPECT_EQ(ErrorOf(nested(kNestingMax - 1)), "accepted");
  EXPECT_THAT(ErrorOf(nested(kNestingMax + 1)), HasSubstr("nest deeper"));
  // Declared so that each type is resolved before the one that uses it.
  std::string chain = "type T0 = Long;";
  for (std::size_t i = 1; i <= kNestingMax; ++i) {
    chain += "type T" + std::to_string(i) + " = {x: T" + std::to_string(i - 1) + "};";
  }
  EXPECT_THAT(ErrorOf(chain), HasSubstr("nest deeper"));
}

}  // namespace
}  // namespace proviso::cedar
