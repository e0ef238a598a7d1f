#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/console.h"

namespace proviso::cli {

void AddVersionCommand(CLI::App& app, Console& console) {
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->footer("Example:\n  proviso version");
  command->callback([&console] { console.out() << "proviso " PROVISO_VERSION " (Cedar 4.5)\n"; });
}

}  // namespace proviso::cli
