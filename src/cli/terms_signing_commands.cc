// terms bundle, sign, verify: from a directory to one file that every party has signed.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>

#include "base/clock.h"
#include "base/file.h"
#include "cli/add_command.h"
#include "cli/console.h"
#include "cli/limits.h"
#include "cli/signing_commands.h"
#include "cli/signing_view.h"
#include "cli/terms_analysis.h"
#include "daemon/terms_source.h"
#include "terms/check.h"
#include "terms/signed_proofs.h"
#include "upstreams/credential.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using base::Fail;
using terms::Bundle;

struct Options {
  std::string directory;
  std::vector<std::string> copies;
  std::string file;
  std::string out;
  std::string key_file;
  std::string party;
  std::string against;
  bool no_proofs = false;
  bool json = false;
};

/// Nothing that is there is lost: a half-signed bundle cannot be made again.
base::Status WriteNew(const std::string& file, const std::string& text) {
  std::error_code unknown;
  const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(file, unknown));
  if (!is_there) return base::WriteFileAtomically(file, text);
  const auto before = base::ReadFile(file, text.size());
  if (before && *before == text) return {};
  return Fail(ErrorCode::kConflict, file + " is there already, and is another file; nothing was changed");
}

void Finish(const Options& options, Console& console, const Bundle& bundle, const std::string& file) {
  const std::optional<terms::InForce> none;
  const bool is_first = bundle.agreement().supersedes.empty();
  const terms::QuorumReport report = terms::JudgeQuorum(bundle, none);
  if (options.json) {
    base::JsonWriter json(base::JsonWriter::Layout::kPretty);
    json.BeginObject().Key("file").String(file);
    WriteBundle(json, bundle);
    if (is_first) WriteQuorum(json.Key("quorum"), report);
    json.EndObject();
    console.out() << json.Take() << "\n";
    return;
  }
  if (is_first) PrintQuorum(console, report);
  console.out() << "Wrote " << file << ": " << bundle.signatures().size() << " signatures.\n";
}

/// What a gateway would ask before it loads the package; what it would refuse, nobody need sign.
base::Result<std::vector<terms::SignedProof>> Prove(const terms::Package& package) {
  analysis::Solver solver({.cache = CacheDirectory()});
  if (auto version = solver.Version(); !version) {
    return base::Within("its proofs cannot be put into the bundle (--no-proofs leaves them out)",
                        version.error());
  }
  const terms::CheckReport report = terms::CheckBeforeLoading(package, solver);
  if (report.MayLoad()) return terms::ProofsOf(report);
  std::string message = "no gateway would load this package (`proviso terms check` says more):";
  for (const terms::Finding* obstacle : report.Obstacles()) message += "\n  " + obstacle->sentence;
  return Fail(ErrorCode::kInvalid, std::move(message));
}

base::Result<Bundle> BundleOfDirectory(const Options& options) {
  auto files = terms::ReadPackageFiles(options.directory);
  if (!files) return std::unexpected(files.error());
  const auto package = terms::Package::FromFiles(*files);
  if (!package)
    return Fail(package.error().code, options.directory + " is refused:\n" + package.error().message);
  if (options.no_proofs) return Bundle::Make(std::move(*files), {});
  auto proofs = Prove(**package);
  if (!proofs) return std::unexpected(proofs.error());
  return Bundle::Make(std::move(*files), std::move(*proofs));
}

base::Result<Bundle> Merged(const std::vector<std::string>& copies) {
  auto bundle = Bundle::Read(copies.front());
  for (std::size_t i = 1; bundle && i < copies.size(); ++i) {
    const auto other = Bundle::Read(copies[i]);
    if (!other) return std::unexpected(other.error());
    if (auto merged = bundle->Merge(*other); !merged) return base::Within(copies[i], merged.error());
  }
  return bundle;
}

void RunBundle(const Options& options, Console& console) {
  if (options.directory.empty() == options.copies.empty()) {
    console.Fail(Exit::kUsage, "give a directory to bundle, or --merge with copies of one bundle");
    return;
  }
  const auto bundle = options.copies.empty() ? BundleOfDirectory(options) : Merged(options.copies);
  if (!bundle) {
    console.Fail(bundle.error());
    return;
  }
  const std::string file = options.out.empty() ? "terms.bundle" : options.out;
  if (auto written = WriteNew(file, bundle->Text()); !written) {
    console.Fail(written.error());
    return;
  }
  if (!options.json) PrintBundle(console, *bundle);
  Finish(options, console, *bundle, file);
}

base::Result<keys::SigningKey> ReadSigningKey(const std::string& file) {
  auto text = base::ReadFile(file, kKeyFileBytesMax);
  if (!text) return base::Within("--key", text.error());
  std::string_view line = *text;
  while (line.ends_with('\n')) line.remove_suffix(1);
  auto key = keys::SigningKey::Parse(line);
  upstreams::WipeText(*text);
  if (!key) return base::Within("--key " + file, key.error());
  return key;
}

/// Whom a key signs for: as it is told, or as the agreement itself lists the key.
base::Result<std::string> PartyOf(const Options& options, const Bundle& bundle, const keys::VerifyKey& key) {
  std::vector<std::string> known;
  for (const terms::Party& party : bundle.agreement().parties) {
    known.push_back(party.id);
    const bool is_its = std::ranges::find(party.signers, key) != party.signers.end();
    if (options.party.empty() && is_its) return party.id;
    if (!options.party.empty() && options.party == party.id) return party.id;
  }
  std::string parties;
  for (const std::string& id : known) parties += (parties.empty() ? "" : ", ") + id;
  if (options.party.empty()) {
    return Fail(ErrorCode::kInvalid,
                "this agreement lists " + terms::ShortText(key) +
                    " for nobody; a key of the agreement that it supersedes may sign all "
                    "the same: say whose it is, --as one of " +
                    parties);
  }
  // A party that the successor no longer has signs it too.
  if (!bundle.agreement().supersedes.empty()) return options.party;
  return Fail(ErrorCode::kInvalid, "--as: no party \"" + options.party + "\"; there are " + parties);
}

base::Status Sign(const Options& options, Console& console) {
  auto bundle = Bundle::Read(options.file);
  if (!bundle) return std::unexpected(bundle.error());
  if (auto package = bundle->Load(); !package)
    return Fail(package.error().code,
                options.file + " is refused, and not signed:\n" + package.error().message);
  const auto key = ReadSigningKey(options.key_file);
  if (!key) return std::unexpected(key.error());
  const auto party = PartyOf(options, *bundle, key->verifier());
  if (!party) return std::unexpected(party.error());
  if (!options.json) {
    PrintBundle(console, *bundle);
    console.out() << "  signing     as " << *party << " with " << terms::ShortText(key->verifier())
                  << std::endl;
  }
  if (auto made = bundle->Sign(*key, *party, base::SystemClock().WallMs()); !made) return made;
  if (auto written = base::WriteFileAtomically(options.file, bundle->Text()); !written) return written;
  Finish(options, console, *bundle, options.file);
  return {};
}

/// What --against names: a bundle, a history, or a package's directory.
struct Against {
  terms::Agreement agreement;
  std::string digest;
};

base::Result<Against> ReadAgainst(const std::string& place) {
  if (daemon::PlaceAt(place) == daemon::TermsPlace::kHistory) {
    const auto history = terms::ReadHistory(place);
    if (!history) return base::Within("--against", history.error());
    if (!history->Verifies()) return Fail(ErrorCode::kCorrupt, "--against " + place + ": " + history->broken);
    if (history->Last() == nullptr)
      return Fail(ErrorCode::kNotFound, "--against " + place + ": no agreement");
    return Against{history->Last()->bundle.agreement(), history->Last()->bundle.package_digest()};
  }
  const auto package = terms::LoadPackage(place);
  if (!package) return base::Within("--against", package.error());
  return Against{(*package)->agreement(), (*package)->DigestText()};
}

base::Status Verify(const Options& options, Console& console) {
  const auto bundle = Bundle::Read(options.file);
  if (!bundle) return std::unexpected(bundle.error());
  std::optional<Against> against;
  if (!options.against.empty()) {
    auto read = ReadAgainst(options.against);
    if (!read) return std::unexpected(read.error());
    against = std::move(*read);
  }
  const auto report = terms::JudgeQuorum(
      *bundle, against ? std::optional(terms::InForce{against->agreement, against->digest}) : std::nullopt);
  const auto package = bundle->Load();
  if (options.json) {
    base::JsonWriter json(base::JsonWriter::Layout::kPretty);
    json.BeginObject();
    WriteBundle(json, *bundle);
    json.Key("loads").Bool(package.has_value());
    if (!package) json.Key("why_not").String(package.error().message);
    WriteQuorum(json.Key("quorum"), report);
    json.EndObject();
    console.out() << json.Take() << "\n";
  } else {
    PrintBundle(console, *bundle);
    PrintQuorum(console, report);
    if (!package) console.out() << "  does not load:\n" << package.error().message << "\n";
    if (!against && !bundle->agreement().supersedes.empty())
      console.out() << "  Give the agreement that it supersedes: --against BUNDLE\n";
  }
  if (!report.IsMet() || !package) console.exit = Exit::kNo;
  return {};
}

}  // namespace

void AddSigningCommands(CLI::App& terms, Console& console) {
  const auto options = std::make_shared<Options>();  // shared with the callbacks that CLI11 keeps
  CLI::App* bundle = AddCommand(
      terms, console, "bundle", "Make one file of a package, for its parties to sign; or merge signed copies",
      "The same files give the same bytes. A file that is there is never written over.\n"
      "Examples:\n  proviso terms bundle my-terms -o my-terms.bundle\n"
      "  proviso terms bundle --merge ours.bundle theirs.bundle -o signed.bundle",
      [](const Options& given, Console& shown) -> base::Status {
        RunBundle(given, shown);
        return {};
      },
      options);
  bundle->add_option("DIR", options->directory, "The package's directory");
  bundle->add_option("--merge", options->copies, "Copies of one bundle, each with other signatures");
  bundle->add_option("-o,--out", options->out, "The file to write; terms.bundle otherwise");
  bundle->add_flag("--no-proofs", options->no_proofs,
                   "Leave out what the analysis proved; a gateway without a solver then cannot load it");
  CLI::App* sign =
      AddCommand(terms, console, "sign", "Add one party's signature to a bundle",
                 "Shows what is signed first. The key is one that `proviso keys new` made.\nExample:\n"
                 "  proviso terms sign my-terms.bundle --key customer.key",
                 Sign, options);
  sign->add_option("FILE", options->file, "The bundle; the signature is added to it")->required();
  sign->add_option("--key", options->key_file, "File with the signing key")->required();
  sign->add_option("--as", options->party, "The party, when the agreement itself does not list the key");
  CLI::App* verify = AddCommand(
      terms, console, "verify", "Who has signed a bundle, and who must",
      "Exit codes: 0 it has its quorum, 1 it lacks it (or does not load), 3 it is no bundle.\n"
      "The quorum is named by the agreement that it supersedes; give that with --against.\nExamples:\n"
      "  proviso terms verify first.bundle\n  proviso terms verify second.bundle --against first.bundle",
      Verify, options);
  verify->add_option("FILE", options->file, "The bundle")->required();
  verify->add_option("--against", options->against,
                     "What it supersedes: a bundle, a history whose last it is, or a package");
}

}  // namespace proviso::cli
