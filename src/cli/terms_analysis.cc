#include "cli/terms_analysis.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "base/file.h"

namespace proviso::cli {
namespace {

constexpr std::size_t kReportColumnsMax = 110;
constexpr std::int64_t kTimeMsMax = 86'400'000;
constexpr std::int64_t kMemoryMbMax = 1'048'576;
constexpr unsigned kThreadsMax = 256;

Style StyleOf(terms::Emphasis emphasis) {
  switch (emphasis) {
    case terms::Emphasis::kHeading:
      return Style::kBold;
    case terms::Emphasis::kAttention:
      return Style::kWarn;
    case terms::Emphasis::kQuiet:
      break;
  }
  return Style::kDim;
}

std::string EnvironmentText(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// z3 says sets in another way; a program is known by its name.
analysis::Dialect DialectOf(const std::string& program) {
  return std::filesystem::path(program).filename().string().starts_with("z3") ? analysis::Dialect::kZ3
                                                                              : analysis::Dialect::kCvc5;
}

}  // namespace

void AddAnalysisOptions(CLI::App& command, AnalysisOptions& options) {
  command.add_flag("--json", options.json, "Print the report as JSON (docs/formats/findings.md)");
  command
      .add_option("--html", options.html, "Write the report to this file too, as a page to read and print")
      ->type_name("FILE");
  command
      .add_option("--scripts", options.scripts,
                  "Keep every script that the solver is given, as <digest>.smt2")
      ->type_name("DIR");
  command.add_option("--time-ms", options.time_ms, "Time for one question to the solver")
      ->check(CLI::Range(std::int64_t{1}, kTimeMsMax))
      ->capture_default_str();
  command.add_option("--memory-mb", options.memory_mb, "Memory for one question to the solver")
      ->check(CLI::Range(std::int64_t{16}, kMemoryMbMax))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Questions at once; 0 for one a core")
      ->check(CLI::Range(0U, kThreadsMax))
      ->capture_default_str();
  command.add_flag("--no-cache", options.no_cache, "Ask everything again, and keep no answer");
  command.add_option("--solver", options.solver, "The solver's program: cvc5, or z3")->type_name("PROGRAM");
}

std::filesystem::path CacheDirectory() {
  const std::filesystem::path cache = EnvironmentText("XDG_CACHE_HOME");
  if (cache.is_absolute()) return cache / "proviso" / "analysis";
  const std::filesystem::path home = EnvironmentText("HOME");
  return home.is_absolute() ? home / ".cache" / "proviso" / "analysis" : std::filesystem::path();
}

std::unique_ptr<analysis::Solver> StartSolver(const AnalysisOptions& options, Console& console) {
  auto solver = std::make_unique<analysis::Solver>(
      analysis::SolverOptions{.program = options.solver,
                              .dialect = DialectOf(options.solver),
                              .time_ms_max = options.time_ms,
                              .memory_bytes_max = options.memory_mb << 20U,
                              .cache = options.no_cache ? std::filesystem::path() : CacheDirectory(),
                              .scripts = options.scripts});
  if (const auto version = solver->Version(); !version) {
    console.Fail(version.error());
    return nullptr;
  }
  return solver;
}

terms::CheckOptions CheckOptionsFor(const AnalysisOptions& options, ProgressLine& line) {
  terms::CheckOptions check;
  check.threads = options.threads;
  check.progress = [&line](const terms::Progress& progress) {
    line.Show(progress.done, progress.of, progress.now);
  };
  return check;
}

terms::TextOptions TextOptionsFor(const Console& console, terms::TextOptions::Detail detail) {
  terms::TextOptions options;
  options.width = std::min(TerminalColumns(STDOUT_FILENO), kReportColumnsMax);
  options.detail = detail;
  options.emphasise = [&console](terms::Emphasis emphasis, std::string_view text) {
    return console.Styled(StyleOf(emphasis), text);
  };
  return options;
}

bool WritePage(const std::string& path, const std::string& html, Console& console) {
  if (const base::Status written = base::WriteFileAtomically(path, html); !written) {
    console.Fail({written.error().code, "--html " + path + ": " + written.error().message});
    return false;
  }
  return true;
}

void SayCounts(analysis::Solver& solver, Console& console) {
  const analysis::Solver::Counts counts = solver.counts();
  const std::filesystem::path& cache = solver.options().cache;
  console.err() << solver.Version().value_or("the solver") << " was asked " << counts.asked
                << (counts.asked == 1 ? " question" : " questions");
  if (!cache.empty()) console.err() << "; " << counts.from_cache << " were answered from " << cache.string();
  console.err() << "\n";
}

}  // namespace proviso::cli
