// The evaluator against the solver: what a small model shows a solver must find, what a solver rules out no
// small model may show, and every model of a solver must do as it says. A slice of this runs each time;
// PROVISO_CROSS_CHECKS=5000 says how many random policies instead.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "analysis/internal/cross_check_for_tests.h"
#include "analysis/internal/random_policies_for_tests.h"
#include "analysis/internal/small_models_for_tests.h"

namespace proviso::analysis {
namespace {

using internal::CrossCheck;
using internal::RandomPolicies;
using internal::SmallModels;
using internal::SmallSchema;
using internal::Subject;

constexpr std::size_t kSliceDefault = 120;
constexpr std::size_t kSmallModels = 160;

std::size_t PoliciesToCheck() {
  const char* wanted = std::getenv("PROVISO_CROSS_CHECKS");
  return wanted == nullptr ? kSliceDefault : std::strtoul(wanted, nullptr, 10);
}

cedar::Entities SomeWorld(std::uint32_t seed) {
  SmallModels models(RequestKindsOf(SmallSchema())[0], "all in Tag( name age boss rank home owner label",
                     seed);
  for (std::uint32_t skipped = seed % 100; skipped > 0; --skipped) {
    (void)models.PartOfStore();
    models.Next();
  }
  return *cedar::Entities::Build(models.PartOfStore());
}

/// What small models show of the subject's policy.
void Enumerate(Subject& subject, const World& world, std::uint32_t seed) {
  SmallModels models(subject.request.kind, subject.text, seed);
  for (std::size_t i = 0; i < kSmallModels; ++i, models.Next()) {
    const cedar::Request request = models.MakeRequest();
    const auto entities =
        world.kind == World::Kind::kOpen
            ? cedar::Entities::Build(models.WholeStore())
            : cedar::Entities::Build(models.LocalsOf(request, *world.entities), world.entities);
    ASSERT_TRUE(entities) << entities.error().message;
    subject.seen.insert(internal::OutcomeOf(subject.policies, *entities, request));
  }
}

SolverOptions OptionsFor(Dialect dialect) {
  SolverOptions options;
  options.dialect = dialect;
  options.time_ms_max = 20'000;
  return options;
}

void Check(World::Kind kind, std::size_t policies, std::uint32_t first_seed, Solver* second) {
  constexpr std::size_t kPoliciesOfOneWorld = 20;
  Solver solver(OptionsFor(Dialect::kCvc5));
  const auto kinds = RequestKindsOf(SmallSchema());
  CrossCheck::Counts counts;
  for (std::uint32_t at = 0; at < policies; at += kPoliciesOfOneWorld) {
    const std::uint32_t seed = first_seed + at;
    RandomPolicies random(seed);
    const cedar::Entities known = SomeWorld(seed);
    const World world{kind, &known};
    CrossCheck check(SmallSchema(), world, solver, second, counts);
    for (std::size_t i = 0; i < std::min(kPoliciesOfOneWorld, policies - at); ++i) {
      const std::string name = check.NextName();
      Subject subject{std::make_shared<const cedar::PolicySet>(random.Next()), random.text(),
                      MakeRequest(check.terms(), SmallSchema(), kinds[i % kinds.size()], name)};
      if (kind == World::Kind::kClosed) internal::AddLocals(check.terms(), subject.request, name);
      Enumerate(subject, world, seed);
      check.Add(std::move(subject));
    }
    check.Run();
  }
  std::cerr << counts.Text();
  EXPECT_EQ(counts.refused, 0U);
}

TEST(CrossCheck, TheSolverAgreesWithTheEvaluatorInClosedWorlds) {
  Check(World::Kind::kClosed, PoliciesToCheck(), 1'000, nullptr);
}

TEST(CrossCheck, TheSolverAgreesWithTheEvaluatorInOpenWorlds) {
  Check(World::Kind::kOpen, PoliciesToCheck() / 4, 2'000'000, nullptr);
}

TEST(CrossCheck, TwoSolversAgree) {
  Solver second(OptionsFor(Dialect::kZ3));
  if (!second.Version()) GTEST_SKIP() << "z3 is not installed: apt-get install z3";
  Check(World::Kind::kClosed, PoliciesToCheck() / 4, 3'000'000, &second);
  Check(World::Kind::kOpen, PoliciesToCheck() / 8, 4'000'000, &second);
}

}  // namespace
}  // namespace proviso::analysis
