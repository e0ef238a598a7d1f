#include "gateway/routes.h"

#include <utility>

#include "gateway/internal/pages.h"
#include "gateway/mcp.h"
#include "gateway/refuse.h"
#include "gateway/walk.h"
#include "protocol/endpoint.h"

namespace proviso::gateway {

namespace {

namespace asio = boost::asio;
using internal::Page;

/// A POST to a path that may be a dialect's.
asio::awaitable<void> AnswerPath(std::shared_ptr<CoreState> core, http::ServerExchange& exchange) {
  auto inbound = protocol::ReadPath(exchange.head().path, exchange.head().query);
  if (inbound && *inbound) {
    co_await WalkRequest(std::move(core), exchange, std::move(**inbound));
    co_return;
  }
  const bool unreadable = inbound.has_value();
  const auto kind = unreadable ? protocol::RefusalKind::kMalformed : protocol::RefusalKind::kNotFound;
  protocol::Refusal refusal = PlainRefusal(
      kind, unreadable ? inbound->error().message : "no such route: POST " + exchange.head().path);
  co_await Refuse(exchange, DialectOfClient(exchange.head()), std::move(refusal));
}

}  // namespace

std::shared_ptr<Router> MakeRoutes(const std::shared_ptr<CoreState>& core) {
  auto router = std::make_shared<Router>();  // shared with the handler of the core's connections
  const auto walk = [core](http::ServerExchange& exchange) { return AnswerPath(core, exchange); };
  const auto page = [core](Page serve) {
    return [core, serve](http::ServerExchange& exchange) { return serve(*core, exchange); };
  };
  for (const char* path : {"/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings",
                           "/v1/messages/count_tokens", "/v1/responses/input_tokens"}) {
    router->Add("POST", path, walk);
  }
  for (const char* prefix : {"/v1beta/models/", "/v1/models/", "/model/"})
    router->AddBelow("POST", prefix, walk);
  for (const char* path : {"/v1/models", "/v1beta/models"}) {
    router->Add("GET", path, page(internal::ServeModels));
    router->AddBelow("GET", std::string(path) + "/", page(internal::ServeModel));
  }
  internal::AddUndecided(*router);
  for (const char* method : {"POST", "GET", "DELETE"}) {
    router->AddBelow(method, "/mcp/",
                     [core](http::ServerExchange& exchange) { return WalkMcp(core, exchange); });
  }
  router->Add("GET", "/healthz", page(internal::ServeHealth));
  router->Add("GET", "/metrics", page(internal::ServeMetrics));
  router->AddBelow("GET", "/record/", page(internal::ServeRecordFile));
  router->Add("GET", "/proviso/v1/upstreams", page(internal::ServeUpstreams));
  router->Add("GET", "/proviso/v1/holds", page(internal::ServeHolds));
  router->AddBelow("GET", "/proviso/v1/holds/", page(internal::ServeHold));
  router->AddBelow("POST", "/proviso/v1/holds/", page(internal::TakeHoldDecision));
  return router;
}

}  // namespace proviso::gateway
