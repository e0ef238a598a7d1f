// rooms: routing keys base
// What does routing cost a request? Its plan, its way through the breaker, its reservation and settlement,
// on one thread and on two at once (a shared lock would show as a slowdown).
#include <benchmark/benchmark.h>

#include "routing/allowance.h"
#include "routing/health.h"
#include "routing/journey.h"
#include "routing/limits.h"

namespace proviso::routing {
namespace {

Route ThreeCandidates() {
  return {"assistant", {{{"fast", 9}, {"fast-elsewhere", 1}}, {{"slow", 1}}}};
}

void Plan_(benchmark::State& state) {
  const Route route = ThreeCandidates();
  Dice dice(1);
  for (auto _ : state) {
    Journey journey(route, MakePlan(route, dice.Next()), 0);
    benchmark::DoNotOptimize(journey.candidate());
  }
}
BENCHMARK(Plan_)->Name("plan")->ThreadRange(1, 2);

Providers& SharedProviders() {
  static Providers providers;
  return providers;
}

void Breaker_(benchmark::State& state) {
  if (state.thread_index() == 0) SharedProviders().Configure({{"p", {}}});
  std::int64_t now_ns = 0;
  for (auto _ : state) {
    const auto provider = SharedProviders().Find("p");
    auto pass = provider->breaker().Enter(now_ns);
    now_ns += 1'000;
    if (pass) pass->Report(Health::kWell, now_ns);
  }
}
BENCHMARK(Breaker_)->Name("breaker: find, enter, report")->ThreadRange(1, 2);

Allowances& SharedAllowances() {
  static MemoryBudgetStore store;
  static base::SystemClock clock;
  static Allowances allowances(store, clock);
  return allowances;
}

void Reserve_(benchmark::State& state) {
  if (state.thread_index() == 0) {
    SharedAllowances().Configure({{"desk",
                                   {.requests_per_minute = kRateMax,
                                    .tokens_per_minute = kRateMax,
                                    .per_day = {{kBudgetMax, kBudgetMax, kBudgetMax}},
                                    .per_month = {{kBudgetMax, kBudgetMax, kBudgetMax}}}}});
  }
  const Prices prices{3'000'000, 300'000, 3'750'000, 15'000'000};
  for (auto _ : state) {
    const auto account = SharedAllowances().Find("desk");
    const Amounts bound = BoundOf(2'000, 500, prices);
    Attempted attempted = account->TryReserve(bound);
    if (std::holds_alternative<LeaseRunsOut>(attempted)) attempted = *account->ReserveWithLease(bound);
    auto* reservation = std::get_if<Reservation>(&attempted);
    if (reservation == nullptr) continue;  // a rate is reached: the loop is faster than any gateway
    benchmark::DoNotOptimize(reservation->Settle(CostOf({.input = 500, .output = 100}, prices)));
  }
}
BENCHMARK(Reserve_)->Name("allowance: find, reserve, settle")->ThreadRange(1, 2);

}  // namespace
}  // namespace proviso::routing

BENCHMARK_MAIN();
