#include "cedar/compiled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const PolicySet> Read(std::string_view text) {
  return std::make_shared<const PolicySet>(*ParsePolicies(text, "p.cedar"));
}

std::vector<std::string> Ids(const std::vector<const Policy*>& policies) {
  std::vector<std::string> ids;
  for (const Policy* policy : policies) ids.push_back(policy->id());
  return ids;
}

Entity Make(const EntityUid& uid, std::vector<EntityUid> parents) {
  return {.uid = uid, .parents = std::move(parents), .attributes = {}, .tags = {}};
}

const EntityUid kAlice("User", "alice");
const EntityUid kView("Action", "view");
const EntityUid kPhoto("Photo", "p");

Request Ask(const EntityUid& principal, const EntityUid& action, const EntityUid& resource) {
  return {principal, action, resource, Value::FromRecord(Record({{"n", Value::Long(1)}}))};
}

TEST(Compiled, GivesReasonsAndErrorsInTheOrderOfTheSet) {
  const CompiledPolicies compiled(
      Read("permit(principal, action, resource);"
           "forbid(principal, action, resource) when { context.missing };"
           "permit(principal is User, action == Action::\"view\", resource) when { context.n == 1 };"));
  CompiledPolicies::Scratch scratch;
  const Verdict& verdict = compiled.Decide(Ask(kAlice, kView, kPhoto), Entities(), scratch);
  EXPECT_EQ(verdict.decision, Decision::kAllow);
  EXPECT_EQ(verdict.outcome, Outcome::kPermitted);
  EXPECT_THAT(Ids(verdict.reasons()), ElementsAre("policy0", "policy2"));
  EXPECT_THAT(Ids(verdict.errors), ElementsAre("policy1"));
  EXPECT_EQ(ExplainError(*verdict.errors[0], Entities(), Ask(kAlice, kView, kPhoto)),
            "policy1 (p.cedar:1:88): the record has no attribute \"missing\"");
}

TEST(Compiled, TellsForbiddenFromNotPermitted) {
  CompiledPolicies::Scratch scratch;
  const Request request = Ask(kAlice, kView, kPhoto);
  EXPECT_EQ(CompiledPolicies(Read("")).Decide(request, Entities(), scratch).outcome, Outcome::kNotPermitted);
  const CompiledPolicies both(
      Read("permit(principal, action, resource); forbid(principal, action, resource);"));
  const Verdict& verdict = both.Decide(request, Entities(), scratch);
  EXPECT_EQ(verdict.outcome, Outcome::kForbidden);
  EXPECT_EQ(verdict.decision, Decision::kDeny);
  EXPECT_THAT(Ids(verdict.reasons()), ElementsAre("policy1"));
}

/// Enough policies for the index to look them up by principal and by resource.
TEST(Compiled, FindsPoliciesByTheEntityThatTheyName) {
  std::string text = "permit(principal, action, resource == Photo::\"p\") when { false };";
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    text += "permit(principal == User::\"u" + n + "\", action, resource);";   // policy 1 + 3i
    text += "permit(principal in Team::\"t" + n + "\", action, resource);";   // policy 2 + 3i
    text += "permit(principal, action, resource in Album::\"a" + n + "\");";  // policy 3 + 3i
  }
  const CompiledPolicies compiled(Read(text));
  const auto entities = *Entities::Build({Make(kAlice, {EntityUid("Team", "t7"), EntityUid("Team", "t3")}),
                                          Make(kPhoto, {EntityUid("Album", "a5")})});
  CompiledPolicies::Scratch scratch;
  const auto reasons = [&](const EntityUid& principal, const EntityUid& resource) {
    return Ids(compiled.Decide(Ask(principal, kView, resource), entities, scratch).reasons());
  };
  EXPECT_THAT(reasons(EntityUid("User", "u9"), EntityUid("Photo", "other")), ElementsAre("policy28"));
  EXPECT_THAT(reasons(kAlice, kPhoto), ElementsAre("policy11", "policy18", "policy23"));
  EXPECT_THAT(reasons(EntityUid("Team", "t3"), EntityUid("Album", "a5")),
              ElementsAre("policy11", "policy18"));
  EXPECT_THAT(reasons(EntityUid("User", "x"), EntityUid("Photo", "other")), IsEmpty());
}

TEST(Compiled, AsksAnActionsGroupsOfTheEntitiesAtHand) {
  const CompiledPolicies compiled(
      Read(R"(permit(principal, action in [Action::"read", Action::"x"], resource);)"));
  const auto grouped = *Entities::Build({Make(kView, {EntityUid("Action", "read")})});
  const auto other = *Entities::Build({Make(kView, {EntityUid("Action", "write")})});
  CompiledPolicies::Scratch scratch;
  const auto decide = [&](const EntityUid& action, const Entities& entities) {
    return compiled.Decide(Ask(kAlice, action, kPhoto), entities, scratch).decision;
  };
  // In turns: a slice made for one must not answer for another.
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(decide(kView, grouped), Decision::kAllow);
    EXPECT_EQ(decide(kView, other), Decision::kDeny);
    EXPECT_EQ(decide(kView, Entities()), Decision::kDeny);
    EXPECT_EQ(decide(EntityUid("Action", "x"), other), Decision::kAllow);
  }
}

TEST(Compiled, LinksOfATemplateDecideEachWithItsSlots) {
  auto set = *ParsePolicies("permit(principal == ?principal, action, resource in ?resource);", "t");
  ASSERT_TRUE(set.Link("policy0", "one", {kAlice, EntityUid("Album", "a")}));
  ASSERT_TRUE(set.Link("policy0", "two", {kAlice, EntityUid("Album", "b")}));
  const CompiledPolicies compiled(std::make_shared<const PolicySet>(std::move(set)));
  const auto entities = *Entities::Build({Make(kPhoto, {EntityUid("Album", "b")})});
  CompiledPolicies::Scratch scratch;
  EXPECT_THAT(Ids(compiled.Decide(Ask(kAlice, kView, kPhoto), entities, scratch).reasons()),
              ElementsAre("two"));
}

TEST(Compiled, AScratchGoesFromOneSetToAnother) {
  const CompiledPolicies permits(Read("permit(principal, action, resource) when { context.n + 1 == 2 };"));
  const CompiledPolicies forbids(Read("forbid(principal, action, resource) when { [1, context.n] == [1] };"));
  CompiledPolicies::Scratch scratch;
  const Request request = Ask(kAlice, kView, kPhoto);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(permits.Decide(request, Entities(), scratch).outcome, Outcome::kPermitted);
    EXPECT_EQ(forbids.Decide(request, Entities(), scratch).outcome, Outcome::kForbidden);
  }
}

TEST(Compiled, OneSetServesManyThreads) {
  const CompiledPolicies compiled(Read(R"(permit(principal, action, resource) when { context.n == 1 };)"));
  std::vector<std::thread> threads;
  std::atomic<int> allowed = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      CompiledPolicies::Scratch scratch;
      for (int round = 0; round < 1'000; ++round) {
        const Request request = Ask(EntityUid("User", std::to_string(round)), kView, kPhoto);
        allowed += compiled.Decide(request, Entities(), scratch).decision == Decision::kAllow ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed, 4'000);
}

/// Kinds of request without end, as a hostile caller would send them: slices come and go.
TEST(Compiled, BoundsTheIndexThatRequestsFill) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "permit(principal, action, resource) when { context.n == 2 };";
  text += "permit(principal, action, resource);";
  const CompiledPolicies compiled(Read(text));
  CompiledPolicies::Scratch scratch;
  static_assert(kSliceCandidatesMax / 5'000 < 500, "the rounds below must pass the bound");
  for (int i = 0; i < 500; ++i) {
    const Request request = Ask(kAlice, EntityUid("Action", std::to_string(i)), kPhoto);
    EXPECT_THAT(Ids(compiled.Decide(request, Entities(), scratch).reasons()), ElementsAre("policy5000"));
  }
}

}  // namespace
}  // namespace proviso::cedar
