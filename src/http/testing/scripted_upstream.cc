#include "http/testing/scripted_upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "http/internal/socket_bio.h"

namespace proviso::http::testing {
namespace {

constexpr std::chrono::seconds kPatience{10};

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

/// The length of the first whole request in `waiting`, or 0.
std::size_t WholeRequestBytes(const std::string& waiting) {
  const std::size_t head_end = waiting.find("\r\n\r\n");
  if (head_end == std::string::npos) return 0;
  const std::size_t body_begin = head_end + 4;
  std::string head = waiting.substr(0, body_begin);
  std::ranges::transform(head, head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
    const std::size_t end = waiting.find("0\r\n\r\n", body_begin);
    return end == std::string::npos ? 0 : end + 5;
  }
  static constexpr std::string_view kLength = "\r\ncontent-length: ";
  const std::size_t length_at = head.find(kLength);
  const std::size_t length =
      length_at == std::string::npos ? 0 : std::stoul(head.substr(length_at + kLength.size()));
  return waiting.size() >= body_begin + length ? body_begin + length : 0;
}

}  // namespace

Step Bytes(std::string bytes) {
  return {Step::Kind::kBytes, std::move(bytes)};
}
Step ByteByByte(std::string bytes) {
  return {Step::Kind::kByteByByte, std::move(bytes)};
}
Step Pause(std::chrono::milliseconds wait) {
  return {Step::Kind::kPause, {}, wait};
}
Step WaitForGo() {
  return {Step::Kind::kWaitForGo};
}
Step Close() {
  return {Step::Kind::kClose};
}
Step Reset() {
  return {Step::Kind::kReset};
}
Step WaitForClose() {
  return {Step::Kind::kWaitForClose};
}

std::string OkWith(std::string_view body, std::string_view content_type) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(content_type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// A blocking socket, with TLS or without.
class ScriptedUpstream::Wire {
 public:
  Wire(int socket, const TlsServerContext* tls) : socket_(socket) {
    if (tls == nullptr) return;
    auto session = tls->NewSession();
    if (!session) std::abort();
    ssl_ = std::move(*session);
    good_ = internal::AttachSocket(ssl_.get(), socket).has_value() && SSL_accept(ssl_.get()) == 1;
  }
  [[nodiscard]] bool good() const { return good_; }

  /// Bytes read; 0 or less at the end.
  ssize_t Read(char* bytes, std::size_t count) {
    return ssl_ ? SSL_read(ssl_.get(), bytes, static_cast<int>(count)) : ::recv(socket_, bytes, count, 0);
  }
  bool Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// In order, unless a reset was asked for: then the close that follows makes it.
  void End() {
    if (reset_) return;
    if (ssl_ && good_) SSL_shutdown(ssl_.get());
    ::shutdown(socket_, SHUT_RDWR);
  }
  void ResetAtClose() {
    reset_ = true;
    const linger now{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

 private:
  int socket_;
  SslHandle ssl_;
  bool good_ = true;
  bool reset_ = false;
};

ScriptedUpstream::ScriptedUpstream(std::vector<Turn> turns) : turns_(std::move(turns)) {
  Listen();
}

ScriptedUpstream::ScriptedUpstream(std::vector<Turn> turns, const TlsServerFiles& files)
    : turns_(std::move(turns)) {
  auto context = TlsServerContext::Load(files);
  if (!context) {
    std::fprintf(stderr, "%s\n", context.error().message.c_str());
    std::abort();
  }
  tls_ = std::make_unique<TlsServerContext>(std::move(*context));
  Listen();
}

void ScriptedUpstream::Listen() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) Die("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t address_bytes = sizeof address;
  if (::bind(listener_, generic, address_bytes) != 0 || ::listen(listener_, 128) != 0) Die("listen");
  if (::getsockname(listener_, generic, &address_bytes) != 0) Die("getsockname");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { AcceptLoop(); });
}

ScriptedUpstream::~ScriptedUpstream() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  changed_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& conversation : conversations_) conversation.join();
}

void ScriptedUpstream::AcceptLoop() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(socket);
      return;
    }
    ++accepted_;
    sockets_.push_back(socket);
    conversations_.emplace_back([this, socket] { Converse(socket); });
    changed_.notify_all();
  }
}

void ScriptedUpstream::Converse(int socket) {
  {
    Wire wire(socket, tls_.get());
    std::string waiting;
    bool going_on = wire.good();
    while (going_on) {
      std::string request;
      if (NextBefore() == Before::kRequest && !ReadRequest(wire, waiting, request)) break;
      going_on = Play(wire, NextTurn());
    }
    wire.End();
  }
  const std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  ::close(socket);
}

bool ScriptedUpstream::ReadRequest(Wire& wire, std::string& waiting, std::string& request) {
  std::size_t whole = 0;
  while ((whole = WholeRequestBytes(waiting)) == 0) {
    std::array<char, 4096> bytes{};
    const ssize_t count = wire.Read(bytes.data(), bytes.size());
    if (count <= 0) {
      NoteClosedByClient();
      return false;
    }
    waiting.append(bytes.data(), static_cast<std::size_t>(count));
  }
  request = waiting.substr(0, whole);
  waiting.erase(0, whole);
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  changed_.notify_all();
  return true;
}

bool ScriptedUpstream::Play(Wire& wire, const Turn& turn) {
  return std::ranges::all_of(turn.answer, [&](const Step& step) { return PlayStep(wire, step); });
}

bool ScriptedUpstream::PlayStep(Wire& wire, const Step& step) {
  const auto write = [&](std::string_view bytes) {
    if (wire.Write(bytes)) return true;
    NoteClosedByClient();
    return false;
  };
  switch (step.kind) {
    case Step::Kind::kBytes:
      return write(step.bytes);
    case Step::Kind::kByteByByte:
      return std::ranges::all_of(step.bytes, [&](const char& byte) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        return write({&byte, 1});
      });
    case Step::Kind::kPause: {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, step.wait, [this] { return stopping_; });
      return !stopping_;
    }
    case Step::Kind::kWaitForGo: {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kPatience, [this] { return stopping_ || go_ > 0; });
      if (go_ == 0) return false;
      --go_;
      return true;
    }
    case Step::Kind::kReset:
      wire.ResetAtClose();
      return false;
    case Step::Kind::kWaitForClose: {
      std::array<char, 4096> bytes{};
      while (wire.Read(bytes.data(), bytes.size()) > 0) {
      }
      NoteClosedByClient();
      return false;
    }
    case Step::Kind::kClose:
      return false;
  }
  return false;
}

Turn ScriptedUpstream::NextTurn() {
  const std::lock_guard lock(mutex_);
  const std::size_t turn = std::min(next_turn_, turns_.size() - 1);
  ++next_turn_;
  return turns_[turn];
}

Before ScriptedUpstream::NextBefore() const {
  const std::lock_guard lock(mutex_);
  return turns_[std::min(next_turn_, turns_.size() - 1)].before;
}

void ScriptedUpstream::NoteClosedByClient() {
  const std::lock_guard lock(mutex_);
  if (!stopping_) ++closed_by_client_;
  changed_.notify_all();
}

std::string ScriptedUpstream::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::vector<std::string> ScriptedUpstream::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool ScriptedUpstream::WaitForRequests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
}

std::size_t ScriptedUpstream::connections_accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::size_t ScriptedUpstream::closed_by_client() const {
  const std::lock_guard lock(mutex_);
  return closed_by_client_;
}

bool ScriptedUpstream::WaitForClosedByClient(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return closed_by_client_ >= count; });
}

void ScriptedUpstream::Go() {
  const std::lock_guard lock(mutex_);
  ++go_;
  changed_.notify_all();
}

}  // namespace proviso::http::testing
