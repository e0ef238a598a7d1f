#include "gateway/internal/operator_page.h"

#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "gateway/refuse.h"
#include "keys/digest.h"

namespace proviso::gateway::internal {

namespace asio = boost::asio;

asio::awaitable<bool> KnowsOperator(CoreState& core, http::ServerExchange& exchange) {
  const std::string_view key = PresentedKey(exchange.head());
  if (!key.empty() && core.snapshot()->operators.contains(base::ToHex(keys::Sha256(key)))) co_return true;
  co_await SendJsonError(exchange, 401, "this route needs an operator's key, as Authorization: Bearer KEY");
  co_return false;
}

asio::awaitable<void> SendJson(http::ServerExchange& exchange, int status, std::string body) {
  std::vector<http::Header> headers{{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  (void)co_await exchange.Respond(status, std::move(headers), std::move(body));
}

asio::awaitable<void> SendJsonError(http::ServerExchange& exchange, int status, std::string_view message) {
  base::JsonWriter json;
  json.BeginObject().Key("error").BeginObject().Key("message").String(message).EndObject().EndObject();
  co_await SendJson(exchange, status, json.Take());
}

}  // namespace proviso::gateway::internal
