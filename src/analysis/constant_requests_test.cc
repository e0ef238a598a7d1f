// A request of nothing but constants has one answer, and terms fold to it: the evaluator's. So the compiler
// and the folding of terms are held to the evaluator without a solver.
#include <gtest/gtest.h>

#include <iostream>

#include "analysis/internal/corpus_for_tests.h"
#include "analysis/internal/cross_check_for_tests.h"
#include "analysis/internal/random_policies_for_tests.h"
#include "analysis/internal/small_models_for_tests.h"
#include "analysis/internal/types.h"

namespace proviso::analysis {
namespace {

using internal::Corpus;
using internal::PolicyOutcome;
using internal::RandomPolicies;
using internal::SmallModels;
using internal::SmallSchema;

SymbolicRequest ConstantRequest(Terms& terms, const cedar::Request& request, const cedar::TypePtr& context) {
  const auto entity = [&](const cedar::EntityUid& uid) {
    return SymbolicValue{
        .type = internal::EntityType(uid.type()), .term = EntityTerm(terms, uid), .fields = {}};
  };
  return {.kind = {request.principal.type(), request.action, request.resource.type()},
          .principal = entity(request.principal),
          .resource = entity(request.resource),
          .context = ConstantOf(terms, request.context, context)};
}

struct Counts {
  std::size_t compared = 0;
  std::size_t refused = 0;
};

/// Whether the policy, compiled for exactly this request, is what the evaluator says.
void Compare(const std::shared_ptr<const cedar::PolicySet>& policies, const cedar::Schema& schema,
             const cedar::Entities& entities, const cedar::Request& request, Counts& counts,
             const std::string& said) {
  Terms terms;
  const SymbolicRequest symbolic =
      ConstantRequest(terms, request, schema.FindAction(request.action)->context);
  Compiler compiler(terms, schema, World{World::Kind::kClosed, &entities}, symbolic);
  const auto compiled = compiler.Compile(policies->policies()[0].body());
  if (!compiled) {
    ++counts.refused;
    return;
  }
  ++counts.compared;
  const PolicyOutcome expected = internal::OutcomeOf(policies, entities, request);
  EXPECT_EQ(compiled->satisfied, terms.Bool(expected == PolicyOutcome::kSatisfied)) << said;
  EXPECT_EQ(compiled->errs, terms.Bool(expected == PolicyOutcome::kErrs)) << said;
}

TEST(ConstantRequests, FoldToWhatTheEvaluatorSaysOfRandomPolicies) {
  constexpr std::size_t kPolicies = 1'500;
  constexpr std::size_t kRequests = 12;
  RandomPolicies random(7);
  Counts counts;
  for (std::uint32_t i = 0; i < kPolicies; ++i) {
    // Every other policy may be ill typed: what evaluation cannot come to need not fit.
    const auto policies = std::make_shared<const cedar::PolicySet>(i % 2 == 0 ? random.Next() : random.Any());
    SmallModels models(RequestKindsOf(SmallSchema())[i % 3], random.text(), i);
    for (std::size_t k = 0; k < kRequests; ++k, models.Next()) {
      const auto entities = cedar::Entities::Build(models.PartOfStore());
      ASSERT_TRUE(entities) << entities.error().message;
      Compare(policies, SmallSchema(), *entities, models.MakeRequest(), counts, random.text());
    }
  }
  std::cerr << counts.compared << " compared, " << counts.refused << " refused\n";
  EXPECT_LT(counts.refused, counts.compared / 10);
}

TEST(ConstantRequests, FoldToWhatTheEvaluatorSaysOfTheCorpus) {
  const Corpus corpus;
  if (corpus.size() == 0) {
    GTEST_SKIP() << "the shared data is not here; set PROVISO_SHARED_DATA to its folder";
  }
  Counts counts;
  for (std::size_t at = 0; at < corpus.size(); ++at) {
    const auto loaded = corpus.Load(at);
    if (!loaded) continue;
    for (const cedar::Policy& policy : loaded->policies.policies()) {
      if (!policy.template_id().empty()) continue;
      auto alone = std::make_shared<cedar::PolicySet>();
      ASSERT_TRUE(alone->Add(policy.id(), policy.body()));
      for (const cedar::Request& request : loaded->requests) {
        Compare(alone, loaded->schema, loaded->entities, request, counts, loaded->name);
      }
    }
  }
  std::cerr << counts.compared << " compared, " << counts.refused << " refused\n";
  EXPECT_GT(counts.compared, 5'000U);
}

}  // namespace
}  // namespace proviso::analysis
