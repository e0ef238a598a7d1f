#include "keys/sigv4.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "keys/digest.h"
#include "keys/limits.h"

namespace proviso::keys {
namespace {

using base::ErrorCode;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kRequestKind = "aws4_request";
constexpr std::string_view kAuthority = ":authority";

void Wipe(base::Bytes& bytes) {
  if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), Lower);
  return lower;
}

bool IsVisible(char c) {
  return c > 0x20 && c < 0x7F;
}

/// Percent-encodes all but unreserved characters and '/': of a path on the wire also its '%'.
std::string EncodeAgain(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kKept = "/-._~";
  std::string out;
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kKept.contains(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
  }
  return out.empty() ? "/" : out;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string SortedQuery(std::string_view query) {
  if (query.empty()) return "";
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const std::string_view part : Split(query, '&')) {
    const std::size_t equals = part.find('=');
    const bool has_value = equals != std::string_view::npos;
    pairs.emplace_back(part.substr(0, equals), has_value ? part.substr(equals + 1) : std::string_view());
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs) {
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  }
  return out;
}

/// Without white space around it, and with one space for each run inside.
std::string Trimmed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) out.push_back(c);
    if (space && !out.empty() && out.back() != ' ') out.push_back(' ');
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// The values of all headers with this name, joined; nothing when there is none. HTTP/2's ":authority"
/// is the host by another name.
std::optional<std::string> ValueOf(const SigV4Request& request, std::string_view lower_name) {
  std::optional<std::string> value;
  const auto named = [](std::string_view name, std::string_view lower) {
    return std::ranges::equal(name, lower, {}, Lower);
  };
  for (const SigV4Request::Header& header : request.headers) {
    const bool host = lower_name == kAuthority && named(header.name, "host");
    if (!host && !named(header.name, lower_name)) continue;
    value = value ? *value + "," + Trimmed(header.value) : Trimmed(header.value);
  }
  return value;
}

std::string Joined(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ";").append(name);
  return out;
}

std::string ScopeText(const SigV4Scope& scope) {
  return scope.day + "/" + scope.region + "/" + scope.service + "/" + std::string(kRequestKind);
}

std::unexpected<base::Error> Malformed(std::string_view what) {
  return base::Fail(ErrorCode::kInvalid, "Authorization: " + std::string(what));
}

std::unexpected<base::Error> Denied(std::string_view what) {
  return base::Fail(ErrorCode::kDenied, "signature: " + std::string(what));
}

bool IsDay(std::string_view day) {
  return day.size() == 8 && std::ranges::all_of(day, [](char c) { return c >= '0' && c <= '9'; });
}

base::Status ReadCredential(std::string_view value, SigV4Claim& claim) {
  const std::vector<std::string_view> parts = Split(value, '/');
  const bool whole = parts.size() == 5 && std::ranges::none_of(parts, &std::string_view::empty);
  if (!whole || parts[4] != kRequestKind || !IsDay(parts[1])) {
    return Malformed("Credential must be ID/DAY/REGION/SERVICE/aws4_request");
  }
  claim.access_key_id = parts[0];
  claim.scope = {std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
  return {};
}

base::Status ReadSignedHeaders(std::string_view value, SigV4Claim& claim) {
  for (const std::string_view name : Split(value, ';')) {
    const bool lower =
        !name.empty() && std::ranges::all_of(name, [](char c) { return IsVisible(c) && Lower(c) == c; });
    if (!lower) return Malformed("SignedHeaders must be names in lower case with ';' between them");
    claim.signed_headers.emplace_back(name);
  }
  if (claim.signed_headers.size() > kSignedHeadersMax) {
    return base::Fail(ErrorCode::kLimit,
                      "Authorization: more than " + std::to_string(kSignedHeadersMax) + " signed headers");
  }
  if (std::ranges::adjacent_find(claim.signed_headers, std::ranges::greater_equal()) !=
      claim.signed_headers.end()) {
    return Malformed("SignedHeaders must be sorted, each name once");
  }
  return {};
}

base::Status CheckCoverage(const SigV4Request& request, const SigV4Claim& claim) {
  constexpr std::array kWhenSent = {"x-amz-security-token", "x-amz-content-sha256"};
  const auto is_signed = [&](std::string_view name) {
    return std::ranges::binary_search(claim.signed_headers, name);
  };
  if (!is_signed("host") && !is_signed(kAuthority)) return Denied("the header host must be signed");
  if (!is_signed("x-amz-date")) return Denied("the header x-amz-date must be signed");
  for (const std::string_view name : kWhenSent) {
    if (ValueOf(request, name) && !is_signed(name)) {
      return Denied("the header " + std::string(name) + " is sent and not signed");
    }
  }
  for (const std::string& name : claim.signed_headers) {
    if (!ValueOf(request, name)) return Denied("a signed header is missing");
  }
  const auto digest = ValueOf(request, "x-amz-content-sha256");
  if (digest && *digest != request.body_sha256)
    return Denied("x-amz-content-sha256 is not the body's digest");
  return {};
}

}  // namespace

base::Result<AwsSecret> AwsSecret::FromText(std::string_view text) {
  constexpr std::size_t kBytesMin = 16;
  constexpr std::size_t kBytesMax = 128;
  if (text.size() < kBytesMin || text.size() > kBytesMax || !std::ranges::all_of(text, IsVisible)) {
    return base::Fail(ErrorCode::kInvalid, "a secret access key must be 16 to 128 bytes of visible ASCII");
  }
  base::Bytes key;
  constexpr std::string_view kPrefix = "AWS4";
  key.reserve(kPrefix.size() + text.size());
  key.insert(key.end(), kPrefix.begin(), kPrefix.end());
  key.insert(key.end(), text.begin(), text.end());
  return AwsSecret(std::move(key));
}

AwsSecret::~AwsSecret() {
  Wipe(key_);
}

AwsSecret::AwsSecret(AwsSecret&& other) noexcept : key_(std::exchange(other.key_, {})) {}

AwsSecret& AwsSecret::operator=(AwsSecret&& other) noexcept {
  if (this == &other) return *this;
  Wipe(key_);
  key_ = std::exchange(other.key_, {});
  return *this;
}

base::Digest AwsSecret::Sign(const SigV4Scope& scope, std::string_view string_to_sign) const {
  base::Digest key = HmacSha256(key_, base::AsBytes(scope.day));
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service), kRequestKind}) {
    key = HmacSha256(key, base::AsBytes(part));
  }
  const base::Digest signature = HmacSha256(key, base::AsBytes(string_to_sign));
  OPENSSL_cleanse(key.data(), key.size());
  return signature;
}

std::string AmzDate(std::int64_t wall_ms) {
  std::string out;
  for (const char c : base::FormatUtc(wall_ms).substr(0, 19)) {
    if (c != '-' && c != ':') out.push_back(c);
  }
  return out + "Z";
}

base::Result<std::int64_t> ParseAmzDate(std::string_view text) {
  const bool shaped = text.size() == 16 && IsDay(text.substr(0, 8)) && text[8] == 'T' && text[15] == 'Z';
  if (!shaped) return base::Fail(ErrorCode::kInvalid, "x-amz-date: must be like 20260131T235959Z");
  std::string utc;
  for (std::size_t i = 0; i < text.size(); ++i) {
    utc.push_back(text[i]);
    if (i == 3 || i == 5) utc.push_back('-');
    if (i == 10 || i == 12) utc.push_back(':');
  }
  const auto time = base::ParseUtc(utc);
  if (!time) return base::Within("x-amz-date", time.error());
  return *time;
}

std::string CanonicalRequest(const SigV4Request& request, std::span<const std::string> signed_headers) {
  std::string out(request.method);
  out.append("\n")
      .append(EncodeAgain(request.path))
      .append("\n")
      .append(SortedQuery(request.query))
      .append("\n");
  for (const std::string& name : signed_headers) {
    out.append(name).append(":").append(ValueOf(request, name).value_or("")).append("\n");
  }
  out.append("\n").append(Joined(signed_headers)).append("\n").append(request.body_sha256);
  return out;
}

std::string StringToSign(std::string_view amz_date, const SigV4Scope& scope,
                         std::string_view canonical_request) {
  return std::string(kAlgorithm) + "\n" + std::string(amz_date) + "\n" + ScopeText(scope) + "\n" +
         base::ToHex(Sha256(canonical_request));
}

std::string SignV4(const SigV4Request& request, std::string_view access_key_id, const AwsSecret& secret,
                   std::int64_t wall_ms, std::string_view region, std::string_view service) {
  const std::string date = AmzDate(wall_ms);
  const SigV4Scope scope{date.substr(0, 8), std::string(region), std::string(service)};
  std::vector<std::string> names;
  for (const SigV4Request::Header& header : request.headers) names.push_back(LowerCase(header.name));
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  const base::Digest signature =
      secret.Sign(scope, StringToSign(date, scope, CanonicalRequest(request, names)));
  return std::string(kAlgorithm) + " Credential=" + std::string(access_key_id) + "/" + ScopeText(scope) +
         ", SignedHeaders=" + Joined(names) + ", Signature=" + base::ToHex(signature);
}

base::Result<SigV4Claim> ParseSigV4(std::string_view authorization) {
  if (!authorization.starts_with(std::string(kAlgorithm) + " ")) {
    return Malformed("does not begin with AWS4-HMAC-SHA256");
  }
  if (authorization.size() > kAuthorizationBytesMax) {
    return base::Fail(ErrorCode::kLimit,
                      "Authorization: larger than " + std::to_string(kAuthorizationBytesMax) + " bytes");
  }
  authorization.remove_prefix(kAlgorithm.size() + 1);
  SigV4Claim claim;
  for (const std::string_view part : Split(authorization, ',')) {
    const std::string field = Trimmed(part);
    const std::size_t equals = field.find('=');
    const std::string_view name = std::string_view(field).substr(0, equals);
    const std::string_view value =
        equals == std::string::npos ? std::string_view() : std::string_view(field).substr(equals + 1);
    base::Status read;
    if (name == "Credential" && claim.access_key_id.empty()) {
      read = ReadCredential(value, claim);
    } else if (name == "SignedHeaders" && claim.signed_headers.empty()) {
      read = ReadSignedHeaders(value, claim);
    } else if (name == "Signature" && claim.signature.empty()) {
      claim.signature = value;
    } else {
      read = Malformed("an unknown or repeated part");
    }
    if (!read) return std::unexpected(read.error());
  }
  if (claim.access_key_id.empty() || claim.signed_headers.empty() || claim.signature.empty()) {
    return Malformed("Credential, SignedHeaders and Signature must all be there");
  }
  return claim;
}

base::Status VerifyV4(const SigV4Request& request, const SigV4Claim& claim, const AwsSecret& secret,
                      std::int64_t now_ms) {
  if (auto covered = CheckCoverage(request, claim); !covered) return covered;
  const std::string date = ValueOf(request, "x-amz-date").value_or("");
  const auto time = ParseAmzDate(date);
  if (!time) return Denied(time.error().message);
  if (date.substr(0, 8) != claim.scope.day) return Denied("its day is not that of x-amz-date");
  if (*time < now_ms - kSigV4SkewMsMax || *time > now_ms + kSigV4SkewMsMax) {
    return base::Fail(ErrorCode::kExpired, "signature: x-amz-date is more than 5 minutes from this clock; " +
                                               AmzDate(now_ms) + " here");
  }
  const base::Digest expected = secret.Sign(
      claim.scope, StringToSign(date, claim.scope, CanonicalRequest(request, claim.signed_headers)));
  const std::string hex = base::ToHex(expected);
  if (!EqualInConstantTime(base::AsBytes(hex), base::AsBytes(claim.signature))) {
    return Denied("it is not the one that this request and key give");
  }
  return {};
}

}  // namespace proviso::keys
