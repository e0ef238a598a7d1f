// One HTTP/2 connection: an Http2Session and its socket. Each stream is given to the handler as an
// Http2Exchange, in a coroutine of its own; one coroutine reads, one writes.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <unordered_map>

#include "http/event.h"
#include "http/internal/enlisted.h"
#include "http/internal/http2_session.h"
#include "http/server.h"

namespace proviso::http::internal {

class Http2Exchange;

class Http2Connection final : public LiveConnection {
 public:
  Http2Connection(ServerConnections& core, std::unique_ptr<Stream> stream);
  Http2Connection(const Http2Connection&) = delete;
  Http2Connection& operator=(const Http2Connection&) = delete;

  /// Serves until the connection and all its handlers ended. `first_bytes` were read already.
  [[nodiscard]] boost::asio::awaitable<void> Run(std::string first_bytes);

  void Drain() override;
  void Cut() override;

 private:
  friend class Http2Exchange;
  [[nodiscard]] boost::asio::awaitable<void> ReadLoop();
  [[nodiscard]] boost::asio::awaitable<void> WriteLoop();
  [[nodiscard]] boost::asio::awaitable<void> ServeStream(Http2Stream& stream);
  [[nodiscard]] boost::asio::awaitable<void> CallHandler(Http2Exchange& exchange, const Http2Stream& stream);

  void Take(std::string_view bytes);
  void Dispatch();
  void Tell(std::int32_t stream_id);
  void Begin(Http2Stream& stream);
  void Lose();
  void ArmDeadlines();
  /// Has what the session wants to send written soon, with what others have by then.
  void Flush();
  /// As Flush, and lets the session fill the output now if there is room.
  void FillAndFlush();

  ServerConnections& core_;
  std::unique_ptr<Stream> stream_;
  Enlisted enlisted_;
  const std::string peer_;
  boost::asio::any_io_executor executor_;
  Http2Session session_;
  std::unordered_map<std::int32_t, Http2Exchange*> exchanges_;
  std::string out_;      // filled by the session
  std::string sending_;  // with the socket
  Event flush_;
  Event ended_;  // a handler or the writer
  Deadline idle_;
  Deadline head_;
  Deadline linger_;
  std::size_t handlers_ = 0;
  bool idle_armed_ = false;
  bool head_armed_ = false;
  bool flush_posted_ = false;
  bool writing_ = false;
  bool finishing_ = false;  // no more is read as requests
  bool lost_ = false;       // the socket is of no use any more
};

}  // namespace proviso::http::internal
