// A provider's key: read once, sent to that provider, wiped at the end, and never shown.
//
// There is no way to a string: no accessor, no operator<<, no format. The only use is to write
// the header lines of a request, into a buffer that the exchange wipes after sending.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "upstreams/aws_key.h"

namespace proviso::upstreams {

/// How providers take a key.
enum class CredentialStyle : std::uint8_t {
  kBearer,       ///< Authorization: Bearer KEY (OpenAI and the compatible servers)
  kXApiKey,      ///< x-api-key: KEY (Anthropic)
  kXGoogApiKey,  ///< x-goog-api-key: KEY (Google)
  kAwsSigV4,     ///< A signature of each request (AWS Bedrock; aws_key.h)
};

class Credential {
 public:
  /// Reads a file and takes one line end off its end; of kAwsSigV4, the lines of aws_key.h. kNotFound,
  /// kInvalid (empty, or a byte that cannot stand in a header) or kLimit; the message never quotes the
  /// content.
  [[nodiscard]] static base::Result<Credential> FromFile(const std::filesystem::path& path,
                                                         CredentialStyle style);
  /// `variable` holds the key; of kAwsSigV4 it is the prefix of several (aws_key.h).
  [[nodiscard]] static base::Result<Credential> FromEnvironment(const std::string& variable,
                                                                CredentialStyle style);

  ~Credential();
  Credential(Credential&& other) noexcept;
  Credential& operator=(Credential&& other) noexcept;
  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;

  /// Appends "Name: KEY\r\n", or the lines that sign `outgoing`, which only kAwsSigV4 looks at. The
  /// caller wipes `request` after use (WipeText).
  void AppendHeaderLines(std::string& request, const Outgoing& outgoing = {}) const;

  friend std::ostream& operator<<(std::ostream&, const Credential&) = delete;

 private:
  Credential(std::vector<char> key, CredentialStyle style) : key_(std::move(key)), style_(style) {}
  explicit Credential(AwsKey key) : style_(CredentialStyle::kAwsSigV4), aws_key_(std::move(key)) {}
  [[nodiscard]] static base::Result<Credential> Check(std::vector<char> key, CredentialStyle style,
                                                      std::string_view where);
  std::vector<char> key_;
  CredentialStyle style_;
  std::optional<AwsKey> aws_key_;  // instead of key_, for kAwsSigV4
};

/// Overwrites the text, in a way that the compiler keeps, and empties it.
void WipeText(std::string& text);

/// `headers` without any that carries a caller's identity: Authorization, x-api-key, api-key,
/// x-goog-api-key, Cookie, what an AWS signature consists of, and everything that begins with "Proviso-". A
/// caller's key for the gateway must not reach a provider.
[[nodiscard]] std::vector<http::Header> WithoutCallerCredentials(std::span<const http::Header> headers);

}  // namespace proviso::upstreams
