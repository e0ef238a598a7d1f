// An AWS access key: signs each request that is sent (keys/sigv4.h) and is never sent itself.
//
// In a file, as AWS's own tools write it (one section; comments begin with '#' or ';'):
//
//   [default]
//   aws_access_key_id = AKIAIOSFODNN7EXAMPLE
//   aws_secret_access_key = …
//   aws_session_token = …          # optional: a temporary key
//   region = eu-central-1
//
// In the environment, under a prefix such as AWS: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
// AWS_SESSION_TOKEN (optional), AWS_REGION.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "keys/sigv4.h"

namespace proviso::upstreams {

/// What is about to be sent. Borrows everything.
struct Outgoing {
  std::string_view method = {};
  std::string_view target = {};  ///< Path and query, as on the request line.
  std::string_view host = {};    ///< The Host header.
  std::span<const http::Header> headers = {};
  std::string_view body = {};
  std::int64_t wall_ms = 0;
};

class AwsKey {
 public:
  /// kInvalid, naming the line or member that is wrong and never quoting a value.
  [[nodiscard]] static base::Result<AwsKey> FromText(std::string_view text, std::string_view where);
  /// kNotFound when a variable is not set.
  [[nodiscard]] static base::Result<AwsKey> FromEnvironment(const std::string& prefix);

  ~AwsKey();
  AwsKey(AwsKey&& other) noexcept = default;
  AwsKey& operator=(AwsKey&& other) noexcept = default;
  AwsKey(const AwsKey&) = delete;
  AwsKey& operator=(const AwsKey&) = delete;

  /// Appends X-Amz-Date, X-Amz-Security-Token when there is one, and Authorization, which covers these,
  /// Host, Content-Type and the body, for Bedrock.
  void AppendHeaderLines(std::string& request, const Outgoing& outgoing) const;

 private:
  struct Parts;
  [[nodiscard]] static base::Result<AwsKey> Make(Parts parts, std::string_view where);
  AwsKey(std::string id, keys::AwsSecret secret, std::string token, std::string region)
      : id_(std::move(id)),
        secret_(std::move(secret)),
        token_(std::move(token)),
        region_(std::move(region)) {}

  std::string id_;
  keys::AwsSecret secret_;
  std::string token_;
  std::string region_;
};

}  // namespace proviso::upstreams
