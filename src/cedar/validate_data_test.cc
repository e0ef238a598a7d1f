#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/validate.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSchema = R"(
entity Team in [Team, Region];
entity Region;
entity User in [Team] = {name: String, nick?: String, boss?: User, tool?: Device, does?: Action,
                         seen?: Set<ipaddr>} tags Long;
entity Device enum ["phone", "laptop"];
action read in [any] appliesTo {principal: [User, Device], resource: Team,
                                context: {count: Long, at?: datetime, tool?: Device}};
action any in [all];
action all;
)";

const Schema& TheSchema() {
  static const Schema kRead = *Schema::Parse(kSchema, "s");
  return kRead;
}

std::string Refusal(const base::Status& status) {
  return status ? "valid" : status.error().message;
}

Value Context(std::vector<Attribute> attributes) {
  return Value::FromRecord(Record(std::move(attributes)));
}

TEST(ValidateRequest, WantsTypesThatTheActionAppliesToAndItsContext) {
  const EntityUid user("User", "a");
  const EntityUid read("Action", "read");
  const EntityUid team("Team", "t");
  const Value one = Context({{"count", Value::Long(1)}});
  const std::vector<std::pair<Request, std::string>> facts = {
      {{user, read, team, one}, "valid"},
      {{EntityUid("Device", "phone"), read, team, one}, "valid"},
      {{EntityUid("Device", "fax"), read, team, one},
       "principal: `Device` is enumerated and has no Device::\"fax\""},
      {{EntityUid("Usr", "a"), read, team, one}, "no entity type `Usr` for the principal"},
      {{team, read, team, one},
       "Action::\"read\" does not apply to a principal of type `Team`; it applies to `User`"},
      {{user, read, user, one}, "does not apply to a resource of type `User`"},
      {{user, EntityUid("Action", "raed"), team, one}, "no action Action::\"raed\"; did you mean"},
      {{user, EntityUid("Action", "any"), team, one}, "it applies to none"},
      {{user, read, team, Context({})}, "context: attribute `count` is missing"},
      {{user, read, team, Context({{"count", Value::String("1")}})},
       "attribute `count`: expected Long, found a string"},
      {{user, read, team, Context({{"count", Value::Long(1)}, {"more", Value::Long(1)}})},
       "`more` is not in the schema"},
      {{user, read, team,
        Context({{"count", Value::Long(1)}, {"tool", Value::Entity(EntityUid("Device", "fax"))}})},
       "has no Device::\"fax\""},
      {{user, read, team, Value::Long(1)}, "context: expected {"},
  };
  for (const auto& [request, expected] : facts) {
    EXPECT_THAT(Refusal(ValidateRequest(request, TheSchema())), HasSubstr(expected));
  }
}

Entity User(std::vector<Attribute> attributes) {
  attributes.push_back({"name", Value::String("n")});
  return {
      .uid = EntityUid("User", "a"), .parents = {}, .attributes = Record(std::move(attributes)), .tags = {}};
}

TEST(ValidateEntity, WantsAttributesAndTagsAsDeclared) {
  Entity nameless = User({});
  nameless.attributes = Record();
  Entity tagged = User({});
  tagged.tags = Record({{"k", Value::Long(1)}});
  Entity wrong_tag = User({});
  wrong_tag.tags = Record({{"k", Value::String("1")}});
  const Entity tagged_team{.uid = EntityUid("Team", "t"),
                           .parents = {},
                           .attributes = {},
                           .tags = Record({{"k", Value::Long(1)}})};
  const auto plain = [](const char* type, const char* id) {
    return Entity{.uid = EntityUid(type, id), .parents = {}, .attributes = {}, .tags = {}};
  };
  const std::vector<std::pair<Entity, std::string>> facts = {
      {User({}), "valid"},
      {nameless, "entity User::\"a\": attribute `name` is missing"},
      {User({{"nick", Value::Long(1)}}), "attribute `nick`: expected String, found a long"},
      {User({{"more", Value::Long(1)}}), "`more` is not in the schema"},
      {User({{"boss", Value::Entity(EntityUid("Team", "t"))}}), "expected an entity of type `User`"},
      {User({{"tool", Value::Entity(EntityUid("Device", "fax"))}}), "has no Device::\"fax\""},
      {User({{"does", Value::Entity(EntityUid("Action", "read"))}}), "valid"},
      {User({{"does", Value::Entity(EntityUid("Action", "absent"))}}),
       "not an action that the schema declares"},
      {User({{"seen", Value::FromElements({})}}), "valid"},
      {User({{"seen", Value::FromElements({Value::Long(1)})}}), "an element: expected ipaddr"},
      {tagged, "valid"},
      {wrong_tag, "tag `k`: expected Long"},
      {tagged_team, "`Team` has no tags in the schema"},
      {plain("Device", "phone"), "valid"},
      {plain("Device", "fax"), "has no Device::\"fax\""},
      {plain("Tean", "t"), "no entity type `Tean`; did you mean `Team`?"},
  };
  for (const auto& [entity, expected] : facts) {
    const auto entities = Entities::Build({entity});
    ASSERT_TRUE(entities);
    EXPECT_THAT(Refusal(ValidateEntity(entity, *entities, TheSchema())), HasSubstr(expected));
    EXPECT_THAT(Refusal(ValidateEntities(*entities, TheSchema())), HasSubstr(expected));
  }
}

TEST(ValidateEntity, LooksAtEveryAncestor) {
  const auto in = [](EntityUid uid, std::vector<EntityUid> parents) {
    return Entity{.uid = std::move(uid), .parents = std::move(parents), .attributes = {}, .tags = {}};
  };
  const EntityUid team("Team", "t");
  const EntityUid region("Region", "r");
  Entity user = User({});
  user.parents = {team};
  const auto good = Entities::Build({user, in(team, {region})});
  EXPECT_EQ(Refusal(ValidateEntities(*good, TheSchema())), "valid");
  const auto bad = Entities::Build({user, in(team, {region}), in(region, {EntityUid("Device", "phone")})});
  EXPECT_THAT(Refusal(ValidateEntity(*bad->Find(user.uid), *bad, TheSchema())),
              HasSubstr("it is in Device::\"phone\", but the schema lets no `User` be in a `Device`"));
}

TEST(ValidateEntity, WantsActionsExactlyAsTheSchemaHasThem) {
  const auto action = [](const char* id, std::vector<EntityUid> parents) {
    return Entity{
        .uid = EntityUid("Action", id), .parents = std::move(parents), .attributes = {}, .tags = {}};
  };
  const EntityUid any("Action", "any");
  const EntityUid all("Action", "all");
  const auto whole = Entities::Build({action("read", {any}), action("any", {all}), action("all", {})});
  EXPECT_EQ(Refusal(ValidateEntities(*whole, TheSchema())), "valid");
  const auto part = Entities::Build({action("read", {any})});
  EXPECT_THAT(Refusal(ValidateEntities(*part, TheSchema())), HasSubstr("declares this action otherwise"));
  const auto unknown = Entities::Build({action("absent", {})});
  EXPECT_THAT(Refusal(ValidateEntities(*unknown, TheSchema())), HasSubstr("no such action"));
}

}  // namespace
}  // namespace proviso::cedar
