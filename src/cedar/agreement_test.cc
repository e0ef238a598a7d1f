// The two evaluators agree: on what is made up from seeds, and on the whole conformance corpus
// (conformance.cc asks both).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "cedar/compiled.h"
#include "cedar/internal/random_policy_for_tests.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

struct Seen {
  std::size_t allowed = 0;
  std::size_t denied = 0;
  std::size_t erred = 0;
};

/// Decides ten requests both ways; the scratch is kept from one to the next, as a thread would.
void Compare(std::uint32_t seed, CompiledPolicies::Scratch& scratch, Seen& seen) {
  internal::RandomCase random(seed);
  const std::string text = random.Policies(seed % 50 == 0 ? 60 : 8);
  auto parsed = ParsePolicies(text, "p");
  ASSERT_TRUE(parsed) << parsed.error().message << "\n" << text;
  const auto policies = std::make_shared<const PolicySet>(std::move(*parsed));
  const CompiledPolicies compiled(policies);
  const Entities entities = random.MakeEntities();
  for (int i = 0; i < 10; ++i) {
    const Request request = random.MakeRequest();
    const Response plain = Authorize(*policies, entities, request);
    const Verdict& verdict = compiled.Decide(request, entities, scratch);
    const auto said = [&] {
      return "seed " + std::to_string(seed) + "\n" + text + request.principal.Text() + " " +
             request.action.Text() + " " + request.resource.Text() + " " + request.context.Text();
    };
    ASSERT_EQ(verdict.decision, plain.decision) << said();
    ASSERT_EQ(verdict.outcome, plain.outcome) << said();
    ASSERT_EQ(verdict.reasons(), plain.reasons) << said();
    ASSERT_EQ(verdict.satisfied_permits, plain.satisfied_permits) << said();
    ASSERT_EQ(verdict.satisfied_forbids, plain.satisfied_forbids) << said();
    ASSERT_EQ(verdict.errors.size(), plain.errors.size()) << said();
    for (std::size_t e = 0; e < plain.errors.size(); ++e) {
      ASSERT_EQ(verdict.errors[e], plain.errors[e].policy) << said();
      ASSERT_EQ(ExplainError(*verdict.errors[e], entities, request), plain.errors[e].message);
    }
    (plain.decision == Decision::kAllow ? seen.allowed : seen.denied) += 1;
    if (!plain.errors.empty()) ++seen.erred;
  }
}

TEST(Agreement, BothEvaluatorsSayTheSame) {
  // A longer run by hand: PROVISO_AGREEMENT_SEEDS=1000000
  const char* const wanted = std::getenv("PROVISO_AGREEMENT_SEEDS");
  const auto seeds = wanted == nullptr ? 3'000U : static_cast<std::uint32_t>(std::stoul(wanted));
  CompiledPolicies::Scratch scratch;
  Seen seen;
  for (std::uint32_t seed = 0; seed < seeds && !HasFatalFailure(); ++seed) Compare(seed, scratch, seen);
  // The cases are worth something only if they go all ways.
  EXPECT_GT(seen.allowed, 2'000U);
  EXPECT_GT(seen.denied, 5'000U);
  EXPECT_GT(seen.erred, 5'000U);
}

}  // namespace
}  // namespace proviso::cedar
