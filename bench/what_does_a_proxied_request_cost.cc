// rooms: gateway
// What does a proxied request cost, before any term is decided? This is the pass-through proxy that
// bench/run runs beside nginx proxy_pass, over the same upstream.
//
//   what_does_a_proxied_request_cost PORT UPSTREAM_URL SECONDS [THREADS] [CERTIFICATE KEY]
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "gateway/server.h"
#include "upstreams/exchange.h"

namespace {

namespace asio = boost::asio;
namespace gateway = proviso::gateway;
namespace http = proviso::http;
namespace upstreams = proviso::upstreams;
using proviso::base::Result;

constexpr std::size_t kBodyBytesMax = 1U << 20U;

asio::awaitable<void> Pass(upstreams::Pool& pool, http::ServerExchange& exchange) {
  const auto body = co_await exchange.ReadBody(kBodyBytesMax);
  if (!body) co_return;
  upstreams::Exchange upstream(pool);
  exchange.OnPeerGone([&upstream] { upstream.Cancel(); });
  upstreams::Request request{.method = exchange.head().method,
                             .target = exchange.head().target,
                             .headers = http::ForwardableHeaders(exchange.head().headers),
                             .body = *body};
  if (!co_await upstream.Send(std::move(request))) co_return;
  const auto head = co_await upstream.ReadHead();
  if (!head) co_return;
  std::vector<http::Header> headers = http::ForwardableHeaders((*head)->headers);
  if ((*head)->framing == http::BodyFraming::kLength) {
    auto answer = co_await upstream.ReadAll(kBodyBytesMax);
    if (answer) (void)co_await exchange.Respond((*head)->status, std::move(headers), std::move(*answer));
    co_return;
  }
  const auto flush = http::HeadFlush::kWithFirstBytes;
  if (!co_await exchange.BeginStream((*head)->status, std::move(headers), flush)) co_return;
  while (true) {
    const auto bytes = co_await upstream.ReadSome();
    if (!bytes) co_return exchange.Abort();
    if (bytes->empty()) break;
    if (!co_await exchange.Write(*bytes)) co_return;
  }
  (void)co_await exchange.EndStream({});
}

Result<http::Handler> MakeHandler(gateway::Core& core, const std::string& url) {
  auto endpoint = upstreams::ParseEndpoint(url);
  if (!endpoint) return std::unexpected(endpoint.error());
  auto pool = upstreams::Pool::Make(core.io, core.deadlines, std::move(*endpoint), {});
  if (!pool) return std::unexpected(pool.error());
  return [pool = std::move(*pool)](http::ServerExchange& exchange) { return Pass(*pool, exchange); };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s PORT UPSTREAM_URL SECONDS [THREADS] [CERTIFICATE KEY]\n", argv[0]);
    return 2;
  }
  const std::string url = argv[2];
  gateway::Listen listen{.port = static_cast<std::uint16_t>(std::atoi(argv[1]))};
  if (argc > 6) listen.tls = http::TlsServerFiles{argv[5], argv[6]};
  const gateway::ServerOptions options{.listen = {listen},
                                       .threads = argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 1};
  const proviso::base::SystemClock clock;
  auto server =
      gateway::Server::Start(options, clock, [&url](gateway::Core& core) { return MakeHandler(core, url); });
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::this_thread::sleep_for(std::chrono::seconds(std::atoi(argv[3])));
  (*server)->Stop();
  return 0;
}
