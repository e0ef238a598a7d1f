// What one core works with: the services that all share, the snapshot in force, its own pools.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "gateway/durable_waits.h"
#include "gateway/event_log.h"
#include "gateway/hold_watch.h"
#include "gateway/mcp_continuations.h"
#include "gateway/mcp_sessions.h"
#include "gateway/metrics.h"
#include "gateway/server.h"
#include "gateway/snapshot.h"
#include "oversight/desk.h"
#include "record/log.h"
#include "routing/allowance.h"
#include "routing/health.h"
#include "routing/idempotency.h"
#include "upstreams/limits.h"
#include "upstreams/pool.h"

namespace proviso::gateway {

/// Shared by all cores; borrowed, and outlives the server.
struct Services {
  record::Log& log;
  oversight::Desk& desk;
  const base::Clock& clock;
  /// Where what blocks (the desk's database) is done.
  boost::asio::thread_pool& worker;
  HoldWatch& watch;
  Metrics& metrics;
  EventLog& events;
  routing::Providers& providers;
  routing::Allowances& allowances;
  routing::Idempotency& idempotency;
  std::filesystem::path record_directory;
  std::string record_origin;
  upstreams::Timeouts upstream_timeouts;
  McpSessions mcp_sessions{};
  McpContinuations mcp_continuations{};
};

/// Touched by its core's thread only, once the server runs.
class CoreState {
 public:
  CoreState(Core& core, Services& services)
      : core_(core),
        services_(services),
        durable_waits_(services.log, core.io.get_executor()),
        dice_(core.index + static_cast<std::uint64_t>(core.clock.WallMs()) * kThreadsMax) {}

  /// Takes a snapshot into use; on failure the old one stays.
  [[nodiscard]] base::Status Adopt(std::shared_ptr<const Snapshot> snapshot);

  [[nodiscard]] Core& core() { return core_; }
  [[nodiscard]] Services& services() { return services_; }
  [[nodiscard]] CoreMetrics& metrics() { return services_.metrics.core(core_.index); }
  [[nodiscard]] DurableWaits& durable_waits() { return durable_waits_; }
  /// For choices that nobody need be unable to guess: which candidate, how long a pause.
  [[nodiscard]] routing::Dice& dice() { return dice_; }
  /// Shared: a request keeps what it began under.
  [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }
  /// This core's pools by provider, for the snapshot in force. Shared: a request keeps those that belong
  /// to the snapshot that it began under, and an exchange must not outlive its pool.
  using Pools = std::map<std::string, std::shared_ptr<upstreams::Pool>>;
  [[nodiscard]] const std::shared_ptr<const Pools>& pools() const { return pools_; }
  /// The same by MCP server.
  [[nodiscard]] const std::shared_ptr<const Pools>& mcp_pools() const { return mcp_pools_; }

 private:
  [[nodiscard]] base::Status AddPool(Pools& pools, const Pools& kept, const std::string& name,
                                     const upstreams::Endpoint& endpoint,
                                     const upstreams::Timeouts& timeouts);

  Core& core_;
  Services& services_;
  DurableWaits durable_waits_;
  routing::Dice dice_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const Pools> pools_ = std::make_shared<const Pools>();
  std::shared_ptr<const Pools> mcp_pools_ = std::make_shared<const Pools>();
};

/// Runs `work` on the worker pool and comes back to this core with its result.
template <typename Work>
[[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Work>> OnWorker(Services& services, Work work) {
  using Answer = std::invoke_result_t<Work>;
  auto task = [work = std::move(work)]() mutable -> boost::asio::awaitable<Answer> { co_return work(); };
  co_return co_await boost::asio::co_spawn(services.worker, std::move(task), boost::asio::use_awaitable);
}

}  // namespace proviso::gateway
