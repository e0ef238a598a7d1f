// terms new: a package to start from.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/terms_commands.h"
#include "daemon/embedded_file.h"
#include "terms/package.h"

namespace proviso::cli {
namespace {

struct Template {
  std::string_view name;
  std::span<const daemon::EmbeddedFile> files;
};

struct Options {
  std::string directory;
  std::string name;
  std::string from = "template";
};

const std::array<Template, 2>& Templates() {
  static const std::array<Template, 2> kTemplates{Template{"template", daemon::kTemplateTerms},
                                                  Template{"starter", daemon::kStarterTerms}};
  return kTemplates;
}

/// agreement.toml with another `name`: the first key of that name, which is [agreement]'s.
std::string Renamed(std::string_view toml, std::string_view name) {
  std::string renamed(toml);
  constexpr std::string_view kKey = "\nname = ";
  const std::size_t begin = renamed.find(kKey);
  if (begin == std::string::npos) return renamed;
  const std::size_t value = begin + kKey.size();
  return renamed.replace(value, renamed.find('\n', value) - value, base::JsonString(name));
}

/// The template's files under the new name, as a package that loads.
base::Result<std::vector<terms::PackageFile>> FilesOf(const Options& options) {
  const auto chosen = std::ranges::find(Templates(), options.from, &Template::name);
  std::vector<terms::PackageFile> files;
  for (const daemon::EmbeddedFile& file : chosen->files) {
    const bool has_name = file.path == "agreement.toml" && !options.name.empty();
    files.push_back(
        {std::string(file.path), has_name ? Renamed(file.content, options.name) : std::string(file.content)});
  }
  if (const auto package = terms::Package::FromFiles(files); !package)
    return base::Within("--name", package.error());
  return files;
}

base::Status WriteFiles(const std::filesystem::path& directory,
                        const std::vector<terms::PackageFile>& files) {
  std::error_code failure;
  if (std::filesystem::exists(directory, failure) && (!std::filesystem::is_directory(directory, failure) ||
                                                      !std::filesystem::is_empty(directory, failure))) {
    return base::Fail(base::ErrorCode::kConflict,
                      directory.string() + " is not an empty directory; nothing was written. Name another.");
  }
  for (const terms::PackageFile& file : files) {
    const std::filesystem::path path = directory / file.path;
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure)
      return base::Fail(base::ErrorCode::kIo, path.parent_path().string() + ": " + failure.message());
    if (auto written = base::WriteFileAtomically(path, file.content); !written) return written;
  }
  return {};
}

void RunNew(const Options& options, Console& console) {
  const auto files = FilesOf(options);
  if (!files) {
    console.Fail(files.error());
    return;
  }
  if (const base::Status written = WriteFiles(options.directory, *files); !written) {
    console.Fail(written.error());
    return;
  }
  for (const terms::PackageFile& file : *files)
    console.out() << "  " << (std::filesystem::path(options.directory) / file.path).string() << "\n";
  console.out() << "Next: put your own parties, applications, tools and keys into agreement.toml, then\n"
                << "  proviso terms test " << options.directory << "     what must hold, holds\n"
                << "  proviso terms check " << options.directory << "    what the wording guarantees\n"
                << "  proviso keys new NAME       a key for each person and party that signs\n";
}

}  // namespace

void AddTermsNew(CLI::App& terms, Console& console) {
  CLI::App* command = terms.add_subcommand("new", "Start a package from a template with comments");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  command->add_option("DIR", options->directory, "Where to put it: a new directory, or an empty one")
      ->required();
  command->add_option("--name", options->name, "The agreement's name; else the template's");
  std::vector<std::string> names;
  for (const Template& one : Templates()) names.emplace_back(one.name);
  command->add_option("--template", options->from, "What to start from")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command->footer("Example:\n  proviso terms new our-terms --name our-terms");
  command->callback([options, &console] { RunNew(*options, console); });
}

}  // namespace proviso::cli
