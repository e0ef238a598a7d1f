#include "analysis/compile.h"

#include <gtest/gtest.h>

#include "cedar/parse.h"

namespace proviso::analysis {
namespace {

constexpr std::string_view kSchema = R"(
entity Group;
entity User in [Group] { name: String, age?: Long };
entity Doc { owner: User };
entity Color enum ["red", "green"];
action view appliesTo { principal: [User], resource: [Doc, User],
                        context: { count?: Long, when?: datetime, color?: Color, owner?: User } };
)";

/// A policy compiled for User, view, Doc in a closed world.
struct Case {
  Terms terms;
  cedar::Schema schema = *cedar::Schema::Parse(kSchema, "schema");
  cedar::Entities entities;
  SymbolicRequest request =
      MakeRequest(terms, schema, {"User", cedar::EntityUid("Action", "view"), "Doc"}, "r");

  base::Result<Compiled> Compile(std::string_view policy) {
    const auto policies = cedar::ParsePolicies(policy, "p.cedar");
    EXPECT_TRUE(policies) << policies.error().message;
    Compiler compiler(terms, schema, {World::Kind::kClosed, &entities}, request);
    return compiler.Compile(policies->policies()[0].body());
  }
  Compiled When(const std::string& condition) {
    const auto compiled = Compile("permit(principal, action, resource) when { " + condition + " };");
    EXPECT_TRUE(compiled) << condition << ": " << compiled.error().message;
    return *compiled;
  }
};

TEST(Compile, ListsTheKindsOfRequestInTheSchemasOrder) {
  const auto schema = *cedar::Schema::Parse(kSchema, "schema");
  const auto kinds = RequestKindsOf(schema);
  ASSERT_EQ(kinds.size(), 2U);
  EXPECT_EQ(kinds[0], (RequestKind{"User", cedar::EntityUid("Action", "view"), "Doc"}));
  EXPECT_EQ(kinds[1].resource_type, "User");
}

TEST(Compile, FoldsWhatIsTheSameInEveryRequest) {
  Case c;
  enum class Is : std::uint8_t { kSatisfied, kUnsatisfied, kErring };
  const std::vector<std::pair<std::string, Is>> facts = {
      {"1 + 1 == 2", Is::kSatisfied},
      {"9223372036854775807 + 1 == 0", Is::kErring},
      {"false && 9223372036854775807 + 1 == 0", Is::kUnsatisfied},
      {"true || -(-9223372036854775807 - 1) == 0", Is::kSatisfied},
      {"-(-9223372036854775807 - 1) == 0", Is::kErring},
      {"if principal is User then true else 1 == \"no\"", Is::kSatisfied},
      {"resource is User", Is::kUnsatisfied},
      {"principal == resource", Is::kUnsatisfied},
      {"action == Action::\"view\"", Is::kSatisfied},
      {"principal in Color::\"red\"", Is::kUnsatisfied},
      {"[1, 2].contains(2) && ![1].containsAny([3])", Is::kSatisfied},
      {"{a: 1} == {a: 1} && {a: 1} != {b: 1}", Is::kSatisfied},
      {"\"abc\" like \"a*c\"", Is::kSatisfied},
      {"decimal(\"1.5\").lessThan(decimal(\"1.50\"))", Is::kUnsatisfied},
      {"ip(\"10.1.0.0/16\").isInRange(ip(\"10.0.0.0/8\"))", Is::kSatisfied},
      {"ip(\"10.0.0.0/8\").isInRange(ip(\"10.0.0.0/9\"))", Is::kUnsatisfied},
      {"ip(\"127.3.0.1\").isLoopback() && ip(\"::1\").isLoopback()", Is::kSatisfied},
      {"ip(\"::2\").isLoopback() || ip(\"10.0.0.1\").isMulticast()", Is::kUnsatisfied},
      {"duration(\"-36h\").toDays() == -1", Is::kSatisfied},
      {"datetime(\"1969-12-31T23:00:00Z\").toDate() == datetime(\"1969-12-31\")", Is::kSatisfied},
      {"datetime(\"1969-12-31T23:00:00Z\").toTime() == duration(\"23h\")", Is::kSatisfied},
      {"datetime(\"2024-10-15\").offset(duration(\"106751991167d\")) == datetime(\"2024-10-15\")",
       Is::kErring},
      {"context has none", Is::kUnsatisfied},
      {"principal has name", Is::kUnsatisfied},  // no entity is known
      {"principal.name == \"\"", Is::kErring},
  };
  for (const auto& [condition, expected] : facts) {
    const Compiled compiled = c.When(condition);
    EXPECT_EQ(compiled.satisfied, c.terms.Bool(expected == Is::kSatisfied)) << condition;
    EXPECT_EQ(compiled.errs, c.terms.Bool(expected == Is::kErring)) << condition;
  }
}

TEST(Compile, SeesThatAGuardedAttributeIsThere) {
  Case c;
  const Term present = c.request.context.FindField("count")->present;
  const std::vector<std::pair<std::string, Term>> facts = {
      {"context has count && context.count > 1", c.terms.False()},
      {"context.count > 1", c.terms.Not(present)},
      {"!(context has count) || context.count > 1", c.terms.False()},
      {"if context has count then context.count > 1 else true", c.terms.False()},
      {"context has count && (context has color || context.count > 1)", c.terms.False()},
      {"context has count && context has color && context.count > 1", c.terms.False()},
  };
  for (const auto& [condition, errs] : facts) EXPECT_EQ(c.When(condition).errs, errs) << condition;
}

TEST(Compile, AsksWithAnotherMemberOfTheContext) {
  Case c;
  const SymbolicValue five =
      ConstantOf(c.terms, cedar::Value::Long(5), c.request.context.FindField("count")->value.type);
  c.request = c.request.With("count", c.terms.True(), five);
  EXPECT_EQ(c.When("context.count == 5").satisfied, c.terms.True());
  c.request = c.request.With("count", c.terms.False(), five);
  EXPECT_EQ(c.When("context.count == 5").errs, c.terms.True());
  EXPECT_EQ(c.request.With("none", c.terms.True(), five).context.fields.size(),
            c.request.context.fields.size());
}

TEST(Compile, RefusesWhatNoSolverCanBeTold) {
  Case c;
  const std::vector<std::pair<std::string, std::string>> facts = {
      {"permit(principal == ?principal, action, resource);", "template's slot"},
      {"permit(principal, action, resource) when { \"\\u{30000}\" == \"\" };", "past U+2FFFF"},
      {"permit(principal, action, resource) when { \"\" like \"\\u{30000}*\" };", "past U+2FFFF"},
  };
  for (const auto& [policy, why] : facts) {
    const auto policies = cedar::ParsePolicies(policy, "p.cedar");
    ASSERT_TRUE(policies) << policies.error().message;
    const cedar::PolicyBody& body =
        policies->templates().empty() ? policies->policies()[0].body() : *policies->templates()[0].body;
    Compiler compiler(c.terms, c.schema, {World::Kind::kClosed, &c.entities}, c.request);
    const auto compiled = compiler.Compile(body);
    ASSERT_FALSE(compiled) << policy;
    EXPECT_EQ(compiled.error().code, base::ErrorCode::kInvalid);
    EXPECT_NE(compiled.error().message.find(why), std::string::npos) << compiled.error().message;
  }
}

}  // namespace
}  // namespace proviso::analysis
