#include "gateway/routes.h"

#include "gateway/internal/pages.h"
#include "gateway/mcp.h"
#include "gateway/walk.h"

namespace proviso::gateway {

using internal::Page;

std::shared_ptr<Router> MakeRoutes(const std::shared_ptr<CoreState>& core) {
  auto router = std::make_shared<Router>();  // shared with the handler of the core's connections
  const auto walk = [core](protocol::Dialect dialect) {
    return [core, dialect](http::ServerExchange& exchange) { return WalkRequest(core, exchange, dialect); };
  };
  const auto page = [core](Page serve) {
    return [core, serve](http::ServerExchange& exchange) { return serve(*core, exchange); };
  };
  router->Add("POST", "/v1/chat/completions", walk(protocol::Dialect::kOpenAiChat));
  router->Add("POST", "/v1/messages", walk(protocol::Dialect::kAnthropicMessages));
  router->Add("GET", "/v1/models", page(internal::ServeModels));
  for (const char* method : {"POST", "GET", "DELETE"}) {
    router->AddBelow(method, "/mcp/",
                     [core](http::ServerExchange& exchange) { return WalkMcp(core, exchange); });
  }
  router->Add("GET", "/healthz", page(internal::ServeHealth));
  router->Add("GET", "/metrics", page(internal::ServeMetrics));
  router->AddBelow("GET", "/record/", page(internal::ServeRecordFile));
  router->Add("GET", "/proviso/v1/holds", page(internal::ServeHolds));
  router->AddBelow("GET", "/proviso/v1/holds/", page(internal::ServeHold));
  router->AddBelow("POST", "/proviso/v1/holds/", page(internal::TakeHoldDecision));
  return router;
}

}  // namespace proviso::gateway
