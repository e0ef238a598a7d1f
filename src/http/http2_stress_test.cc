// Clients that do anything at any time, for the sanitizers: no order of requests, resets, stalls and
// departures may leave a handler behind or touch what is gone.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "http/event.h"
#include "http/server.h"
#include "http/testing/http2_frames.h"
#include "http/testing/one_core.h"
#include "http/testing/raw_client.h"

namespace proviso::http {
namespace {

namespace asio = boost::asio;
using namespace http::testing;  // the frames
using std::chrono::milliseconds;

constexpr int kClients = 6;
constexpr int kConnectionsEach = 12;
constexpr int kStepsEach = 100;

/// Counts the handlers at work, however they end.
class AtWork {
 public:
  explicit AtWork(std::atomic<int>& count) : count_(count) { ++count_; }
  ~AtWork() { --count_; }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  std::atomic<int>& count_;
};

asio::awaitable<void> Behave(ServerExchange& exchange, asio::io_context& io) {
  const std::string path = exchange.head().path;
  if (path == "/unread") co_return;
  if (path == "/wait") {
    Event left;
    asio::steady_timer timer(io, milliseconds(30));
    exchange.OnPeerGone([&left, &timer] {
      timer.cancel();
      left.Fire();
    });
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    exchange.OnPeerGone(nullptr);
  }
  auto body = co_await exchange.ReadBody(50'000);
  if (path == "/abort") co_return exchange.Abort();
  std::vector<Header> headers;
  if (path == "/stream") {
    if (!co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kNow)) co_return;
    const std::string event(2'000, 'e');
    for (int i = 0; i < 40; ++i) {
      if (!co_await exchange.Write(event)) co_return;
    }
    (void)co_await exchange.EndStream("end");
    co_return;
  }
  if (body) (void)co_await exchange.Respond(200, std::move(headers), std::move(*body));
}

/// One connection's client: which streams it may still send content on, so that it is never so wrong
/// that the whole connection ends.
struct Client {
  std::minstd_rand& chance;
  std::uint32_t next_id = 1;
  std::vector<std::uint32_t> sending = {};

  std::uint32_t AnyId() {
    return next_id == 1 ? 1 : 1 + 2 * static_cast<std::uint32_t>(chance() % (next_id / 2));
  }
  int MaybeEnd() { return chance() % 2 == 0 ? kEndStream : 0; }

  std::string Content() {
    if (sending.empty()) return Ping();
    const auto at = sending.begin() + static_cast<std::ptrdiff_t>(chance() % sending.size());
    const std::uint32_t id = *at;
    const int end = MaybeEnd();
    if (end != 0) sending.erase(at);
    return Data(id, std::string(1 + chance() % 9'000, 'd'), end);
  }
  std::string Request() {
    static const std::vector<std::string> kPaths = {"/", "/stream", "/abort", "/wait", "/unread"};
    const int end = MaybeEnd();
    const std::uint32_t id = next_id;
    next_id += 2;
    if (end == 0) sending.push_back(id);
    return Headers(id, RequestFields("POST", kPaths[chance() % kPaths.size()]), kEndHeaders | end);
  }
  std::string Reset() {
    if (next_id == 1) return Ping();
    const std::uint32_t id = AnyId();
    std::erase(sending, id);
    return RstStream(id, 8);
  }
  std::string Step() {
    switch (chance() % 10) {
      case 0:
        return Reset();
      case 1:
      case 2:
        return Content();
      case 3:
        return Settings(0x4, static_cast<std::uint32_t>(chance() % 5'000));
      case 4:
        return next_id == 1 ? Ping() : WindowUpdate(AnyId(), 1'000);
      case 5:
        return Ping() + WindowUpdate(0, 10'000);
      default:
        return Request();
    }
  }
};

void BeClients(std::uint16_t port, unsigned seed) {
  std::minstd_rand chance(seed);
  for (int connection = 0; connection < kConnectionsEach; ++connection) {
    RawClient wire(port);
    Client client{.chance = chance};
    bool open = wire.Send(ClientPreface());
    for (int i = 0; i < kStepsEach && open; ++i) {
      open = wire.Send(client.Step());
      if (chance() % 12 == 0) open = !wire.ReadOnce().empty();
    }
    if (chance() % 3 == 0) std::this_thread::sleep_for(milliseconds(20));
  }
}

TEST(Http2Stress, LeavesNoHandlerBehindWhateverClientsDo) {
  std::atomic<int> at_work = 0;
  std::atomic<int> served = 0;
  {
    asio::io_context* io = nullptr;
    OneCore core(
        [&at_work, &served, &io](ServerExchange& exchange) -> asio::awaitable<void> {
          const AtWork counted(at_work);
          ++served;
          co_await Behave(exchange, *io);
        },
        {.body = milliseconds(50), .write = milliseconds(50)});
    io = &core.io();
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < kClients; ++i) clients.emplace_back(BeClients, core.port(), i + 1);
    for (std::thread& client : clients) client.join();
    RawClient sane(core.port());
    sane.Send(ClientPreface() + Headers(1, RequestFields("POST", "/"), kEndHeaders) +
              Data(1, "hi", kEndStream));
    EXPECT_TRUE(sane.ReadTo(Data(1, "hi", kEndStream)).ends_with(Data(1, "hi", kEndStream)));
  }
  EXPECT_EQ(at_work, 0);
  EXPECT_GT(served, kClients * kConnectionsEach * kStepsEach / 8) << "the clients are refused too early";
}

}  // namespace
}  // namespace proviso::http
