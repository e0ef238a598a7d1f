// A subcommand whose work may fail, with what all of them share.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <type_traits>

#include "base/result.h"
#include "cli/console.h"

namespace proviso::cli {

/// Adds it with its footer and --json. What `work` fails with is told by the console.
template <typename Options>
CLI::App* AddCommand(CLI::App& parent, Console& console, const char* name, const char* what,
                     const char* footer,
                     std::type_identity_t<base::Status (*)(const Options&, Console&)> work,
                     std::shared_ptr<Options> options) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->footer(footer);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([&console, work, options] {
    if (auto done = work(*options, console); !done) console.Fail(done.error());
  });
  return command;
}

}  // namespace proviso::cli
