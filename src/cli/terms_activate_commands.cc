// terms activate, history: putting a signed agreement in force, and the chain of those that were.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "base/clock.h"
#include "cli/add_command.h"
#include "cli/console.h"
#include "cli/limits.h"
#include "cli/signing_commands.h"
#include "cli/signing_view.h"
#include "daemon/in_force.h"
#include "daemon/reload_request.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using base::Fail;

struct Options {
  std::string file;
  std::string home = "proviso-home";
  std::string directory;
  bool json = false;
};

/// What an activation came to.
struct Outcome {
  terms::Activation activation;
  std::string gateway;  ///< What the gateway said, or why none was asked.
};

/// The directory of the history that a home's configuration names.
base::Result<std::filesystem::path> HistoryOf(const daemon::Configuration& configuration) {
  const std::filesystem::path& place = configuration.terms_directory;
  if (daemon::PlaceAt(place) == daemon::TermsPlace::kHistory) return place;
  return Fail(ErrorCode::kConflict,
              place.string() +
                  " is one package or bundle, which cannot take a history of agreements; write directory = "
                  "\"agreements\" (any directory that is not there yet) under [terms] of config.toml, and "
                  "activate again, the first agreement first");
}

/// A successor that is not yet in force would forbid everything until it is.
base::Status CheckDates(const terms::Agreement& agreement, const terms::History& history,
                        std::int64_t now_ms) {
  if (agreement.expires_ms && now_ms >= *agreement.expires_ms) {
    return Fail(ErrorCode::kExpired, "this agreement ended at " + base::FormatUtc(*agreement.expires_ms) +
                                         "; everything would be forbidden");
  }
  if (history.Last() != nullptr && agreement.effective_ms && now_ms < *agreement.effective_ms) {
    return Fail(ErrorCode::kConflict, "this agreement takes effect at " +
                                          base::FormatUtc(*agreement.effective_ms) +
                                          ", and until then everything would be forbidden; activate it then");
  }
  return {};
}

/// Everything that a gateway would check, before anything is written.
base::Status CheckAsAGatewayWould(const daemon::Configuration& configuration, const terms::Bundle& bundle,
                                  const terms::History& history) {
  const terms::QuorumReport quorum = terms::JudgeQuorum(bundle, history.InForceNow());
  if (!quorum.IsMet()) return Fail(ErrorCode::kDenied, quorum.Missing());
  const auto loaded = daemon::TermsOf(bundle, quorum, history);
  if (!loaded) return std::unexpected(loaded.error());
  if (auto snapshot = daemon::MakeSnapshot(configuration, *loaded); !snapshot)
    return std::unexpected(snapshot.error());
  return {};
}

/// Tells the running gateway, and takes the agreement back if it refuses.
base::Result<std::string> Switch(const std::filesystem::path& home, const std::filesystem::path& directory,
                                 const terms::Activation& activation) {
  const auto news = daemon::AskToReload(home, kReloadWait);
  if (!news && news.error().code == ErrorCode::kNotFound)
    return news.error().message + "; it will start with these terms";
  if (!news) return base::Within("in place, but not known to be in force", news.error());
  if (news->refused.empty() && news->terms == activation.package)
    return "the gateway at " + news->url + " has switched";
  const std::string why =
      news->refused.empty() ? "it says that " + news->terms + " is in force" : news->refused;
  if (auto removed = terms::RemoveFromHistory(directory, activation); !removed)
    return Fail(removed.error().code, "the gateway refused: " + why + "\n" + removed.error().message);
  return Fail(ErrorCode::kDenied, "the gateway refused, and nothing was changed: " + why);
}

base::Result<Outcome> Activate(const Options& options, const terms::Bundle& bundle) {
  const std::filesystem::path home = options.home;
  const auto configuration = daemon::ReadConfiguration(home / "config.toml");
  if (!configuration) return std::unexpected(configuration.error());
  const auto directory = HistoryOf(*configuration);
  if (!directory) return std::unexpected(directory.error());
  const auto history = terms::ReadHistory(*directory);
  if (!history) return std::unexpected(history.error());
  if (history->Verifies() && history->Last() != nullptr &&
      history->Last()->bundle.package_digest() == bundle.package_digest()) {
    return Fail(ErrorCode::kConflict, bundle.package_digest() + " is in force already");
  }
  const std::int64_t now_ms = base::SystemClock().WallMs();
  if (auto checked = CheckDates(bundle.agreement(), *history, now_ms); !checked)
    return std::unexpected(checked.error());
  if (history->Verifies()) {
    if (auto checked = CheckAsAGatewayWould(*configuration, bundle, *history); !checked)
      return std::unexpected(checked.error());
  }
  auto activation = terms::AppendToHistory(*directory, *history, bundle, now_ms);
  if (!activation) return std::unexpected(activation.error());
  auto said = Switch(home, *directory, *activation);
  if (!said) return std::unexpected(said.error());
  return Outcome{std::move(*activation), std::move(*said)};
}

base::Status RunActivate(const Options& options, Console& console) {
  const auto bundle = terms::Bundle::Read(options.file);
  if (!bundle) return std::unexpected(bundle.error());
  if (!options.json) PrintBundle(console, *bundle);
  const auto outcome = Activate(options, *bundle);
  if (!outcome) return std::unexpected(outcome.error());
  if (options.json) {
    base::JsonWriter json(base::JsonWriter::Layout::kPretty);
    json.BeginObject();
    WriteBundle(json, *bundle);
    json.Key("number").Integer(static_cast<std::int64_t>(outcome->activation.number));
    json.Key("time").String(base::FormatUtc(outcome->activation.time_ms));
    json.Key("decision").String(outcome->activation.decision);
    json.Key("gateway").String(outcome->gateway).EndObject();
    console.out() << json.Take() << "\n";
    return {};
  }
  console.out() << "  " << outcome->activation.decision << "\n"
                << "Agreement " << outcome->activation.number << " is in place: " << outcome->gateway
                << ".\n";
  return {};
}

void PrintLink(Console& console, const terms::HistoryLink& link) {
  const terms::Agreement& agreement = link.bundle.agreement();
  console.out() << console.Styled(Style::kBold, std::to_string(link.number)) << "  " << Seen(agreement.name)
                << ", version " << Seen(agreement.version) << "\n"
                << "  digest      " << link.bundle.package_digest() << "\n"
                << "  supersedes  " << (agreement.supersedes.empty() ? "nothing" : agreement.supersedes)
                << "\n"
                << "  activated   "
                << (link.activation ? base::FormatUtc(link.activation->time_ms) : "not known") << "\n";
  for (const terms::RevokedKey& revoked : agreement.revoked_keys) {
    console.out() << "  revokes     " << revoked.key.Text() << " from " << base::FormatUtc(revoked.from_ms)
                  << "\n";
  }
  PrintQuorum(console, link.quorum);
  for (const std::string& remark : link.remarks)
    console.out() << "  " << console.Styled(Style::kWarn, "note") << "    " << Seen(remark) << "\n";
}

void WriteLink(base::JsonWriter& json, const terms::HistoryLink& link) {
  json.BeginObject().Key("number").Integer(static_cast<std::int64_t>(link.number));
  json.Key("file").String(link.file);
  WriteBundle(json, link.bundle);
  if (link.activation) {
    json.Key("activated").String(base::FormatUtc(link.activation->time_ms));
    json.Key("decision").String(link.activation->decision);
  }
  WriteQuorum(json.Key("quorum"), link.quorum);
  json.Key("remarks").BeginArray();
  for (const std::string& remark : link.remarks) json.String(remark);
  json.EndArray().EndObject();
}

void PrintHistory(const Options& options, Console& console, const terms::History& history) {
  if (options.json) {
    base::JsonWriter json(base::JsonWriter::Layout::kPretty);
    json.BeginObject().Key("verifies").Bool(history.Verifies());
    json.Key("broken").String(history.broken).Key("agreements").BeginArray();
    for (const terms::HistoryLink& link : history.links) WriteLink(json, link);
    json.EndArray().EndObject();
    console.out() << json.Take() << "\n";
    return;
  }
  for (const terms::HistoryLink& link : history.links) PrintLink(console, link);
  if (history.Verifies())
    console.out() << history.links.size() << " agreements, each with the quorum of the one before.\n";
}

base::Result<std::filesystem::path> HistoryToShow(const Options& options) {
  if (!options.directory.empty()) return options.directory;
  const auto configuration = daemon::ReadConfiguration(std::filesystem::path(options.home) / "config.toml");
  if (!configuration) return std::unexpected(configuration.error());
  return HistoryOf(*configuration);
}

base::Status RunHistory(const Options& options, Console& console) {
  const auto directory = HistoryToShow(options);
  if (!directory) return std::unexpected(directory.error());
  std::error_code unknown;
  if (!std::filesystem::is_directory(*directory, unknown))
    return Fail(ErrorCode::kNotFound, directory->string() + " is no directory");
  const auto history = terms::ReadHistory(*directory);
  if (!history) return std::unexpected(history.error());
  PrintHistory(options, console, *history);
  if (!history->Verifies()) console.Fail(Exit::kNo, "the history does not verify: " + Seen(history->broken));
  return {};
}

}  // namespace

void AddActivationCommands(CLI::App& terms, Console& console) {
  const auto options = std::make_shared<Options>();  // shared with the callbacks that CLI11 keeps
  CLI::App* activate = AddCommand(
      terms, console, "activate", "Put a signed agreement in force",
      "Checks its quorum and all that the gateway would check, puts it into the history that [terms] of\n"
      "config.toml names, and has a running gateway switch. What is refused leaves everything as it was.\n"
      "Exit codes: 0 in place, 1 refused (a signature is missing, or the gateway said no), 3 no bundle.\n"
      "Example:\n  proviso terms activate founding.bundle --home ./gateway",
      RunActivate, options);
  activate->add_option("FILE", options->file, "The bundle")->required();
  CLI::App* history = AddCommand(
      terms, console, "history", "The chain of agreements: who signed what when; verified, offline",
      "Exit codes: 0 every link verifies, 1 one does not (it is named).\nExamples:\n"
      "  proviso terms history --home ./gateway\n  proviso terms history ./agreements --json",
      RunHistory, options);
  history->add_option("DIR", options->directory, "The directory of a history, instead of the home's");
  for (CLI::App* command : {activate, history})
    command->add_option("--home", options->home, "The gateway's home")->capture_default_str();
}

}  // namespace proviso::cli
