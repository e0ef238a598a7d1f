#include "gateway/internal/people.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>

#include "gateway/limits.h"
#include "http/event.h"

namespace proviso::gateway::internal {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// Shared: a notice posted by the watch may arrive after the wait has ended.
struct Waiting {
  http::Event changed;
  std::set<std::string> pending;
};

/// The watches of one wait; taken back when it ends.
class Watches {
 public:
  explicit Watches(HoldWatch& watch) : watch_(watch) {}
  ~Watches() {
    for (const std::uint64_t number : numbers_) watch_.Remove(number);
  }
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;
  void Add(const std::string& hold_id, HoldWatch::Notice notice) {
    numbers_.push_back(watch_.Add(hold_id, std::move(notice)));
  }

 private:
  HoldWatch& watch_;
  std::vector<std::uint64_t> numbers_;
};

}  // namespace

asio::awaitable<void> WaitForPeople(CoreState& core, http::ServerExchange& exchange,
                                    std::vector<std::string> hold_ids, milliseconds wait,
                                    std::function<asio::awaitable<void>()> keep_alive) {
  auto waiting = std::make_shared<Waiting>();
  waiting->pending.insert(hold_ids.begin(), hold_ids.end());
  Watches watches(core.services().watch);
  asio::io_context& io = core.core().io;
  for (const std::string& id : hold_ids) {
    watches.Add(id, [waiting, id, &io](oversight::HoldState state) {
      if (state == oversight::HoldState::kWaiting) return;
      asio::post(io, [waiting, id] {
        waiting->pending.erase(id);
        waiting->changed.Fire();
      });
    });
  }
  for (const std::string& id : hold_ids) {  // a decision may have come before the watch
    auto look = [&core, id] { return core.services().desk.Show(id); };
    const auto hold = co_await OnWorker(core.services(), std::move(look));
    if (!hold || hold->state != oversight::HoldState::kWaiting) waiting->pending.erase(id);
  }
  exchange.OnPeerGone([waiting] { waiting->changed.Fire(); });
  http::Deadline tick(core.core().deadlines, [waiting] { waiting->changed.Fire(); });
  const auto until = steady_clock::now() + wait;
  while (!waiting->pending.empty() && !exchange.peer_gone()) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
    if (left <= milliseconds(0)) break;
    tick.Arm(std::min(left, kKeepAliveEvery));
    co_await waiting->changed.Wait();
    if (tick.expired()) co_await keep_alive();
  }
  exchange.OnPeerGone(nullptr);
}

}  // namespace proviso::gateway::internal
