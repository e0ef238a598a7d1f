// The subcommands of `proviso cedar`, one function each; as commands.h has it for `proviso`.
#pragma once

namespace CLI {
class App;
}

namespace proviso::cli {

class Console;

/// authorize: one request, decided and explained; evaluate: one expression.
void AddCedarAuthorize(CLI::App& cedar, Console& console);
void AddCedarEvaluate(CLI::App& cedar, Console& console);
/// validate: policies against a schema; check-parse: whether files can be read at all.
void AddCedarValidate(CLI::App& cedar, Console& console);
void AddCedarCheckParse(CLI::App& cedar, Console& console);
/// format: policies in their layout, comments kept.
void AddCedarFormat(CLI::App& cedar, Console& console);
/// translate: policies or a schema between text and JSON.
void AddCedarTranslate(CLI::App& cedar, Console& console);
/// bench: how long decisions take on this machine.
void AddCedarBench(CLI::App& cedar, Console& console);

}  // namespace proviso::cli
