#include "http/testing/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "http/internal/socket_bio.h"

namespace proviso::http::testing {

RawClient::RawClient(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::abort();
  }
  const timeval patience{10, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

RawClient::~RawClient() {
  Close();
}

std::string RawClient::StartTls(const TlsClientContext& context, const std::string& server_name) {
  auto session = context.NewSession(server_name);
  if (!session) return session.error().message;
  ssl_ = std::move(*session);
  if (!internal::AttachSocket(ssl_.get(), socket_)) return "no memory";
  return SSL_connect(ssl_.get()) == 1 ? "" : internal::TakeSslErrors();
}

bool RawClient::Send(std::string_view bytes) {
  if (ssl_) return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Nothing at the end.
std::optional<std::string> RawClient::ReadSome() {
  std::array<char, 16384> bytes{};
  const ssize_t count = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count > 0) return std::string(bytes.data(), static_cast<std::size_t>(count));
  if (count < 0 && !ssl_) waiting_ += errno == ECONNRESET ? "<reset>" : "<timeout>";
  return std::nullopt;
}

std::string RawClient::ReadTo(std::string_view ending) {
  while (ending.empty() || !waiting_.ends_with(ending)) {
    auto bytes = ReadSome();
    if (!bytes) break;
    waiting_ += *bytes;
  }
  return std::exchange(waiting_, {});
}

std::string RawClient::ReadAnswer() {
  static constexpr std::string_view kLength = "\r\nContent-Length: ";
  while (true) {
    const std::size_t head_end = waiting_.find("\r\n\r\n");
    std::size_t whole = 0;
    if (head_end != std::string::npos) {
      const std::size_t length_at = waiting_.substr(0, head_end + 2).find(kLength);
      if (length_at != std::string::npos) {
        whole = head_end + 4 + std::stoul(waiting_.substr(length_at + kLength.size()));
      } else if (const std::size_t end = waiting_.find("\r\n0\r\n\r\n"); end != std::string::npos) {
        whole = end + 7;
      }
    }
    if (whole != 0 && waiting_.size() >= whole) {
      std::string answer = waiting_.substr(0, whole);
      waiting_.erase(0, whole);
      return answer;
    }
    auto bytes = ReadSome();
    if (!bytes) return std::exchange(waiting_, {});
    waiting_ += *bytes;
  }
}

std::string RawClient::ReadOnce() {
  if (waiting_.empty()) waiting_ = ReadSome().value_or(std::string());
  return std::exchange(waiting_, {});
}

void RawClient::Close() {
  ssl_.reset();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

std::string WithoutDate(std::string answer) {
  for (std::size_t at = 0; (at = answer.find("Date: ", at)) != std::string::npos;) {
    answer.erase(at, answer.find("\r\n", at) + 2 - at);
  }
  return answer;
}

}  // namespace proviso::http::testing
