// decide: one request under a package, explained.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/fields.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/toml.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "terms/decide.h"
#include "terms/explain.h"
#include "terms/package.h"
#include "terms/worked_request.h"

namespace proviso::cli {
namespace {

constexpr std::size_t kRequestFileBytesMax = 4U << 20U;
constexpr int kExitHold = 10;
constexpr int kExitForbid = 11;

struct Options {
  std::string directory;
  std::string request;
  bool json = false;
  bool exit_code = false;
};

/// The request's own table, or the only [[example]] of the file. What an example expects is not
/// compared here: `terms test` does that.
base::Result<terms::WorkedRequest> ReadRequest(const std::string& path, const terms::Package& package) {
  const auto toml = base::ReadFile(path, kRequestFileBytesMax);
  if (!toml) return std::unexpected(toml.error());
  const auto json = base::TomlToJson(*toml, path);
  if (!json) return std::unexpected(json.error());
  const auto document = base::JsonDocument::Parse(*json);
  if (!document) return base::Within(path, document.error());
  std::vector<std::string> errors;
  base::Json table = document->root();
  const base::Json examples = table.Find("example");
  if (examples.is_array() && table.size() == 1) {
    if (examples.size() != 1)
      return base::Fail(base::ErrorCode::kInvalid, path + ": must hold one request; it has " +
                                                       std::to_string(examples.size()) + " [[example]]");
    table = *examples.elements().begin();
  }
  base::Fields fields(table, "", errors);
  terms::WorkedRequest request =
      terms::ReadWorkedRequest(fields, package.agreement(), package.schema(), errors);
  for (const std::string_view key : {"name", "expect", "clauses", "needs"}) (void)fields.Any(key);
  fields.RefuseOthers();
  if (!errors.empty())
    return base::Fail(base::ErrorCode::kInvalid, path + " is refused:\n" + base::JoinLines(errors));
  return request;
}

Exit ExitFor(terms::Outcome outcome) {
  switch (outcome) {
    case terms::Outcome::kPermit:
      return Exit::kOk;
    case terms::Outcome::kHold:
      return static_cast<Exit>(kExitHold);
    case terms::Outcome::kForbid:
      break;
  }
  return static_cast<Exit>(kExitForbid);
}

void RunDecide(const Options& options, Console& console) {
  const auto package = terms::Package::Load(options.directory);
  if (!package) {
    console.Fail(package.error());
    return;
  }
  const auto request = ReadRequest(options.request, **package);
  if (!request) {
    console.Fail(request.error());
    return;
  }
  const terms::Decision decision = terms::DecideWorked(**package, *request);
  if (options.json) {
    base::JsonWriter json(base::JsonWriter::Layout::kPretty);
    terms::WriteDecision(json, **package, request->question, decision);
    console.out() << json.Take() << "\n";
  } else {
    console.out() << terms::ExplainText(**package, request->question, decision);
  }
  if (options.exit_code) console.exit = ExitFor(decision.outcome);
}

}  // namespace

void AddDecideCommand(CLI::App& app, Console& console) {
  auto options = std::make_shared<Options>();  // shared with the callback, which outlives this function
  CLI::App* command = app.add_subcommand("decide", "Decide one request under a terms package, and explain");
  command->add_option("DIR", options->directory, "The package's directory")->required();
  command->add_option("--request", options->request, "The request: a TOML file in the form of an [[example]]")
      ->required();
  command->add_flag("--json", options->json, "Print the decision as JSON (docs/formats/decision.md)");
  command->add_flag("--exit-code", options->exit_code, "Exit with 10 for hold and 11 for forbid");
  command->footer(
      "Exit codes: 0 it could be decided, 3 the package or the request is refused.\n"
      "Example:\n  proviso decide examples/starter --request request.toml\n"
      "where request.toml is, for instance:\n"
      "  application = \"analyst-desk\"\n  model = \"model-a\"\n  [facts]\n  purpose = \"translation\"");
  command->callback([options, &console] { RunDecide(*options, console); });
}

}  // namespace proviso::cli
