// The bounds that no stage's own test has at its edge. Each bound is named by some test
// (tests/cedar/limits_test.py).
#include "cedar/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cedar/entities.h"
#include "cedar/parse.h"
#include "cedar/policy_json.h"
#include "cedar/schema.h"
#include "cedar/validate.h"

namespace proviso::cedar {
namespace {

using testing::HasSubstr;

std::string Repeated(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

std::string When(const std::string& condition) {
  return "permit(principal, action, resource) when { " + condition + " };";
}

std::string SetOf(std::size_t elements) {
  return "[" + Repeated("1,", elements) + "]";
}

TEST(Limits, LetATextBeAsLongAsTheBound) {
  EXPECT_TRUE(ParsePolicies(std::string(kTextBytesMax, ' '), "p"));
  EXPECT_FALSE(ParsePolicies(std::string(kTextBytesMax + 1, ' '), "p"));
  EXPECT_TRUE(Schema::Parse(std::string(kTextBytesMax, ' '), "s"));
  EXPECT_FALSE(Schema::Parse(std::string(kTextBytesMax + 1, ' '), "s"));
}

TEST(Limits, CountSignsInARow) {
  for (const std::string_view sign : {"!", "-"}) {
    const std::string operand = sign == "!" ? "true" : "1 == 1";
    EXPECT_TRUE(ParsePolicies(When(Repeated(sign, kUnaryOperatorsMax) + operand), "p"));
    EXPECT_FALSE(ParsePolicies(When(Repeated(sign, kUnaryOperatorsMax + 1) + operand), "p"));
  }
}

TEST(Limits, CountTheExpressionsThatJsonHolds) {
  // The set and the question are two more than its elements.
  const auto policies = *ParsePolicies(When(SetOf(kJsonExpressionsMax - 2) + ".isEmpty()"), "p");
  EXPECT_TRUE(ToJson(policies));
  const auto more = *ParsePolicies(When(SetOf(kJsonExpressionsMax - 1) + ".isEmpty()"), "p");
  EXPECT_EQ(ToJson(more).error().code, base::ErrorCode::kLimit);
}

TEST(Limits, BoundHowDeepJsonNests) {
  const auto nested = [](std::size_t levels) { return Repeated("[", levels) + Repeated("]", levels); };
  EXPECT_THAT(PoliciesFromJson(nested(kPolicyJsonDepthMax), "p").error().message,
              testing::Not(HasSubstr("nested deeper")));
  EXPECT_THAT(PoliciesFromJson(nested(kPolicyJsonDepthMax + 1), "p").error().message,
              HasSubstr("nested deeper"));
}

TEST(Limits, BoundTheAncestorsThatAreStored) {
  const auto walking = [](std::size_t length) {
    std::vector<Entity> chain;
    const auto uid = [](std::size_t i) { return EntityUid("T", std::to_string(i)); };
    for (std::size_t i = 0; i < length; ++i)
      chain.push_back({.uid = uid(i), .parents = {uid(i + 1)}, .attributes = {}, .tags = {}});
    const auto entities = *Entities::Build(std::move(chain));
    return std::ranges::count_if(entities.Sorted(),
                                 [&](const Entity* entity) { return entities.FindNode(entity->uid)->walks; });
  };
  std::size_t fits = 0;  // a chain of n has n(n+1)/2 pairs
  while ((fits + 1) * (fits + 2) / 2 <= kAncestorPairsMax) ++fits;
  EXPECT_EQ(walking(fits), 0);
  EXPECT_GT(walking(fits + 1), 0);
}

FindingKind FirstKind(const ValidationReport& report) {
  return report.findings.empty() ? FindingKind::kImpossible : report.findings[0].kind;
}

TEST(Limits, BoundTheOperationsOfAPolicyThatIsValidated) {
  const Schema schema = *Schema::Parse("entity U; action a appliesTo {principal: U, resource: U};", "s");
  constexpr std::size_t kAround = 20;  // what is not elements: scope, condition, comparison
  const auto fits = *ParsePolicies(When(SetOf(kCoreNodesMax - kAround) + ".contains(2)"), "p");
  EXPECT_NE(FirstKind(Validate(fits, schema)), FindingKind::kTooCostly);
  const auto more = *ParsePolicies(When(SetOf(kCoreNodesMax) + ".contains(2)"), "p");
  EXPECT_EQ(FirstKind(Validate(more, schema)), FindingKind::kTooCostly);
}

TEST(Limits, BoundTheStepsOfAValidation) {
  constexpr std::size_t kTypes = 1'000;  // and so a million kinds of request
  std::string types;
  for (std::size_t i = 0; i < kTypes; ++i) types += (i == 0 ? "E" : ", E") + std::to_string(i);
  const Schema schema = *Schema::Parse("entity " + types + " = {f: Bool}; action a appliesTo {principal: [" +
                                           types + "], resource: [" + types + "]};",
                                       "s");
  const auto kind = [&schema](std::size_t operators) {
    return FirstKind(
        Validate(*ParsePolicies(When("principal.f" + Repeated(" && resource.f", operators)), "p"), schema));
  };
  constexpr std::size_t kStepsPerKind = kValidationStepsMax / (kTypes * kTypes);
  EXPECT_NE(kind(kStepsPerKind / 20), FindingKind::kTooCostly);
  EXPECT_EQ(kind(kStepsPerKind), FindingKind::kTooCostly);
}

TEST(Limits, BoundWhatAValidationReports) {
  const Schema schema = *Schema::Parse("entity U; action a appliesTo {principal: U, resource: U};", "s");
  const auto one = *ParsePolicies(When("true" + Repeated(" && principal.nothing", kFindingsMax + 10)), "p");
  EXPECT_EQ(Validate(one, schema).findings.size(), kFindingsMax);
}

}  // namespace
}  // namespace proviso::cedar
