#include "gateway/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "gateway/server.h"
#include "http/testing/raw_client.h"

namespace proviso::gateway {
namespace {

namespace asio = boost::asio;
using http::testing::RawClient;
using http::testing::WithoutDate;

asio::awaitable<void> Answer(http::ServerExchange& exchange) {
  std::vector<http::Header> headers;
  std::string body = "here";
  (void)co_await exchange.Respond(200, std::move(headers), std::move(body));
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    auto started = Server::Start({.listen = {Listen{}}}, clock_, [](Core&) -> base::Result<http::Handler> {
      auto router = std::make_unique<Router>();
      router->Add("POST", "/v1/chat", &Answer);
      router->Add("GET", "/v1/chat", &Answer);
      router->AddBelow("GET", "/log/", &Answer);
      return
          [router = std::move(router)](http::ServerExchange& exchange) { return router->Handle(exchange); };
    });
    EXPECT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  std::string Ask(std::string_view request_line) {
    RawClient client(server_->port());
    client.Send(std::string(request_line) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return WithoutDate(client.ReadAnswer());
  }
  base::SystemClock clock_;
  std::unique_ptr<Server> server_;
};

TEST_F(RouterTest, TakesExactlyTheBytesOfARoute) {
  for (const std::string_view known :
       {"GET /v1/chat", "GET /v1/chat?x=1", "GET /v1/chat?", "POST /v1/chat"}) {
    EXPECT_EQ(Ask(known), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere") << known;
  }
  for (const std::string_view unknown :
       {"GET /", "GET /v1/chat/", "GET //v1/chat", "GET /v1//chat", "GET /v1/%63hat", "GET /v1%2fchat",
        "GET /v1/./chat", "GET /v1/x/../chat", "GET /v1/%2e/chat", "GET /V1/chat", "GET /v1/Chat",
        "GET /v1/chat;a", "GET /v1/chat%3f", "GET /v1/chat%00", "GET /v1/chat."}) {
    EXPECT_THAT(Ask(unknown), ::testing::StartsWith("HTTP/1.1 404 Not Found\r\n")) << unknown;
  }
}

TEST_F(RouterTest, TakesWhatStandsBelowAPrefixAndNotThePrefix) {
  EXPECT_THAT(Ask("GET /log/tile/0/000"), ::testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  for (const std::string_view unknown : {"GET /log/", "GET /log", "GET /LOG/x", "GET //log/x"}) {
    EXPECT_THAT(Ask(unknown), ::testing::StartsWith("HTTP/1.1 404 Not Found\r\n")) << unknown;
  }
  EXPECT_THAT(Ask("POST /log/x"), ::testing::StartsWith("HTTP/1.1 405 "));
}

TEST_F(RouterTest, NamesTheMethodsOfAKnownPath) {
  EXPECT_EQ(
      Ask("PUT /v1/chat"),
      "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/json\r\nAllow: GET, POST\r\n"
      "Content-Length: 98\r\n\r\n"
      R"({"type":"error","error":{"type":"invalid_request_error","message":"this route does not take PUT"}})");
}

}  // namespace
}  // namespace proviso::gateway
