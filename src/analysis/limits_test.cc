// The bounds of compiling, each at its edge.
#include "analysis/limits.h"

#include <gtest/gtest.h>

#include "analysis/compile.h"
#include "analysis/internal/types.h"
#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::analysis {
namespace {

using base::ErrorCode;
using cedar::Entity;
using cedar::EntityUid;

constexpr std::string_view kSchema = R"(
entity Group in [Group];
entity User in [Group] { name: String };
entity Color enum ["red"];
action view appliesTo { principal: [User], resource: [User], context: { n: Long, m?: Long, users: Set<User> } };
)";

base::Result<Compiled> Compile(const std::string& condition, World::Kind kind,
                               const cedar::Entities& entities, std::string_view schema_text = kSchema) {
  Terms terms;
  const auto schema = *cedar::Schema::Parse(schema_text, "schema");
  const SymbolicRequest request =
      MakeRequest(terms, schema, {"User", EntityUid("Action", "view"), "User"}, "r");
  const auto policies =
      cedar::ParsePolicies("permit(principal, action, resource) when { " + condition + " };", "p");
  EXPECT_TRUE(policies) << policies.error().message;
  Compiler compiler(terms, schema, World{kind, &entities}, request);
  return compiler.Compile(policies->policies()[0].body());
}

/// `of(i)` joined by `by`.
template <typename Of>
std::string Join(std::size_t count, std::string_view by, Of of) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : std::string(by)) + of(std::to_string(i));
  return text;
}

void ExpectLimit(const base::Result<Compiled>& compiled) {
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().code, ErrorCode::kLimit) << compiled.error().message;
}

TEST(AnalysisLimits, RefusesATypeWithTooManyParts) {
  // Each type has twice the parts of the one before, and one more.
  std::string schema = "entity User; type T0 = { a: Long };";
  for (int i = 1; i < 16; ++i) {
    const std::string below = "T" + std::to_string(i - 1);
    schema += "type T" + std::to_string(i) + " = { a: " + below + ", b: " + below + " };";
  }
  const auto with = [&](int depth) {
    return schema + "action view appliesTo { principal: User, resource: User, context: T" +
           std::to_string(depth) + " };";
  };
  static_assert(kTypePartsMax > (3U << 12U) && kTypePartsMax < (3U << 13U));
  EXPECT_TRUE(Compile("context has a", World::Kind::kClosed, {}, with(12)));
  ExpectLimit(Compile("context has a", World::Kind::kClosed, {}, with(13)));
}

TEST(AnalysisLimits, RefusesMoreOperandsThatMayErrThanAChainMayHave) {
  const auto chain = [](std::size_t count) {
    return Join(count, " && ",
                [](const std::string& i) { return "context.n + " + i + " < context.n * " + i; });
  };
  EXPECT_TRUE(Compile(chain(kErringOperandsMax), World::Kind::kClosed, {}));
  ExpectLimit(Compile(chain(kErringOperandsMax + 2), World::Kind::kClosed, {}));
  // Those that cannot err are no matter.
  const auto plain = [](std::size_t count) {
    return Join(count, " || ", [](const std::string& i) { return "context.n == " + i; });
  };
  EXPECT_TRUE(Compile(plain(1'900), World::Kind::kClosed, {}));
}

TEST(AnalysisLimits, CompilesTheDeepestExpressionThatCedarReads) {
  const auto sum = [](std::size_t terms) {
    return Join(terms, " + ", [](const std::string& i) { return "context.n * " + i; }) + " < 0";
  };
  EXPECT_TRUE(Compile(sum(cedar::kExpressionDepthMax - 3), World::Kind::kClosed, {}));
}

TEST(AnalysisLimits, RefusesMoreTermsThanAPolicyMayMake) {
  const auto policy = [](std::size_t count) {
    constexpr std::size_t kOperands = 1'000;
    return Join(count / kOperands, "} when {", [&](const std::string& chain) {
      return Join(kOperands, " || ",
                  [&](const std::string& i) { return "context.n == " + chain + "000" + i; });
    });
  };
  EXPECT_TRUE(Compile(policy(kTermsMax / 4), World::Kind::kClosed, {}));
  ExpectLimit(Compile(policy(kTermsMax), World::Kind::kClosed, {}));
}

cedar::Entities Users(std::size_t count, std::size_t groups) {
  std::vector<EntityUid> above;
  for (std::size_t i = 0; i < groups; ++i) above.emplace_back("Group", std::to_string(i));
  std::vector<Entity> entities;
  for (std::size_t i = 0; i < count; ++i) {
    entities.push_back({EntityUid("User", std::to_string(i)),
                        above,
                        cedar::Record({{"name", cedar::Value::String(std::to_string(i % 7))}}),
                        {}});
  }
  return *cedar::Entities::Build(std::move(entities));
}

TEST(AnalysisLimits, RefusesToReadFromMoreEntitiesThanAChoiceMayHave) {
  EXPECT_TRUE(Compile("principal.name == \"a\"", World::Kind::kClosed, Users(kEntitiesOfTypeMax, 0)));
  ExpectLimit(Compile("principal.name == \"a\"", World::Kind::kClosed, Users(kEntitiesOfTypeMax + 1, 0)));
  EXPECT_TRUE(Compile("User::\"1\".name == \"1\"", World::Kind::kClosed, Users(kEntitiesOfTypeMax + 1, 0)));
}

TEST(AnalysisLimits, RefusesAnInOfTooManyPairs) {
  constexpr std::size_t kGroups = 20;
  EXPECT_TRUE(Compile("principal in Group::\"1\"", World::Kind::kClosed,
                      Users(kMembershipPairsMax / kGroups - 1, kGroups)));
  ExpectLimit(Compile("principal in Group::\"1\"", World::Kind::kClosed,
                      Users(kMembershipPairsMax / kGroups, kGroups)));
}

TEST(AnalysisLimits, RefusesMoreMembersThanAnOpenWorldMayHave) {
  const auto members = [](std::size_t count) {
    return Join(count, " || ", [](const std::string& i) { return "User::\"" + i + "\" in Group::\"g\""; });
  };
  EXPECT_TRUE(Compile(members(kOpenMembersMax), World::Kind::kOpen, {}));
  ExpectLimit(Compile(members(kOpenMembersMax + 1), World::Kind::kOpen, {}));
}

TEST(AnalysisLimits, BoundsTheElementsOfASetOnlyWhereTheyAreFew) {
  const auto bounds_of = [](std::size_t choices) {
    const std::string schema = "entity C enum [" +
                               Join(choices, ", ", [](const std::string& i) { return "\"" + i + "\""; }) +
                               "]; entity E { a: Set<C> };";
    const auto read = *cedar::Schema::Parse(schema, "schema");
    Terms terms;
    std::vector<Term> bounds;
    (void)VariablesOf(terms, read.FindEntity("E")->attributes->attributes[0].type, "v", read, bounds);
    return bounds.size();
  };
  EXPECT_EQ(bounds_of(kFiniteValuesMax), 1U);
  EXPECT_EQ(bounds_of(kFiniteValuesMax + 1), 0U);
}

}  // namespace
}  // namespace proviso::analysis
