#include "http/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cassert>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/file.h"
#include "http/internal/socket_bio.h"
#include "http/limits.h"

namespace proviso::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::ErrorCode;
using Waiting = tcp::socket::wait_type;

/// One try at something that may have to wait for the socket.
struct Attempt {
  std::size_t bytes = 0;
  std::optional<Waiting> wait_for;  // set: try again when the socket is ready
  std::string error;                // not empty: failed
};

Attempt Done(std::size_t bytes) {
  return {bytes, std::nullopt, {}};
}
Attempt WaitFor(Waiting readiness) {
  return {0, readiness, {}};
}
Attempt Failed(std::string error) {
  return {0, std::nullopt, std::move(error)};
}

Attempt FromSsl(ssl_st* ssl, int result) {
  switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
      return WaitFor(tcp::socket::wait_read);
    case SSL_ERROR_WANT_WRITE:
      return WaitFor(tcp::socket::wait_write);
    case SSL_ERROR_ZERO_RETURN:
      return Done(0);  // the peer's end, in order
    default:
      return Failed(internal::TakeSslErrors());
  }
}

}  // namespace

struct Stream::State : std::enable_shared_from_this<Stream::State> {
  State(tcp::socket connected, Deadlines& core_deadlines)
      : socket(std::move(connected)),
        deadlines(core_deadlines),
        read_deadline(deadlines, [this] { Cancel(); }),
        write_deadline(deadlines, [this] { Cancel(); }) {}

  void Cancel() {
    boost::system::error_code ignored;
    socket.cancel(ignored);
  }

  Attempt TryTlsRead() {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl.get(), buffer.get(), kReadBytes, &bytes);
    if (result == 1) return Done(bytes);
    return FromSsl(ssl.get(), result);
  }

  void ReadTls() {
    const Attempt attempt = TryTlsRead();
    if (!attempt.wait_for) {
      FinishReading(attempt.bytes, attempt.error);
      return;
    }
    socket.async_wait(*attempt.wait_for, [self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->abandoned) {
        self->FinishReading(0, error.message());
      } else {
        self->ReadTls();
      }
    });
  }

  void ReadPlain() {
    socket.async_read_some(
        asio::buffer(buffer.get(), kReadBytes),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
          self->FinishReading(bytes, !error || error == asio::error::eof ? std::string() : error.message());
        });
  }

  void FinishReading(std::size_t bytes, std::string error) {
    read_bytes = bytes;
    read_error = std::move(error);
    read_state = ReadState::kFinished;
    if (abandoned) return;
    if (awaited) {
      read_done.Fire();
    } else if (on_read) {
      auto notice = std::exchange(on_read, nullptr);
      notice();
    }
  }

  Attempt TryPlainWrite(std::span<const std::string_view> pieces) {
    std::array<iovec, kWritePiecesMax> vectors{};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = pieces.size();
    const ssize_t sent = ::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL);
    if (sent >= 0) return Done(static_cast<std::size_t>(sent));
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return WaitFor(tcp::socket::wait_write);
    return Failed(base::ErrnoText(errno));
  }

  /// Small pieces go out in one record; a large one in records of its own.
  Attempt TryTlsWrite(std::span<const std::string_view> pieces) {
    std::string_view bytes = pieces.front();
    if (pieces.size() > 1 && bytes.size() < kReadBytes) {
      record.clear();
      for (const std::string_view piece : pieces) {
        record.append(piece.substr(0, kReadBytes - record.size()));
        if (record.size() == kReadBytes) break;
      }
      bytes = record;
    }
    ERR_clear_error();
    std::size_t written = 0;
    const int result = SSL_write_ex(ssl.get(), bytes.data(), bytes.size(), &written);
    if (result == 1) return Done(written);
    return FromSsl(ssl.get(), result);
  }

  std::unexpected<base::Error> Failure(const Deadline& deadline, std::string_view what,
                                       std::string_view error) const {
    if (deadline.expired()) return base::Fail(ErrorCode::kExpired, std::string(what) + " took too long");
    return base::Fail(ErrorCode::kUnavailable, std::string(what) + " failed: " + std::string(error));
  }

  tcp::socket socket;
  Deadlines& deadlines;
  SslHandle ssl;  // after the socket that it writes to
  Deadline read_deadline;
  Deadline write_deadline;
  std::unique_ptr<char[]> buffer;  // of kReadBytes; pages that no read reached cost no memory
  std::string record;
  ReadState read_state = ReadState::kNone;
  std::size_t read_bytes = 0;
  std::string read_error;
  Event read_done;
  bool awaited = false;
  bool abandoned = false;
  std::move_only_function<void()> on_read;
};

Stream::Stream(tcp::socket socket, Deadlines& deadlines)
    : state_(std::make_shared<State>(std::move(socket), deadlines)) {
  boost::system::error_code ignored;
  state_->socket.set_option(tcp::no_delay(true), ignored);
  state_->socket.native_non_blocking(true, ignored);
}

Stream::~Stream() {
  state_->abandoned = true;
  state_->on_read = nullptr;
  Cut();
}

asio::awaitable<base::Status> Stream::Handshake(SslHandle session, std::chrono::milliseconds wait) {
  State& state = *state_;
  if (auto attached = internal::AttachSocket(session.get(), state.socket.native_handle()); !attached) {
    co_return attached;
  }
  state.ssl = std::move(session);
  state.write_deadline.Arm(wait);
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(state.ssl.get());
    if (result == 1) break;
    const Attempt attempt = FromSsl(state.ssl.get(), result);
    boost::system::error_code error;
    if (attempt.wait_for) {
      co_await state.socket.async_wait(*attempt.wait_for, asio::redirect_error(asio::use_awaitable, error));
    }
    if (attempt.wait_for && !error) continue;
    state.write_deadline.Disarm();
    const long verdict = SSL_get_verify_result(state.ssl.get());
    if (verdict != X509_V_OK) {
      co_return base::Fail(ErrorCode::kDenied,
                           std::string("certificate refused: ") + X509_verify_cert_error_string(verdict));
    }
    co_return state.Failure(state.write_deadline, "TLS handshake", error ? error.message() : attempt.error);
  }
  state.write_deadline.Disarm();
  co_return base::Status();
}

void Stream::StartRead() {
  State& state = *state_;
  state.read_state = ReadState::kPending;
  if (!state.buffer) state.buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
  if (state.ssl) {
    state.ReadTls();
  } else {
    state.ReadPlain();
  }
}

ReadState Stream::read_state() const {
  return state_->read_state;
}

bool Stream::read_ended() const {
  return state_->read_state == ReadState::kFinished && state_->read_bytes == 0;
}

void Stream::OnRead(std::move_only_function<void()> notice) {
  State& state = *state_;
  if (notice && state.read_state == ReadState::kFinished) {
    notice();
    return;
  }
  state.on_read = std::move(notice);
}

asio::awaitable<base::Result<std::string_view>> Stream::FinishRead(std::chrono::milliseconds wait) {
  State& state = *state_;
  if (state.read_state == ReadState::kNone) StartRead();
  bool expired = false;
  if (state.read_state == ReadState::kPending) {
    state.read_deadline.Arm(wait);
    state.awaited = true;
    co_await state.read_done.Wait();
    state.awaited = false;
    state.read_deadline.Disarm();
    expired = state.read_deadline.expired() && state.read_bytes == 0;
  }
  state.read_state = ReadState::kNone;
  if (expired) co_return base::Fail(ErrorCode::kExpired, "reading took too long");
  if (!state.read_error.empty()) {
    co_return base::Fail(ErrorCode::kUnavailable, "reading failed: " + state.read_error);
  }
  co_return std::string_view(state.buffer.get(), state.read_bytes);
}

asio::awaitable<base::Status> Stream::Write(std::span<const std::string_view> pieces,
                                            std::chrono::milliseconds wait) {
  State& state = *state_;
  assert(pieces.size() <= kWritePiecesMax);
  std::array<std::string_view, kWritePiecesMax> left;
  const auto end =
      std::ranges::copy_if(pieces, left.begin(), [](std::string_view piece) { return !piece.empty(); });
  std::span<std::string_view> rest(left.begin(), end.out);
  bool armed = false;
  while (!rest.empty()) {
    const Attempt attempt = state.ssl ? state.TryTlsWrite(rest) : state.TryPlainWrite(rest);
    boost::system::error_code error;
    if (attempt.wait_for) {
      if (!armed) state.write_deadline.Arm(wait);
      armed = true;
      co_await state.socket.async_wait(*attempt.wait_for, asio::redirect_error(asio::use_awaitable, error));
    }
    const bool ended = !attempt.wait_for && attempt.bytes == 0;
    if (error || ended) {
      state.write_deadline.Disarm();
      co_return state.Failure(state.write_deadline, "writing", error ? error.message() : attempt.error);
    }
    std::size_t taken = attempt.bytes;
    while (!rest.empty() && taken >= rest.front().size()) {
      taken -= rest.front().size();
      rest = rest.subspan(1);
    }
    if (!rest.empty()) rest.front().remove_prefix(taken);
  }
  state.write_deadline.Disarm();
  co_return base::Status();
}

void Stream::ShutdownWrite() {
  State& state = *state_;
  if (state.ssl && SSL_is_init_finished(state.ssl.get()) == 1) {
    ERR_clear_error();
    (void)SSL_shutdown(state.ssl.get());
  }
  boost::system::error_code ignored;
  state.socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::Cut() {
  boost::system::error_code ignored;
  state_->socket.close(ignored);
}

void Stream::Reset() {
  boost::system::error_code ignored;
  state_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  Cut();
}

bool Stream::is_tls() const {
  return state_->ssl != nullptr;
}

Deadlines& Stream::deadlines() const {
  return state_->deadlines;
}

std::string_view Stream::protocol() const {
  if (!state_->ssl) return {};
  const unsigned char* name = nullptr;
  unsigned int bytes = 0;
  SSL_get0_alpn_selected(state_->ssl.get(), &name, &bytes);
  return {reinterpret_cast<const char*>(name), bytes};
}

std::string Stream::PeerName() const {
  boost::system::error_code error;
  const tcp::endpoint peer = state_->socket.remote_endpoint(error);
  if (error) return "unknown";
  return peer.address().to_string() + ":" + std::to_string(peer.port());
}

}  // namespace proviso::http
