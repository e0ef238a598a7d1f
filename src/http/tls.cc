#include "http/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "http/internal/socket_bio.h"

namespace proviso::http {
namespace {

using Context = std::unique_ptr<ssl_ctx_st, internal::FreeSslContext>;

// ALPN wire form (RFC 7301): a length byte before each name.
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

std::unexpected<base::Error> FailTls(std::string_view what) {
  return base::Fail(base::ErrorCode::kInvalid, std::string(what) + ": " + internal::TakeSslErrors());
}

Context NewContext(const SSL_METHOD* method) {
  ERR_clear_error();
  Context context(SSL_CTX_new(method));
  if (context == nullptr) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

/// Takes h2 when it is offered, else http/1.1; a client that offers only other protocols is refused.
int SelectProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes,
                   const unsigned char* offered, unsigned int offered_bytes, void*) {
  const std::string_view http11(reinterpret_cast<const char*>(kHttp11.data()) + 1, kHttp11[0]);
  for (const std::string_view wanted : {kHttp2Protocol, http11}) {
    for (unsigned int at = 0; at < offered_bytes; at += 1U + offered[at]) {
      const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
      if (name != wanted) continue;
      *chosen = offered + at + 1;
      *chosen_bytes = offered[at];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

base::Result<SslHandle> NewHandle(ssl_ctx_st* context) {
  ERR_clear_error();
  SslHandle session(SSL_new(context));
  if (session == nullptr) return FailTls("TLS session");
  return session;
}

bool IsAddress(const std::string& name) {
  std::array<unsigned char, 16> address{};
  return inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

}  // namespace

void internal::FreeSslContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}
void internal::FreeSsl::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

base::Result<TlsServerContext> TlsServerContext::Load(const TlsServerFiles& files) {
  TlsServerContext loaded;
  loaded.context_ = NewContext(TLS_server_method());
  ssl_ctx_st* const context = loaded.context_.get();
  if (context == nullptr) return FailTls("TLS");
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1) {
    return FailTls("certificate file '" + files.certificate_file + "'");
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return FailTls("key file '" + files.key_file + "'");
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return FailTls("key file '" + files.key_file + "' does not belong to '" + files.certificate_file + "'");
  }
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context, &SelectProtocol, nullptr);
  // Resumption by tickets, so that all cores and no memory share it.
  static constexpr std::string_view kScope = "proviso";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kScope.data()),
                                 static_cast<unsigned int>(kScope.size()));
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return loaded;
}

base::Result<SslHandle> TlsServerContext::NewSession() const {
  auto session = NewHandle(context_.get());
  if (session) SSL_set_accept_state(session->get());
  return session;
}

base::Result<TlsClientContext> TlsClientContext::Load(const TlsTrust& trust) {
  TlsClientContext loaded;
  loaded.context_ = NewContext(TLS_client_method());
  ssl_ctx_st* const context = loaded.context_.get();
  if (context == nullptr) return FailTls("TLS");
  if (trust.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1)
      return FailTls("the system's certificate authorities");
  } else if (SSL_CTX_load_verify_file(context, trust.ca_file.c_str()) != 1) {
    return FailTls("CA file '" + trust.ca_file + "'");
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context, kHttp11.data(), static_cast<unsigned int>(kHttp11.size()));
  return loaded;
}

base::Result<SslHandle> TlsClientContext::NewSession(const std::string& server_name) const {
  auto session = NewHandle(context_.get());
  if (!session) return session;
  ssl_st* const ssl = session->get();
  bool named = false;
  if (IsAddress(server_name)) {
    named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), server_name.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named = SSL_set1_host(ssl, server_name.c_str()) == 1 &&
            SSL_set_tlsext_host_name(ssl, server_name.c_str()) == 1;
  }
  if (!named) return FailTls("server name '" + server_name + "'");
  SSL_set_connect_state(ssl);
  return session;
}

}  // namespace proviso::http
