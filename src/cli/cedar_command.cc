// proviso cedar: the policy language by itself.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/json_writer.h"
#include "cedar/conformance.h"
#include "cli/cedar_commands.h"
#include "cli/commands.h"
#include "cli/console.h"

namespace proviso::cli {
namespace {

void RunConformance(const std::string& directory, Format format, Console& console) {
  const auto report = cedar::RunConformance(directory);
  if (!report) {
    console.exit = console.Fail(report.error());
    return;
  }
  if (format == Format::kJson) {
    base::JsonWriter json;
    json.BeginObject().Key("cases").Integer(static_cast<std::int64_t>(report->cases));
    json.Key("requests")
        .Integer(static_cast<std::int64_t>(report->requests))
        .Key("verdicts")
        .Integer(static_cast<std::int64_t>(report->verdicts))
        .Key("mismatches")
        .BeginArray();
    for (const std::string& mismatch : report->mismatches) json.String(mismatch);
    json.EndArray().EndObject();
    console.out() << json.Take() << "\n";
  } else {
    console.out() << report->Text();
  }
  console.exit = report->mismatches.empty() ? Exit::kOk : Exit::kNo;
}

}  // namespace

void AddCedarCommand(CLI::App& app, Console& console) {
  CLI::App* cedar = app.add_subcommand("cedar", "The policy language that terms are written in");
  cedar->require_subcommand(1);
  cedar->footer(
      "Options and exit codes are those of the reference CLI, `cedar`, where it has them.\n"
      "Each command's --help has examples.");
  AddCedarAuthorize(*cedar, console);
  AddCedarEvaluate(*cedar, console);
  AddCedarBench(*cedar, console);
  CLI::App* conformance = cedar->add_subcommand(
      "conformance", "Run a folder of cases and print each decision and verdict that comes out otherwise");
  conformance->footer(
      "The last line counts: N cases, M requests, V verdicts of validation, K mismatches. Exits 1 on any "
      "mismatch.\n"
      "Example: proviso cedar conformance cedar-integration-tests/corpus-tests");
  struct Options {
    std::string directory;
    bool json = false;
  };
  // Shared with the callback, which runs after this function has returned.
  const auto options = std::make_shared<Options>();
  conformance->add_option("DIR", options->directory, "The folder; cases are found in it at any depth")
      ->required();
  conformance->add_flag("--json", options->json, "Print one JSON object");
  conformance->callback([options, &console] {
    RunConformance(options->directory, options->json ? Format::kJson : Format::kText, console);
  });
}

}  // namespace proviso::cli
