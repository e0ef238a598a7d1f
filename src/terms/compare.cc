#include "terms/compare.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "terms/internal/act_diff.h"
#include "terms/internal/diff_notes.h"
#include "terms/limits.h"
#include "terms/witness.h"

namespace proviso::terms {
namespace {

using internal::ActDiff;
using internal::ActDirection;
using internal::Attribution;
using internal::Shown;

/// Those that take longest first.
constexpr std::array kActs{Act::kCallTool, Act::kGenerate, Act::kEmbed, Act::kRelease, Act::kAdminister};

std::string InWords(Direction direction) {
  return std::string(NameOf(direction.from)) + " to " + std::string(NameOf(direction.to));
}

/// Runs one piece of work for each act, several at once, and tells whoever waits.
class ByAct {
 public:
  explicit ByAct(const CheckOptions& options) : options_(options) {}

  void Run(const std::string& name, const std::function<void(std::size_t act)>& work) {
    progress_.of += kActs.size();
    std::atomic<std::size_t> next = 0;
    const auto worker = [&] {
      for (std::size_t i = next++; i < kActs.size(); i = next++) {
        work(i);
        Done(std::string(NameOf(kActs[i])) + ": " + name);
      }
    };
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t threads =
        std::min<std::size_t>(options_.threads == 0 ? cores : options_.threads, kActs.size());
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back(worker);
    worker();
  }

 private:
  void Done(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    ++progress_.done;
    progress_.now = what;
    if (options_.progress) options_.progress(progress_);
  }

  const CheckOptions& options_;
  std::mutex mutex_;
  Progress progress_;
};

/// One direction in all acts.
class DirectionInAll {
 public:
  explicit DirectionInAll(Direction direction) { difference_.direction = direction; }

  void Add(std::size_t act, const ActDirection& one) {
    AddAsked(one.scripts, one.took_ms);
    if (one.smallest) shown_[act].push_back(*one.smallest);
    if (one.answer == FindingAnswer::kUnknown && difference_.reason.empty())
      difference_.reason = std::string(NameOf(kActs[act])) + ": " + one.reason;
  }
  void Add(std::size_t act, ActDiff::More more) {
    AddAsked(more.scripts, more.took_ms);
    is_all_[act] = more.is_all;
    std::ranges::move(more.shown, std::back_inserter(shown_[act]));
  }

  /// How many further examples to look for in each act that has one, so that there are enough in all.
  [[nodiscard]] std::size_t Wanted(std::size_t act) const {
    if (!MayHaveMore(act)) return 0;
    std::size_t acts = 0;
    for (std::size_t i = 0; i < kActs.size(); ++i) acts += MayHaveMore(i) ? 1 : 0;
    const std::size_t known = Known().size();
    const std::size_t missing = known >= kExamplesPerDirectionMax ? 0 : kExamplesPerDirectionMax - known;
    return (missing + acts - 1) / acts;
  }
  [[nodiscard]] std::vector<Attribution> Known() const {
    std::vector<Attribution> known;
    for (const auto& of_act : shown_) {
      for (const Shown& shown : of_act) {
        if (std::ranges::find(known, shown.attribution) == known.end()) known.push_back(shown.attribution);
      }
    }
    return known;
  }

  /// Smallest first, each attributed to other clauses; shown in any act, else unknown in any, else proved.
  Difference Joined() {
    for (std::size_t act = 0; act < kActs.size(); ++act) has_more_ = has_more_ || MayHaveMore(act);
    std::multimap<std::size_t, Shown> by_size;
    for (auto& of_act : shown_) {
      for (Shown& shown : of_act) {
        const std::size_t facts = FactsIn(shown.example.question);
        by_size.emplace(facts, std::move(shown));
      }
    }
    std::vector<Attribution> known;
    for (auto& [facts, shown] : by_size) {
      if (std::ranges::find(known, shown.attribution) != known.end()) continue;
      known.push_back(shown.attribution);
      if (difference_.examples.size() < kExamplesPerDirectionMax)
        difference_.examples.push_back(std::move(shown.example));
    }
    has_more_ = known.size() > kExamplesPerDirectionMax || has_more_;
    difference_.answer = !difference_.examples.empty() ? FindingAnswer::kYes
                         : !difference_.reason.empty() ? FindingAnswer::kUnknown
                                                       : FindingAnswer::kNo;
    return std::move(difference_);
  }
  [[nodiscard]] bool has_more() const { return has_more_; }

 private:
  [[nodiscard]] bool MayHaveMore(std::size_t act) const { return !shown_[act].empty() && !is_all_[act]; }

  void AddAsked(const std::vector<std::string>& scripts, std::int64_t took_ms) {
    for (const std::string& script : scripts) {
      if (std::ranges::find(difference_.scripts, script) == difference_.scripts.end())
        difference_.scripts.push_back(script);
    }
    difference_.took_ms += took_ms;
  }

  Difference difference_;
  std::array<std::vector<Shown>, kActs.size()> shown_;
  std::array<bool, kActs.size()> is_all_{};
  bool has_more_ = false;  ///< set by Joined
};

std::vector<DirectionInAll> DiffActs(const Package& before, const Package& after, analysis::Solver& solver,
                                     const CheckOptions& options) {
  std::vector<DirectionInAll> directions;
  for (const Direction& direction : Directions()) directions.emplace_back(direction);
  ByAct by_act(options);
  std::array<std::unique_ptr<ActDiff>, kActs.size()> diffs;
  std::array<const std::array<ActDirection, 6>*, kActs.size()> discovered{};
  by_act.Run("what differs", [&](std::size_t act) {
    diffs[act] = std::make_unique<ActDiff>(before, after, kActs[act], solver);
    discovered[act] = &diffs[act]->Discover();
  });
  for (std::size_t act = 0; act < kActs.size(); ++act) {
    for (std::size_t i = 0; i < directions.size(); ++i) directions[i].Add(act, (*discovered[act])[i]);
  }
  // In rounds, so that what is asked of an act does not depend on how fast the others were.
  for (std::size_t round = 0; round < kExamplesPerDirectionMax; ++round) {
    const std::vector<DirectionInAll> so_far = directions;
    std::array<std::vector<std::pair<std::size_t, ActDiff::More>>, kActs.size()> further;
    const auto wants = [&](std::size_t act) {
      return std::ranges::any_of(so_far, [&](const DirectionInAll& one) { return one.Wanted(act) > 0; });
    };
    bool any = false;
    for (std::size_t act = 0; act < kActs.size(); ++act) any = any || wants(act);
    if (!any) break;
    by_act.Run("other clauses", [&](std::size_t act) {
      for (std::size_t i = 0; i < so_far.size(); ++i) {
        const std::size_t wanted = so_far[i].Wanted(act);
        if (wanted > 0)
          further[act].emplace_back(i, diffs[act]->Further(Directions()[i], so_far[i].Known(), wanted));
      }
    });
    for (std::size_t act = 0; act < kActs.size(); ++act) {
      for (auto& [i, more] : further[act]) directions[i].Add(act, std::move(more));
    }
  }
  return directions;
}

}  // namespace

DiffReport Compare(const Package& before, const Package& after, analysis::Solver& solver,
                   const CheckOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  DiffReport report;
  report.notes = internal::DiffNotes(before, after);
  for (DirectionInAll& direction : DiffActs(before, after, solver, options)) {
    report.differences.push_back(direction.Joined());
    if (!direction.has_more()) continue;
    report.notes.push_back(InWords(report.differences.back().direction) +
                           ": there may be more, by other clauses than those of the requests shown");
  }
  const bool asked = std::ranges::any_of(
      report.differences, [](const Difference& difference) { return !difference.scripts.empty(); });
  if (asked) report.solver = solver.Version().value_or("");
  const auto took = std::chrono::steady_clock::now() - began;
  report.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  return report;
}

}  // namespace proviso::terms
