#include "cedar/explain.h"

#include <gtest/gtest.h>

#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

using Standing = Explanation::Standing;
using Part = Explanation::Part;

const Request kRequest{EntityUid("User", "alice"), EntityUid("Action", "view"), EntityUid("Photo", "p"),
                       Value::FromRecord(Record({{"n", Value::Long(1)}, {"on", Value::Bool(true)}}))};

TEST(Explain, NamesTheSmallestPartThatSettlesAPolicy) {
  struct Row {
    std::string_view policy;
    Standing standing;
    Part part;
    std::string_view text;
  };
  constexpr Row kRows[] = {
      {"permit(principal, action, resource);", Standing::kSatisfied, Part::kPrincipal, ""},
      {"permit(principal == User::\"bob\", action, resource);", Standing::kNotSatisfied, Part::kPrincipal,
       "(p:1:8) `principal == User::\"bob\"` is false"},
      {"permit(principal is Team, action, resource);", Standing::kNotSatisfied, Part::kPrincipal,
       "(p:1:8) `principal is Team` is false"},
      {"permit(principal is User in Team::\"t\", action, resource);", Standing::kNotSatisfied,
       Part::kPrincipal, "(p:1:8) `principal is User in Team::\"t\"` is false"},
      {"permit(principal, action in [Action::\"a\", Action::\"b\"], resource);", Standing::kNotSatisfied,
       Part::kAction, "(p:1:19) `action in [Action::\"a\", Action::\"b\"]` is false"},
      {"permit(principal, action, resource in Album::\"a\");", Standing::kNotSatisfied, Part::kResource,
       "(p:1:27) `resource in Album::\"a\"` is false"},
      {"permit(principal, action, resource) when { context.on && context.n == 2 && true };",
       Standing::kNotSatisfied, Part::kCondition, "(p:1:68) `context.n == 2` is false"},
      {"permit(principal, action, resource) when { context.n == 2 || context.n == 3 };",
       Standing::kNotSatisfied, Part::kCondition, "(p:1:59) `context.n == 2 || context.n == 3` is false"},
      {"permit(principal, action, resource) unless { context.n == 2 || context.on };",
       Standing::kNotSatisfied, Part::kCondition, "(p:1:72) `context.on` is true"},
      {"permit(principal, action, resource) when { !(context.n == 2 || context.on) };",
       Standing::kNotSatisfied, Part::kCondition, "(p:1:72) `context.on` is true"},
      {"permit(principal, action, resource) when { context.missing };", Standing::kErrs, Part::kCondition,
       "policy0 (p:1:52): "},
  };
  for (const Row& row : kRows) {
    const auto set = ParsePolicies(row.policy, "p");
    ASSERT_TRUE(set) << set.error().message;
    const auto explanations = Explain(*set, Entities(), kRequest);
    ASSERT_EQ(explanations.size(), 1U);
    const Explanation& one = explanations[0];
    EXPECT_EQ(one.standing, row.standing) << row.policy;
    EXPECT_EQ(one.part, row.part) << row.policy;
    if (row.standing == Standing::kErrs) {
      EXPECT_TRUE(one.Text().starts_with(row.text)) << one.Text();
      EXPECT_EQ(one.Text(), Authorize(*set, Entities(), kRequest).errors.at(0).message);
    } else {
      EXPECT_EQ(one.Text(), row.text) << row.policy;
    }
  }
}

TEST(Explain, FillsTheSlotsOfALink) {
  auto set = *ParsePolicies("permit(principal == ?principal, action, resource);", "p");
  ASSERT_TRUE(set.Link("policy0", "bobs", {.principal = EntityUid("User", "bob"), .resource = {}}));
  const auto explanations = Explain(set, Entities(), kRequest);
  ASSERT_EQ(explanations.size(), 1U);
  EXPECT_EQ(explanations[0].policy->id(), "bobs");
  EXPECT_EQ(explanations[0].Text(), "(p:1:8) `principal == User::\"bob\"` is false");
}

TEST(Explain, AgreesWithTheDecisionOnEveryPolicy) {
  const auto set = *ParsePolicies(
      "permit(principal is User, action == Action::\"view\", resource);"
      "permit(principal in User::\"alice\", action in Action::\"view\", resource) unless { !context.on };"
      "forbid(principal, action in [], resource);"
      "forbid(principal, action, resource is Photo in Photo::\"p\") when { context.n > 0 };"
      "forbid(principal, action, resource) when { 1 };",
      "p");
  const Response response = Authorize(set, Entities(), kRequest);
  std::vector<const Policy*> permits;
  std::vector<const Policy*> forbids;
  std::vector<std::string> errors;
  for (const Explanation& one : Explain(set, Entities(), kRequest)) {
    if (one.standing == Standing::kErrs) errors.push_back(one.error);
    if (one.standing != Standing::kSatisfied) continue;
    (one.policy->effect() == Effect::kPermit ? permits : forbids).push_back(one.policy);
  }
  EXPECT_EQ(permits, response.satisfied_permits);
  EXPECT_EQ(forbids, response.satisfied_forbids);
  ASSERT_EQ(errors.size(), response.errors.size());
  EXPECT_EQ(errors[0], response.errors[0].message);
}

}  // namespace
}  // namespace proviso::cedar
