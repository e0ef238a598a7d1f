#include "cli/http_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "cli/limits.h"
#include "upstreams/exchange.h"

namespace proviso::cli {
namespace {

namespace asio = boost::asio;

asio::awaitable<base::Result<HttpAnswer>> Walk(upstreams::Pool& pool, const upstreams::Request& request) {
  upstreams::Exchange exchange(pool);
  upstreams::Request sent_request = request;
  if (auto sent = co_await exchange.Send(std::move(sent_request)); !sent)
    co_return std::unexpected(sent.error());
  auto head = co_await exchange.ReadHead();
  if (!head) co_return std::unexpected(head.error());
  HttpAnswer answer{.status = (*head)->status, .body = {}};
  auto body = co_await exchange.ReadAll(kAnswerBytesMax);
  if (!body) co_return std::unexpected(body.error());
  answer.body = std::move(*body);
  co_return answer;
}

}  // namespace

base::Result<HttpClient> HttpClient::Make(std::string_view url, std::string ca_file,
                                          std::optional<upstreams::Credential> credential) {
  auto endpoint = upstreams::ParseEndpoint(url);
  if (!endpoint) return base::Within("--url", endpoint.error());
  endpoint->ca_file = std::move(ca_file);
  return HttpClient(std::move(*endpoint), std::move(credential));
}

base::Result<HttpAnswer> HttpClient::Ask(std::string_view method, std::string_view target,
                                         std::string_view body) const {
  asio::io_context io(1);
  http::Deadlines deadlines(io);
  upstreams::Timeouts timeouts;
  timeouts.first_byte = kAnswerWait;
  timeouts.between_bytes = kAnswerWait;
  auto pool = upstreams::Pool::Make(io, deadlines, endpoint_, timeouts);
  if (!pool) return std::unexpected(pool.error());
  upstreams::Request request;
  request.method = method;
  request.target = target;
  request.body = body;
  request.credential = credential_ ? &*credential_ : nullptr;
  base::Result<HttpAnswer> answer =
      base::Fail(base::ErrorCode::kInternal, "the request ended without an answer");
  asio::co_spawn(io, Walk(**pool, request),
                 [&](const std::exception_ptr& thrown, base::Result<HttpAnswer> given) {
                   if (!thrown) answer = std::move(given);
                   io.stop();  // the deadlines' timer would keep it running
                 });
  io.run();
  return answer;
}

base::Result<HttpAnswer> HttpClient::Get(std::string_view target) const {
  return Ask("GET", target, {});
}

base::Result<HttpAnswer> HttpClient::Post(std::string_view target, std::string_view body) const {
  return Ask("POST", target, body);
}

}  // namespace proviso::cli
