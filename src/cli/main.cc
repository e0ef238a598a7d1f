#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "base/fields.h"
#include "cli/commands.h"
#include "cli/console.h"

namespace {

constexpr const char* kDescription =
    "Proviso: a gateway between applications and AI models that makes negotiated terms of use\n"
    "executable, comparable, provable and portable.";

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 the answer is no, 2 wrong command line, 3 refused input, 4 unavailable.\n"
    "Each command's --help has examples. Start with: proviso tour";

/// The first word that should name a command and does not, with what may have been meant.
std::string Hint(const CLI::App& app, int argc, char** argv) {
  const CLI::App* command = &app;
  for (int i = 1; i < argc && command->get_require_subcommand_min() > 0; ++i) {
    const std::string word = argv[i];
    if (word.starts_with('-')) return "";
    const CLI::App* next = nullptr;
    std::vector<std::string> known;
    for (const CLI::App* one : command->get_subcommands({})) {
      known.push_back(one->get_name());
      if (one->get_name() == word) next = one;
    }
    if (next == nullptr) {
      const std::string meant = proviso::base::DidYouMean(word, known);
      return "no command \"" + word + "\"" + (meant.empty() ? "" : "; did you mean " + meant + "?");
    }
    command = next;
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  using proviso::cli::Exit;
  proviso::cli::Console console(std::cout, std::cerr);
  CLI::App app{kDescription, "proviso"};
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough(false);
  proviso::cli::AddTourCommand(app, console);
  proviso::cli::AddInitCommand(app, console);
  proviso::cli::AddServeCommand(app, console);
  proviso::cli::AddHoldsCommand(app, console);
  proviso::cli::AddKeysCommand(app, console);
  proviso::cli::AddCedarCommand(app, console);
  proviso::cli::AddTermsCommand(app, console);
  proviso::cli::AddDecideCommand(app, console);
  proviso::cli::AddProtocolCommand(app, console);
  proviso::cli::AddUpstreamsCommand(app, console);
  proviso::cli::AddVersionCommand(app, console);
  proviso::cli::AddRecordCommand(app, console);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = error.get_exit_code() == 0;
    const std::string hint = Hint(app, argc, argv);
    if (!asked_for_help && !hint.empty()) console.Fail(Exit::kUsage, hint);
    app.exit(error, std::cout, std::cerr);
    return static_cast<int>(asked_for_help ? Exit::kOk : Exit::kUsage);
  }
  return static_cast<int>(console.exit);
}
