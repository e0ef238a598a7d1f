// proviso keys: the keys of people, records and applications.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/add_command.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/limits.h"
#include "daemon/home.h"
#include "keys/signing.h"
#include "upstreams/credential.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using base::Status;

struct Options {
  std::string name;
  std::string file;
  bool json = false;
};

/// A key that is lost cannot be made again, so a file that is there is never written over.
Status WriteNew(const std::string& file, std::string secret) {
  std::error_code unknown;
  Status written;
  if (std::filesystem::exists(std::filesystem::symlink_status(file, unknown))) {
    written = base::Fail(ErrorCode::kConflict, file + " is there already; nothing was changed");
  } else {
    secret += "\n";
    written = base::WriteFileAtomically(file, secret, base::FileMode::kSecret);
  }
  upstreams::WipeText(secret);
  return written;
}

void PrintPublic(const keys::VerifyKey& key, const Options& options, Console& console) {
  if (!options.json) {
    console.out() << key.Text() << "\n";
    return;
  }
  base::JsonWriter json;
  json.BeginObject().Key("name").String(key.name()).Key("public").String(key.Text()).EndObject();
  console.out() << json.Take() << "\n";
}

Status New(const Options& options, Console& console) {
  const auto key = keys::SigningKey::Generate(options.name);
  if (!key) return base::Within("NAME", key.error());
  if (auto written = WriteNew(options.file, key->SecretText()); !written) return written;
  PrintPublic(key->verifier(), options, console);
  return {};
}

/// Takes the public half too, so that what it prints can be given to it again.
Status Show(const Options& options, Console& console) {
  auto text = base::ReadFile(options.file, kKeyFileBytesMax);
  if (!text) return std::unexpected(text.error());
  while (text->ends_with('\n')) text->pop_back();
  const auto public_half = keys::VerifyKey::Parse(*text);
  const auto key = keys::SigningKey::Parse(*text);
  upstreams::WipeText(*text);
  if (!key && !public_half) return base::Within(options.file, key.error());
  PrintPublic(key ? key->verifier() : *public_half, options, console);
  return {};
}

Status Api(const Options& options, Console& console) {
  const daemon::ApiKey key = daemon::MakeApiKey();
  const bool to_file = !options.file.empty();
  if (to_file) {
    if (auto written = WriteNew(options.file, key.key); !written) return written;
  }
  if (options.json) {
    base::JsonWriter json;
    json.BeginObject();
    if (!to_file) json.Key("key").String(key.key);
    json.Key("sha256").String(key.sha256).EndObject();
    console.out() << json.Take() << "\n";
    return {};
  }
  if (!to_file) console.out() << "key     " << key.key << "   (shown once: for the application)\n";
  console.out() << "sha256  " << key.sha256 << "   (for config.toml)\n";
  return {};
}

Status Aws(const Options& options, Console& console) {
  daemon::AwsAccessKey key = daemon::MakeAwsAccessKey();
  if (auto written = WriteNew(options.file, key.secret); !written) return written;
  if (options.json) {
    base::JsonWriter json;
    json.BeginObject().Key("aws_access_key_id").String(key.id);
    json.Key("aws_secret_file").String(options.file).EndObject();
    console.out() << json.Take() << "\n";
  } else {
    console.out() << "aws_access_key_id = \"" << key.id << "\"\naws_secret_file = \"" << options.file
                  << "\"\n";
  }
  upstreams::WipeText(key.secret);
  return {};
}

}  // namespace

void AddKeysCommand(CLI::App& app, Console& console) {
  CLI::App* keys = app.add_subcommand("keys", "Make and show keys");
  keys->require_subcommand(1);
  keys->footer("Example:\n  proviso keys new alice.example --out alice.key");
  const auto options = std::make_shared<Options>();  // shared with the callbacks that CLI11 keeps
  CLI::App* made =
      AddCommand(*keys, console, "new", "Make a signing key (Ed25519) and print its public half",
                 "What it prints belongs into agreement.toml, as an approver's `key`.\nExample:\n"
                 "  proviso keys new alice.example --out alice.key",
                 New, options);
  made->add_option("NAME", options->name, "The key's name, without spaces and '+'")->required();
  made->add_option("--out", options->file, "The file to write; must not be there")->required();
  CLI::App* show = AddCommand(*keys, console, "show", "Print the public half of a signing key",
                              "Example:\n  proviso keys show alice.key", Show, options);
  show->add_option("FILE", options->file, "The key's file")->required();
  CLI::App* api =
      AddCommand(*keys, console, "api", "Make an API key, and its SHA-256 for config.toml",
                 "The key goes to the application, the SHA-256 under [[key]] or [[operator]].\nExamples:\n"
                 "  proviso keys api\n  proviso keys api --out api.key --json",
                 Api, options);
  api->add_option("--out", options->file, "Write the key to this new file instead of printing it");
  CLI::App* aws = AddCommand(
      *keys, console, "aws", "Make an access key for an application that uses an AWS SDK",
      "What it prints belongs under [[key]]. The application is given the id, and the file's content as\n"
      "its secret access key.\nExample:\n  proviso keys aws --out keys/app.aws",
      Aws, options);
  aws->add_option("--out", options->file, "The file to write the secret to; must not be there")->required();
}

}  // namespace proviso::cli
