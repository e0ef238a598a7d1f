#include <string>
#include <vector>

#include "base/json_writer.h"
#include "gateway/internal/pages.h"
#include "gateway/refuse.h"
#include "gateway/upstreams_json.h"
#include "keys/digest.h"
#include "protocol/rendering.h"
#include "record/serve.h"

namespace proviso::gateway::internal {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> Send(http::ServerExchange& exchange, int status, std::string_view type,
                           std::string body) {
  std::vector<http::Header> headers{{"Content-Type", std::string(type)}};
  (void)co_await exchange.Respond(status, std::move(headers), std::move(body));
}

}  // namespace

namespace {

/// The caller's key was checked, or the refusal was sent.
asio::awaitable<bool> KnowsCaller(const Snapshot& snapshot, http::ServerExchange& exchange) {
  const std::string_view key = PresentedKey(exchange.head());
  if (!key.empty() && snapshot.callers.contains(base::ToHex(keys::Sha256(key)))) co_return true;
  protocol::Refusal refusal = PlainRefusal(protocol::RefusalKind::kUnauthenticated, "No valid API key.");
  co_await Refuse(exchange, DialectOfClient(exchange.head()), std::move(refusal));
  co_return false;
}

/// An alias has no one provider; the first stands for it.
protocol::ModelEntry EntryOf(const Snapshot& snapshot, const routing::Route& route) {
  const enforcement::Target& first = snapshot.models.find(route.groups.front().front().model)->second;
  return {.id = route.name, .owner = first.provider, .display_name = {}};
}

}  // namespace

/// Every model and alias: what is served in another dialect is translated.
asio::awaitable<void> ServeModels(CoreState& core, http::ServerExchange& exchange) {
  const auto snapshot = core.snapshot();  // a copy: it must outlive a reload
  if (!co_await KnowsCaller(*snapshot, exchange)) co_return;
  std::vector<protocol::ModelEntry> models;
  for (const auto& [name, route] : snapshot->routes) models.push_back(EntryOf(*snapshot, route));
  const protocol::Dialect dialect = DialectOfClient(exchange.head());
  co_await Send(exchange, 200, "application/json", protocol::RenderModelList(dialect, models));
}

asio::awaitable<void> ServeModel(CoreState& core, http::ServerExchange& exchange) {
  const auto snapshot = core.snapshot();  // a copy: it must outlive a reload
  if (!co_await KnowsCaller(*snapshot, exchange)) co_return;
  const std::string_view path = exchange.head().path;
  const auto route = snapshot->routes.find(path.substr(path.find("/models/") + 8));
  const protocol::Dialect dialect = DialectOfClient(exchange.head());
  if (route == snapshot->routes.end()) {
    protocol::Refusal refusal = PlainRefusal(protocol::RefusalKind::kNotFound, "model: no such model here");
    co_await Refuse(exchange, dialect, std::move(refusal));
    co_return;
  }
  co_await Send(exchange, 200, "application/json",
                protocol::RenderModel(dialect, EntryOf(*snapshot, route->second)));
}

/// 200 while requests can be decided and recorded; 503 once the record has stopped.
asio::awaitable<void> ServeHealth(CoreState& core, http::ServerExchange& exchange) {
  const base::Status record = core.services().log.failure();
  base::JsonWriter json;
  json.BeginObject().Key("status").String(record ? "ok" : "failed");
  json.Key("terms").String(core.snapshot()->terms->DigestText());
  if (!record) json.Key("record").String(record.error().message);
  json.EndObject();
  co_await Send(exchange, record ? 200 : 503, "application/json", json.Take() + "\n");
}

asio::awaitable<void> ServeMetrics(CoreState& core, http::ServerExchange& exchange) {
  Services& services = core.services();
  std::string text = services.metrics.Render(services.log.durable());
  text += UpstreamsMetrics(services.providers.Look(services.clock.MonotonicNs()), services.allowances.All());
  co_await Send(exchange, 200, "text/plain; version=0.0.4", std::move(text));
}

asio::awaitable<void> ServeRecordFile(CoreState& core, http::ServerExchange& exchange) {
  auto& services = core.services();
  auto read = [&services, path = exchange.head().path] {
    return record::ServeRecord(services.record_directory, path);
  };
  auto served = co_await OnWorker(services, std::move(read));
  if (!served) {
    co_await Send(exchange, 404, "text/plain", served.error().message + "\n");
    co_return;
  }
  std::vector<http::Header> headers{{"Content-Type", std::string(served->content_type)},
                                    {"Cache-Control", std::string(served->cache_control)}};
  (void)co_await exchange.Respond(200, std::move(headers), std::move(served->bytes));
}

}  // namespace proviso::gateway::internal
