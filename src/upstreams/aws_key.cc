#include "upstreams/aws_key.h"

#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "keys/digest.h"
#include "upstreams/credential.h"
#include "upstreams/limits.h"

namespace proviso::upstreams {

using base::ErrorCode;

/// The four texts while they are read; wiped at the end.
struct AwsKey::Parts {
  std::string id = {};
  std::string secret = {};
  std::string token = {};
  std::string region = {};

  Parts() = default;
  Parts(Parts&& other) noexcept = default;
  Parts& operator=(Parts&& other) noexcept = delete;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    WipeText(secret);
    WipeText(token);
  }
};

namespace {

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool IsVisible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

bool IsPlain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

base::Result<AwsKey> AwsKey::Make(Parts parts, std::string_view where) {
  const auto wrong = [&](std::string_view what) {
    return base::Fail(ErrorCode::kInvalid, std::string(where) + ": " + std::string(what));
  };
  if (!IsPlain(parts.id)) return wrong("the access key's id is missing, or no letters and digits");
  if (!IsPlain(parts.region)) return wrong("the region is missing; write one such as eu-central-1");
  if (!IsVisible(parts.token) || parts.token.size() > kCredentialBytesMax) {
    return wrong("the session token cannot stand in a header");
  }
  auto secret = keys::AwsSecret::FromText(parts.secret);
  if (!secret) return wrong(secret.error().message);
  return AwsKey(std::move(parts.id), std::move(*secret), std::move(parts.token), std::move(parts.region));
}

base::Result<AwsKey> AwsKey::FromText(std::string_view text, std::string_view where) {
  Parts parts;
  struct Member {
    std::string_view name;
    std::string* into;
  };
  const Member members[] = {{"aws_access_key_id", &parts.id},
                            {"aws_secret_access_key", &parts.secret},
                            {"aws_session_token", &parts.token},
                            {"region", &parts.region}};
  std::size_t number = 0;
  std::size_t sections = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto wrong = [&, at = ++number](std::string_view what) {
      return base::Fail(ErrorCode::kInvalid,
                        std::string(where) + ", line " + std::to_string(at) + ": " + std::string(what));
    };
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[')) {
      if (++sections > 1) return wrong("a second section; keep only the one that is meant");
      continue;
    }
    const std::size_t equals = line.find('=');
    const std::string_view name = Trim(line.substr(0, equals));
    const auto member = std::ranges::find(members, name, &Member::name);
    if (equals == std::string_view::npos || member == std::end(members)) {
      return wrong(
          "must be aws_access_key_id, aws_secret_access_key, aws_session_token or region, '=', a value");
    }
    if (!member->into->empty()) return wrong("a member twice");
    member->into->assign(Trim(line.substr(equals + 1)));
  }
  return Make(std::move(parts), where);
}

base::Result<AwsKey> AwsKey::FromEnvironment(const std::string& prefix) {
  Parts parts;
  enum class Need : std::uint8_t { kMust, kMay };
  struct Variable {
    std::string_view suffix;
    std::string* into;
    Need need;
  };
  const Variable variables[] = {{"_ACCESS_KEY_ID", &parts.id, Need::kMust},
                                {"_SECRET_ACCESS_KEY", &parts.secret, Need::kMust},
                                {"_SESSION_TOKEN", &parts.token, Need::kMay},
                                {"_REGION", &parts.region, Need::kMust}};
  for (const Variable& variable : variables) {
    const std::string name = prefix + std::string(variable.suffix);
    // Read while the configuration is loaded, before there are other threads that could set it.
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr) *variable.into = value;
    if (value == nullptr && variable.need == Need::kMust) {
      return base::Fail(ErrorCode::kNotFound, "environment variable " + name + ": not set");
    }
  }
  return Make(std::move(parts), "environment variables " + prefix + "_…");
}

AwsKey::~AwsKey() {
  WipeText(token_);
}

void AwsKey::AppendHeaderLines(std::string& request, const Outgoing& outgoing) const {
  const std::string date = keys::AmzDate(outgoing.wall_ms);
  std::vector<keys::SigV4Request::Header> headers = {{"host", outgoing.host}, {"x-amz-date", date}};
  if (!token_.empty()) headers.push_back({"x-amz-security-token", token_});
  if (const std::string* type = http::FindHeader(outgoing.headers, "content-type"); type != nullptr) {
    headers.push_back({"content-type", *type});
  }
  const std::size_t question = outgoing.target.find('?');
  const std::string digest = base::ToHex(keys::Sha256(outgoing.body));
  const keys::SigV4Request signed_request{
      .method = outgoing.method,
      .path = outgoing.target.substr(0, question),
      .query = question == std::string_view::npos ? std::string_view() : outgoing.target.substr(question + 1),
      .headers = headers,
      .body_sha256 = digest};
  const std::string authorization =
      keys::SignV4(signed_request, id_, secret_, outgoing.wall_ms, region_, "bedrock");
  constexpr std::size_t kNamesBytes = 80;
  // Growing later would leave the token in the storage given up, beyond the reach of WipeText.
  request.reserve(request.size() + date.size() + token_.size() + authorization.size() + kNamesBytes);
  request.append("X-Amz-Date: ").append(date).append("\r\n");
  if (!token_.empty()) request.append("X-Amz-Security-Token: ").append(token_).append("\r\n");
  request.append("Authorization: ").append(authorization).append("\r\n");
}

}  // namespace proviso::upstreams
