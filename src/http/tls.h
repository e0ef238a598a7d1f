// TLS by OpenSSL: TLS 1.2 and later, buffers released while idle. A server takes h2 or http/1.1 by
// ALPN (RFC 7301), h2 first; a client offers http/1.1.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace proviso::http {

/// The name of HTTP/2 over TLS in ALPN (RFC 9113, 3.1).
inline constexpr std::string_view kHttp2Protocol = "h2";

namespace internal {
struct FreeSslContext {
  void operator()(ssl_ctx_st* context) const;
};
struct FreeSsl {
  void operator()(ssl_st* ssl) const;
};
}  // namespace internal

using SslHandle = std::unique_ptr<ssl_st, internal::FreeSsl>;

/// PEM files of a server: the certificate chain, leaf first, and its private key.
struct TlsServerFiles {
  std::string certificate_file;
  std::string key_file;
};

/// Immutable once made; may be used from any thread.
class TlsServerContext {
 public:
  /// Fails with kInvalid, naming the file, when a file cannot be read or the two do not belong
  /// together.
  [[nodiscard]] static base::Result<TlsServerContext> Load(const TlsServerFiles& files);
  /// One session, before its handshake.
  [[nodiscard]] base::Result<SslHandle> NewSession() const;

 private:
  std::unique_ptr<ssl_ctx_st, internal::FreeSslContext> context_;
};

/// What a client trusts: the system's authorities, or only those of `ca_file` (PEM) when given.
struct TlsTrust {
  std::string ca_file;
};

/// Immutable once made; may be used from any thread.
class TlsClientContext {
 public:
  [[nodiscard]] static base::Result<TlsClientContext> Load(const TlsTrust& trust);
  /// One session that verifies the chain and that the certificate is for `server_name` (a DNS
  /// name, also sent as SNI, or an IP address).
  [[nodiscard]] base::Result<SslHandle> NewSession(const std::string& server_name) const;

 private:
  std::unique_ptr<ssl_ctx_st, internal::FreeSslContext> context_;
};

}  // namespace proviso::http
