// How providers are and what keys have left, for operators.
#include "gateway/internal/operator_page.h"
#include "gateway/internal/pages.h"
#include "gateway/upstreams_json.h"

namespace proviso::gateway::internal {

boost::asio::awaitable<void> ServeUpstreams(CoreState& core, http::ServerExchange& exchange) {
  if (!co_await KnowsOperator(core, exchange)) co_return;
  Services& services = core.services();
  std::string json =
      UpstreamsJson(services.providers.Look(services.clock.MonotonicNs()), services.allowances.All());
  co_await SendJson(exchange, 200, std::move(json));
}

}  // namespace proviso::gateway::internal
