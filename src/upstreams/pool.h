// The connections of one core to one endpoint. No lock: one thread uses a pool.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "http/deadlines.h"
#include "http/stream.h"
#include "http/tls.h"
#include "upstreams/endpoint.h"
#include "upstreams/limits.h"

namespace proviso::upstreams {

enum class Freshness : std::uint8_t { kNew, kReused };

/// A connection that stands, TLS and all.
struct Connection {
  std::unique_ptr<http::Stream> stream;
  Freshness freshness = Freshness::kNew;
  std::chrono::steady_clock::time_point idle_since{};
};

/// Must not outlive the io_context and deadlines it is given.
class Pool {
 public:
  /// Fails with kInvalid when the endpoint's CA file cannot be used.
  [[nodiscard]] static base::Result<std::unique_ptr<Pool>> Make(boost::asio::io_context& io,
                                                                http::Deadlines& deadlines, Endpoint endpoint,
                                                                Timeouts timeouts);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// An idle connection whose peer has not closed it, or nothing. Last in, first out.
  [[nodiscard]] std::unique_ptr<Connection> TakeIdle();
  /// A new connection: name look-up, connect, TLS handshake, each within its bound. Borrows `timeouts`.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::unique_ptr<Connection>>> ConnectNew(
      const Timeouts& timeouts);
  /// Keeps a connection for another exchange; no byte of the last answer may be outstanding.
  void GiveBack(std::unique_ptr<Connection> connection);
  /// Closes the idle connections.
  void CloseIdle() { idle_.clear(); }

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] const Timeouts& timeouts() const { return timeouts_; }
  [[nodiscard]] std::size_t idle_count() const { return idle_.size(); }

 private:
  Pool(boost::asio::io_context& io, http::Deadlines& deadlines, Endpoint endpoint, Timeouts timeouts)
      : io_(io), deadlines_(deadlines), endpoint_(std::move(endpoint)), timeouts_(timeouts) {}

  [[nodiscard]] boost::asio::awaitable<base::Result<boost::asio::ip::tcp::socket>> ConnectSocket(
      std::chrono::milliseconds wait);

  boost::asio::io_context& io_;
  http::Deadlines& deadlines_;
  Endpoint endpoint_;
  Timeouts timeouts_;
  std::optional<http::TlsClientContext> tls_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace proviso::upstreams
