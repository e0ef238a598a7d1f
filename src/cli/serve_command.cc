#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands.h"
#include "cli/console.h"
#include "daemon/daemon.h"
#include "daemon/home.h"
#include "daemon/in_force.h"

namespace proviso::cli {
namespace {

struct InitOptions {
  std::string home = "proviso-home";
  daemon::HomeOptions options;
};

struct ServeOptions {
  std::string home = "proviso-home";
  bool check = false;
};

void Init(const InitOptions& options, Console& console) {
  const auto made = daemon::MakeHome(options.home, options.options);
  if (!made) {
    console.Fail(made.error());
    return;
  }
  for (const auto& file : made->files) console.out() << "  " << file.string() << "\n";
  console.out() << "Made " << made->files.size() << " files. Add a provider to " << options.home
                << "/config.toml, then: proviso serve --home " << options.home << "\n";
}

void Check(const ServeOptions& options, Console& console) {
  const auto configuration = daemon::ReadConfiguration(std::filesystem::path(options.home) / "config.toml");
  const auto snapshot =
      configuration ? daemon::MakeSnapshot(*configuration) : std::unexpected(configuration.error());
  if (!snapshot) {
    console.Fail(snapshot.error());
    return;
  }
  console.out() << "Good: terms " << (*snapshot)->terms->DigestText() << ", " << (*snapshot)->models.size()
                << " models, " << (*snapshot)->callers.size() << " keys.\n";
}

void Serve(const ServeOptions& options, Console& console) {
  if (options.check) {
    Check(options, console);
    return;
  }
  const base::Status ended = daemon::Run(options.home, [&console](std::string_view url) {
    console.out() << "listening on " << url << std::endl;  // flushed: scripts wait for this line
  });
  if (!ended) console.Fail(ended.error());
}

}  // namespace

void AddInitCommand(CLI::App& app, Console& console) {
  CLI::App* command =
      app.add_subcommand("init", "Make a directory with configuration, keys and starter terms");
  auto options = std::make_shared<InitOptions>();  // shared with the callback that CLI11 keeps
  command->add_option("--home", options->home, "The directory to make")->capture_default_str();
  command->add_option("--listen", options->options.listen, "ADDRESS:PORT")->capture_default_str();
  command->add_option("--name", options->options.gateway_name, "Name of this gateway in its record")
      ->capture_default_str();
  command->footer("Example:\n  proviso init --home ./gateway --listen 127.0.0.1:8484");
  command->callback([options, &console] { Init(*options, console); });
}

void AddServeCommand(CLI::App& app, Console& console) {
  CLI::App* command = app.add_subcommand(
      "serve", "Run the gateway until SIGTERM; SIGHUP reads configuration and terms again");
  auto options = std::make_shared<ServeOptions>();  // shared with the callback that CLI11 keeps
  command->add_option("--home", options->home, "The directory that `proviso init` made")
      ->capture_default_str();
  command->add_flag("--check", options->check, "Only check configuration and terms");
  command->footer("Examples:\n  proviso serve --home ./gateway\n  proviso serve --home ./gateway --check");
  command->callback([options, &console] { Serve(*options, console); });
}

}  // namespace proviso::cli
