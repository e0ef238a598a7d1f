// terms bundle, sign, verify, activate, history: from a directory to a signed agreement in force.
#pragma once

namespace CLI {
class App;
}

namespace proviso::cli {

class Console;

/// Adds bundle, sign and verify to the command `terms`.
void AddSigningCommands(CLI::App& terms, Console& console);
/// Adds activate and history to it.
void AddActivationCommands(CLI::App& terms, Console& console);

}  // namespace proviso::cli
