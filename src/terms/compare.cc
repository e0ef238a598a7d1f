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

/// An act in some directions, a bit for each of Directions().
struct Part {
  Act act;
  std::uint32_t directions;
};

/// Those that take longest first. A call of a tool is what people decide on, so that all its directions are
/// busy: it is two parts, for two threads.
constexpr std::array kParts{Part{Act::kCallTool, 0b000'111}, Part{Act::kCallTool, 0b111'000},
                            Part{Act::kGenerate, 0b111'111}, Part{Act::kEmbed, 0b111'111},
                            Part{Act::kRelease, 0b111'111},  Part{Act::kAdminister, 0b111'111}};

std::string InWords(Direction direction) {
  return std::string(NameOf(direction.from)) + " to " + std::string(NameOf(direction.to));
}

/// Runs one piece of work for each part, several at once, and tells whoever waits.
class ByPart {
 public:
  explicit ByPart(const CheckOptions& options) : options_(options) {}

  void Run(const std::string& name, const std::function<void(std::size_t part)>& work) {
    progress_.of += kParts.size();
    std::atomic<std::size_t> next = 0;
    const auto worker = [&] {
      for (std::size_t i = next++; i < kParts.size(); i = next++) {
        work(i);
        Done(std::string(NameOf(kParts[i].act)) + ": " + name);
      }
    };
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t threads =
        std::min<std::size_t>(options_.threads == 0 ? cores : options_.threads, kParts.size());
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

  void Add(std::size_t part, const ActDirection& one) {
    AddAsked(one.scripts, one.took_ms);
    if (one.smallest) shown_[part].push_back(*one.smallest);
    if (one.answer == FindingAnswer::kUnknown && difference_.reason.empty())
      difference_.reason = std::string(NameOf(kParts[part].act)) + ": " + one.reason;
  }
  void Add(std::size_t part, ActDiff::More more) {
    AddAsked(more.scripts, more.took_ms);
    is_all_[part] = more.is_all;
    std::ranges::move(more.shown, std::back_inserter(shown_[part]));
  }

  /// How many further examples to look for in each part that has one, so that there are enough in all.
  [[nodiscard]] std::size_t Wanted(std::size_t part) const {
    if (!MayHaveMore(part)) return 0;
    std::size_t parts = 0;
    for (std::size_t i = 0; i < kParts.size(); ++i) parts += MayHaveMore(i) ? 1 : 0;
    const std::size_t known = Known().size();
    const std::size_t missing = known >= kExamplesPerDirectionMax ? 0 : kExamplesPerDirectionMax - known;
    return (missing + parts - 1) / parts;
  }
  [[nodiscard]] std::vector<Attribution> Known() const {
    std::vector<Attribution> known;
    for (const auto& of_part : shown_) {
      for (const Shown& shown : of_part) {
        if (std::ranges::find(known, shown.attribution) == known.end()) known.push_back(shown.attribution);
      }
    }
    return known;
  }

  /// Smallest first, each attributed to other clauses; shown in any act, else unknown in any, else proved.
  Difference Joined() {
    for (std::size_t part = 0; part < kParts.size(); ++part) has_more_ = has_more_ || MayHaveMore(part);
    std::multimap<std::size_t, Shown> by_size;
    for (auto& of_part : shown_) {
      for (Shown& shown : of_part) {
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
  [[nodiscard]] bool MayHaveMore(std::size_t part) const { return !shown_[part].empty() && !is_all_[part]; }

  void AddAsked(const std::vector<std::string>& scripts, std::int64_t took_ms) {
    for (const std::string& script : scripts) {
      if (std::ranges::find(difference_.scripts, script) == difference_.scripts.end())
        difference_.scripts.push_back(script);
    }
    difference_.took_ms += took_ms;
  }

  Difference difference_;
  std::array<std::vector<Shown>, kParts.size()> shown_;
  std::array<bool, kParts.size()> is_all_{};
  bool has_more_ = false;  ///< set by Joined
};

std::vector<DirectionInAll> DiffParts(const Package& before, const Package& after, analysis::Solver& solver,
                                      const CheckOptions& options) {
  std::vector<DirectionInAll> directions;
  for (const Direction& direction : Directions()) directions.emplace_back(direction);
  ByPart by_part(options);
  std::array<std::unique_ptr<ActDiff>, kParts.size()> diffs;
  std::array<const std::array<ActDirection, 6>*, kParts.size()> discovered{};
  by_part.Run("what differs", [&](std::size_t part) {
    diffs[part] = std::make_unique<ActDiff>(before, after, kParts[part].act, kParts[part].directions, solver);
    discovered[part] = &diffs[part]->Discover();
  });
  for (std::size_t part = 0; part < kParts.size(); ++part) {
    for (std::size_t i = 0; i < directions.size(); ++i) directions[i].Add(part, (*discovered[part])[i]);
  }
  // In rounds, so that what is asked of a part does not depend on how fast the others were.
  for (std::size_t round = 0; round < kExamplesPerDirectionMax; ++round) {
    const std::vector<DirectionInAll> so_far = directions;
    std::array<std::vector<std::pair<std::size_t, ActDiff::More>>, kParts.size()> further;
    const auto wants = [&](std::size_t part) {
      return std::ranges::any_of(so_far, [&](const DirectionInAll& one) { return one.Wanted(part) > 0; });
    };
    bool any = false;
    for (std::size_t part = 0; part < kParts.size(); ++part) any = any || wants(part);
    if (!any) break;
    by_part.Run("other clauses", [&](std::size_t part) {
      for (std::size_t i = 0; i < so_far.size(); ++i) {
        const std::size_t wanted = so_far[i].Wanted(part);
        if (wanted > 0)
          further[part].emplace_back(i, diffs[part]->Further(Directions()[i], so_far[i].Known(), wanted));
      }
    });
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      for (auto& [i, more] : further[part]) directions[i].Add(part, std::move(more));
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
  for (DirectionInAll& direction : DiffParts(before, after, solver, options)) {
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
