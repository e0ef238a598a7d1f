// The server's side of one HTTP/1.1 connection: requests strictly in order, each given to a
// Handler as an exchange, then answered whole or as a stream.
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
class ServerConnection;
}  // namespace internal

/// When the head of a streamed answer leaves: at once, or in one write with the first bytes.
enum class HeadFlush : std::uint8_t { kNow, kWithFirstBytes };

/// One request and its answer. Lives on the connection, for the time of the handler's call.
class ServerExchange {
 public:
  ServerExchange(const ServerExchange&) = delete;
  ServerExchange& operator=(const ServerExchange&) = delete;

  [[nodiscard]] const RequestHead& head() const;
  /// "127.0.0.1:50312", from the socket. No header can change it.
  [[nodiscard]] const std::string& peer() const;

  /// The whole body, decoded; empty when there is none. Answers "Expect: 100-continue" first.
  /// Fails with kLimit over `bytes_max` (413, without reading the rest), kExpired when the
  /// client is slow (408), kInvalid on bad framing (400), kUnavailable when it left. The handler
  /// may then answer in its own words; if it does not, that status is sent. The connection closes
  /// after either. Called at most once.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> ReadBody(std::size_t bytes_max);

  /// Answers whole, with Content-Length. Adds Date (unless `headers` has one), Content-Length and,
  /// when needed, Connection: close. Fails with kInvalid, sending nothing, when `headers` hold
  /// framing (HoldsFraming) or a value that could break its line; with kUnavailable or kExpired
  /// when the client left or does not take the bytes.
  [[nodiscard]] boost::asio::awaitable<base::Status> Respond(int status, std::vector<Header> headers,
                                                             std::string body);

  /// Begins an answer of unknown length: chunked, or to an HTTP/1.0 client ended by the close.
  [[nodiscard]] boost::asio::awaitable<base::Status> BeginStream(int status, std::vector<Header> headers,
                                                                 HeadFlush flush);
  /// Sends bytes as they are; returns when the socket has taken them, so that a slow client slows
  /// its producer. `bytes` must live until then. Empty bytes only flush the head.
  [[nodiscard]] boost::asio::awaitable<base::Status> Write(std::string_view bytes);
  /// Ends the stream well, after `last` (may be empty), in one write.
  [[nodiscard]] boost::asio::awaitable<base::Status> EndStream(std::string_view last);
  /// Ends the answer so that no client can take it for whole: the connection is cut.
  void Abort();

  /// Whether an answer has begun, and so cannot be replaced.
  [[nodiscard]] bool responded() const;

  /// Whether the client closed its side while we worked. Known only after the body is read, and
  /// not while a pipelined request waits. A client that only shuts down its sending side counts
  /// as gone too, as it does for other servers.
  [[nodiscard]] bool peer_gone() const;
  /// Calls `notice` once when the client goes (at once if it is gone already), from the core's
  /// loop; it should cancel what the handler waits for. Dropped when the handler returns; nullptr
  /// takes it back.
  void OnPeerGone(std::move_only_function<void()> notice);

 private:
  friend class internal::ServerConnection;
  explicit ServerExchange(internal::ServerConnection& connection) : connection_(connection) {}
  internal::ServerConnection& connection_;
};

/// Answers one request. An exception, or returning without an answer, becomes a 500 and a close.
using Handler = std::move_only_function<boost::asio::awaitable<void>(ServerExchange&)>;

/// The connections of one core: what they share, and the way to end them.
class ServerConnections {
 public:
  ServerConnections(const base::Clock& clock, ServerTimeouts timeouts, Handler handler);
  ServerConnections(const ServerConnections&) = delete;
  ServerConnections& operator=(const ServerConnections&) = delete;

  /// Serves a connection until it ends. Owns the stream. Spawn it, detached.
  [[nodiscard]] boost::asio::awaitable<void> Serve(std::unique_ptr<Stream> stream);

  /// Ends idle connections now; the others after the answer they are working on.
  void Drain();
  /// Cuts every connection.
  void Abort();
  [[nodiscard]] std::size_t count() const { return live_.size(); }
  /// Calls `notice` whenever the last connection ended, from the core's loop.
  void OnEmpty(std::move_only_function<void()> notice);

 private:
  friend class internal::ServerConnection;
  /// "Date: …\r\n", made once a second.
  [[nodiscard]] const std::string& DateLine();

  const base::Clock& clock_;
  ServerTimeouts timeouts_;
  Handler handler_;
  std::vector<internal::ServerConnection*> live_;
  std::move_only_function<void()> on_empty_;
  bool draining_ = false;
  std::int64_t date_second_ = -1;
  std::string date_line_;
};

}  // namespace proviso::http
