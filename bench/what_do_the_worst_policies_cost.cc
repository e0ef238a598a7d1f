// rooms: cedar base
// What the most hostile input within src/cedar/limits.h costs, each kind at its bound or at a size that a
// service may meet. docs/cedar.md has the figures of a dated run.
//
//   build/bench/bench/what_do_the_worst_policies_cost
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cedar/cedar.h"

namespace {

using namespace proviso::cedar;

std::string Repeated(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

std::string When(const std::string& condition) {
  return "permit(principal, action, resource) when { " + condition + " };\n";
}

template <typename T>
T Must(proviso::base::Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::abort();
}

Value Numbers(std::int64_t first, std::int64_t step, std::int64_t count) {
  std::vector<Value> elements;
  for (std::int64_t i = 0; i < count; ++i) elements.push_back(Value::Long(first + i * step));
  return Value::FromElements(std::move(elements));
}

void Decide(benchmark::State& state, const std::string& text, const Record& context,
            const Entities& entities = Entities()) {
  const auto policies = Must(ParsePolicies(text, "worst.cedar"));
  const Request request{EntityUid("User", "u"), EntityUid("Action", "a"), EntityUid("File", "f"),
                        Value::FromRecord(context)};
  for (auto _ : state) benchmark::DoNotOptimize(Authorize(policies, entities, request));
}

void ReadsTheLongestText(benchmark::State& state, const std::string& piece) {
  const std::string text = Repeated(piece, kTextBytesMax / piece.size());
  for (auto _ : state) benchmark::DoNotOptimize(ParsePolicies(text, "worst.cedar"));
}

void EveryPolicyIsAtTheDepthBound(benchmark::State& state, std::string_view link) {
  const std::string policy = When("true" + Repeated(link, kExpressionDepthMax - 1));
  Decide(state, Repeated(policy, kTextBytesMax / policy.size()), Record());
}

void OneSetOfAMillion(benchmark::State& state, const std::string& condition) {
  const Record context({{"even", Numbers(0, 2, 1'000'000)}, {"odd", Numbers(1, 2, 1'000'000)}});
  Decide(state, When(condition), context);
}

void LikeWithManyWildcards(benchmark::State& state, const std::string& pattern, std::size_t times) {
  const Record context({{"s", Value::String(std::string(1U << 20U, 'a'))}});
  Decide(state, When("context.s like \"" + Repeated(pattern, times) + "b\""), context);
}

void InAHierarchyAboveTheBound(benchmark::State& state) {
  std::vector<Entity> chain;
  constexpr int kLength = 20'000;
  for (int i = 0; i < kLength; ++i) {
    Entity entity{.uid = EntityUid("User", i == 0 ? "u" : std::to_string(i)),
                  .parents = {},
                  .attributes = {},
                  .tags = {}};
    if (i + 1 < kLength) entity.parents.emplace_back("User", std::to_string(i + 1));
    chain.push_back(std::move(entity));
  }
  const auto entities = Must(Entities::Build(std::move(chain)));
  Decide(state, "permit(principal in User::\"absent\", action, resource);", Record(), entities);
}

void ALiteralSetOfTheLongestText(benchmark::State& state) {
  const std::string list = Repeated("context.s,", (kTextBytesMax - 100) / 10);
  Decide(state, When("[" + list + "].isEmpty()"), Record({{"s", Value::String(std::string(1'000, 'a'))}}));
}

void Register(const char* name, auto&&... arguments) {
  benchmark::RegisterBenchmark(name, std::forward<decltype(arguments)>(arguments)...)
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  Register("read 16 MiB of small policies", ReadsTheLongestText, "permit(principal,action,resource);\n");
  Register("read 16 MiB of sets in sets", ReadsTheLongestText,
           When(Repeated("[", 100) + Repeated("]", 100) + " == 1"));
  Register("read 16 MiB of errors", ReadsTheLongestText, "permit;");
  Register("read 16 MiB of one set", [](benchmark::State& state) {
    const std::string text = When("[" + Repeated("1,", kTextBytesMax / 2 - 100) + "].isEmpty()");
    for (auto _ : state) benchmark::DoNotOptimize(ParsePolicies(text, "worst.cedar"));
  });
  Register("decide 16 MiB of && chains", EveryPolicyIsAtTheDepthBound, " && true");
  Register("decide 16 MiB of + chains", [](benchmark::State& state) {
    const std::string policy = When("1" + Repeated("+1", kExpressionDepthMax - 2) + " == 1");
    Decide(state, Repeated(policy, kTextBytesMax / policy.size()), Record());
  });
  Register("containsAll, 10^6 in 10^6", OneSetOfAMillion, "context.even.containsAll(context.even)");
  Register("containsAny, 10^6 and 10^6, none", OneSetOfAMillion, "context.even.containsAny(context.odd)");
  Register("==, 10^6 and 10^6", OneSetOfAMillion, "context.even == context.even");
  Register("like, 1 MiB, 10 wildcards", LikeWithManyWildcards, "*a", 10);
  Register("like, 1 MiB, 1000 wildcards", LikeWithManyWildcards, "*a", 1'000);
  Register("like, 1 MiB, * and 1000 characters",
           [](benchmark::State& state) { LikeWithManyWildcards(state, "*" + Repeated("a", 1'000), 1); });
  Register("in, a chain of 20000 above the bound", InAHierarchyAboveTheBound);
  Register("a set literal of 1.6 * 10^6 strings", ALiteralSetOfTheLongestText);
  benchmark::RunSpecifiedBenchmarks();
}
