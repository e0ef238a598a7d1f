#include "gateway/aws_caller.h"

#include <vector>

#include "base/bytes.h"
#include "keys/digest.h"
#include "keys/sigv4.h"

namespace proviso::gateway {
namespace {

using base::ErrorCode;

constexpr std::string_view kAuthorization = "authorization";

base::Result<keys::SigV4Claim> ClaimOf(const http::RequestHead& head) {
  for (const std::string_view other : {"x-api-key", "api-key", "x-goog-api-key"}) {
    if (http::FindHeader(head.headers, other) == nullptr) continue;
    return base::Fail(ErrorCode::kDenied, std::string(other) + ": a second credential beside a signature");
  }
  if (http::FindHeader(head.headers, "x-amz-security-token") != nullptr) {
    return base::Fail(ErrorCode::kDenied, "x-amz-security-token: access keys of this gateway have none");
  }
  if (http::CountHeaders(head.headers, kAuthorization) != 1) {
    return base::Fail(ErrorCode::kDenied, "Authorization: must stand once");
  }
  return keys::ParseSigV4(*http::FindHeader(head.headers, kAuthorization));
}

base::Result<const AwsCaller*> CallerOf(const keys::SigV4Claim& claim, const Snapshot& snapshot) {
  if (claim.scope.service != "bedrock") {
    return base::Fail(ErrorCode::kDenied, "signature: it is for another service than bedrock");
  }
  const auto caller = snapshot.aws_callers.find(claim.access_key_id);
  if (caller == snapshot.aws_callers.end()) {
    return base::Fail(ErrorCode::kDenied, "signature: no such access key here");
  }
  return &caller->second;
}

}  // namespace

bool PresentsAwsSignature(const http::RequestHead& head) {
  const std::string* value = http::FindHeader(head.headers, kAuthorization);
  return value != nullptr && value->starts_with("AWS4-HMAC-SHA256");
}

base::Result<const AwsCaller*> ClaimedAwsCaller(const http::RequestHead& head, const Snapshot& snapshot) {
  const auto claim = ClaimOf(head);
  if (!claim) return std::unexpected(claim.error());
  return CallerOf(*claim, snapshot);
}

base::Result<const enforcement::Caller*> AuthenticateAws(const http::RequestHead& head, std::string_view body,
                                                         const Snapshot& snapshot, std::int64_t now_ms) {
  const auto claim = ClaimOf(head);
  if (!claim) return std::unexpected(claim.error());
  const auto caller = CallerOf(*claim, snapshot);
  if (!caller) return std::unexpected(caller.error());
  std::vector<keys::SigV4Request::Header> headers;
  headers.reserve(head.headers.size());
  for (const http::Header& header : head.headers) headers.push_back({header.name, header.value});
  const std::string digest = base::ToHex(keys::Sha256(body));
  const keys::SigV4Request request{.method = head.method,
                                   .path = head.path,
                                   .query = head.query,
                                   .headers = headers,
                                   .body_sha256 = digest};
  if (auto verified = keys::VerifyV4(request, *claim, *(*caller)->secret, now_ms); !verified) {
    return std::unexpected(verified.error());
  }
  return &(*caller)->caller;
}

}  // namespace proviso::gateway
