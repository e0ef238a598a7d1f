// Every policy of the conformance corpus as terms: what a solver says it can do, it does. Some of them each
// time; PROVISO_CROSS_CHECKS set to a number takes all.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "analysis/internal/corpus_for_tests.h"
#include "analysis/internal/cross_check_for_tests.h"

namespace proviso::analysis {
namespace {

using internal::Corpus;
using internal::CorpusCase;
using internal::CrossCheck;

/// Kinds of request that one policy is asked about.
constexpr std::size_t kKindsMax = 3;

void Replay(const CorpusCase& loaded, World::Kind world, Solver& solver, CrossCheck::Counts& counts) {
  CrossCheck check(loaded.schema, World{world, &loaded.entities}, solver, nullptr, counts);
  const auto kinds = RequestKindsOf(loaded.schema);
  for (const auto& policies : loaded.ValidPolicies()) {
    for (const RequestKind& kind : std::span(kinds).first(std::min(kKindsMax, kinds.size()))) {
      check.Add({policies, loaded.name, MakeRequest(check.terms(), loaded.schema, kind, check.NextName())});
    }
  }
  check.Run();
}

TEST(CorpusReplay, EveryPolicyDoesWhatASolverSaysItCan) {
  const Corpus corpus;
  if (corpus.size() == 0) {
    GTEST_SKIP() << "the shared data is not here; set PROVISO_SHARED_DATA to its folder";
  }
  const std::size_t step = std::getenv("PROVISO_CROSS_CHECKS") != nullptr ? 1 : 80;
  SolverOptions options;
  options.time_ms_max = 20'000;
  Solver solver(options);
  std::size_t cases = 0;
  CrossCheck::Counts closed;
  CrossCheck::Counts open;
  for (std::size_t at = 0; at < corpus.size(); at += step) {
    const auto loaded = corpus.Load(at);
    if (!loaded) continue;
    ++cases;
    Replay(*loaded, World::Kind::kClosed, solver, closed);
    Replay(*loaded, World::Kind::kOpen, solver, open);
  }
  std::cerr << cases << " cases\nclosed: " << closed.Text() << "open: " << open.Text();
}

}  // namespace
}  // namespace proviso::analysis
