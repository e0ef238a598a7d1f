#include "daemon/in_force.h"

#include <map>

#include "base/fields.h"
#include "base/file.h"
#include "daemon/terms_gate.h"
#include "enforcement/ruling.h"
#include "http/tls.h"
#include "terms/declare.h"

namespace proviso::daemon {
namespace {

using gateway::Snapshot;
using Errors = std::vector<std::string>;

std::string Meant(std::string_view word, const std::vector<std::string>& known) {
  const std::string meant = base::DidYouMean(word, known);
  return meant.empty() ? "" : "; did you mean " + meant + "?";
}

/// One line, as `proviso keys aws` writes it.
base::Result<std::shared_ptr<const keys::AwsSecret>> ReadAwsSecret(const std::string& file) {
  constexpr std::size_t kBytesMax = 256;
  auto text = base::ReadFile(file, kBytesMax);
  if (!text) return std::unexpected(text.error());
  std::string_view line = *text;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  auto secret = keys::AwsSecret::FromText(line);
  upstreams::WipeText(*text);
  if (!secret) return std::unexpected(secret.error());
  return std::make_shared<const keys::AwsSecret>(std::move(*secret));  // shared by the snapshots
}

void AddKeys(const Configuration& configuration, Snapshot& snapshot, Errors& errors) {
  const terms::Agreement& agreement = snapshot.terms->agreement();
  std::vector<std::string> known;
  for (const terms::ApplicationTerms& application : agreement.applications) known.push_back(application.id);
  for (const KeySetup& key : configuration.keys) {
    const terms::ApplicationTerms* application = agreement.FindApplication(key.application);
    if (application == nullptr) {
      errors.push_back("key " + key.id + ": the agreement names no application \"" + key.application + "\"" +
                       Meant(key.application, known));
      continue;
    }
    if (!key.purpose.empty()) {
      const auto allowed = terms::AllowedPurpose(agreement, key.application, key.purpose);
      if (!allowed) errors.push_back("key " + key.id + ": " + allowed.error().message);
    }
    const enforcement::Caller caller{key.id, application->id, application->organization, key.purpose};
    if (!key.sha256.empty()) snapshot.callers[key.sha256] = caller;
    if (key.aws_access_key_id.empty()) continue;
    auto secret = ReadAwsSecret(key.aws_secret_file);
    if (secret) {
      snapshot.aws_callers[key.aws_access_key_id] = {caller, std::move(*secret)};
    } else {
      errors.push_back("key " + key.id + ": aws_secret_file: " + secret.error().message);
    }
  }
  for (const OperatorSetup& one : configuration.operators) {
    if (snapshot.callers.contains(one.sha256)) {
      errors.push_back("operator " + one.id + ": has the same key as an application; give it one of its own");
    }
    snapshot.operators[one.sha256] = one.id;
  }
}

upstreams::CredentialStyle StyleNamed(std::string_view name) {
  if (name == "x-api-key") return upstreams::CredentialStyle::kXApiKey;
  if (name == "x-goog-api-key") return upstreams::CredentialStyle::kXGoogApiKey;
  if (name == "aws-sigv4") return upstreams::CredentialStyle::kAwsSigV4;
  return upstreams::CredentialStyle::kBearer;
}

/// The endpoint as the configuration has it, with what its TLS trusts.
template <typename Setup>
base::Result<upstreams::Endpoint> EndpointOf(const Setup& setup) {
  auto endpoint = upstreams::ParseEndpoint(setup.url);
  if (!endpoint) return base::Within("url", endpoint.error());
  endpoint->ca_file = setup.ca_file;
  endpoint->server_name = setup.server_name;
  if (endpoint->scheme != upstreams::Scheme::kHttps) return endpoint;
  const auto trust = http::TlsClientContext::Load({setup.ca_file});
  if (!trust) return base::Within("ca_file", trust.error());
  return endpoint;
}

template <typename Setup, typename Route>
base::Status ReadCredential(const Setup& setup, Route& route) {
  if (setup.credential_file.empty() && setup.credential_environment.empty()) return {};
  if (!setup.credential_file.empty() && !setup.credential_environment.empty()) {
    return base::Fail(base::ErrorCode::kInvalid, "give credential_file or credential_env, not both");
  }
  const auto style = StyleNamed(setup.credential_style);
  auto credential = setup.credential_file.empty()
                        ? upstreams::Credential::FromEnvironment(setup.credential_environment, style)
                        : upstreams::Credential::FromFile(setup.credential_file, style);
  if (!credential) return std::unexpected(credential.error());
  route.credential = std::make_shared<const upstreams::Credential>(std::move(*credential));
  return {};
}

/// How requests are translated for a provider.
void AddTranslation(const ProviderSetup& setup, gateway::ProviderRoute& route, Errors& errors) {
  const std::string where = "provider " + setup.name + ": ";
  for (const std::string& name : setup.dialects) {
    const auto dialect = protocol::DialectNamed(name);
    if (!dialect) {
      std::string known;
      for (const auto one : protocol::kDialects)
        known.append(known.empty() ? "" : ", ").append(protocol::NameOf(one));
      errors.push_back(where + "unknown dialect \"" + name + "\"; there are " + known);
      continue;
    }
    if (route.dialects.empty()) route.preferred = *dialect;
    route.dialects.insert(*dialect);
  }
  if (!setup.profile.empty()) {
    const auto profile = protocol::ProfileNamed(setup.profile);
    if (profile) route.profile = *profile;
    if (!profile) errors.push_back(where + "unknown profile \"" + setup.profile + "\"");
  }
  for (const auto& [name, disposal_name] : setup.otherwise) {
    const auto disposal = protocol::DisposalNamed(disposal_name);
    const auto feature = protocol::FeatureNamed(name);
    if (feature && disposal) route.disposals[*feature] = *disposal;
    if (!feature || !disposal) {
      errors.push_back(where + "otherwise: " + name + " = \"" + disposal_name +
                       "\": give a feature of `proviso protocol capabilities` reject, warn or drop");
    }
  }
}

void AddProviders(const Configuration& configuration, Snapshot& snapshot, Errors& errors) {
  for (const ProviderSetup& setup : configuration.providers) {
    const std::string where = "provider " + setup.name + ": ";
    gateway::ProviderRoute route;
    route.name = setup.name;
    AddTranslation(setup, route, errors);
    auto endpoint = EndpointOf(setup);
    if (!endpoint) {
      errors.push_back(where + endpoint.error().message);
      continue;
    }
    route.endpoint = std::move(*endpoint);
    route.timeouts = setup.timeouts;
    if (auto read = ReadCredential(setup, route); !read) errors.push_back(where + read.error().message);
    snapshot.providers[setup.name] = std::move(route);
  }
}

/// Headers that the gateway itself writes.
bool IsOurs(std::string_view name) {
  for (const std::string_view ours :
       {"Accept", "Accept-Encoding", "Authorization", "x-api-key", "Content-Type", "Last-Event-ID"}) {
    if (http::EqualsIgnoringCase(name, ours)) return true;
  }
  return http::EqualsIgnoringCase(name.substr(0, 4), "mcp-");
}

base::Result<gateway::McpRoute> McpRouteOf(const McpServerSetup& setup) {
  gateway::McpRoute route;
  route.name = setup.name;
  auto endpoint = EndpointOf(setup);
  if (!endpoint) return std::unexpected(endpoint.error());
  route.endpoint = std::move(*endpoint);
  // One path, with the slash at its end if the URL has it.
  route.target = std::exchange(route.endpoint.base_path, "");
  if (route.target.empty() || setup.url.ends_with('/')) route.target += "/";
  for (const auto& [name, value] : setup.headers) {
    http::Header header{name, value};
    const bool usable = http::IsToken(name) && http::IsHeaderValue(value) && !IsOurs(name) &&
                        !http::HoldsFraming({&header, 1});
    if (!usable)
      return base::Fail(base::ErrorCode::kInvalid,
                        "headers: \"" + name + "\" cannot be set to this value here");
    route.headers.push_back(std::move(header));
  }
  route.origins = {setup.origins.begin(), setup.origins.end()};
  if (auto read = ReadCredential(setup, route); !read) return std::unexpected(read.error());
  return route;
}

void AddMcpServers(const Configuration& configuration, Snapshot& snapshot, Errors& errors) {
  for (const McpServerSetup& setup : configuration.mcp_servers) {
    auto route = McpRouteOf(setup);
    if (route) {
      snapshot.mcp_servers[setup.name] = std::move(*route);
    } else {
      errors.push_back("mcp_server " + setup.name + ": " + route.error().message);
    }
  }
}

void AddModels(const Configuration& configuration, Snapshot& snapshot, Errors& errors) {
  std::vector<std::string> known;
  for (const auto& [name, route] : snapshot.providers) known.push_back(name);
  for (const ModelSetup& setup : configuration.models) {
    if (!snapshot.providers.contains(setup.provider)) {
      errors.push_back("model " + setup.name + ": no provider \"" + setup.provider + "\"" +
                       Meant(setup.provider, known));
      continue;
    }
    snapshot.models[setup.name] = {setup.name, setup.provider, setup.upstream_model, setup.enclave,
                                   setup.standing};
    snapshot.costs[setup.name] = {setup.prices.value_or(routing::Prices{}), setup.output_tokens_max};
  }
}

/// Each model can be asked by its own name, too.
void AddRoutes(const Configuration& configuration, Snapshot& snapshot) {
  for (const ModelSetup& model : configuration.models) {
    snapshot.routes[model.name] = {
        .name = model.name, .groups = {{{.model = model.name}}}, .retries = configuration.routing.retries};
  }
  for (const routing::Route& alias : configuration.aliases) snapshot.routes[alias.name] = alias;
  for (auto& [name, route] : snapshot.routes) {
    if (!route.timeouts.total) route.timeouts.total = configuration.routing.timeouts.total;
  }
}

}  // namespace

base::Result<std::shared_ptr<const Snapshot>> MakeSnapshot(const Configuration& configuration) {
  const auto terms = LoadTerms(configuration.terms_directory, configuration.unsigned_terms);
  if (!terms) return std::unexpected(terms.error());
  return MakeSnapshot(configuration, *terms);
}

base::Result<std::shared_ptr<const Snapshot>> MakeSnapshot(const Configuration& configuration,
                                                           const LoadedTerms& terms) {
  if (auto may = CheckTerms(*terms.package, configuration.home / "analysis", PROVISO_VERSION, terms.proofs);
      !may)
    return base::Within(configuration.terms_directory.string(), may.error());
  auto snapshot = std::make_shared<Snapshot>();  // shared: every core and every request in flight holds it
  snapshot->terms = terms.package;
  snapshot->provenance = {PROVISO_VERSION, configuration.digest};
  Errors errors;
  auto book = enforcement::BookOf(snapshot->terms->agreement());
  if (book) {
    snapshot->approvers = std::move(*book);
  } else {
    errors.push_back("approvers: " + book.error().message);
  }
  AddKeys(configuration, *snapshot, errors);
  AddProviders(configuration, *snapshot, errors);
  AddModels(configuration, *snapshot, errors);
  AddRoutes(configuration, *snapshot);
  AddMcpServers(configuration, *snapshot, errors);
  if (!errors.empty()) return base::Fail(base::ErrorCode::kInvalid, base::JoinLines(errors));
  return snapshot;
}

void ConfigureRouting(const Configuration& configuration, routing::Providers& providers,
                      routing::Allowances& allowances) {
  std::map<std::string, routing::BreakerRule> rules;
  for (const ProviderSetup& provider : configuration.providers) rules[provider.name] = provider.breaker;
  providers.Configure(rules);
  std::map<std::string, routing::KeyLimits> limits;
  for (const KeySetup& key : configuration.keys) limits[key.id] = key.limits;
  allowances.Configure(limits);
}

}  // namespace proviso::daemon
