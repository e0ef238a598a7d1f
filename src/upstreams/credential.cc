#include "upstreams/credential.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/file.h"
#include "upstreams/limits.h"

namespace proviso::upstreams {
namespace {

using base::ErrorCode;

void Wipe(std::vector<char>& bytes) {
  if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

/// What follows the name, and what comes before the key.
std::string_view Prefix(CredentialStyle style) {
  switch (style) {
    case CredentialStyle::kBearer:
      return "Authorization: Bearer ";
    case CredentialStyle::kXApiKey:
      return "x-api-key: ";
    case CredentialStyle::kXGoogApiKey:
      return "x-goog-api-key: ";
    case CredentialStyle::kAwsSigV4:
      return {};
  }
  return {};
}

bool IsVisible(char c) {
  return c > 0x20 && c < 0x7f;
}

}  // namespace

base::Result<Credential> Credential::Check(std::vector<char> key, CredentialStyle style,
                                           std::string_view where) {
  Credential credential(std::move(key), style);
  const std::vector<char>& bytes = credential.key_;
  if (bytes.empty()) {
    return base::Fail(ErrorCode::kInvalid, std::string(where) + ": empty; put the provider's key there");
  }
  if (bytes.size() > kCredentialBytesMax) {
    return base::Fail(ErrorCode::kLimit, std::string(where) + ": longer than a key can be");
  }
  if (!std::ranges::all_of(bytes, IsVisible)) {
    return base::Fail(
        ErrorCode::kInvalid,
        std::string(where) + ": holds a byte that a key cannot hold; one line of visible ASCII");
  }
  return credential;
}

base::Result<Credential> Credential::FromFile(const std::filesystem::path& path, CredentialStyle style) {
  const std::string where = "credential file '" + path.string() + "'";
  auto content = base::ReadFile(path, kCredentialBytesMax + 2);
  if (!content) return std::unexpected(content.error());
  if (style == CredentialStyle::kAwsSigV4) {
    auto key = AwsKey::FromText(*content, where);
    WipeText(*content);
    if (!key) return std::unexpected(key.error());
    return Credential(std::move(*key));
  }
  std::string_view text = *content;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  std::vector<char> key(text.begin(), text.end());
  WipeText(*content);
  return Check(std::move(key), style, where);
}

base::Result<Credential> Credential::FromEnvironment(const std::string& variable, CredentialStyle style) {
  if (style == CredentialStyle::kAwsSigV4) {
    auto key = AwsKey::FromEnvironment(variable);
    if (!key) return std::unexpected(key.error());
    return Credential(std::move(*key));
  }
  const std::string where = "environment variable " + variable;
  // Read while the configuration is loaded, before there are other threads that could set it.
  const char* const value = std::getenv(variable.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return base::Fail(ErrorCode::kNotFound, where + ": not set");
  const std::string_view text(value);
  return Check(std::vector<char>(text.begin(), text.end()), style, where);
}

Credential::~Credential() {
  Wipe(key_);
}

Credential::Credential(Credential&& other) noexcept
    : key_(std::exchange(other.key_, {})), style_(other.style_), aws_key_(std::move(other.aws_key_)) {}

Credential& Credential::operator=(Credential&& other) noexcept {
  if (this == &other) return *this;
  Wipe(key_);
  key_ = std::exchange(other.key_, {});
  style_ = other.style_;
  aws_key_ = std::move(other.aws_key_);
  return *this;
}

void Credential::AppendHeaderLines(std::string& request, const Outgoing& outgoing) const {
  if (aws_key_) return aws_key_->AppendHeaderLines(request, outgoing);
  const std::string_view prefix = Prefix(style_);
  // Growing would leave the key in the storage given up, beyond the reach of WipeText.
  request.reserve(request.size() + prefix.size() + key_.size() + 2);
  request.append(prefix).append(key_.data(), key_.size()).append("\r\n");
}

void WipeText(std::string& text) {
  if (!text.empty()) OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

std::vector<http::Header> WithoutCallerCredentials(std::span<const http::Header> headers) {
  static constexpr std::array<std::string_view, 8> kCredentials = {
      "authorization",        "x-api-key",           "api-key", "x-goog-api-key", "cookie", "x-amz-date",
      "x-amz-security-token", "x-amz-content-sha256"};
  static constexpr std::string_view kOurs = "proviso-";
  std::vector<http::Header> kept;
  kept.reserve(headers.size());
  for (const http::Header& header : headers) {
    const bool credential = std::ranges::any_of(
        kCredentials, [&](std::string_view name) { return http::EqualsIgnoringCase(header.name, name); });
    const bool ours = http::EqualsIgnoringCase(std::string_view(header.name).substr(0, kOurs.size()), kOurs);
    if (!credential && !ours) kept.push_back(header);
  }
  return kept;
}

}  // namespace proviso::upstreams
