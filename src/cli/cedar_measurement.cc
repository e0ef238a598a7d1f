#include "cli/cedar_measurement.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <numeric>
#include <utility>

#include "base/json.h"
#include "cedar/compiled.h"
#include "cedar/parse.h"

namespace proviso::cli {
namespace {

using Clock = std::chrono::steady_clock;

double MicrosecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

std::uint32_t NanosecondsSince(Clock::time_point begin) {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
  return static_cast<std::uint32_t>(std::min<std::int64_t>(ns, UINT32_MAX));
}

/// As the reference CLI has it in a request ("User::\"alice\""), or as entities do.
base::Result<cedar::EntityUid> ReadUid(base::Json json) {
  return json.is_string() ? cedar::ParseEntityUid(json.text()) : cedar::EntityUidFromJson(json);
}

base::Result<cedar::Request> ReadRequest(base::Json json, const cedar::Schema* schema) {
  auto principal = ReadUid(json.Find("principal"));
  if (!principal) return base::Within("principal", principal.error());
  auto action = ReadUid(json.Find("action"));
  if (!action) return base::Within("action", action.error());
  auto resource = ReadUid(json.Find("resource"));
  if (!resource) return base::Within("resource", resource.error());
  auto context = cedar::ContextFromJson(json.Find("context"), schema, *action);
  if (!context) return base::Within("context", context.error());
  return cedar::Request{std::move(*principal), std::move(*action), std::move(*resource),
                        cedar::Value::FromRecord(std::move(*context))};
}

base::Result<cedar::Entities> ReadEntities(const std::vector<std::string>& texts,
                                           const cedar::Schema* schema) {
  if (texts.size() == 1) return cedar::EntitiesFromJson(texts.front(), "entities", schema);
  std::vector<cedar::Entity> all;
  for (const std::string& text : texts) {
    const auto part = cedar::EntitiesFromJson(text, "entities", schema);
    if (!part) return std::unexpected(part.error());
    for (const cedar::Entity* entity : part->Sorted()) all.push_back(*entity);
  }
  return cedar::Entities::Build(std::move(all));
}

/// What a decision leaves behind, small enough to cost nothing.
struct Made {
  cedar::Decision decision = cedar::Decision::kDeny;
  bool erred = false;
};

char LetterOf(Made made) {
  const bool allowed = made.decision == cedar::Decision::kAllow;
  if (made.erred) return allowed ? 'a' : 'd';
  return allowed ? 'A' : 'D';
}

/// `decide(i)` decides the request with this index, gives its Made, and frees whatever it made.
template <typename Decide>
void MeasurePasses(std::size_t requests, const MeasureOptions& options, const Decide& decide,
                   DecisionTimes& times) {
  for (std::size_t i = 0; i < requests; ++i) {
    const Made made = decide(i);
    ++(made.decision == cedar::Decision::kAllow ? times.allowed : times.denied);
    times.decisions += LetterOf(made);
  }
  for (std::size_t pass = 1; pass < options.warm_passes; ++pass) {
    for (std::size_t i = 0; i < requests; ++i) (void)decide(i);
  }
  std::vector<std::uint32_t> ns(requests * options.passes);
  std::size_t allowed = 0;
  for (std::size_t pass = 0; pass < options.passes; ++pass) {
    for (std::size_t i = 0; i < requests; ++i) {
      const auto begin = Clock::now();
      const Made made = decide(i);
      ns[i * options.passes + pass] = NanosecondsSince(begin);
      allowed += made.decision == cedar::Decision::kAllow ? 1 : 0;
    }
  }
  const auto begin = Clock::now();
  for (std::size_t pass = 0; pass < options.passes; ++pass) {
    for (std::size_t i = 0; i < requests; ++i) {
      allowed += decide(i).decision == cedar::Decision::kAllow ? 1 : 0;
    }
  }
  // A reader that cannot see `allowed` could drop the decisions.
  asm volatile("" : : "r"(allowed) : "memory");
  times.unclocked_ns += MicrosecondsSince(begin) * 1'000;
  times.unclocked_count += requests * options.passes;
  times.single_ns.Add(ns);
  for (std::size_t i = 0; i < requests && options.passes > 0; ++i) {
    const auto first = ns.begin() + static_cast<std::ptrdiff_t>(i * options.passes);
    const auto middle = first + static_cast<std::ptrdiff_t>(options.passes / 2);
    std::nth_element(first, middle, first + static_cast<std::ptrdiff_t>(options.passes));
    times.per_request_ns.Add(*middle);
  }
}

template <typename DecideRequest>
void MeasureForm(const LoadedWorkload& loaded, const MeasureOptions& options, const DecideRequest& decide,
                 DecisionTimes& times) {
  const std::size_t count = loaded.requests.size();
  switch (options.form) {
    case RequestForm::kRead:
      MeasurePasses(count, options, [&](std::size_t i) { return decide(loaded.requests[i]); }, times);
      return;
    case RequestForm::kJson: {
      const cedar::Schema* schema = loaded.schema ? &*loaded.schema : nullptr;
      MeasurePasses(
          count, options,
          [&](std::size_t i) {
            // LoadWorkload has read the same text.
            return decide(*CedarRequestFromJson(loaded.request_texts[i], schema));
          },
          times);
      return;
    }
  }
}

}  // namespace

base::Result<LoadedWorkload> LoadWorkload(const CedarWorkload& workload) {
  LoadedWorkload loaded;
  auto begin = Clock::now();
  auto policies = cedar::ParsePolicies(workload.policies, "policies");
  if (!policies) return std::unexpected(policies.error());
  loaded.policies = std::make_shared<const cedar::PolicySet>(std::move(*policies));
  loaded.policies_us = MicrosecondsSince(begin);
  if (!workload.schema.empty()) {
    begin = Clock::now();
    auto schema = workload.schema.starts_with("{") ? cedar::Schema::ParseJson(workload.schema, "schema")
                                                   : cedar::Schema::Parse(workload.schema, "schema");
    if (!schema) return std::unexpected(schema.error());
    loaded.schema = std::move(*schema);
    loaded.schema_us = MicrosecondsSince(begin);
  }
  const cedar::Schema* schema = loaded.schema ? &*loaded.schema : nullptr;
  begin = Clock::now();
  auto entities = ReadEntities(workload.entities, schema);
  if (!entities) return std::unexpected(entities.error());
  loaded.entities = std::move(*entities);
  loaded.entities_us = MicrosecondsSince(begin);
  const auto document = base::JsonDocument::Parse(workload.requests);
  if (!document) return base::Within("requests", document.error());
  for (const base::Json json : document->root().elements()) {
    auto request = ReadRequest(json, schema);
    if (!request) {
      return base::Within("requests: number " + std::to_string(loaded.requests.size()), request.error());
    }
    loaded.requests.push_back(std::move(*request));
    loaded.request_texts.emplace_back(json.raw());
  }
  if (loaded.requests.empty()) {
    return base::Fail(
        base::ErrorCode::kInvalid,
        "requests: expected a JSON array of at least one object with principal, action, resource "
        "and context");
  }
  return loaded;
}

base::Result<cedar::Request> CedarRequestFromJson(const std::string& text, const cedar::Schema* schema) {
  const auto document = base::JsonDocument::Parse(text);
  if (!document) return std::unexpected(document.error());
  return ReadRequest(document->root(), schema);
}

double Samples::Quantile(double part) const {
  if (ns_.empty()) return 0;
  std::vector<std::uint32_t> ns = ns_;
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil(part * static_cast<double>(ns.size()))) - 1;
  const auto at = ns.begin() + std::clamp<std::ptrdiff_t>(rank, 0, std::ssize(ns) - 1);
  std::nth_element(ns.begin(), at, ns.end());
  return *at;
}

double Samples::Mean() const {
  if (ns_.empty()) return 0;
  return std::accumulate(ns_.begin(), ns_.end(), 0.0) / static_cast<double>(ns_.size());
}

double DecisionTimes::UnclockedMeanNs() const {
  return unclocked_count == 0 ? 0 : unclocked_ns / static_cast<double>(unclocked_count);
}

std::string_view NameOf(CedarEvaluator evaluator) {
  switch (evaluator) {
    case CedarEvaluator::kCompiled:
      return "compiled";
    case CedarEvaluator::kTreeWalker:
      return "tree walker";
  }
  std::unreachable();
}

void Measure(const LoadedWorkload& loaded, CedarEvaluator evaluator, const MeasureOptions& options,
             DecisionTimes& times) {
  switch (evaluator) {
    case CedarEvaluator::kCompiled: {
      const cedar::CompiledPolicies compiled(loaded.policies);
      cedar::CompiledPolicies::Scratch scratch;
      MeasureForm(
          loaded, options,
          [&](const cedar::Request& request) {
            const cedar::Verdict& verdict = compiled.Decide(request, loaded.entities, scratch);
            return Made{verdict.decision, !verdict.errors.empty()};
          },
          times);
      return;
    }
    case CedarEvaluator::kTreeWalker:
      MeasureForm(
          loaded, options,
          [&](const cedar::Request& request) {
            const cedar::Response response = cedar::Authorize(*loaded.policies, loaded.entities, request);
            return Made{response.decision, !response.errors.empty()};
          },
          times);
      return;
  }
}

double ClockCostNs() {
  constexpr std::size_t kReadings = 10'001;
  Samples spans;
  for (std::size_t i = 0; i < kReadings; ++i) spans.Add(NanosecondsSince(Clock::now()));
  return spans.Quantile(0.5);
}

std::int64_t ResidentKib() {
  malloc_trim(0);
  std::int64_t total = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1'024);
}

}  // namespace proviso::cli
