// A provider's key: read once, sent to that provider, wiped at the end, and never shown.
//
// There is no way to a string: no accessor, no operator<<, no format. The only use is to write
// the header line of a request, into a buffer that the exchange wipes after sending.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace proviso::upstreams {

/// How providers take a key.
enum class CredentialStyle : std::uint8_t {
  kBearer,      ///< Authorization: Bearer KEY (OpenAI and the compatible servers)
  kXApiKey,     ///< x-api-key: KEY (Anthropic)
  kXGoogApiKey  ///< x-goog-api-key: KEY (Google)
};

class Credential {
 public:
  /// Reads a file and takes one line end off its end. kNotFound, kInvalid (empty, or a byte
  /// that cannot stand in a header) or kLimit; the message never quotes the content.
  [[nodiscard]] static base::Result<Credential> FromFile(const std::filesystem::path& path,
                                                         CredentialStyle style);
  [[nodiscard]] static base::Result<Credential> FromEnvironment(const std::string& variable,
                                                                CredentialStyle style);

  ~Credential();
  Credential(Credential&& other) noexcept;
  Credential& operator=(Credential&& other) noexcept;
  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;

  /// Appends "Name: KEY\r\n". The caller wipes `request` after use (WipeText).
  void AppendHeaderLine(std::string& request) const;

  friend std::ostream& operator<<(std::ostream&, const Credential&) = delete;

 private:
  Credential(std::vector<char> key, CredentialStyle style) : key_(std::move(key)), style_(style) {}
  [[nodiscard]] static base::Result<Credential> Check(std::vector<char> key, CredentialStyle style,
                                                      std::string_view where);
  std::vector<char> key_;
  CredentialStyle style_;
};

/// Overwrites the text, in a way that the compiler keeps, and empties it.
void WipeText(std::string& text);

/// `headers` without any that carries a caller's identity: Authorization, x-api-key, api-key,
/// x-goog-api-key, Cookie, and everything that begins with "Proviso-". A caller's key for the
/// gateway must not reach a provider.
[[nodiscard]] std::vector<http::Header> WithoutCallerCredentials(std::span<const http::Header> headers);

}  // namespace proviso::upstreams
