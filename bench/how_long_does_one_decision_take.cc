// rooms: cedar base
// How long does one decision take? By number of clauses, over a shared base of entities with a layer
// of two for the request, and alone or on two threads (shared counts would show as a slowdown).
#include <benchmark/benchmark.h>

#include "cedar/authorize.h"
#include "cedar/compiled.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

/// Clauses as agreements have them: a scope, attribute checks, sets, a hierarchy, times, one extension.
std::string ClauseText(std::int64_t count) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    text +=
        R"(forbid (principal is Application in Organization::"org", action == Action::"call_tool", resource)
      when { context has effect && ["engage)" +
        n + R"(", "modify)" + n + R"("].contains(context.effect) }
      unless { context has decision && context.decision.count >= 2 && context.decision.call_digest_matches };
      permit (principal, action in [Action::"generate", Action::"call_tool"], resource)
      when { context.purpose == UseCase::"case)" +
        n + R"(" && context.now < datetime("2027-01-01") &&
             resource has provider && principal.purposes.contains(context.purpose) };)";
  }
  return text;
}

Entities Base(int count) {
  std::vector<Entity> entities;
  for (int i = 0; i < count; ++i) {
    entities.push_back({.uid = EntityUid("Person", std::to_string(i)),
                        .parents = {EntityUid("Organization", "org")},
                        .attributes = {},
                        .tags = {}});
  }
  return *Entities::Build(std::move(entities));
}

Request MakeRequest() {
  return {EntityUid("Application", "app"), EntityUid("Action", "call_tool"), EntityUid("Tool", "t"),
          Value::FromRecord(Record({{"effect", Value::String("observe")},
                                    {"now", Value::FromDatetime({1'790'000'000'000})},
                                    {"purpose", Value::Entity(EntityUid("UseCase", "case0"))}}))};
}

std::vector<Entity> RequestEntities() {
  const Record purposes({{"purposes", Value::FromElements({Value::Entity(EntityUid("UseCase", "case0"))})}});
  const Record provider({{"provider", Value::String("p")}});
  return {{EntityUid("Application", "app"), {EntityUid("Organization", "org")}, purposes, {}},
          {EntityUid("Tool", "t"), {}, provider, {}}};
}

void DecideOne(benchmark::State& state) {
  // ClauseText writes two clauses a round, so the argument counts clauses.
  static PolicySet policies;
  static Entities base;
  if (state.thread_index() == 0) {
    policies = *ParsePolicies(ClauseText(state.range(0) / 2), "clauses");
    base = Base(1'000);
  }
  const Request request = MakeRequest();
  for (auto round : state) {
    const auto entities = Entities::Build(RequestEntities(), &base);
    Response response = Authorize(policies, *entities, request);
    if (response.decision != Decision::kAllow) state.SkipWithError("denied");
    benchmark::DoNotOptimize(response);
  }
}
BENCHMARK(DecideOne)->Arg(2)->Arg(20)->Arg(100)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(DecideOne)->Arg(100)->Threads(2)->Unit(benchmark::kMicrosecond)->UseRealTime();

/// The same by the compiled evaluator, the layer of the request included.
void DecideOneCompiled(benchmark::State& state) {
  static std::unique_ptr<const CompiledPolicies> compiled;
  static Entities base;
  if (state.thread_index() == 0) {
    compiled = std::make_unique<const CompiledPolicies>(
        std::make_shared<const PolicySet>(*ParsePolicies(ClauseText(state.range(0) / 2), "clauses")));
    base = Base(1'000);
  }
  const Request request = MakeRequest();
  CompiledPolicies::Scratch scratch;
  for (auto round : state) {
    const auto entities = Entities::Build(RequestEntities(), &base);
    const Verdict& verdict = compiled->Decide(request, *entities, scratch);
    if (verdict.decision != Decision::kAllow) state.SkipWithError("denied");
    benchmark::DoNotOptimize(&verdict);
  }
}
BENCHMARK(DecideOneCompiled)->Arg(2)->Arg(20)->Arg(100)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(DecideOneCompiled)->Arg(100)->Threads(2)->Unit(benchmark::kMicrosecond)->UseRealTime();

/// The layer alone: what both of the above pay for their request's entities.
void BuildLayer(benchmark::State& state) {
  const Entities base = Base(1'000);
  for (auto round : state) benchmark::DoNotOptimize(Entities::Build(RequestEntities(), &base));
}
BENCHMARK(BuildLayer)->Unit(benchmark::kMicrosecond);

void ReadHundredClauses(benchmark::State& state) {
  const std::string text = ClauseText(50);
  for (auto round : state) benchmark::DoNotOptimize(ParsePolicies(text, "clauses"));
}
BENCHMARK(ReadHundredClauses)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace proviso::cedar

BENCHMARK_MAIN();
