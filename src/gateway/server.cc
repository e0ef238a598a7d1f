#include "gateway/server.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <future>
#include <thread>
#include <utility>

#include "http/stream.h"

namespace proviso::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::ErrorCode;
using std::chrono::milliseconds;

/// How long aborted connections get to unwind before their core is stopped over them.
constexpr milliseconds kUnwindMax{2'000};
/// How long a core that can take no connection waits before it looks again.
constexpr milliseconds kAcceptPause{10};

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using TlsContext = std::shared_ptr<const http::TlsServerContext>;  // shared by all cores

base::Result<tcp::acceptor> Bind(asio::io_context& io, const Listen& listen, std::uint16_t port) {
  const std::string where = "listen " + listen.address + ":" + std::to_string(port);
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(listen.address, error);
  if (error) return base::Fail(ErrorCode::kInvalid, where + ": not an IP address");
  const tcp::endpoint endpoint(address, port);
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) return base::Fail(ErrorCode::kIo, where + ": " + error.message());
  return acceptor;
}

/// Fails when another process listens there already: SO_REUSEPORT, which our cores need among
/// themselves, would let two gateways share the address and answer at random.
base::Status CheckFree(const Listen& listen) {
  if (listen.port == 0) return {};
  asio::io_context io{1};
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(listen.address, error);
  if (error) return {};  // Bind says what is wrong with it
  tcp::acceptor probe(io);
  const tcp::endpoint endpoint(address, listen.port);
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  if (!error) probe.listen(1, error);
  if (!error) return {};
  return base::Fail(ErrorCode::kIo, "listen " + listen.address + ":" + std::to_string(listen.port) + ": " +
                                        error.message() + "; is another gateway running there?");
}

/// New threads inherit the mask: signals stay with the thread that waits for them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

/// One core: everything in it is touched by its own thread only, once that runs.
class Server::Shard {
 public:
  Shard(unsigned index, const ServerOptions& options, const base::Clock& clock)
      : options_(options), clock_(clock), deadlines_(io_), core_{index, io_, deadlines_, clock} {}

  base::Status Make(const MakeHandler& make_handler) {
    auto handler = make_handler(core_);
    if (!handler) return std::unexpected(handler.error());
    connections_.emplace(clock_, options_.timeouts, std::move(*handler));
    return {};
  }

  /// Returns the port that was bound.
  base::Result<std::uint16_t> Open(const Listen& listen, std::uint16_t port, TlsContext tls) {
    auto acceptor = Bind(io_, listen, port);
    if (!acceptor) return std::unexpected(acceptor.error());
    const std::uint16_t bound = acceptor->local_endpoint().port();
    doors_.push_back({std::move(*acceptor), std::move(tls)});
    return bound;
  }

  void Run() {
    for (Door& door : doors_) asio::co_spawn(io_, Accept(door), asio::detached);
    finished_ = ended_.get_future();
    thread_ = std::thread([this] {
      io_.run();
      ended_.set_value();
    });
  }

  void BeginDrain() {
    asio::post(io_, [this] {
      draining_ = true;
      for (Door& door : doors_) door.acceptor.close();
      connections_->Drain();
      StopIfDone();
    });
  }

  [[nodiscard]] bool EndedBy(std::chrono::steady_clock::time_point until) const {
    return finished_.wait_until(until) == std::future_status::ready;
  }

  /// Cuts what is left, and returns how many connections that were.
  std::size_t Cut() {
    std::promise<std::size_t> cut;
    auto counted = cut.get_future();
    asio::post(io_, [this, &cut] {
      cut.set_value(open_);
      connections_->Abort();
      StopIfDone();
    });
    const auto unwind_by = std::chrono::steady_clock::now() + kUnwindMax;
    while (counted.wait_for(milliseconds(1)) != std::future_status::ready) {
      if (EndedBy(std::chrono::steady_clock::now())) return 0;
    }
    if (!EndedBy(unwind_by)) io_.stop();
    return counted.get();
  }

  /// Joins the thread. False when coroutines are left that refer to this shard.
  [[nodiscard]] bool Join() {
    if (thread_.joinable()) thread_.join();
    return open_ == 0;
  }

 private:
  struct Door {
    tcp::acceptor acceptor;
    TlsContext tls;
  };

  asio::awaitable<void> Accept(Door& door) {
    asio::steady_timer pause(io_);
    while (door.acceptor.is_open()) {
      boost::system::error_code error;
      if (open_ < options_.connections_max) {
        tcp::socket socket =
            co_await door.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (!error) asio::co_spawn(io_, Serve(std::move(socket), door.tls.get()), asio::detached);
        if (!error || draining_) continue;
      }
      // Full, or out of file descriptors: the kernel's queue holds the rest for now.
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }

  asio::awaitable<void> Serve(tcp::socket socket, const http::TlsServerContext* tls) {
    ++open_;
    auto stream = std::make_unique<http::Stream>(std::move(socket), deadlines_);
    bool ready = true;
    if (tls != nullptr) {
      auto session = tls->NewSession();
      ready = session.has_value() &&
              (co_await stream->Handshake(std::move(*session), options_.timeouts.tls_handshake)).has_value();
    }
    if (ready) co_await connections_->Serve(std::move(stream));
    --open_;
    StopIfDone();
  }

  void StopIfDone() {
    if (draining_ && open_ == 0) io_.stop();
  }

  // Destroyed from the last to the first: the handler, with its pools, before its io_context.
  const ServerOptions options_;
  const base::Clock& clock_;
  // Sockets are this thread's alone; only the queue, for posts from elsewhere, is locked.
  asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  http::Deadlines deadlines_;
  Core core_;
  std::vector<Door> doors_;
  std::optional<http::ServerConnections> connections_;
  std::size_t open_ = 0;
  bool draining_ = false;
  std::promise<void> ended_;
  std::future<void> finished_;
  std::thread thread_;
};

Server::Server() = default;

base::Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, const base::Clock& clock,
                                                    const MakeHandler& make_handler) {
  if (options.threads == 0 || options.threads > kThreadsMax) {
    return base::Fail(ErrorCode::kInvalid, "threads: must be 1 to " + std::to_string(kThreadsMax));
  }
  std::unique_ptr<Server> server(new Server());
  std::vector<TlsContext> tls;
  for (const Listen& listen : options.listen) {
    if (auto available = CheckFree(listen); !available) return std::unexpected(available.error());
    tls.push_back(nullptr);
    if (!listen.tls) continue;
    auto context = http::TlsServerContext::Load(*listen.tls);
    if (!context) return std::unexpected(context.error());
    tls.back() = std::make_shared<const http::TlsServerContext>(std::move(*context));
  }
  for (unsigned index = 0; index < options.threads; ++index) {
    auto shard = std::make_unique<Shard>(index, options, clock);
    if (auto made = shard->Make(make_handler); !made) return std::unexpected(made.error());
    for (std::size_t i = 0; i < options.listen.size(); ++i) {
      const std::uint16_t port = index == 0 ? options.listen[i].port : server->ports_[i];
      auto bound = shard->Open(options.listen[i], port, tls[i]);
      if (!bound) return std::unexpected(bound.error());
      if (index == 0) server->ports_.push_back(*bound);
    }
    server->shards_.push_back(std::move(shard));
  }
  const SignalsBlocked signals_blocked;
  for (const auto& shard : server->shards_) shard->Run();
  server->running_ = true;
  return server;
}

Server::~Server() {
  Stop();
}

std::uint16_t Server::port(std::size_t index) const {
  return ports_.at(index);
}

std::size_t Server::Drain(milliseconds deadline) {
  if (!std::exchange(running_, false)) return 0;
  const auto until = std::chrono::steady_clock::now() + deadline;
  for (const auto& shard : shards_) shard->BeginDrain();
  std::size_t cut = 0;
  for (auto& shard : shards_) {
    if (!shard->EndedBy(until)) cut += shard->Cut();
    // What waits on in a stopped core refers to it: then it must not be destroyed.
    if (!shard->Join()) (void)shard.release();
  }
  shards_.clear();
  return cut;
}

void Server::Stop() {
  Drain(milliseconds(0));
}

}  // namespace proviso::gateway
