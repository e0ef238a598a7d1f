// Where an upstream is: read from a URL in the configuration.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::upstreams {

enum class Scheme : std::uint8_t { kHttp, kHttps };

struct Endpoint {
  Scheme scheme = Scheme::kHttps;
  /// A DNS name or an IP address; IPv6 without brackets.
  std::string host = {};
  std::uint16_t port = 443;
  /// Put before every path: "" or "/v1", never with a slash at the end.
  std::string base_path = {};
  /// PEM file of the only authorities to trust; empty for the system's.
  std::string ca_file = {};
  /// The name that the certificate must be for, when it is not `host`.
  std::string server_name = {};

  bool operator==(const Endpoint&) const = default;
};

/// Reads "https://api.example.com/v1" or "http://127.0.0.1:8080". User info, a query, a
/// fragment, spaces and control bytes are refused with kInvalid.
[[nodiscard]] base::Result<Endpoint> ParseEndpoint(std::string_view url);

/// "host" or "host:port" when the port is not the scheme's own: the Host header. IPv6 in brackets.
[[nodiscard]] std::string HostHeader(const Endpoint& endpoint);

}  // namespace proviso::upstreams
