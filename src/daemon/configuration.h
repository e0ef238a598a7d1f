// config.toml as a value. Paths in it are relative to the directory that holds the file.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "daemon/routing_setup.h"

namespace proviso::daemon {

/// What becomes of a package that nobody signed though its agreement gives parties keys.
enum class UnsignedTerms : std::uint8_t { kRefuse, kAccept };

struct ListenSetup {
  std::string address;
  std::uint16_t port = 0;
};

/// An application's API key, by its SHA-256: the key itself is shown once, when it is made. Or an access
/// key with which AWS's SDKs sign; its secret must be there. Or both.
struct KeySetup {
  std::string id;
  std::string sha256;
  std::string application;
  std::string purpose;
  routing::KeyLimits limits = {};
  std::string aws_access_key_id = {};
  std::string aws_secret_file = {};
};

struct OperatorSetup {
  std::string id;
  std::string sha256;
};

struct ProviderSetup {
  std::string name;
  std::string url;
  std::vector<std::string> dialects;
  std::string profile;
  std::map<std::string, std::string> otherwise;  ///< Feature to reject, warn or drop.
  std::string credential_file;
  std::string credential_environment;
  std::string credential_style;
  std::string ca_file;
  std::string server_name;
  routing::Timeouts timeouts = {};    ///< Its own over [routing]'s.
  routing::BreakerRule breaker = {};  ///< Likewise.
};

struct ModelSetup {
  std::string name;
  std::string provider;
  std::string upstream_model;
  std::string enclave;
  std::string standing;
  std::optional<routing::Prices> prices = {};
  std::int64_t output_tokens_max = 0;  ///< What a request without a bound may write at most.
};

/// An MCP server, reached at /mcp/NAME.
struct McpServerSetup {
  std::string name;
  std::string url;
  std::string credential_file;
  std::string credential_environment;
  std::string credential_style;
  std::string ca_file;
  std::string server_name;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> origins;
};

/// A process that the gateway starts, watches and ends, such as a local model's server.
struct ChildSetup {
  std::string name;
  std::vector<std::string> command;
};

struct Configuration {
  std::filesystem::path home;  ///< The directory of the file.
  std::string digest;          ///< SHA-256 of the file, hexadecimal.
  std::vector<ListenSetup> listen;
  std::filesystem::path tls_certificate;
  std::filesystem::path tls_key;
  unsigned threads = 0;  ///< 0: one a core.
  std::chrono::milliseconds drain{30'000};
  std::filesystem::path record_directory;
  std::filesystem::path record_key;
  std::filesystem::path database_directory;
  std::filesystem::path sealing_key;
  std::filesystem::path terms_directory;  ///< Or a bundle (terms_source.h).
  UnsignedTerms unsigned_terms = UnsignedTerms::kRefuse;
  std::vector<KeySetup> keys;
  std::vector<OperatorSetup> operators;
  std::vector<ProviderSetup> providers;
  std::vector<ModelSetup> models;
  std::vector<McpServerSetup> mcp_servers;
  std::vector<ChildSetup> children;
  RoutingSetup routing;
  std::vector<routing::Route> aliases;
};

/// Reads `file`. On failure the message lists everything that is wrong, a line each.
[[nodiscard]] base::Result<Configuration> ReadConfiguration(const std::filesystem::path& file);

}  // namespace proviso::daemon
