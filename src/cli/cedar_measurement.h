// How long decisions take on this machine: what `proviso cedar bench` and bench/cedar share.
//
//   auto store = LoadWorkload(MakeCedarWorkload(CedarExample::kGdrive, {.size = 50}));
//   DecisionTimes times;
//   Measure(*store, CedarEvaluator::kTreeWalker, {.passes = 11}, times);
//   times.single_ns.Quantile(0.5) - ClockCostNs();
//
// Each decision is timed alone, between two readings of the monotonic clock, in the order of the
// requests, which is random: repeating one request would show caches and branch predictors at their
// best. The clock's own cost is in the samples; ClockCostNs() says how much, and whoever publishes
// subtracts it. A pass without the clock inside gives the mean that owes nothing to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cedar/authorize.h"
#include "cedar/entities.h"
#include "cedar/policy.h"
#include "cedar/schema.h"
#include "cli/cedar_examples.h"

namespace proviso::cli {

/// Everything that decisions need, read once. Borrow it; it does not move while it is measured.
struct LoadedWorkload {
  std::shared_ptr<const cedar::PolicySet> policies;  ///< shared with what is compiled from it
  std::optional<cedar::Schema> schema;
  cedar::Entities entities;
  std::vector<cedar::Request> requests;
  std::vector<std::string> request_texts;  ///< each request's own JSON

  double policies_us = 0;  ///< how long each took to read
  double schema_us = 0;
  double entities_us = 0;
};

/// Reads all of `workload`; an empty schema text is none. Several entity texts are one store. Fails as the
/// readers do; their messages begin with "policies", "schema", "entities" or "requests".
[[nodiscard]] base::Result<LoadedWorkload> LoadWorkload(const CedarWorkload& workload);

/// Reads one request from its JSON; `schema` guides the context, nullptr for none. Each uid is
/// {"type", "id"} or Cedar text.
[[nodiscard]] base::Result<cedar::Request> CedarRequestFromJson(const std::string& text,
                                                                const cedar::Schema* schema);

/// Times in nanoseconds.
class Samples {
 public:
  void Add(std::uint32_t ns) { ns_.push_back(ns); }
  void Add(const std::vector<std::uint32_t>& ns) { ns_.insert(ns_.end(), ns.begin(), ns.end()); }
  [[nodiscard]] std::size_t size() const { return ns_.size(); }
  /// The smallest sample that at least this part of all does not exceed; 0 without samples.
  [[nodiscard]] double Quantile(double part) const;
  [[nodiscard]] double Mean() const;

 private:
  std::vector<std::uint32_t> ns_;
};

/// What one or more calls of Measure found.
struct DecisionTimes {
  Samples single_ns;                ///< every timed decision, the clock's cost included
  Samples per_request_ns;           ///< the median over the passes of each request: without interrupts
  double unclocked_ns = 0;          ///< time of all passes without the clock inside …
  std::size_t unclocked_count = 0;  ///< … and how many decisions they made
  std::size_t allowed = 0;
  std::size_t denied = 0;
  /// One letter a request: A or D, lower case if a policy erred.
  std::string decisions;

  /// Nanoseconds a decision, nothing else included.
  [[nodiscard]] double UnclockedMeanNs() const;
};

enum class CedarEvaluator : std::uint8_t { kCompiled, kTreeWalker };
inline constexpr std::array kCedarEvaluators = {CedarEvaluator::kCompiled, CedarEvaluator::kTreeWalker};
[[nodiscard]] std::string_view NameOf(CedarEvaluator evaluator);

/// What a request is when its time begins.
enum class RequestForm : std::uint8_t { kRead, kJson };

struct MeasureOptions {
  std::size_t warm_passes = 2;
  std::size_t passes = 11;
  RequestForm form = RequestForm::kRead;
};

/// Decides every request of `loaded` in each pass, and adds what it took to `times`.
void Measure(const LoadedWorkload& loaded, CedarEvaluator evaluator, const MeasureOptions& options,
             DecisionTimes& times);

/// The median of the shortest span that the clock can show: two readings, one after the other.
[[nodiscard]] double ClockCostNs();

/// Memory of this process that is resident, in KiB (/proc/self/statm), after what is free went back to the
/// system; 0 where that is not to be had.
[[nodiscard]] std::int64_t ResidentKib();

}  // namespace proviso::cli
