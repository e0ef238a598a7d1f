#include "cedar/authorize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Request kRequest{EntityUid("User", "alice"), EntityUid("Action", "view"), EntityUid("Photo", "p"),
                       Value::FromRecord(Record({{"n", Value::Long(1)}}))};

std::vector<std::string> Ids(const std::vector<const Policy*>& policies) {
  std::vector<std::string> ids;
  for (const Policy* policy : policies) ids.push_back(policy->id());
  return ids;
}

TEST(Authorize, DeniesByDefault) {
  const Response response = Authorize(PolicySet(), Entities(), kRequest);
  EXPECT_EQ(response.decision, Decision::kDeny);
  EXPECT_THAT(response.reasons, IsEmpty());
}

TEST(Authorize, GivesEverySatisfiedPermitAsReason) {
  const auto set = *ParsePolicies(
      "permit(principal, action, resource);"
      "permit(principal == User::\"bob\", action, resource);"
      "permit(principal is User, action == Action::\"view\", resource) when { context.n == 1 };",
      "p");
  const Response response = Authorize(set, Entities(), kRequest);
  EXPECT_EQ(response.decision, Decision::kAllow);
  EXPECT_THAT(Ids(response.reasons), ElementsAre("policy0", "policy2"));
}

TEST(Authorize, LetsOneForbidOverrideEveryPermit) {
  const auto set = *ParsePolicies(
      "permit(principal, action, resource);"
      "forbid(principal, action, resource) when { context.n == 1 };"
      "forbid(principal, action, resource) unless { context.n == 1 };",
      "p");
  const Response response = Authorize(set, Entities(), kRequest);
  EXPECT_EQ(response.decision, Decision::kDeny);
  EXPECT_THAT(Ids(response.reasons), ElementsAre("policy1"));
  EXPECT_THAT(Ids(response.satisfied_permits), ElementsAre("policy0"));
  EXPECT_THAT(Ids(response.satisfied_forbids), ElementsAre("policy1"));
}

TEST(Authorize, TellsForbiddenFromNotPermitted) {
  const auto outcome = [](std::string_view text) {
    return Authorize(*ParsePolicies(text, "p"), Entities(), kRequest).outcome;
  };
  EXPECT_EQ(outcome(""), Outcome::kNotPermitted);
  EXPECT_EQ(outcome("permit(principal, action, resource) when { context.missing };"), Outcome::kNotPermitted);
  EXPECT_EQ(outcome("permit(principal, action, resource);"), Outcome::kPermitted);
  EXPECT_EQ(outcome("forbid(principal, action, resource);"), Outcome::kForbidden);
  EXPECT_EQ(outcome("permit(principal, action, resource); forbid(principal, action, resource);"),
            Outcome::kForbidden);
}

TEST(Authorize, SkipsAndReportsAPolicyThatErrs) {
  const auto set = *ParsePolicies(
      "permit(principal, action, resource);\n"
      "forbid(principal, action, resource) when { context.missing };\n"
      "forbid(principal, action, resource) when { 1 };\n"
      "forbid(principal, action, resource) when { false } when { context.missing };",
      "p.cedar");
  const Response response = Authorize(set, Entities(), kRequest);
  EXPECT_EQ(response.decision, Decision::kAllow);
  ASSERT_EQ(response.errors.size(), 2U);
  EXPECT_EQ(response.errors[0].policy->id(), "policy1");
  EXPECT_EQ(response.errors[0].message, "policy1 (p.cedar:2:52): the record has no attribute \"missing\"");
  EXPECT_THAT(response.errors[1].message, HasSubstr("policy2 (p.cedar:3:44): expected a bool, found a long"));
}

TEST(Authorize, MatchesScopesThroughTheHierarchy) {
  const auto entities = *EntitiesFromJson(R"([
      {"uid": {"type": "User", "id": "alice"}, "attrs": {}, "parents": [{"type": "Team", "id": "red"}]},
      {"uid": {"type": "Action", "id": "view"}, "attrs": {}, "parents": [{"type": "Action", "id": "read"}]}])",
                                          "e", nullptr);
  const struct {
    const char* scope;
    Decision decision;
  } rows[] = {{"principal in Team::\"red\", action, resource", Decision::kAllow},
              {"principal in Team::\"blue\", action, resource", Decision::kDeny},
              {"principal is User in Team::\"red\", action, resource", Decision::kAllow},
              {"principal is Bot in Team::\"red\", action, resource", Decision::kDeny},
              {"principal, action in Action::\"read\", resource", Decision::kAllow},
              {"principal, action in [Action::\"x\", Action::\"read\"], resource", Decision::kAllow},
              {"principal, action in [], resource", Decision::kDeny},
              {"principal, action == Action::\"read\", resource", Decision::kDeny},
              {"principal, action, resource == Photo::\"p\"", Decision::kAllow},
              {"principal, action, resource in Photo::\"p\"", Decision::kAllow},
              {"principal, action, resource is Album", Decision::kDeny}};
  for (const auto& row : rows) {
    const auto set = *ParsePolicies("permit(" + std::string(row.scope) + ");", "p");
    EXPECT_EQ(Authorize(set, entities, kRequest).decision, row.decision) << row.scope;
  }
}

TEST(Authorize, DecidesLinksByTheirOwnSlots) {
  auto set = *ParsePolicies("permit(principal == ?principal, action, resource is Photo in ?resource);", "t");
  ASSERT_TRUE(set.Link("policy0", "alice", {EntityUid("User", "alice"), EntityUid("Photo", "p")}));
  ASSERT_TRUE(set.Link("policy0", "bob", {EntityUid("User", "bob"), EntityUid("Photo", "p")}));
  EXPECT_THAT(Ids(Authorize(set, Entities(), kRequest).reasons), ElementsAre("alice"));
}

TEST(Authorize, GivesTheSameAnswerOnManyThreads) {
  const auto set = *ParsePolicies(
      "permit(principal, action, resource) when { principal.tags.contains(\"a\") && context.n < 2 };"
      "forbid(principal, action, resource) when { context.missing };",
      "p");
  const auto base =
      *Entities::Build({{.uid = EntityUid("Team", "red"), .parents = {}, .attributes = {}, .tags = {}}});
  std::vector<std::thread> threads;
  std::array<int, 4> allowed{};
  for (int& count : allowed) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const Record attributes({{"tags", Value::FromElements({Value::String("a"), Value::String("b")})}});
        const auto local =
            Entities::Build({{kRequest.principal, {EntityUid("Team", "red")}, attributes, {}}}, &base);
        const Response response = Authorize(set, *local, kRequest);
        if (response.decision == Decision::kAllow && response.errors.size() == 1) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(allowed, testing::Each(200));
}

}  // namespace
}  // namespace proviso::cedar
