// A command as a person runs it: words in, text and exit code out.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "cli/console.h"

namespace proviso::cli::internal {

struct Answer {
  int exit = 0;
  std::string out;
  std::string err;
};

/// Runs `words` with the commands that `add(app, console)` adds.
template <typename AddCommands>
[[nodiscard]] Answer RunCommand(std::vector<std::string> words, const AddCommands& add) {
  std::ostringstream out;
  std::ostringstream err;
  Console console(out, err);
  CLI::App app("", "proviso");
  add(app, console);
  std::ranges::reverse(words);
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    app.exit(error, out, err);
    return {2, out.str(), err.str()};
  }
  return {static_cast<int>(console.exit), out.str(), err.str()};
}

}  // namespace proviso::cli::internal
