// terms diff: what one package decides otherwise than another.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/clock.h"
#include "cli/terms_analysis.h"
#include "cli/terms_commands.h"
#include "terms/bundle.h"
#include "terms/compare.h"
#include "terms/package.h"
#include "terms/report_html.h"
#include "terms/report_json.h"

namespace proviso::cli {
namespace {

struct Options {
  std::string before;
  std::string after;
  AnalysisOptions analysis;
};

/// In every form that is asked for; false where the page could not be written.
bool Publish(const AnalysisOptions& options, const terms::ComparedPackages& compared, Console& console) {
  if (options.json) {
    base::JsonWriter json(base::JsonWriter::Layout::kPretty);
    terms::WriteDiffReport(json, compared);
    console.out() << json.Take() << "\n";
  } else {
    console.out() << terms::DiffText(compared,
                                     TextOptionsFor(console, terms::TextOptions::Detail::kRemarkable));
  }
  if (options.html.empty()) return true;
  return WritePage(options.html, terms::DiffHtml(compared, base::SystemClock().WallMs()), console);
}

/// The package; nullptr, with what is wrong and with which of the two told, where it does not load.
std::shared_ptr<const terms::Package> Loaded(const std::string& directory, Console& console) {
  auto package = terms::LoadPackage(directory);
  if (package) return *package;
  console.Fail({package.error().code, directory + ":\n" + package.error().message});
  return nullptr;
}

void RunDiff(const Options& options, Console& console) {
  const auto before = Loaded(options.before, console);
  const auto after = before == nullptr ? nullptr : Loaded(options.after, console);
  if (after == nullptr) return;
  const auto solver = StartSolver(options.analysis, console);
  if (solver == nullptr) return;
  ProgressLine line(console);
  const terms::DiffReport report =
      terms::Compare(*before, *after, *solver, CheckOptionsFor(options.analysis, line));
  line.Clear();
  if (!Publish(options.analysis, {*before, *after, report}, console)) return;
  SayCounts(*solver, console);
  if (!terms::IsSame(report)) console.exit = Exit::kNo;
}

}  // namespace

void AddTermsDiff(CLI::App& terms, Console& console) {
  CLI::App* diff = terms.add_subcommand(
      "diff", "Show what another wording would permit, hold or forbid, or prove: nothing");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  diff->add_option("A", options->before, "The package before: a directory or a bundle")->required();
  diff->add_option("B", options->after, "The package after: a directory or a bundle")->required();
  AddAnalysisOptions(*diff, options->analysis);
  diff->footer(
      "Exit codes: 0 proved that no outcome differs; 1 one differs, or a direction is unknown;\n"
      "3 a package is refused; 4 there is no solver.\n"
      "Examples:\n"
      "  proviso terms diff examples/agreements/two-exceptions examples/agreements/overnight-offer\n"
      "  proviso terms diff before after --html compared.html");
  diff->callback([options, &console] { RunDiff(*options, console); });
}

}  // namespace proviso::cli
