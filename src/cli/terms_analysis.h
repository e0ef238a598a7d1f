// What `terms check` and `terms diff` share: their options, the solver, where reports go.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "analysis/solver.h"
#include "cli/console.h"
#include "cli/progress_line.h"
#include "terms/check.h"
#include "terms/report_text.h"

namespace CLI {
class App;
}

namespace proviso::cli {

struct AnalysisOptions {
  bool json = false;
  std::string html;     ///< the file to write; "" for none
  std::string scripts;  ///< the directory that keeps them; "" for none
  std::string solver;   ///< the program; "" finds cvc5 on the PATH
  std::int64_t time_ms = 10'000;
  std::int64_t memory_mb = 2'048;
  unsigned threads = 0;
  bool no_cache = false;
};

/// --json, --html, --scripts, --solver, --time-ms, --memory-mb, --threads, --no-cache.
void AddAnalysisOptions(CLI::App& command, AnalysisOptions& options);

/// A solver that answers to its name; nullptr, with the failure told, where there is none.
[[nodiscard]] std::unique_ptr<analysis::Solver> StartSolver(const AnalysisOptions& options, Console& console);

/// Threads, and progress to `line`, which must live as long.
[[nodiscard]] terms::CheckOptions CheckOptionsFor(const AnalysisOptions& options, ProgressLine& line);

/// The width and the styles of standard output.
[[nodiscard]] terms::TextOptions TextOptionsFor(const Console& console, terms::TextOptions::Detail detail);

/// Where answers are kept: $XDG_CACHE_HOME/proviso/analysis, ~/.cache/proviso/analysis, or nowhere where
/// neither is known.
[[nodiscard]] std::filesystem::path CacheDirectory();

/// Writes a page, whole or not at all; false, with the failure told, where it cannot.
[[nodiscard]] bool WritePage(const std::string& path, const std::string& html, Console& console);

/// "cvc5 1.0.3 was asked 40 questions; 31 were answered from ~/.cache/…" on standard error.
void SayCounts(analysis::Solver& solver, Console& console);

}  // namespace proviso::cli
