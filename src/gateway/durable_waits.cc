#include "gateway/durable_waits.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace proviso::gateway {

namespace asio = boost::asio;

/// While anybody waits, the log is asked to call back for the first of them.
struct DurableWaits::Queue : std::enable_shared_from_this<Queue> {
  using Resume = std::move_only_function<void(base::Status)>;

  Queue(record::Log& the_log, asio::any_io_executor the_core) : log(the_log), core(std::move(the_core)) {}

  void Add(std::uint64_t index, Resume resume) {
    waiting.emplace(index, std::move(resume));
    if (!asked) Ask();
  }

  void Ask() {
    asked = waiting.begin()->first;
    log.WhenDurable(*asked, [self = shared_from_this()](base::Status answer) mutable {
      const asio::any_io_executor core = self->core;
      asio::post(core, [self = std::move(self), answer = std::move(answer)] { self->GoOn(answer); });
    });
  }

  void GoOn(const base::Status& answer) {
    const auto begin = answer ? waiting.begin() : waiting.lower_bound(*asked);
    const auto end = answer ? waiting.lower_bound(log.durable()) : waiting.upper_bound(*asked);
    std::vector<Resume> due;
    for (auto at = begin; at != end; ++at) due.push_back(std::move(at->second));
    waiting.erase(begin, end);
    asked.reset();
    if (!waiting.empty()) Ask();  // before the others run: the disk need not wait for them
    for (Resume& resume : due) resume(answer);
  }

  record::Log& log;
  asio::any_io_executor core;
  std::multimap<std::uint64_t, Resume> waiting;
  std::optional<std::uint64_t> asked;
};

DurableWaits::DurableWaits(record::Log& log, asio::any_io_executor core)
    : queue_(std::make_shared<Queue>(log, std::move(core))) {}

DurableWaits::~DurableWaits() = default;

asio::awaitable<base::Status> DurableWaits::Wait(std::uint64_t index) {
  if (queue_->log.durable() > index) co_return base::Status{};
  auto begin = [queue = queue_, index](auto handler) {
    queue->Add(index, [handler = std::move(handler)](base::Status durable) mutable {
      std::move(handler)(std::move(durable));
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(base::Status)>(
      std::move(begin), asio::use_awaitable);
}

}  // namespace proviso::gateway
