// The server's side of connections, HTTP/1.1 and HTTP/2: each request is given to a Handler as an
// exchange, then answered whole or as a stream. Over HTTP/1.1 requests come strictly in order; over
// HTTP/2 (RFC 9113) the handlers of one connection's streams run side by side. A handler cannot tell
// which it serves, and need not.
//
//   asio::awaitable<void> Hello(ServerExchange& exchange) {
//     auto body = co_await exchange.ReadBody(1 << 20);
//     if (!body) co_return;                       // answered with its own 4xx, then closed
//     std::vector<Header> headers{{"Content-Type", "text/plain"}};
//     (void)co_await exchange.Respond(200, std::move(headers), std::move(*body));
//   }
//
// Everything here runs on the core's one thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/deadlines.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/stream.h"

namespace proviso::http {

namespace internal {
class Enlisted;
class Http2Connection;
class Http2Exchange;
class ServerConnection;

/// A connection as its core sees it, whatever it speaks.
class LiveConnection {
 public:
  /// Ends it now when it is idle; otherwise after what it is working on.
  virtual void Drain() = 0;
  /// Ends it now.
  virtual void Cut() = 0;

 protected:
  ~LiveConnection() = default;

 private:
  friend class Enlisted;
  std::size_t index_ = 0;  // in ServerConnections::live_
};
}  // namespace internal

/// When the head of a streamed answer leaves: at once, or in one write with the first bytes.
enum class HeadFlush : std::uint8_t { kNow, kWithFirstBytes };

/// One request and its answer. Lives on the connection, for the time of the handler's call.
class ServerExchange {
 public:
  ServerExchange(const ServerExchange&) = delete;
  ServerExchange& operator=(const ServerExchange&) = delete;

  [[nodiscard]] virtual const RequestHead& head() const = 0;
  /// "127.0.0.1:50312", from the socket. No header can change it.
  [[nodiscard]] virtual const std::string& peer() const = 0;

  /// The whole body, decoded; empty when there is none. Answers "Expect: 100-continue" first.
  /// Fails with kLimit over `bytes_max` (413, without reading the rest), kExpired when the
  /// client is slow (408), kInvalid on bad framing (400), kUnavailable when it left. The handler
  /// may then answer in its own words; if it does not, that status is sent. An HTTP/1.1 connection
  /// closes after either. Called at most once.
  [[nodiscard]] virtual boost::asio::awaitable<base::Result<std::string>> ReadBody(std::size_t bytes_max) = 0;

  /// Answers whole, with Content-Length. Adds Date (unless `headers` has one), Content-Length and,
  /// when needed, Connection: close. Fails with kInvalid, sending nothing, when `headers` hold
  /// framing (HoldsFraming) or a value that could break its line; with kUnavailable or kExpired
  /// when the client left or does not take the bytes.
  [[nodiscard]] virtual boost::asio::awaitable<base::Status> Respond(int status, std::vector<Header> headers,
                                                                     std::string body) = 0;

  /// Begins an answer of unknown length: chunked, or to an HTTP/1.0 client ended by the close.
  [[nodiscard]] virtual boost::asio::awaitable<base::Status> BeginStream(int status,
                                                                         std::vector<Header> headers,
                                                                         HeadFlush flush) = 0;
  /// Sends bytes as they are; returns when the socket (HTTP/2: the client's flow control, and the
  /// connection's bounded output) has taken them, so that a slow client slows its producer. `bytes`
  /// must live until then. Empty bytes only flush the head.
  [[nodiscard]] virtual boost::asio::awaitable<base::Status> Write(std::string_view bytes) = 0;
  /// Ends the stream well, after `last` (may be empty), in one write.
  [[nodiscard]] virtual boost::asio::awaitable<base::Status> EndStream(std::string_view last) = 0;
  /// Ends the answer so that no client can take it for whole: the connection is cut, or over
  /// HTTP/2 the stream reset.
  virtual void Abort() = 0;

  /// Whether an answer has begun, and so cannot be replaced.
  [[nodiscard]] virtual bool responded() const = 0;

  /// Whether the client closed its side, or reset the stream, while we worked. Over HTTP/1.1 known
  /// only after the body is read, and not while a pipelined request waits. A client that only shuts
  /// down its sending side counts as gone too, as it does for other servers.
  [[nodiscard]] virtual bool peer_gone() const = 0;
  /// Calls `notice` once when the client goes (at once if it is gone already), from the core's
  /// loop; it should cancel what the handler waits for. Dropped when the handler returns; nullptr
  /// takes it back.
  virtual void OnPeerGone(std::move_only_function<void()> notice) = 0;

 protected:
  ServerExchange() = default;
  ~ServerExchange() = default;
};

/// Answers one request. An exception, or returning without an answer, becomes a 500 and a close.
using Handler = std::move_only_function<boost::asio::awaitable<void>(ServerExchange&)>;

/// The connections of one core: what they share, and the way to end them.
class ServerConnections {
 public:
  ServerConnections(const base::Clock& clock, ServerTimeouts timeouts, Handler handler);
  ServerConnections(const ServerConnections&) = delete;
  ServerConnections& operator=(const ServerConnections&) = delete;

  /// Serves a connection until it ends. Owns the stream. Spawn it, detached. It speaks HTTP/2 when
  /// the TLS handshake chose "h2", or when the first bytes are its preface (prior knowledge; never by
  /// Upgrade), and HTTP/1.1 otherwise.
  [[nodiscard]] boost::asio::awaitable<void> Serve(std::unique_ptr<Stream> stream);

  /// Ends idle connections now; the others after the answer they are working on.
  void Drain();
  /// Cuts every connection.
  void Abort();
  [[nodiscard]] std::size_t count() const { return live_.size(); }
  /// Calls `notice` whenever the last connection ended, from the core's loop.
  void OnEmpty(std::move_only_function<void()> notice);

 private:
  friend class internal::Enlisted;
  friend class internal::Http2Connection;
  friend class internal::Http2Exchange;
  friend class internal::ServerConnection;
  /// "Date: …\r\n", made once a second.
  [[nodiscard]] const std::string& DateLine();
  /// The same without its name.
  [[nodiscard]] std::string_view Date();

  const base::Clock& clock_;
  ServerTimeouts timeouts_;
  Handler handler_;
  std::vector<internal::LiveConnection*> live_;
  std::move_only_function<void()> on_empty_;
  bool draining_ = false;
  std::int64_t date_second_ = -1;
  std::string date_line_;
};

}  // namespace proviso::http
