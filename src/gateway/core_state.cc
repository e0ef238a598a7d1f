#include "gateway/core_state.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace proviso::gateway {

namespace asio = boost::asio;

base::Status CoreState::Adopt(std::shared_ptr<const Snapshot> snapshot) {
  Pools pools;
  for (const auto& [name, provider] : snapshot->providers) {
    const auto kept = pools_->find(name);
    if (kept != pools_->end() && kept->second->endpoint() == provider.endpoint) {
      pools.emplace(name, kept->second);
      continue;
    }
    auto pool =
        upstreams::Pool::Make(core_.io, core_.deadlines, provider.endpoint, services_.upstream_timeouts);
    if (!pool) return base::Within("provider " + name, pool.error());
    pools.emplace(name, std::move(*pool));
  }
  pools_ = std::make_shared<const Pools>(std::move(pools));
  snapshot_ = std::move(snapshot);
  return {};
}

asio::awaitable<base::Status> AwaitDurable(record::Log& log, std::uint64_t index) {
  if (log.durable() > index) co_return base::Status{};
  const auto executor = co_await asio::this_coro::executor;
  auto begin = [&log, index, executor](auto handler) {
    log.WhenDurable(index, [executor, handler = std::move(handler)](base::Status durable) mutable {
      asio::post(executor, [handler = std::move(handler), durable = std::move(durable)]() mutable {
        std::move(handler)(std::move(durable));
      });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(base::Status)>(
      std::move(begin), asio::use_awaitable);
}

}  // namespace proviso::gateway
