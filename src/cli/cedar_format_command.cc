// proviso cedar format: policies in their layout, comments kept.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "cedar/format.h"
#include "cli/cedar_commands.h"
#include "cli/cedar_inputs.h"

namespace proviso::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  CedarInputs inputs{};
  cedar::FormatOptions layout{};
  bool write = false;
  bool check = false;
};

/// Replaces the file that `path` leads to; who could not read it before cannot after.
base::Status WriteBack(const std::string& path, const std::string& text) {
  std::error_code failure;
  const fs::path target = fs::canonical(path, failure);
  if (failure) return base::Fail(base::ErrorCode::kIo, path + ": " + failure.message());
  const fs::perms others =
      fs::status(target, failure).permissions() & (fs::perms::others_read | fs::perms::group_read);
  const bool secret = failure || others == fs::perms::none;
  return base::WriteFileAtomically(target, text, secret ? base::FileMode::kSecret : base::FileMode::kPublic);
}

void RunFormat(const Options& options, Console& console) {
  const auto fail = [&console](const base::Error& error) { console.Fail(kCedarFailure, error.message); };
  const std::string& path = options.inputs.policies;
  const auto text = CedarReader(options.inputs).Text(path, "--policies");
  if (!text) return fail(text.error());
  const auto formatted = cedar::FormatPolicies(*text, SourceName(path), options.layout);
  if (!formatted) return fail(formatted.error());
  if (options.check) {
    if (*formatted != *text) console.Fail(kCedarFailure, SourceName(path) + ": not formatted; use --write");
  } else if (options.write) {
    if (*formatted == *text) return;
    if (auto written = WriteBack(path, *formatted); !written) fail(written.error());
  } else {
    console.out() << *formatted;
  }
}

}  // namespace

void AddCedarFormat(CLI::App& cedar, Console& console) {
  CLI::App* command = cedar.add_subcommand("format", "Lay policies out, with their comments");
  command->footer(
      "Prints the formatted policies, unless --write or --check is given.\n"
      "Exits 1 if they cannot be read or, with --check, would change: as the reference CLI does.\n"
      "Examples:\n  proviso cedar format -p policies.cedar --write\n"
      "  proviso cedar format --check < policies.cedar");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  CLI::Option* policies =
      command->add_option("-p,--policies", options->inputs.policies, "Standard input if left out")
          ->type_name("FILE");
  command->add_option("-l,--line-width", options->layout.line_width, "Where lines are broken, in characters")
      ->capture_default_str();
  command->add_option("-i,--indent-width", options->layout.indent_width, "How deep one level is, in spaces")
      ->capture_default_str();
  CLI::Option* write = command->add_flag("-w,--write", options->write, "Write the result back to the file");
  write->needs(policies);
  command->add_flag("-c,--check", options->check, "Only say whether anything would change")->excludes(write);
  command->callback([options, &console] { RunFormat(*options, console); });
}

}  // namespace proviso::cli
