#include "gateway/core_state.h"

#include "gateway/mcp_limits.h"

namespace proviso::gateway {

/// An endpoint that has not changed keeps its pool.
base::Status CoreState::AddPool(Pools& pools, const Pools& kept, const std::string& name,
                                const upstreams::Endpoint& endpoint, const upstreams::Timeouts& timeouts) {
  const auto old = kept.find(name);
  if (old != kept.end() && old->second->endpoint() == endpoint) {
    pools.emplace(name, old->second);
    return {};
  }
  auto pool = upstreams::Pool::Make(core_.io, core_.deadlines, endpoint, timeouts);
  if (!pool) return std::unexpected(pool.error());
  pools.emplace(name, std::move(*pool));
  return {};
}

base::Status CoreState::Adopt(std::shared_ptr<const Snapshot> snapshot) {
  Pools pools;
  for (const auto& [name, provider] : snapshot->providers) {
    const auto added = AddPool(pools, *pools_, name, provider.endpoint, services_.upstream_timeouts);
    if (!added) return base::Within("provider " + name, added.error());
  }
  Pools mcp_pools;
  upstreams::Timeouts timeouts = services_.upstream_timeouts;
  timeouts.between_bytes = kMcpSilenceMax;
  for (const auto& [name, server] : snapshot->mcp_servers) {
    const auto added = AddPool(mcp_pools, *mcp_pools_, name, server.endpoint, timeouts);
    if (!added) return base::Within("mcp_server " + name, added.error());
  }
  pools_ = std::make_shared<const Pools>(std::move(pools));
  mcp_pools_ = std::make_shared<const Pools>(std::move(mcp_pools));
  snapshot_ = std::move(snapshot);
  return {};
}

}  // namespace proviso::gateway
