// A core that serves HTTP on loopback, for tests.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "http/deadlines.h"
#include "http/server.h"
#include "http/stream.h"
#include "http/tls.h"

namespace proviso::http::testing {

/// One core with one acceptor on loopback, in a thread of its own. Its clock stands at
/// Sun, 06 Nov 1994 08:49:37 GMT.
class OneCore {
 public:
  explicit OneCore(Handler handler, ServerTimeouts timeouts = {})
      : timeouts_(timeouts),
        deadlines_(io_),
        connections_(clock_, timeouts, std::move(handler)),
        acceptor_(io_, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    boost::asio::co_spawn(io_, Accept(), boost::asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~OneCore() {
    boost::asio::post(io_, [this] {
      acceptor_.close();
      connections_.Abort();
    });
    thread_.join();
  }
  OneCore(const OneCore&) = delete;
  OneCore& operator=(const OneCore&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void Drain() {
    boost::asio::post(io_, [this] { connections_.Drain(); });
  }
  boost::asio::io_context& io() { return io_; }
  /// From now on connections are TLS.
  void UseTls(TlsServerContext context) {
    std::promise<void> done;
    boost::asio::post(io_, [this, &context, &done] {
      tls_.emplace(std::move(context));
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  boost::asio::awaitable<void> Accept() {
    while (true) {
      boost::system::error_code error;
      boost::asio::ip::tcp::socket socket =
          co_await acceptor_.async_accept(boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) co_return;
      boost::asio::co_spawn(io_, Serve(std::make_unique<Stream>(std::move(socket), deadlines_)),
                            boost::asio::detached);
    }
  }

  boost::asio::awaitable<void> Serve(std::unique_ptr<Stream> stream) {
    if (tls_) {
      auto session = tls_->NewSession();
      if (!session) co_return;
      const auto secured = co_await stream->Handshake(std::move(*session), timeouts_.tls_handshake);
      if (!secured) co_return;
    }
    co_await connections_.Serve(std::move(stream));
  }

  ServerTimeouts timeouts_;
  std::optional<TlsServerContext> tls_;
  base::FakeClock clock_{784111777000};
  boost::asio::io_context io_;
  Deadlines deadlines_;
  ServerConnections connections_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace proviso::http::testing
