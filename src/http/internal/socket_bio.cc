#include "http/internal/socket_bio.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace proviso::http::internal {
namespace {

int SocketOf(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool MustWait(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

int Write(BIO* bio, const char* bytes, std::size_t count, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(SocketOf(bio), bytes, count, MSG_NOSIGNAL);
  if (sent >= 0) {
    *written = static_cast<std::size_t>(sent);
    return 1;
  }
  if (MustWait(errno)) BIO_set_retry_write(bio);
  return 0;
}

int Read(BIO* bio, char* bytes, std::size_t count, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  const ssize_t received = ::recv(SocketOf(bio), bytes, count, 0);
  if (received > 0) {
    *read = static_cast<std::size_t>(received);
    return 1;
  }
  if (received < 0 && MustWait(errno)) BIO_set_retry_read(bio);
  return 0;
}

long Control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* Method() {
  // Kept for the process's life: sessions on any thread point to it.
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "proviso socket");
    if (method == nullptr) return method;
    BIO_meth_set_write_ex(method, &Write);
    BIO_meth_set_read_ex(method, &Read);
    BIO_meth_set_ctrl(method, &Control);
    return method;
  }();
  return kMethod;
}

}  // namespace

base::Status AttachSocket(ssl_st* session, int socket) {
  const BIO_METHOD* const method = Method();
  BIO* const bio = method == nullptr ? nullptr : BIO_new(method);
  if (bio == nullptr) return base::Fail(base::ErrorCode::kInternal, "TLS: out of memory");
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(session, bio, bio);
  return {};
}

std::string TakeSslErrors() {
  std::string text;
  while (const unsigned long error = ERR_get_error()) {
    const char* const reason = ERR_reason_error_string(error);
    if (!text.empty()) text += ", ";
    text += reason == nullptr ? "unknown error" : reason;
  }
  return text.empty() ? "the connection ended" : text;
}

}  // namespace proviso::http::internal
