#include "upstreams/pool.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace proviso::upstreams {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::ErrorCode;

base::Error Unreachable(const Endpoint& endpoint, const http::Deadline& deadline, std::string_view step,
                        const boost::system::error_code& error) {
  const std::string where = "upstream " + HostHeader(endpoint) + ": ";
  if (deadline.expired()) return {ErrorCode::kExpired, where + std::string(step) + " took too long"};
  return {ErrorCode::kUnavailable, where + std::string(step) + " failed: " + error.message()};
}

}  // namespace

base::Result<std::unique_ptr<Pool>> Pool::Make(asio::io_context& io, http::Deadlines& deadlines,
                                               Endpoint endpoint, Timeouts timeouts) {
  std::unique_ptr<Pool> pool(new Pool(io, deadlines, std::move(endpoint), timeouts));
  if (pool->endpoint_.scheme == Scheme::kHttp) return pool;
  auto context = http::TlsClientContext::Load({pool->endpoint_.ca_file});
  if (!context) return std::unexpected(context.error());
  pool->tls_ = std::move(*context);
  return pool;
}

std::unique_ptr<Connection> Pool::TakeIdle() {
  const auto now = std::chrono::steady_clock::now();
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    // A finished read is the peer's close, or bytes that nobody asked for.
    const bool quiet = connection->stream->read_state() == http::ReadState::kPending;
    if (quiet && now - connection->idle_since < timeouts_.idle) return connection;
  }
  return nullptr;
}

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  if (idle_.size() >= kIdleConnectionsMax) return;
  if (connection->stream->read_state() == http::ReadState::kNone) connection->stream->StartRead();
  connection->freshness = Freshness::kReused;
  connection->idle_since = std::chrono::steady_clock::now();
  idle_.push_back(std::move(connection));
}

asio::awaitable<base::Result<tcp::socket>> Pool::ConnectSocket(std::chrono::milliseconds wait) {
  boost::system::error_code error;
  tcp::socket socket(io_);
  tcp::resolver resolver(io_);
  http::Deadline deadline(deadlines_, [&socket, &resolver] {
    boost::system::error_code ignored;
    resolver.cancel();
    socket.close(ignored);
  });
  deadline.Arm(wait);
  std::vector<tcp::endpoint> addresses;
  const auto literal = asio::ip::make_address(endpoint_.host, error);
  if (!error) {
    addresses.emplace_back(literal, endpoint_.port);
  } else {
    const std::string port = std::to_string(endpoint_.port);
    const auto found = co_await resolver.async_resolve(endpoint_.host, port,
                                                       asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return std::unexpected(Unreachable(endpoint_, deadline, "name look-up", error));
    for (const auto& each : found) addresses.push_back(each.endpoint());
  }
  for (const tcp::endpoint& address : addresses) {
    boost::system::error_code ignored;
    socket.close(ignored);
    co_await socket.async_connect(address, asio::redirect_error(asio::use_awaitable, error));
    if (!error && !deadline.expired()) co_return socket;
    if (deadline.expired()) break;
  }
  co_return std::unexpected(Unreachable(endpoint_, deadline, "connecting", error));
}

asio::awaitable<base::Result<std::unique_ptr<Connection>>> Pool::ConnectNew(const Timeouts& timeouts) {
  auto socket = co_await ConnectSocket(timeouts.connect);
  if (!socket) co_return std::unexpected(socket.error());
  auto connection = std::make_unique<Connection>();
  connection->stream = std::make_unique<http::Stream>(std::move(*socket), deadlines_);
  if (tls_) {
    const std::string& name = endpoint_.server_name.empty() ? endpoint_.host : endpoint_.server_name;
    auto session = tls_->NewSession(name);
    if (!session) co_return std::unexpected(session.error());
    auto secured = co_await connection->stream->Handshake(std::move(*session), timeouts.tls_handshake);
    if (!secured) co_return base::Within("upstream " + HostHeader(endpoint_), secured.error());
  }
  co_return connection;
}

}  // namespace proviso::upstreams
