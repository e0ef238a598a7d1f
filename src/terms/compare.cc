#include "terms/compare.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "terms/internal/act_diff.h"
#include "terms/internal/diff_notes.h"
#include "terms/limits.h"
#include "terms/witness.h"

namespace proviso::terms {
namespace {

using internal::ActDifference;
using internal::Compared;

/// Those that take longest first.
constexpr std::array kActs{Act::kCallTool, Act::kGenerate, Act::kEmbed, Act::kRelease, Act::kAdminister};

using ByAct = std::array<std::array<ActDifference, 6>, kActs.size()>;

std::string InWords(Direction direction) {
  return std::string(NameOf(direction.from)) + " to " + std::string(NameOf(direction.to));
}

/// Tells whoever waits, one thread at a time.
class Reporter {
 public:
  explicit Reporter(const CheckOptions& options) : options_(options) {
    progress_.of = kActs.size() * Directions().size();
  }

  void Done(Act act, Direction direction) {
    const std::scoped_lock lock(mutex_);
    ++progress_.done;
    progress_.now = std::string(NameOf(act)) + ": " + InWords(direction);
    if (options_.progress) options_.progress(progress_);
  }

 private:
  const CheckOptions& options_;
  std::mutex mutex_;
  Progress progress_;
};

ByAct DiffActs(const Package& before, const Package& after, analysis::Solver& solver,
               const CheckOptions& options) {
  ByAct found;
  Reporter reporter(options);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < kActs.size(); i = next++) {
      const Compared compared(before, after, kActs[i]);
      found[i] = internal::DiffAct(compared, solver,
                                   [&](Direction direction) { reporter.Done(kActs[i], direction); });
    }
  };
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t threads =
      std::min<std::size_t>(options.threads == 0 ? cores : options.threads, kActs.size());
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();  // waits
  return found;
}

/// One direction of all acts: shown in any, else unknown in any, else proved in each.
ActDifference Joined(std::size_t direction, ByAct& by_act) {
  ActDifference joined;
  Difference& all = joined.difference;
  all.direction = Directions()[direction];
  all.answer = FindingAnswer::kNo;
  for (std::size_t act = 0; act < kActs.size(); ++act) {
    ActDifference& one = by_act[act][direction];
    Difference& part = one.difference;
    joined.has_more = joined.has_more || one.has_more;
    all.took_ms += part.took_ms;
    all.scripts.insert(all.scripts.end(), part.scripts.begin(), part.scripts.end());
    std::ranges::move(part.examples, std::back_inserter(all.examples));
    if (part.answer == FindingAnswer::kUnknown && all.reason.empty())
      all.reason = std::string(NameOf(kActs[act])) + ": " + part.reason;
  }
  std::multimap<std::size_t, Difference::Example> by_size;
  for (Difference::Example& example : all.examples) {
    const std::size_t facts = FactsIn(example.question);
    by_size.emplace(facts, std::move(example));
  }
  all.examples.clear();
  for (auto& [facts, example] : by_size) all.examples.push_back(std::move(example));
  if (all.examples.size() > kExamplesPerDirectionMax) {
    all.examples.resize(kExamplesPerDirectionMax);
    joined.has_more = true;
  }
  if (!all.reason.empty()) all.answer = FindingAnswer::kUnknown;
  if (!all.examples.empty()) all.answer = FindingAnswer::kYes;
  return joined;
}

}  // namespace

DiffReport Compare(const Package& before, const Package& after, analysis::Solver& solver,
                   const CheckOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  DiffReport report;
  report.notes = internal::DiffNotes(before, after);
  ByAct by_act = DiffActs(before, after, solver, options);
  for (std::size_t i = 0; i < Directions().size(); ++i) {
    ActDifference joined = Joined(i, by_act);
    if (joined.has_more) {
      report.notes.push_back(InWords(Directions()[i]) +
                             ": other clauses change such outcomes too, beyond the requests that are shown");
    }
    report.differences.push_back(std::move(joined.difference));
  }
  const bool asked = std::ranges::any_of(
      report.differences, [](const Difference& difference) { return !difference.scripts.empty(); });
  if (asked) report.solver = solver.Version().value_or("");
  const auto took = std::chrono::steady_clock::now() - began;
  report.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  return report;
}

}  // namespace proviso::terms
