// One HTTP/1.1 connection: reads a request, gives it to the handler, sees that it is answered, and
// goes on or closes. ServerExchange is its face to the handler.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <span>
#include <string>

#include "http/internal/enlisted.h"
#include "http/parser.h"
#include "http/server.h"

namespace proviso::http::internal {

class ServerConnection final : public LiveConnection, public ServerExchange {
 public:
  ServerConnection(ServerConnections& core, std::unique_ptr<Stream> stream);
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  /// How Run ended: the connection is closed, or its first bytes are HTTP/2's preface, and stream
  /// and bytes are to be taken.
  enum class End : std::uint8_t { kClosed, kHttp2 };
  [[nodiscard]] boost::asio::awaitable<End> Run();
  [[nodiscard]] std::unique_ptr<Stream> TakeStream() { return std::move(stream_); }
  [[nodiscard]] std::string TakeUnread() { return std::move(in_); }

  void Drain() override;
  void Cut() override;

  // ServerExchange, of the request that is being served.
  [[nodiscard]] const RequestHead& head() const override { return head_; }
  [[nodiscard]] const std::string& peer() const override { return peer_; }
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> ReadBody(std::size_t bytes_max) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> Respond(int status, std::vector<Header> headers,
                                                             std::string body) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> BeginStream(int status, std::vector<Header> headers,
                                                                 HeadFlush flush) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> Write(std::string_view bytes) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> EndStream(std::string_view last) override;
  void Abort() override;
  [[nodiscard]] bool responded() const override { return answer_ != Answer::kNone; }
  [[nodiscard]] bool peer_gone() const override { return stream_->read_ended(); }
  void OnPeerGone(std::move_only_function<void()> notice) override;

 private:
  enum class Turn : std::uint8_t { kNext, kClose, kLinger, kHttp2 };
  enum class Answer : std::uint8_t { kNone, kStreaming, kDone, kBroken };
  /// What the bytes waiting at the head's place are.
  enum class Found : std::uint8_t { kHead, kEnd, kHttp2 };

  [[nodiscard]] boost::asio::awaitable<Turn> ServeOne();
  [[nodiscard]] boost::asio::awaitable<base::Result<Found>> ReadHead();
  [[nodiscard]] boost::asio::awaitable<void> CallHandler();
  [[nodiscard]] boost::asio::awaitable<Turn> AfterHandler();
  [[nodiscard]] boost::asio::awaitable<void> Linger();

  [[nodiscard]] boost::asio::awaitable<base::Status> Continue();
  [[nodiscard]] boost::asio::awaitable<base::Status> WriteStream(std::string_view bytes, Answer next);
  [[nodiscard]] boost::asio::awaitable<base::Status> Send(std::span<const std::string_view> pieces);

  [[nodiscard]] base::Status BuildHead(int status, std::span<const Header> headers,
                                       std::optional<std::size_t> length);
  std::unexpected<base::Error> Refuse(Refusal refusal, base::ErrorCode code);
  void WatchPeer();
  void StartExchange();

  ServerConnections& core_;
  std::unique_ptr<Stream> stream_;
  Enlisted enlisted_;
  std::string peer_;
  RequestParser parser_;
  RequestHead head_;
  std::string in_;   // bytes read and not yet used
  std::string out_;  // the answer's head while it waits to be sent
  std::optional<Refusal> refusal_;
  Answer answer_ = Answer::kNone;
  bool idle_ = false;  // between two requests, with no byte of the next one
  bool first_ = true;  // no head was read yet: it may be HTTP/2's preface
  bool close_after_ = false;
};

}  // namespace proviso::http::internal
