// The subcommands of `terms` that stand in files of their own.
#pragma once

namespace CLI {
class App;
}

namespace proviso::cli {

class Console;

/// check: every question about one package.
void AddTermsCheck(CLI::App& terms, Console& console);
/// diff: what one package decides otherwise than another.
void AddTermsDiff(CLI::App& terms, Console& console);
/// new: a package to start from.
void AddTermsNew(CLI::App& terms, Console& console);

}  // namespace proviso::cli
