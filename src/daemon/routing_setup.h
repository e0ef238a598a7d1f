// The tables of config.toml that are about routing: [routing], [[alias]], and what keys, providers and
// models say about limits, waits and prices. docs/operating/routing.md shows them all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "routing/allowance.h"
#include "routing/breaker.h"
#include "routing/route.h"

namespace proviso::daemon {

/// [routing]: what holds where nothing else is said.
struct RoutingSetup {
  routing::Timeouts timeouts = {};
  routing::RetryRule retries = {};
  routing::BreakerRule breaker = {};
  /// Reserved for a request that names no bound for its output.
  std::int64_t output_tokens_default = 8'192;
};

/// Prices are written in units of a currency for a million tokens; nothing without a table `prices`.
[[nodiscard]] std::optional<routing::Prices> ReadPrices(base::Fields& model,
                                                        std::vector<std::string>& errors);
[[nodiscard]] RoutingSetup ReadRouting(base::Fields& root, std::vector<std::string>& errors);
[[nodiscard]] routing::KeyLimits ReadLimits(base::Fields& key, std::vector<std::string>& errors);
/// The table `timeouts` of a provider or an alias.
[[nodiscard]] routing::TimeoutChoice ReadTimeouts(base::Fields& owner, std::vector<std::string>& errors);
/// The table `breaker` of a provider, over `otherwise`.
[[nodiscard]] routing::BreakerRule ReadBreaker(base::Fields& owner, const routing::BreakerRule& otherwise,
                                               std::vector<std::string>& errors);
/// One [[alias]], with `retries` where it has none.
[[nodiscard]] routing::Route ReadAlias(base::Fields& alias, const routing::RetryRule& retries,
                                       std::vector<std::string>& errors);

}  // namespace proviso::daemon
