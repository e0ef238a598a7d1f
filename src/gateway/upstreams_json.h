// How providers are and what keys have left, as JSON and as metrics: what `proviso upstreams status` and
// /metrics show. No secret stands in either: a key is named by its id in the configuration.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "routing/allowance.h"
#include "routing/health.h"

namespace proviso::gateway {

using Accounts = std::span<const std::shared_ptr<routing::Account>>;

/// {"providers":[{"name","breaker":{"state","failures_in_a_row","window_samples","window_failures",
///   "opened_times","probe_in_ms"},"attempts","answers","retries","fallbacks","skipped_open","skipped_terms",
///   "failures":{"connect","closed","timeout","status","malformed"},"latency_ms_mean"}],
///  "keys":[{"id","times_limited","requests":{"limit","remaining","renews_in_ms"},"tokens":…,"money":…}]}
/// A quantity without a limit is left out. Money is in millionths.
[[nodiscard]] std::string UpstreamsJson(std::span<const routing::Provider::View> providers,
                                        Accounts accounts);

/// The same as families of Prometheus' text format, to follow Metrics::Render.
[[nodiscard]] std::string UpstreamsMetrics(std::span<const routing::Provider::View> providers,
                                           Accounts accounts);

}  // namespace proviso::gateway
