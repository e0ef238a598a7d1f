// Every subcommand of `proviso`. Each function adds one command, its options and its help to the
// program; the command's work runs when the command line names it, and leaves its code in `console`.
#pragma once

namespace CLI {
class App;
}

namespace proviso::cli {

class Console;

/// init, serve: a gateway's home, and the gateway.
void AddInitCommand(CLI::App& app, Console& console);
void AddServeCommand(CLI::App& app, Console& console);
/// cedar: the policy language by itself; its conformance cases.
void AddCedarCommand(CLI::App& app, Console& console);
/// terms: test, check, diff, new, show, schema, tool-digest, authority, and what signing_commands.h adds.
void AddTermsCommand(CLI::App& app, Console& console);
/// decide: one request under a terms package, explained.
void AddDecideCommand(CLI::App& app, Console& console);
/// holds: list, show, approve, deny, on this machine or over HTTP.
void AddHoldsCommand(CLI::App& app, Console& console);
/// keys: new, show, api.
void AddKeysCommand(CLI::App& app, Console& console);
/// tour: a gateway with something to look at.
void AddTourCommand(CLI::App& app, Console& console);
/// protocol: capabilities, fold, translate.
void AddProtocolCommand(CLI::App& app, Console& console);
/// upstreams: status.
void AddUpstreamsCommand(CLI::App& app, Console& console);
/// version: what this binary is and what it was built with.
void AddVersionCommand(CLI::App& app, Console& console);

/// record: verify, show, prove, open, check.
void AddRecordCommand(CLI::App& app, Console& console);

}  // namespace proviso::cli
