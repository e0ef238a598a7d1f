#include "gateway/router.h"

#include <cassert>
#include <utility>
#include <vector>

#include "base/json_writer.h"

namespace proviso::gateway {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> RefuseRoute(http::ServerExchange& exchange, int status, std::string allow) {
  base::JsonWriter json;
  json.BeginObject().Key("type").String("error").Key("error").BeginObject();
  json.Key("type").String(status == 404 ? "not_found_error" : "invalid_request_error");
  json.Key("message").String(status == 404
                                 ? "no such route: " + exchange.head().method + " " + exchange.head().path
                                 : "this route does not take " + exchange.head().method);
  json.EndObject().EndObject();
  std::vector<http::Header> headers{{"Content-Type", "application/json"}};
  if (!allow.empty()) headers.push_back({"Allow", std::move(allow)});
  (void)co_await exchange.Respond(status, std::move(headers), json.Take());
}

}  // namespace

void Router::Add(std::string method, std::string path, http::Handler handler) {
  [[maybe_unused]] const bool added =
      routes_[std::move(path)].emplace(std::move(method), std::move(handler)).second;
  assert(added);
}

void Router::AddBelow(std::string method, std::string prefix, http::Handler handler) {
  [[maybe_unused]] const bool added =
      below_[std::move(prefix)].emplace(std::move(method), std::move(handler)).second;
  assert(added);
}

Router::Methods* Router::Find(std::string_view path) {
  if (const auto exact = routes_.find(path); exact != routes_.end()) return &exact->second;
  for (auto& [prefix, methods] : below_) {
    if (path.size() > prefix.size() && path.starts_with(prefix)) return &methods;
  }
  return nullptr;
}

asio::awaitable<void> Router::Handle(http::ServerExchange& exchange) {
  Methods* methods = Find(exchange.head().path);
  if (methods == nullptr) return RefuseRoute(exchange, 404, {});
  const auto method = methods->find(exchange.head().method);
  if (method != methods->end()) return method->second(exchange);
  std::string allow;
  for (const auto& [name, handler] : *methods) allow.append(allow.empty() ? "" : ", ").append(name);
  return RefuseRoute(exchange, 405, std::move(allow));
}

}  // namespace proviso::gateway
