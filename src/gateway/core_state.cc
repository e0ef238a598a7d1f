#include "gateway/core_state.h"

namespace proviso::gateway {

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

}  // namespace proviso::gateway
