// proviso upstreams: how providers are, and what keys have left, as a running gateway says.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/http_client.h"
#include "daemon/configuration.h"
#include "oversight/visible_text.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using base::Json;

struct Options {
  std::string home = "proviso-home";
  std::string url;
  std::string operator_key;
  std::string ca_file;
  bool json = false;
};

/// Where the gateway of a home listens; its own operator's key goes with it.
base::Status FillFromHome(Options& options) {
  if (!options.url.empty()) return {};
  const std::filesystem::path home(options.home);
  const auto configuration = daemon::ReadConfiguration(home / "config.toml");
  if (!configuration) return std::unexpected(configuration.error());
  const daemon::ListenSetup& listen = configuration->listen.front();
  const std::string host = listen.address.contains(':') ? "[" + listen.address + "]" : listen.address;
  options.url = (configuration->tls_certificate.empty() ? "http://" : "https://") + host + ":" +
                std::to_string(listen.port);
  if (options.operator_key.empty()) options.operator_key = (home / "keys/operator.key").string();
  return {};
}

base::Result<std::string> Fetch(const Options& options) {
  auto credential =
      upstreams::Credential::FromFile(options.operator_key, upstreams::CredentialStyle::kBearer);
  if (!credential) return base::Within("--operator-key", credential.error());
  const auto client = HttpClient::Make(options.url, options.ca_file, std::move(*credential));
  if (!client) return std::unexpected(client.error());
  auto answer = client->Get("/proviso/v1/upstreams");
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 200) return std::move(answer->body);
  const auto code = answer->status == 401 ? ErrorCode::kDenied : ErrorCode::kUnavailable;
  return base::Fail(code, options.url + " answered " + std::to_string(answer->status) +
                              (answer->status == 401 ? "; give an operator's key with --operator-key" : ""));
}

using Row = std::vector<std::string>;

/// Columns two spaces apart; the first to the left, the others, which are mostly numbers, to the right.
std::string TableOf(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      out += i == 0 ? row[i] + padding : "  " + padding + row[i];
    }
    out += "\n";
  }
  return out;
}

std::string Visible(const Json& text) {
  return oversight::MakeVisible(text.text(), oversight::Backslashes::kDouble);
}

std::string Number(const Json& number) {
  return std::to_string(number.integer().value_or(0));
}

std::string BreakerOf(const Json& breaker) {
  std::string state = Visible(breaker.Find("state"));
  const std::int64_t probe_ms = breaker.Find("probe_in_ms").integer().value_or(0);
  if (probe_ms > 0) state += ", probe in " + std::to_string((probe_ms + 999) / 1'000) + " s";
  return state;
}

/// "3 of 60", or "-" without a limit.
std::string LeftOf(const Json& standing) {
  if (standing.missing()) return "-";
  return Number(standing.Find("remaining")) + " of " + Number(standing.Find("limit"));
}

std::string MoneyOf(const Json& standing) {
  if (standing.missing()) return "-";
  const auto units = [&standing](std::string_view key) {
    constexpr std::int64_t kCent = 10'000;
    const std::int64_t cents = standing.Find(key).integer().value_or(0) / kCent;
    return std::to_string(cents / 100) + "." + std::to_string(100 + cents % 100).substr(1);
  };
  return units("remaining") + " of " + units("limit");
}

std::string PageOf(const Json& root) {
  std::vector<Row> providers{{"PROVIDER", "BREAKER", "ATTEMPTS", "ANSWERS", "FAILED", "RETRIES", "FALLBACKS",
                              "SKIPPED", "FIRST BYTE"}};
  for (const Json provider : root.Find("providers").elements()) {
    std::int64_t failed = 0;
    for (const base::JsonMember kind : provider.Find("failures").members())
      failed += kind.value.integer().value_or(0);
    const std::int64_t skipped = provider.Find("skipped_open").integer().value_or(0) +
                                 provider.Find("skipped_terms").integer().value_or(0);
    providers.push_back({Visible(provider.Find("name")), BreakerOf(provider.Find("breaker")),
                         Number(provider.Find("attempts")), Number(provider.Find("answers")),
                         std::to_string(failed), Number(provider.Find("retries")),
                         Number(provider.Find("fallbacks")), std::to_string(skipped),
                         Number(provider.Find("latency_ms_mean")) + " ms"});
  }
  std::string page = TableOf(providers);
  std::vector<Row> keys{{"KEY", "REQUESTS LEFT", "TOKENS LEFT", "MONEY LEFT", "TIMES LIMITED"}};
  for (const Json key : root.Find("keys").elements()) {
    keys.push_back({Visible(key.Find("id")), LeftOf(key.Find("requests")), LeftOf(key.Find("tokens")),
                    MoneyOf(key.Find("money")), Number(key.Find("times_limited"))});
  }
  if (keys.size() > 1) page += "\n" + TableOf(keys);
  return page;
}

void Status(Options options, Console& console) {
  if (auto filled = FillFromHome(options); !filled) {
    console.Fail(filled.error());
    return;
  }
  const auto json = Fetch(options);
  if (!json) {
    console.Fail(json.error());
    return;
  }
  if (options.json) {
    console.out() << *json << "\n";
    return;
  }
  const auto document = base::JsonDocument::Parse(*json);
  if (!document) {
    console.Fail(Exit::kUnavailable, "the gateway's answer cannot be read: " + document.error().message);
    return;
  }
  console.out() << PageOf(document->root());
}

}  // namespace

void AddUpstreamsCommand(CLI::App& app, Console& console) {
  CLI::App* upstreams = app.add_subcommand("upstreams", "Providers of a running gateway: how they are");
  upstreams->require_subcommand(1);
  upstreams->footer("Example:\n  proviso upstreams status --home ./gateway");

  CLI::App* status = upstreams->add_subcommand(
      "status", "Breakers, attempts, failures and latency of each provider; what each limited key has left");
  auto options = std::make_shared<Options>();  // shared with the callback that CLI11 keeps
  CLI::Option* home = status->add_option("--home", options->home, "The gateway's home, on this machine")
                          ->capture_default_str();
  CLI::Option* url = status->add_option("--url", options->url, "A gateway elsewhere, instead of --home");
  CLI::Option* key =
      status->add_option("--operator-key", options->operator_key,
                         "File with an operator's key; by default the home's keys/operator.key");
  status->add_option("--ca", options->ca_file, "PEM file of the authorities to trust");
  status->add_flag("--json", options->json, "Print JSON");
  url->needs(key)->excludes(home);
  status->footer(
      "Examples:\n  proviso upstreams status --home ./gateway\n"
      "  proviso upstreams status --url https://gateway.example --operator-key operator.key --json");
  status->callback([options, &console] { Status(*options, console); });
}

}  // namespace proviso::cli
