// One request at a time to a gateway, synchronously: what the command line needs of HTTP.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "upstreams/credential.h"
#include "upstreams/endpoint.h"

namespace proviso::cli {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// A gateway (or another server) at a URL. Each request has a connection of its own. Errors are
/// those of upstreams::Exchange, and kLimit for an answer over kAnswerBytesMax.
class HttpClient {
 public:
  /// `ca_file` empty: the system's authorities. kInvalid for a URL or a file that cannot be used.
  [[nodiscard]] static base::Result<HttpClient> Make(std::string_view url, std::string ca_file,
                                                     std::optional<upstreams::Credential> credential);

  /// `target` is the path and query below the URL: "/proviso/v1/holds".
  [[nodiscard]] base::Result<HttpAnswer> Get(std::string_view target) const;
  [[nodiscard]] base::Result<HttpAnswer> Post(std::string_view target, std::string_view body) const;

 private:
  HttpClient(upstreams::Endpoint endpoint, std::optional<upstreams::Credential> credential)
      : endpoint_(std::move(endpoint)), credential_(std::move(credential)) {}
  [[nodiscard]] base::Result<HttpAnswer> Ask(std::string_view method, std::string_view target,
                                             std::string_view body) const;

  upstreams::Endpoint endpoint_;
  std::optional<upstreams::Credential> credential_;
};

}  // namespace proviso::cli
