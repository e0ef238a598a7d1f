// The listener: one thread, one io_context and one acceptor (SO_REUSEPORT) per core, so that a
// connection lives its whole life on one core and nothing on its way takes a lock.
//
//   auto server = Server::Start(options, clock, [](Core& core) -> base::Result<http::Handler> {
//     auto pool = upstreams::Pool::Make(core.io, core.deadlines, endpoint, {});   // this core's own
//     …
//     return [pool = std::move(*pool)](http::ServerExchange& exchange) { return Walk(*pool, exchange); };
//   });
//   …
//   (*server)->Drain(std::chrono::seconds(30));
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/limits.h"
#include "http/deadlines.h"
#include "http/limits.h"
#include "http/server.h"
#include "http/tls.h"

namespace proviso::gateway {

/// One address to listen on. Port 0 takes a free one (see Server::port).
struct Listen {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<http::TlsServerFiles> tls = std::nullopt;
};

struct ServerOptions {
  std::vector<Listen> listen = {};
  /// 1 to kThreadsMax.
  unsigned threads = 1;
  /// Per core; more wait in the kernel's queue.
  std::size_t connections_max = kConnectionsPerCoreMax;
  http::ServerTimeouts timeouts = {};
};

/// What one core gives its handler. Other threads may only post to `io`.
struct Core {
  unsigned index;
  boost::asio::io_context& io;
  http::Deadlines& deadlines;
  const base::Clock& clock;
};

/// Makes the handler of one core. Called once per core, on the thread that calls Start, before
/// any connection is accepted; the handler is destroyed after its core's thread has ended.
using MakeHandler = std::function<base::Result<http::Handler>(Core&)>;

class Server {
 public:
  /// Binds everything, then starts the threads. On failure (an address in use, a bad certificate,
  /// a handler that cannot be made) nothing listens. `clock` must outlive the server.
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                                   const base::Clock& clock,
                                                                   const MakeHandler& make_handler);
  /// Stops at once, as Stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port that listen[index] got.
  [[nodiscard]] std::uint16_t port(std::size_t index = 0) const;

  /// Stops accepting, ends idle connections, lets requests and streams in flight finish with
  /// "Connection: close", and cuts what is left after `deadline`. Returns when all threads ended,
  /// with the number of connections that had to be cut. A handler that then still waits, for
  /// something that OnPeerGone does not end, is left behind with all that it holds. Once only; not
  /// from a core's thread.
  std::size_t Drain(std::chrono::milliseconds deadline);
  /// Drain without patience.
  void Stop();

 private:
  class Shard;
  Server();
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::uint16_t> ports_;
  bool running_ = false;
};

}  // namespace proviso::gateway
