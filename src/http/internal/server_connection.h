// One server connection: reads a request, gives it to the handler, sees that it is answered, and
// goes on or closes. ServerExchange is its face to the handler.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <span>
#include <string>

#include "http/parser.h"
#include "http/server.h"

namespace proviso::http::internal {

class ServerConnection {
 public:
  ServerConnection(ServerConnections& core, std::unique_ptr<Stream> stream);
  ~ServerConnection();
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  [[nodiscard]] boost::asio::awaitable<void> Run();

  /// Between two requests, with no byte of the next one.
  [[nodiscard]] bool idle() const { return idle_; }
  void Cut() { stream_->Cut(); }

 private:
  friend class http::ServerExchange;
  enum class Turn : std::uint8_t { kNext, kClose, kLinger };
  enum class Answer : std::uint8_t { kNone, kStreaming, kDone, kBroken };

  [[nodiscard]] boost::asio::awaitable<Turn> ServeOne();
  [[nodiscard]] boost::asio::awaitable<base::Result<bool>> ReadHead();
  [[nodiscard]] boost::asio::awaitable<void> CallHandler(ServerExchange& exchange);
  [[nodiscard]] boost::asio::awaitable<Turn> AfterHandler();
  [[nodiscard]] boost::asio::awaitable<void> Linger();

  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> ReadBody(std::size_t bytes_max);
  [[nodiscard]] boost::asio::awaitable<base::Status> Continue();
  [[nodiscard]] boost::asio::awaitable<base::Status> Respond(int status, std::vector<Header> headers,
                                                             std::string body);
  [[nodiscard]] boost::asio::awaitable<base::Status> BeginStream(int status, std::vector<Header> headers,
                                                                 HeadFlush flush);
  [[nodiscard]] boost::asio::awaitable<base::Status> WriteStream(std::string_view bytes, Answer next);
  [[nodiscard]] boost::asio::awaitable<base::Status> Send(std::span<const std::string_view> pieces);

  [[nodiscard]] base::Status BuildHead(int status, std::span<const Header> headers,
                                       std::optional<std::size_t> length);
  std::unexpected<base::Error> Refuse(Refusal refusal, base::ErrorCode code);
  void WatchPeer();
  void StartExchange();

  ServerConnections& core_;
  std::unique_ptr<Stream> stream_;
  std::size_t index_;  // in core_.live_
  std::string peer_;
  RequestParser parser_;
  RequestHead head_;
  std::string in_;   // bytes read and not yet used
  std::string out_;  // the answer's head while it waits to be sent
  std::optional<Refusal> refusal_;
  Answer answer_ = Answer::kNone;
  bool idle_ = false;
  bool close_after_ = false;
};

}  // namespace proviso::http::internal
