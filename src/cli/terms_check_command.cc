// terms check: every question about one package.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "base/clock.h"
#include "cli/terms_analysis.h"
#include "cli/terms_commands.h"
#include "terms/bundle.h"
#include "terms/check.h"
#include "terms/package.h"
#include "terms/report_html.h"
#include "terms/report_json.h"

namespace proviso::cli {
namespace {

struct Options {
  std::string directory;
  bool all = false;
  std::vector<std::string> questions;
  AnalysisOptions analysis;
};

/// A question's name as one word of a command line: "never-errors".
std::string WordOf(terms::CheckQuestion question) {
  std::string word(terms::NameOf(question));
  std::ranges::replace(word, ' ', '-');
  return word;
}

std::vector<terms::CheckQuestion> AllQuestions() {
  std::vector<terms::CheckQuestion> questions;
  for (std::size_t i = 0; i < terms::kCheckQuestions; ++i)
    questions.push_back(static_cast<terms::CheckQuestion>(i));
  return questions;
}

std::vector<std::string> AllWords() {
  std::vector<std::string> words;
  for (const terms::CheckQuestion question : AllQuestions()) words.push_back(WordOf(question));
  return words;
}

std::set<terms::CheckQuestion> Chosen(const Options& options) {
  std::set<terms::CheckQuestion> chosen;
  for (const terms::CheckQuestion question : AllQuestions()) {
    if (std::ranges::find(options.questions, WordOf(question)) != options.questions.end())
      chosen.insert(question);
  }
  return chosen;
}

/// In every form that is asked for; false where the page could not be written.
bool Publish(const Options& options, const terms::CheckedPackage& checked, Console& console) {
  if (options.analysis.json) {
    base::JsonWriter json(base::JsonWriter::Layout::kPretty);
    terms::WriteCheckReport(json, checked);
    console.out() << json.Take() << "\n";
  } else if (checked.package != nullptr) {
    const auto detail =
        options.all ? terms::TextOptions::Detail::kAll : terms::TextOptions::Detail::kRemarkable;
    console.out() << terms::CheckText(checked, TextOptionsFor(console, detail));
  }
  if (options.analysis.html.empty()) return true;
  return WritePage(options.analysis.html, terms::CheckHtml(checked, base::SystemClock().WallMs()), console);
}

/// What does not load is told on standard error, as every command tells it, and besides in the forms asked
/// for.
void RunRefused(const Options& options, const base::Error& error, Console& console) {
  const bool is_refused = error.code == base::ErrorCode::kInvalid || error.code == base::ErrorCode::kLimit;
  if (is_refused) {
    const terms::CheckReport report = terms::RefusedReport(error);
    (void)Publish(options, {options.directory, nullptr, report}, console);
  }
  console.Fail(error);
}

void RunCheck(const Options& options, Console& console) {
  const auto package = terms::LoadPackage(options.directory);
  if (!package) {
    RunRefused(options, package.error(), console);
    return;
  }
  const auto solver = StartSolver(options.analysis, console);
  if (solver == nullptr) return;
  ProgressLine line(console);
  terms::CheckOptions check = CheckOptionsFor(options.analysis, line);
  check.only = Chosen(options);
  const terms::CheckReport report = terms::Check(**package, *solver, check);
  line.Clear();
  const terms::CheckedPackage checked{options.directory, package->get(), report, check.only};
  if (!Publish(options, checked, console)) return;
  SayCounts(*solver, console);
  if (!terms::IsClear(checked)) console.exit = Exit::kNo;
}

}  // namespace

void AddTermsCheck(CLI::App& terms, Console& console) {
  CLI::App* check = terms.add_subcommand(
      "check", "Prove what the wording guarantees, or show the requests that it lets through");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  check->add_option("DIR", options->directory, "The package's directory, or a bundle")->required();
  AddAnalysisOptions(*check, options->analysis);
  check->add_flag("--all", options->all, "Show every answer, not only what is remarkable or unknown");
  check->add_option("--question", options->questions, "Ask this alone; may stand several times")
      ->check(CLI::IsMember(AllWords()))
      ->type_name("NAME");
  check->footer(
      "Exit codes: 0 a gateway may load it and nothing is remarkable, unless the agreement acknowledges it;\n"
      "1 something is remarkable or unknown; 3 the package is refused; 4 there is no solver.\n"
      "Examples:\n"
      "  proviso terms check examples/starter\n"
      "  proviso terms check examples/starter --html report.html\n"
      "  proviso terms check examples/starter --question set-aside-by-one-party --json");
  check->callback([options, &console] { RunCheck(*options, console); });
}

}  // namespace proviso::cli
