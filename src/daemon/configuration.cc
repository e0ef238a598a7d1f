#include "daemon/configuration.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/toml.h"
#include "gateway/limits.h"
#include "keys/digest.h"
#include "routing/limits.h"

namespace proviso::daemon {
namespace {

using base::Fields;
using Errors = std::vector<std::string>;

constexpr std::size_t kConfigurationBytesMax = 4U << 20U;

std::optional<ListenSetup> ParseListen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  ListenSetup listen{std::string(text.substr(0, colon)), 0};
  const std::string_view port = text.substr(colon + 1);
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (failure != std::errc() || end != port.data() + port.size() || listen.address.empty())
    return std::nullopt;
  if (listen.address.starts_with('[') && listen.address.ends_with(']')) {
    listen.address = listen.address.substr(1, listen.address.size() - 2);
  }
  return listen;
}

std::filesystem::path PathIn(const std::filesystem::path& home, const std::string& text) {
  return text.empty() ? std::filesystem::path() : home / text;
}

void ReadGateway(Fields& root, Configuration& out, Errors& errors) {
  Fields table(root.Table("gateway"), "gateway", errors);
  std::vector<std::string> listen = table.Texts("listen");
  if (listen.empty()) listen.emplace_back("127.0.0.1:8484");
  for (const std::string& text : listen) {
    if (const auto parsed = ParseListen(text)) {
      out.listen.push_back(*parsed);
    } else {
      table.Error("listen", "\"" + text + "\" is not ADDRESS:PORT, such as 127.0.0.1:8484");
    }
  }
  out.tls_certificate = PathIn(out.home, table.Text("tls_certificate", ""));
  out.tls_key = PathIn(out.home, table.Text("tls_key", ""));
  if (out.tls_certificate.empty() != out.tls_key.empty()) {
    table.Error("tls_certificate", "tls_certificate and tls_key go together");
  }
  out.threads = static_cast<unsigned>(table.Integer("threads", 0, 0, gateway::kThreadsMax));
  out.drain = std::chrono::milliseconds(table.Integer("drain_ms", 30'000, 0, 3'600'000));
  table.RefuseOthers();
}

void ReadPlaces(Fields& root, Configuration& out, Errors& errors) {
  Fields record(root.Table("record"), "record", errors);
  out.record_directory = PathIn(out.home, record.Text("directory", "record"));
  out.record_key = PathIn(out.home, record.Text("key", "keys/record.key"));
  record.RefuseOthers();
  Fields store(root.Table("store"), "store", errors);
  out.database_directory = PathIn(out.home, store.Text("directory", "store"));
  out.sealing_key = PathIn(out.home, store.Text("sealing_key", "keys/seal.key"));
  store.RefuseOthers();
  Fields terms(root.Table("terms"), "terms", errors);
  out.terms_directory = PathIn(out.home, terms.Text("directory", "terms"));
  const std::string accepts = terms.Choice("unsigned_terms", "refuse", {"refuse", "accept"});
  out.unsigned_terms = accepts == "accept" ? UnsignedTerms::kAccept : UnsignedTerms::kRefuse;
  terms.RefuseOthers();
}

std::string ReadKeyDigest(Fields& table, std::string digest) {
  const auto bytes = base::FromHex(digest);
  if (!digest.empty() && (!bytes || bytes->size() != 32)) {
    table.Error("sha256", "must be the SHA-256 of the key, 64 hexadecimal digits (see `proviso keys api`)");
  }
  std::ranges::transform(digest, digest.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return digest;
}

template <typename Read>
void ReadEach(Fields& root, std::string_view key, Errors& errors, const Read& read) {
  const std::vector<base::Json> tables = root.Tables(key);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Fields table(tables[i], std::string(key) + "[" + std::to_string(i) + "]", errors);
    read(table);
    table.RefuseOthers();
  }
}

void ReadKeys(Fields& root, Configuration& out, Errors& errors) {
  ReadEach(root, "key", errors, [&](Fields& table) {
    const std::string access_key_id = table.Text("aws_access_key_id", "");
    std::string digest = access_key_id.empty() ? table.RequiredText("sha256") : table.Text("sha256", "");
    KeySetup key{table.RequiredText("id"),
                 ReadKeyDigest(table, std::move(digest)),
                 table.RequiredText("application"),
                 table.Text("purpose", ""),
                 ReadLimits(table, errors),
                 access_key_id,
                 PathIn(out.home, table.Text("aws_secret_file", "")).string()};
    if (key.aws_access_key_id.empty() != key.aws_secret_file.empty()) {
      table.Error("aws_access_key_id", "aws_access_key_id and aws_secret_file go together");
    }
    out.keys.push_back(std::move(key));
  });
  ReadEach(root, "operator", errors, [&out](Fields& table) {
    out.operators.push_back({table.RequiredText("id"), ReadKeyDigest(table, table.RequiredText("sha256"))});
  });
}

/// [provider.otherwise]: feature = "reject", "warn" or "drop".
std::map<std::string, std::string> ReadOtherwise(Fields& table, Errors& errors) {
  std::map<std::string, std::string> otherwise;
  const base::Json settings = table.Table("otherwise");
  Fields fields(settings, "otherwise", errors);
  for (const base::JsonMember member : settings.members()) {
    const std::string feature = member.key.text();
    otherwise[feature] = fields.RequiredText(feature);
  }
  return otherwise;
}

/// A name is a part of a URL's path and of a tool's name in clauses.
bool IsServerName(std::string_view name) {
  constexpr std::size_t kNameBytesMax = 64;
  return !name.empty() && name.size() <= kNameBytesMax && name != "provider" &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

void ReadMcpServers(Fields& root, Configuration& out, Errors& errors) {
  ReadEach(root, "mcp_server", errors, [&out](Fields& table) {
    McpServerSetup server{table.RequiredText("name"),
                          table.RequiredText("url"),
                          PathIn(out.home, table.Text("credential_file", "")).string(),
                          table.Text("credential_env", ""),
                          table.Choice("credential_style", "bearer", {"bearer", "x-api-key"}),
                          PathIn(out.home, table.Text("ca_file", "")).string(),
                          table.Text("server_name", ""),
                          {},
                          table.Texts("origins")};
    if (!IsServerName(server.name)) {
      table.Error(
          "name",
          "must be letters, digits, - and _, at most 64, and not \"provider\", which is the catalogue's "
          "name for tools that a model's provider runs");
    }
    const base::Json headers = table.Table("headers");
    for (const base::JsonMember member : headers.members()) {
      if (!member.value.is_string()) table.Error("headers", "values must be texts");
      server.headers.emplace_back(member.key.text(), member.value.text());
    }
    out.mcp_servers.push_back(std::move(server));
  });
}

void ReadProviders(Fields& root, Configuration& out, Errors& errors) {
  ReadEach(root, "provider", errors, [&](Fields& table) {
    ProviderSetup provider{
        table.RequiredText("name"),
        table.RequiredText("url"),
        table.Texts("dialects"),
        table.Text("profile", ""),
        ReadOtherwise(table, errors),
        PathIn(out.home, table.Text("credential_file", "")).string(),
        table.Text("credential_env", ""),
        table.Choice("credential_style", "bearer", {"bearer", "x-api-key", "x-goog-api-key", "aws-sigv4"}),
        PathIn(out.home, table.Text("ca_file", "")).string(),
        table.Text("server_name", ""),
        routing::With(out.routing.timeouts, ReadTimeouts(table, errors)),
        ReadBreaker(table, out.routing.breaker, errors)};
    if (!table.Table("timeouts").Find("total_ms").missing())
      table.Error("timeouts.total_ms", "holds for a whole request; write it in [routing] or in an [[alias]]");
    if (provider.dialects.empty())
      table.Error("dialects", "name what it speaks, such as openai-chat or anthropic-messages");
    out.providers.push_back(std::move(provider));
  });
  ReadEach(root, "model", errors, [&](Fields& table) {
    ModelSetup model{
        table.RequiredText("name"), table.RequiredText("provider"), "", table.Text("enclave", ""),
        table.Choice("standing", "", {"", "clear", "proposed", "effective", "stayed", "waived"})};
    model.upstream_model = table.Text("upstream_model", model.name);
    model.prices = ReadPrices(table, errors);
    model.output_tokens_max =
        table.Integer("output_tokens_max", out.routing.output_tokens_default, 1, routing::kRateMax);
    out.models.push_back(std::move(model));
  });
  ReadMcpServers(root, out, errors);
  ReadEach(root, "child", errors, [&out](Fields& table) {
    ChildSetup child{table.RequiredText("name"), table.Texts("command")};
    if (child.command.empty()) table.Error("command", "must name a program and its arguments");
    out.children.push_back(std::move(child));
  });
}

void ReadAliases(Fields& root, Configuration& out, Errors& errors) {
  ReadEach(root, "alias", errors,
           [&](Fields& table) { out.aliases.push_back(ReadAlias(table, out.routing.retries, errors)); });
  std::vector<std::string> models;
  for (const ModelSetup& model : out.models) models.push_back(model.name);
  for (const routing::Route& alias : out.aliases) {
    if (std::ranges::find(models, alias.name) != models.end()) {
      errors.push_back("alias: \"" + alias.name + "\" is also the name of a model; rename one of them");
    }
    for (const routing::Group& group : alias.groups) {
      for (const routing::Candidate& candidate : group) {
        if (std::ranges::find(models, candidate.model) != models.end()) continue;
        const std::string meant = base::DidYouMean(candidate.model, models);
        errors.push_back("alias \"" + alias.name + "\": no model \"" + candidate.model + "\"" +
                         (meant.empty() ? "" : "; did you mean " + meant + "?"));
      }
    }
  }
}

/// What a model costs must be known before a budget of money can be held.
void RefuseUnpriced(const Configuration& out, Errors& errors) {
  const auto budgeted =
      std::ranges::find_if(out.keys, [](const KeySetup& key) { return key.limits.LimitsMoney(); });
  if (budgeted == out.keys.end()) return;
  for (const ModelSetup& model : out.models) {
    if (model.prices) continue;
    errors.push_back("model \"" + model.name + "\": has no prices, and key \"" + budgeted->id +
                     "\" has a budget of money; write prices = { input = …, output = … }, 0 when free");
  }
}

/// Limits are kept by a key's id.
void RefuseSharedLimits(const Configuration& out, Errors& errors) {
  for (const KeySetup& key : out.keys) {
    const auto same = std::ranges::count(out.keys, key.id, &KeySetup::id);
    if (key.limits.HasNone() || same == 1) continue;
    errors.push_back("key: \"" + key.id +
                     "\" has limits, and another key has the same id; give each its own");
  }
}

template <typename T>
void RefuseTwice(const std::vector<T>& items, std::string T::* name, std::string_view what, Errors& errors) {
  std::set<std::string> seen;
  for (const T& item : items) {
    if ((item.*name).empty()) continue;
    if (!seen.insert(item.*name).second)
      errors.push_back(std::string(what) + ": \"" + item.*name + "\" stands twice");
  }
}

}  // namespace

base::Result<Configuration> ReadConfiguration(const std::filesystem::path& file) {
  const auto text = base::ReadFile(file, kConfigurationBytesMax);
  if (!text) {
    base::Error error = text.error();
    if (error.code == base::ErrorCode::kNotFound) error.message += "; make one with: proviso init --home DIR";
    return std::unexpected(std::move(error));
  }
  const auto json = base::TomlToJson(*text, file.string());
  if (!json) return std::unexpected(json.error());
  const auto document = base::JsonDocument::Parse(*json);
  if (!document) return base::Within(file.string(), document.error());
  Configuration out;
  out.home = file.parent_path().empty() ? std::filesystem::path(".") : file.parent_path();
  out.digest = base::ToHex(keys::Sha256(*text));
  Errors errors;
  Fields root(document->root(), "", errors);
  ReadGateway(root, out, errors);
  ReadPlaces(root, out, errors);
  out.routing = ReadRouting(root, errors);
  ReadKeys(root, out, errors);
  ReadProviders(root, out, errors);
  ReadAliases(root, out, errors);
  root.RefuseOthers();
  RefuseTwice(out.keys, &KeySetup::sha256, "key", errors);
  RefuseTwice(out.keys, &KeySetup::aws_access_key_id, "key", errors);
  RefuseTwice(out.providers, &ProviderSetup::name, "provider", errors);
  RefuseTwice(out.models, &ModelSetup::name, "model", errors);
  RefuseTwice(out.mcp_servers, &McpServerSetup::name, "mcp_server", errors);
  RefuseTwice(out.operators, &OperatorSetup::sha256, "operator", errors);
  RefuseTwice(out.children, &ChildSetup::name, "child", errors);
  RefuseTwice(out.aliases, &routing::Route::name, "alias", errors);
  RefuseUnpriced(out, errors);
  RefuseSharedLimits(out, errors);
  if (errors.empty()) return out;
  for (std::string& error : errors) error.insert(0, file.string() + ": ");
  return base::Fail(base::ErrorCode::kInvalid, base::JoinLines(errors));
}

}  // namespace proviso::daemon
