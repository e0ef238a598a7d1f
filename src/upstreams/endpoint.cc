#include "upstreams/endpoint.h"

#include <algorithm>
#include <charconv>

namespace proviso::upstreams {
namespace {

using base::ErrorCode;

constexpr std::string_view kExpected = "; write it as https://host[:port][/base/path]";

std::uint16_t DefaultPort(Scheme scheme) {
  return scheme == Scheme::kHttps ? 443 : 80;
}

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

bool IsAddressByte(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

bool IsPathByte(char c) {
  return IsHostByte(c) || std::string_view("/~%:@!$&'()*+,;=").contains(c);
}

base::Status ReadPort(std::string_view text, std::uint16_t& port) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && stop == text.data() + text.size() && port != 0) return {};
  return base::Fail(ErrorCode::kInvalid, "the port is not a number from 1 to 65535" + std::string(kExpected));
}

/// "host", "host:port", "[v6]" or "[v6]:port".
base::Status ReadAuthority(std::string_view text, Endpoint& endpoint) {
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) {
    return base::Fail(ErrorCode::kInvalid, "the address has no ']'" + std::string(kExpected));
  }
  const std::string_view host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  if (host.empty() || !std::ranges::all_of(host, bracketed ? IsAddressByte : IsHostByte)) {
    return base::Fail(ErrorCode::kInvalid, "the host is empty or not a host name" + std::string(kExpected));
  }
  endpoint.host.assign(host);
  const std::string_view rest = text.substr(host_end + (bracketed ? 1 : 0));
  if (rest.empty()) return {};
  if (rest.front() != ':') {
    return base::Fail(ErrorCode::kInvalid, "something follows the address" + std::string(kExpected));
  }
  return ReadPort(rest.substr(1), endpoint.port);
}

}  // namespace

base::Result<Endpoint> ParseEndpoint(std::string_view url) {
  Endpoint endpoint;
  static constexpr std::string_view kHttps = "https://";
  static constexpr std::string_view kHttp = "http://";
  if (url.starts_with(kHttps)) {
    url.remove_prefix(kHttps.size());
  } else if (url.starts_with(kHttp)) {
    endpoint.scheme = Scheme::kHttp;
    url.remove_prefix(kHttp.size());
  } else {
    return base::Fail(ErrorCode::kInvalid, "the scheme is not http or https" + std::string(kExpected));
  }
  endpoint.port = DefaultPort(endpoint.scheme);
  const std::size_t slash = std::min(url.find('/'), url.size());
  if (auto read = ReadAuthority(url.substr(0, slash), endpoint); !read) return std::unexpected(read.error());
  std::string_view path = url.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!std::ranges::all_of(path, IsPathByte)) {
    return base::Fail(
        ErrorCode::kInvalid,
        "the path holds a query, a fragment or a byte that a path cannot hold" + std::string(kExpected));
  }
  endpoint.base_path.assign(path);
  return endpoint;
}

std::string HostHeader(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.contains(':');
  std::string header = is_v6 ? "[" + endpoint.host + "]" : endpoint.host;
  if (endpoint.port != DefaultPort(endpoint.scheme)) header += ":" + std::to_string(endpoint.port);
  return header;
}

}  // namespace proviso::upstreams
