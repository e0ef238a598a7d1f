// A byte stream over TCP, plain or TLS, behind one type.
//
// Reading is split into StartRead and FinishRead so that one read can stay pending while the
// connection does other work: on the server it tells that the client left, on an idle upstream
// connection it tells that the peer closed it. The next message adopts the pending read, so this
// costs no system call.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/deadlines.h"
#include "http/event.h"
#include "http/tls.h"

namespace proviso::http {

enum class ReadState : std::uint8_t { kNone, kPending, kFinished };

/// Not copied, not moved. Every call is made on the core's thread. Errors: kExpired when a wait
/// passed its bound, kUnavailable when the peer closed or reset, or after Cut().
class Stream {
 public:
  Stream(boost::asio::ip::tcp::socket socket, Deadlines& deadlines);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Puts TLS on the stream, before any other byte. `session` decides server or client.
  [[nodiscard]] boost::asio::awaitable<base::Status> Handshake(SslHandle session,
                                                               std::chrono::milliseconds wait);

  /// Starts one read of up to kReadBytes into the stream's own buffer. No other may be pending.
  void StartRead();
  [[nodiscard]] ReadState read_state() const;
  /// Waits for the started read (starts one if there is none) and gives its bytes: empty when the
  /// peer ended well. They live until the next StartRead. After kExpired the read is over too.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string_view>> FinishRead(
      std::chrono::milliseconds wait);
  /// A look at a finished read without taking it: whether it brought the end or an error.
  [[nodiscard]] bool read_ended() const;
  /// Called when a pending read finishes while nobody waits in FinishRead. nullptr takes it back.
  void OnRead(std::move_only_function<void()> notice);

  /// Writes all pieces (at most kWritePiecesMax), gathered. They must live until this returns. `wait` bounds
  /// the whole.
  [[nodiscard]] boost::asio::awaitable<base::Status> Write(std::span<const std::string_view> pieces,
                                                           std::chrono::milliseconds wait);

  /// Ends our side: close_notify under TLS, then FIN. Does not wait for the peer.
  void ShutdownWrite();
  /// Closes now; what is pending fails with kUnavailable.
  void Cut();
  /// As Cut, so that the peer sees a reset and not an end.
  void Reset();

  /// The core's, which it was made with.
  [[nodiscard]] Deadlines& deadlines() const;
  [[nodiscard]] bool is_tls() const;
  /// What the TLS handshake agreed on by ALPN (RFC 7301), "h2" or "http/1.1"; empty without.
  [[nodiscard]] std::string_view protocol() const;
  /// The peer's "address:port".
  [[nodiscard]] std::string PeerName() const;

 private:
  struct State;
  // Shared with the handlers of pending operations only, which may run after the stream is gone.
  std::shared_ptr<State> state_;
};

}  // namespace proviso::http
