#include "routing/health.h"

namespace proviso::routing {

void Provider::AddLatency(std::chrono::nanoseconds latency) {
  latency_microseconds_.fetch_add(latency.count() / 1'000, kRelaxed);
  latencies_.fetch_add(1, kRelaxed);
}

Provider::View Provider::Look(std::int64_t now_ns) const {
  View view{.name = name_,
            .breaker = breaker_->Look(now_ns),
            .latency_microseconds = latency_microseconds_.load(kRelaxed),
            .latencies = latencies_.load(kRelaxed)};
  for (std::size_t i = 0; i < kEvents; ++i) view.events.at(i) = events_.at(i).load(kRelaxed);
  for (std::size_t i = 0; i < kFailures; ++i) view.failures.at(i) = failures_.at(i).load(kRelaxed);
  return view;
}

void Providers::Configure(const std::map<std::string, BreakerRule>& rules) {
  const std::lock_guard lock(mutex_);
  std::erase_if(providers_, [&rules](const auto& entry) { return !rules.contains(entry.first); });
  for (const auto& [name, rule] : rules) {
    auto& provider = providers_[name];
    if (provider == nullptr) {
      provider = std::make_shared<Provider>(name, rule);
    } else {
      provider->breaker().Change(rule);
    }
  }
}

std::shared_ptr<Provider> Providers::Find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = providers_.find(name);
  return found == providers_.end() ? nullptr : found->second;
}

std::vector<Provider::View> Providers::Look(std::int64_t now_ns) const {
  std::vector<std::shared_ptr<Provider>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, provider] : providers_) all.push_back(provider);
  }
  std::vector<Provider::View> views;
  for (const auto& provider : all) views.push_back(provider->Look(now_ns));
  return views;
}

}  // namespace proviso::routing
