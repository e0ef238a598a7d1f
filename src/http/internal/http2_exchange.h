// One stream of an HTTP/2 connection, as a handler sees it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "http/event.h"
#include "http/internal/http2_session.h"
#include "http/server.h"

namespace proviso::http::internal {

class Http2Connection;

class Http2Exchange final : public ServerExchange {
 public:
  /// Both outlive it.
  Http2Exchange(Http2Connection& connection, Http2Stream& stream);

  [[nodiscard]] const RequestHead& head() const override { return stream_.head; }
  [[nodiscard]] const std::string& peer() const override;
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> ReadBody(std::size_t bytes_max) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> Respond(int status, std::vector<Header> headers,
                                                             std::string body) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> BeginStream(int status, std::vector<Header> headers,
                                                                 HeadFlush flush) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> Write(std::string_view bytes) override;
  [[nodiscard]] boost::asio::awaitable<base::Status> EndStream(std::string_view last) override;
  void Abort() override;
  [[nodiscard]] bool responded() const override { return answer_ != Answer::kNone; }
  [[nodiscard]] bool peer_gone() const override { return stream_.closed && !stream_.answered; }
  void OnPeerGone(std::move_only_function<void()> notice) override;

  /// Something happened to the stream. The handler may go on inside either call, and end: this
  /// exchange may be gone after it.
  void TellProgress() { progress_.Fire(); }
  void TellIfGone();
  /// What the handler is answered with if it does not answer.
  void Refuse(Refusal refusal) { refusal_ = std::move(refusal); }
  /// After the handler: sees that there is an answer, or none that can be taken for whole.
  [[nodiscard]] boost::asio::awaitable<void> Finish();

 private:
  enum class Answer : std::uint8_t { kNone, kStreaming, kDone, kBroken };

  [[nodiscard]] std::unexpected<base::Error> FailWith(Refusal refusal, base::ErrorCode code);
  [[nodiscard]] base::Status SendHead(int status, std::vector<Header> headers,
                                      std::optional<std::size_t> length);
  [[nodiscard]] boost::asio::awaitable<base::Status> Send(std::string_view bytes, Last last);
  [[nodiscard]] boost::asio::awaitable<base::Status> SendStream(std::string_view bytes, Last last);

  Http2Connection& connection_;
  Http2Stream& stream_;
  Event progress_;
  Deadline deadline_;
  std::move_only_function<void()> on_gone_;
  std::optional<Refusal> refusal_;
  Answer answer_ = Answer::kNone;
  bool bodiless_ = false;
};

}  // namespace proviso::http::internal
