// rooms: terms analysis cedar keys base
//
// How long does `proviso terms diff` take of two agreements of 200 clauses? Of two that differ in a few
// clauses, of two that differ in all, and of two that are the same; and how it grows with the clauses.
// The solver's answers are not remembered from one run to the next. Counters: queries, unknown answers, and
// directions with an example.
#include <benchmark/benchmark.h>

#include "terms/compare.h"
#include "terms/internal/large_package_for_tests.h"

namespace {

using namespace proviso;
using terms::internal::Changed;
using terms::internal::LargePackage;

void Diff(benchmark::State& state, Changed changed) {
  const auto before = LargePackage(static_cast<int>(state.range(0)), Changed::kNone).Load();
  const auto after = LargePackage(static_cast<int>(state.range(0)), changed).Load();
  if (before == nullptr || after == nullptr) {
    state.SkipWithError("the package is refused");
    return;
  }
  for (auto _ : state) {
    analysis::Solver solver({});
    const terms::DiffReport report = terms::Compare(*before, *after, solver, {});
    double shown = 0;
    for (const terms::Difference& difference : report.differences) {
      if (difference.answer == terms::FindingAnswer::kYes) ++shown;
    }
    state.counters["queries"] = static_cast<double>(solver.counts().asked);
    state.counters["unknown"] = static_cast<double>(solver.counts().unknown);
    state.counters["shown"] = shown;
  }
}

void DiffSame(benchmark::State& state) {
  Diff(state, Changed::kNone);
}
void DiffFew(benchmark::State& state) {
  Diff(state, Changed::kFew);
}
void DiffAll(benchmark::State& state) {
  Diff(state, Changed::kAll);
}

BENCHMARK(DiffSame)->Arg(200)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();
BENCHMARK(DiffFew)
    ->Arg(10)
    ->Arg(50)
    ->Arg(200)
    ->Arg(500)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime();
BENCHMARK(DiffAll)
    ->Arg(10)
    ->Arg(50)
    ->Arg(200)
    ->Arg(500)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
