// terms bundle, sign, verify: from a directory to one file that every party has signed.
#pragma once

namespace CLI {
class App;
}

namespace proviso::cli {

class Console;

/// Adds them to the command `terms`.
void AddSigningCommands(CLI::App& terms, Console& console);

}  // namespace proviso::cli
