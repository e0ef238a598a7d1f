// rooms: http
// What does HTTP/2 cost beside HTTP/1.1, over TLS? A server that answers both the same: /whole with a
// kilobyte of JSON, /stream with events at the pace of a model. bench/run http2 sends it both by h2load.
//
//   what_does_http2_cost PORT CERTIFICATE KEY EVENTS GAP_MS
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "base/clock.h"
#include "http/deadlines.h"
#include "http/server.h"
#include "http/stream.h"

namespace {

namespace asio = boost::asio;
namespace http = proviso::http;
using std::chrono::milliseconds;

struct Pace {
  int events;
  int gap_ms;
};

asio::awaitable<void> AnswerWhole(http::ServerExchange& exchange) {
  std::vector<http::Header> headers{{"Content-Type", "application/json"}};
  std::string body = R"({"content":")" + std::string(1'000, 'x') + "\"}";
  (void)co_await exchange.Respond(200, std::move(headers), std::move(body));
}

/// The gaps vary, so that the streams of one connection do not march in step.
asio::awaitable<void> AnswerStream(http::ServerExchange& exchange, asio::io_context& io, Pace pace) {
  static std::minstd_rand chance;
  std::uniform_int_distribution<int> gap(pace.gap_ms / 2, pace.gap_ms * 3 / 2);
  const std::string event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}],\"id\":\"" +
                            std::string(100, 'x') + "\"}\n\n";
  std::vector<http::Header> headers{{"Content-Type", "text/event-stream"}};
  asio::steady_timer timer(io);
  if (!co_await exchange.BeginStream(200, std::move(headers), http::HeadFlush::kWithFirstBytes)) co_return;
  for (int i = 0; i < pace.events; ++i) {
    timer.expires_after(milliseconds(gap(chance)));
    co_await timer.async_wait(asio::use_awaitable);
    if (!co_await exchange.Write(event)) co_return;
  }
  (void)co_await exchange.EndStream("data: [DONE]\n\n");
}

asio::awaitable<void> Serve(http::ServerConnections& connections, std::unique_ptr<http::Stream> stream,
                            const http::TlsServerContext& tls) {
  auto session = tls.NewSession();
  if (session && co_await stream->Handshake(std::move(*session), milliseconds(10'000))) {
    co_await connections.Serve(std::move(stream));
  }
}

asio::awaitable<void> Accept(asio::io_context& io, http::Deadlines& deadlines,
                             http::ServerConnections& connections, const http::TlsServerContext& tls,
                             std::uint16_t port) {
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
  std::puts("ready");
  std::fflush(stdout);
  while (true) {
    boost::system::error_code error;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    asio::co_spawn(io, Serve(connections, std::make_unique<http::Stream>(std::move(socket), deadlines), tls),
                   asio::detached);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("what_does_http2_cost PORT CERTIFICATE KEY EVENTS GAP_MS\n", stderr);
    return 2;
  }
  const Pace pace{std::atoi(arguments[4]), std::atoi(arguments[5])};
  const auto tls = http::TlsServerContext::Load({arguments[2], arguments[3]});
  if (!tls) {
    std::fprintf(stderr, "%s\n", tls.error().message.c_str());
    return 1;
  }
  const proviso::base::SystemClock clock;
  asio::io_context io{1};
  http::Deadlines deadlines(io);
  http::ServerConnections connections(clock, {}, [&io, pace](http::ServerExchange& exchange) {
    return exchange.head().path == "/stream" ? AnswerStream(exchange, io, pace) : AnswerWhole(exchange);
  });
  const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  asio::co_spawn(io, Accept(io, deadlines, connections, *tls, port), asio::detached);
  io.run();
}
