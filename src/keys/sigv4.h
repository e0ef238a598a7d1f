// AWS Signature Version 4: how a request to AWS says who sends it, without sending the secret.
// Source: AWS General Reference, "Signature Version 4 signing process"; the parts for S3 (one
// encoding of the path, unsigned and streamed payloads) are left out.
//
//   canonical request  method, path (encoded once more), sorted query, signed headers, digest of the body
//   string to sign     "AWS4-HMAC-SHA256", time, scope (day/region/service/aws4_request), its digest
//   signing key        HMAC chain: "AWS4" + secret → day → region → service → "aws4_request"
//   Authorization      AWS4-HMAC-SHA256 Credential=ID/scope, SignedHeaders=a;b, Signature=hex
//
// Pure: time is passed in. The secret lives in AwsSecret, which wipes it, and is never given out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace proviso::keys {

/// What is signed of a request. Borrows everything.
struct SigV4Request {
  struct Header {
    std::string_view name;
    std::string_view value;
  };
  std::string_view method;
  std::string_view path;   ///< As it stands on the wire, percent signs and all.
  std::string_view query;  ///< Likewise, without the '?'.
  std::span<const Header> headers;
  std::string_view body_sha256;  ///< Hexadecimal, lower case.
};

/// Where and when a signing key is good for.
struct SigV4Scope {
  std::string day;  ///< "20260131"
  std::string region;
  std::string service;

  bool operator==(const SigV4Scope&) const = default;
};

/// The secret half of an access key. Wiped at the end; there is no way to its text.
class AwsSecret {
 public:
  /// 16 to 128 bytes of visible ASCII; kInvalid otherwise. The message does not quote it.
  [[nodiscard]] static base::Result<AwsSecret> FromText(std::string_view text);
  ~AwsSecret();
  AwsSecret(AwsSecret&& other) noexcept;
  AwsSecret& operator=(AwsSecret&& other) noexcept;
  AwsSecret(const AwsSecret&) = delete;
  AwsSecret& operator=(const AwsSecret&) = delete;

  /// HMAC-SHA-256 of the string to sign under the scope's key.
  [[nodiscard]] base::Digest Sign(const SigV4Scope& scope, std::string_view string_to_sign) const;

 private:
  explicit AwsSecret(base::Bytes key) : key_(std::move(key)) {}
  base::Bytes key_;  // "AWS4" and the secret
};

/// "20260131T235959Z", the form of `x-amz-date`, and back (kInvalid for any other form).
[[nodiscard]] std::string AmzDate(std::int64_t wall_ms);
[[nodiscard]] base::Result<std::int64_t> ParseAmzDate(std::string_view text);

/// The two texts of the standard, for tests and for people who debug. `signed_headers` are lower case
/// and sorted; one that the request lacks counts as empty.
[[nodiscard]] std::string CanonicalRequest(const SigV4Request& request,
                                           std::span<const std::string> signed_headers);
[[nodiscard]] std::string StringToSign(std::string_view amz_date, const SigV4Scope& scope,
                                       std::string_view canonical_request);

/// The value of `Authorization` for a request that holds its `x-amz-date`, of `wall_ms`, among the
/// headers. All the given headers are signed.
[[nodiscard]] std::string SignV4(const SigV4Request& request, std::string_view access_key_id,
                                 const AwsSecret& secret, std::int64_t wall_ms, std::string_view region,
                                 std::string_view service);

/// What an `Authorization` header claims.
struct SigV4Claim {
  std::string access_key_id;
  SigV4Scope scope;
  std::vector<std::string> signed_headers;
  std::string signature;
};

/// Takes the header's value apart. kInvalid, saying which part is wrong; kLimit.
[[nodiscard]] base::Result<SigV4Claim> ParseSigV4(std::string_view authorization);

/// How far the sender's clock may be from ours, in either direction; AWS's own bound.
inline constexpr std::int64_t kSigV4SkewMsMax = 5 * 60 * 1000;

/// Whether the request was signed with this secret, near `now_ms`. kDenied when the signature is
/// another, when `host` (or HTTP/2's `:authority`) or `x-amz-date` is not signed, when a security token or a
/// body digest is sent and not signed; kExpired when the clocks differ too much. A body digest that the
/// sender left unsaid
/// (`UNSIGNED-PAYLOAD`, `STREAMING-…`) is refused: a body that nobody signed is nobody's.
/// Compares in constant time.
[[nodiscard]] base::Status VerifyV4(const SigV4Request& request, const SigV4Claim& claim,
                                    const AwsSecret& secret, std::int64_t now_ms);

}  // namespace proviso::keys
