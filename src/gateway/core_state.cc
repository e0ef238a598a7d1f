#include "gateway/core_state.h"

namespace proviso::gateway {

base::Status CoreState::Adopt(std::shared_ptr<const Snapshot> snapshot) {
  std::map<std::string, std::shared_ptr<upstreams::Pool>> pools;
  for (const auto& [name, provider] : snapshot->providers) {
    const auto kept = pools_.find(name);
    if (kept != pools_.end() && kept->second->endpoint() == provider.endpoint) {
      pools.emplace(name, kept->second);
      continue;
    }
    auto pool =
        upstreams::Pool::Make(core_.io, core_.deadlines, provider.endpoint, services_.upstream_timeouts);
    if (!pool) return base::Within("provider " + name, pool.error());
    pools.emplace(name, std::move(*pool));
  }
  pools_ = std::move(pools);
  snapshot_ = std::move(snapshot);
  return {};
}

std::shared_ptr<upstreams::Pool> CoreState::PoolOf(const std::string& provider) const {
  const auto found = pools_.find(provider);
  return found == pools_.end() ? nullptr : found->second;
}

}  // namespace proviso::gateway
