// What a closed world and an open one know of entities, asked through a solver where folding does not say.
#include "analysis/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/compile.h"
#include "analysis/internal/types.h"
#include "cedar/parse.h"

namespace proviso::analysis {
namespace {

using cedar::EntityUid;

constexpr std::string_view kSchema = R"(
entity Org;
entity Team in [Team, Org];
entity Color enum ["red", "green"];
entity User in [Team] { name: String, level?: Long, home: { city: String, zip?: Long }, color: Color,
                        boss?: User } tags Long;
entity Doc { owner: User };
action act;
action read in [act] appliesTo { principal: [User], resource: [Doc], context: { team?: Team, teams: Set<Team> } };
)";

constexpr std::string_view kEntities = R"([
  {"uid": {"type": "User", "id": "ann"}, "parents": [{"type": "Team", "id": "red"}],
   "attrs": {"name": "Ann", "level": 3, "home": {"city": "Oslo"}, "color": {"type": "Color", "id": "red"}},
   "tags": {"age": 40}},
  {"uid": {"type": "User", "id": "bob"}, "parents": [],
   "attrs": {"name": "Bob", "home": {"city": "Oslo", "zip": 1}, "color": {"type": "Color", "id": "red"}}},
  {"uid": {"type": "Team", "id": "red"}, "parents": [{"type": "Org", "id": "all"}], "attrs": {}}
])";

/// Policies over requests of a User to read a Doc.
class Asked {
 public:
  explicit Asked(World::Kind kind) : kind_(kind) {}

  [[nodiscard]] SymbolicRequest& request() { return request_; }
  [[nodiscard]] Terms& terms() { return terms_; }

  Compiled When(const std::string& condition) {
    const auto policies =
        cedar::ParsePolicies("permit(principal, action, resource) when { " + condition + " };", "p");
    EXPECT_TRUE(policies) << policies.error().message;
    if (compiler_ == nullptr) {
      compiler_ = std::make_unique<Compiler>(terms_, schema_, World{kind_, &entities_}, request_);
    }
    const auto compiled = compiler_->Compile(policies->policies()[0].body());
    EXPECT_TRUE(compiled) << condition << ": " << compiled.error().message;
    return *compiled;
  }

  /// A request that satisfies the condition; nothing where there is none.
  std::optional<ConcreteCase> Find(const std::string& condition) {
    Query query{{When(condition).satisfied}, {}};
    for (const Term term : compiler_->Assumptions()) query.assertions.push_back(term);
    query.wanted = WantedFor(request_, *compiler_);
    const auto answer = Solver(SolverOptions()).Ask(query);
    EXPECT_TRUE(answer) << answer.error().message;
    EXPECT_NE(answer->kind, Answer::Kind::kUnknown) << answer->reason;
    if (answer->kind != Answer::Kind::kSat) return std::nullopt;
    auto made = CaseOf(request_, *compiler_, query.wanted, answer->values);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

 private:
  World::Kind kind_;
  cedar::Schema schema_ = *cedar::Schema::Parse(kSchema, "schema");
  cedar::Entities entities_ = *cedar::EntitiesFromJson(kEntities, "entities", &schema_);
  Terms terms_;
  SymbolicRequest request_ = MakeRequest(terms_, schema_, {"User", EntityUid("Action", "read"), "Doc"}, "r");
  std::unique_ptr<Compiler> compiler_;
};

const cedar::Entity* Named(const ConcreteCase& found, const EntityUid& uid) {
  for (const cedar::Entity& entity : found.entities) {
    if (entity.uid == uid) return &entity;
  }
  return nullptr;
}

TEST(ClosedWorld, KnowsOnlyItsOwnEntities) {
  Asked asked(World::Kind::kClosed);
  const std::vector<std::pair<std::string, std::string>> only = {
      {"principal.name == \"Ann\"", "User::\"ann\""},
      {"principal has level", "User::\"ann\""},
      {"principal has home.zip", "User::\"bob\""},
      {"principal.hasTag(\"age\") && principal.getTag(\"age\") == 40", "User::\"ann\""},
      {"principal in Org::\"all\"", "User::\"ann\""},
  };
  for (const auto& [condition, principal] : only) {
    const auto found = asked.Find(condition);
    ASSERT_TRUE(found) << condition;
    EXPECT_EQ(found->request.principal.Text(), principal) << condition;
  }
  EXPECT_FALSE(asked.Find("principal.name == \"Cid\""));
  EXPECT_FALSE(asked.Find("principal in Team::\"blue\""));
  EXPECT_FALSE(asked.Find("resource.owner == principal"));  // no Doc is known
}

TEST(ClosedWorld, ReadingAnEntityThatIsNotKnownErrs) {
  Asked asked(World::Kind::kClosed);
  Terms& terms = asked.terms();
  const Term principal = asked.request().principal.term;
  const auto is = [&](std::string_view id) {
    return terms.Equal(principal, EntityTerm(terms, EntityUid("User", std::string(id))));
  };
  EXPECT_EQ(asked.When("principal.name == \"\"").errs, terms.Not(terms.Or({is("ann"), is("bob")})));
  EXPECT_EQ(asked.When("principal.level == 3").errs, terms.Not(is("ann")));
  EXPECT_EQ(asked.When("User::\"cid\".name == \"\"").errs, terms.True());
  EXPECT_EQ(asked.When("User::\"cid\" has name").errs, terms.False());
}

TEST(ClosedWorld, KnowsAnUnknownNameToBeInItselfAlone) {
  Asked asked(World::Kind::kClosed);
  EXPECT_EQ(asked.When("Team::\"x\" in Team::\"x\"").satisfied, asked.terms().True());
  EXPECT_EQ(asked.When("Team::\"x\" in Team::\"red\"").satisfied, asked.terms().False());
  EXPECT_EQ(asked.When("action in Action::\"act\"").satisfied, asked.terms().True());
}

TEST(ClosedWorld, ALocalEntityIsInItsParentAndWhatIsKnownAboveIt) {
  Asked asked(World::Kind::kClosed);
  Terms& terms = asked.terms();
  SymbolicRequest& request = asked.request();
  const Term has_team = terms.Variable("has team", terms.BoolSort());
  std::vector<Term> bounds;
  const SymbolicValue team = VariablesOf(terms, internal::EntityType("Team"), "team",
                                         *cedar::Schema::Parse(kSchema, "schema"), bounds);
  request.locals.push_back({request.principal, {{has_team, team}}});
  const auto red = asked.Find("principal in Org::\"all\" && principal != User::\"ann\"");
  ASSERT_TRUE(red);
  ASSERT_EQ(red->entities.size(), 1U);
  EXPECT_EQ(red->entities[0].uid, red->request.principal);
  EXPECT_THAT(red->entities[0].parents, testing::ElementsAre(EntityUid("Team", "red")));
  const auto blue = asked.Find("principal in Team::\"blue\"");
  ASSERT_TRUE(blue);
  EXPECT_THAT(blue->entities[0].parents, testing::ElementsAre(EntityUid("Team", "blue")));
  // What is known of a name counts, not the request's entity of that name.
  EXPECT_FALSE(asked.Find("principal in Team::\"blue\" && principal == User::\"bob\""));
}

TEST(OpenWorld, AnyEntityAsTheSchemaSaysMayBe) {
  Asked asked(World::Kind::kOpen);
  const auto found =
      asked.Find("principal.name == \"Cid\" && principal.home.zip == 7 && resource.owner == principal");
  ASSERT_TRUE(found);
  const cedar::Entity* user = Named(*found, found->request.principal);
  ASSERT_NE(user, nullptr);
  EXPECT_EQ(*user->attributes.Find("name"), cedar::Value::String("Cid"));
  EXPECT_NE(user->attributes.Find("color"), nullptr) << "what is required is there, asked for or not";
  const cedar::Entity* doc = Named(*found, found->request.resource);
  ASSERT_NE(doc, nullptr);
  EXPECT_EQ(*doc->attributes.Find("owner"), cedar::Value::Entity(found->request.principal));
  EXPECT_EQ(asked.When("principal.name == \"\"").errs, asked.terms().False()) << "every entity exists";
}

TEST(OpenWorld, WhatOneIsInIsTransitiveAndHasNoCircles) {
  Asked asked(World::Kind::kOpen);
  const std::vector<std::string> impossible = {
      "context.team in Team::\"a\" && principal in context.team && !(principal in Team::\"a\")",
      "context.team in Team::\"a\" && Team::\"a\" in context.team && context.team != Team::\"a\"",
      "Team::\"a\" in Team::\"b\" && Team::\"b\" in Team::\"c\" && Team::\"c\" in Team::\"a\"",
      "principal in context.teams && Team::\"a\" in Org::\"o\" && context.teams == [Team::\"a\"] && "
      "!(principal in Org::\"o\")",
      "principal in resource.owner && principal != resource.owner",
      "principal.color != Color::\"red\" && principal.color != Color::\"green\"",
      "principal has level && principal.level > 9223372036854775807",
  };
  for (const std::string& condition : impossible) {
    Asked one(World::Kind::kOpen);
    EXPECT_FALSE(one.Find(condition)) << condition;
  }
  const auto found = asked.Find(
      "context.team in Team::\"a\" && principal in context.team && "
      "principal in Org::\"o\" && !(context.team in Org::\"o\")");
  ASSERT_TRUE(found);
  const auto entities = cedar::Entities::Build(found->entities);
  ASSERT_TRUE(entities) << entities.error().message;
  EXPECT_TRUE(entities->IsIn(found->request.principal, EntityUid("Team", "a")));
  EXPECT_TRUE(entities->IsIn(found->request.principal, EntityUid("Org", "o")));
}

TEST(OpenWorld, ActionsAreInWhatTheSchemaSays) {
  Asked asked(World::Kind::kOpen);
  EXPECT_EQ(asked.When("action in Action::\"act\"").satisfied, asked.terms().True());
  EXPECT_EQ(asked.When("action in [Action::\"read\"]").satisfied, asked.terms().True());
  EXPECT_EQ(asked.When("Action::\"act\" in action").satisfied, asked.terms().False());
}

}  // namespace
}  // namespace proviso::analysis
