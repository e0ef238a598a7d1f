#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "http/event.h"
#include "http/testing/one_core.h"
#include "http/testing/raw_client.h"

namespace proviso::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using testing::OneCore;
using testing::RawClient;
using testing::WithoutDate;

constexpr std::size_t kEchoBytesMax = 100'000;

/// Answers with the method, the target and the body.
asio::awaitable<void> Echo(ServerExchange& exchange) {
  auto body = co_await exchange.ReadBody(kEchoBytesMax);
  if (!body) co_return;
  std::string answer = exchange.head().method + " " + exchange.head().target + " " + *body;
  std::vector<Header> headers{{"Content-Type", "text/plain"}};
  (void)co_await exchange.Respond(200, std::move(headers), std::move(answer));
}

std::string EchoAnswer(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string RefusalAnswer(std::string_view status, std::string_view reason) {
  const std::string body =
      R"({"type":"error","error":{"type":"invalid_request_error","message":")" + std::string(reason) + "\"}}";
  return "HTTP/1.1 " + std::string(status) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

TEST(Server, AnswersWithDateAndLengthAndKeepsTheConnection) {
  OneCore core(&Echo);
  RawClient client(core.port());
  client.Send("GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 9\r\n\r\nGET /a?b ");
  client.Send("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(WithoutDate(client.ReadAnswer()), EchoAnswer("POST /c hi"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  OneCore core(&Echo);
  RawClient client(core.port());
  client.Send(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"
      "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n"
      "GET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(
      WithoutDate(client.ReadToEnd()),
      EchoAnswer("POST /1 a") + EchoAnswer("GET /2 ") + EchoAnswer("POST /3 b") +
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
          "GET /4 ");
}

TEST(Server, RefusesBadRequestsWithTheirStatusAndClosesWithoutCallingTheHandler) {
  std::atomic<int> calls = 0;
  OneCore core([&calls](ServerExchange& exchange) {
    ++calls;
    return Echo(exchange);
  });
  struct Row {
    std::string bytes;
    std::string status;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", "400 Bad Request",
       "more than one Content-Length"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
       "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
       "400 Bad Request", "both Transfer-Encoding and Content-Length"},
      {"GET / HTTP/1.1\nHost: x\n\n", "400 Bad Request", "a line feed without carriage return in the head"},
      {"GET / HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported",
       "only HTTP/1.1 and HTTP/1.0 are spoken here"},
      {"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", "501 Not Implemented", "the method is not implemented"},
      {"GET /" + std::string(kTargetBytesMax, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", "414 URI Too Long",
       "the request target is too long"},
      {"GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", "417 Expectation Failed",
       "Expect: only 100-continue is known"},
  };
  for (const Row& row : rows) {
    RawClient client(core.port());
    client.Send(row.bytes);
    EXPECT_EQ(WithoutDate(client.ReadToEnd()), RefusalAnswer(row.status, row.reason)) << row.bytes;
  }
  EXPECT_EQ(calls, 0);
}

TEST(Server, RefusesACompressedBodyAndSaysWhatItTakes) {
  OneCore core(&Echo);
  RawClient client(core.port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx");
  EXPECT_THAT(client.ReadToEnd(),
              ::testing::AllOf(::testing::StartsWith("HTTP/1.1 415 Unsupported Media Type\r\n"),
                               ::testing::HasSubstr("\r\nAccept-Encoding: identity\r\n")));
  RawClient plain(core.port());
  plain.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\nxx");
  EXPECT_EQ(WithoutDate(plain.ReadAnswer()), EchoAnswer("POST / xx"));
}

TEST(Server, RefusesABadBodyOnceItIsRead) {
  OneCore core(&Echo);
  RawClient client(core.port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\nX\r\n0\r\n\r\n");
  EXPECT_EQ(WithoutDate(client.ReadToEnd()),
            RefusalAnswer("400 Bad Request", "Invalid character in chunk size"));
}

TEST(Server, RefusesATooLargeBodyWithoutReadingIt) {
  OneCore core(&Echo);
  const std::string refusal = RefusalAnswer("413 Content Too Large", "the body is larger than allowed here");
  RawClient announced(core.port());
  announced.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n");
  EXPECT_EQ(WithoutDate(announced.ReadToEnd()), refusal);
  RawClient chunked(core.port());
  chunked.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n");
  EXPECT_EQ(WithoutDate(chunked.ReadToEnd()), refusal);
  RawClient edge(core.port());
  edge.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'a'));
  EXPECT_EQ(WithoutDate(edge.ReadAnswer()), EchoAnswer("POST / " + std::string(100'000, 'a')));
}

TEST(Server, BoundsEveryBodyWhateverTheHandlerAsksFor) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    (void)co_await exchange.ReadBody(kBodyBytesMax * 2);
  });
  const auto ask = [&core](std::size_t bytes) {
    RawClient client(core.port());
    client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: " +
                std::to_string(bytes) + "\r\n\r\n");
    return client.ReadTo("\r\n\r\n");
  };
  EXPECT_EQ(ask(kBodyBytesMax), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(kBodyBytesMax + 1), ::testing::StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
}

TEST(Server, ClosesAfterAnAnswerGivenWithoutReadingTheBody) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    std::vector<Header> headers{{"Date", "then"}};
    std::string body = "no";
    (void)co_await exchange.Respond(401, std::move(headers), std::move(body));
  });
  RawClient client(core.port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.ReadToEnd(),
            "HTTP/1.1 401 Unauthorized\r\nDate: then\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
}

TEST(Server, ContinuesWhenAskedTo) {
  OneCore core(&Echo);
  RawClient client(core.port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadTo("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("hi");
  EXPECT_EQ(WithoutDate(client.ReadAnswer()), EchoAnswer("POST / hi"));
}

TEST(Server, GivesSlowSendersA408AndCloses) {
  OneCore core(&Echo, {.tls_handshake = milliseconds(50),
                       .head = milliseconds(100),
                       .body = milliseconds(100),
                       .idle = milliseconds(200),
                       .write = milliseconds(100)});
  RawClient slow_head(core.port());
  slow_head.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(WithoutDate(slow_head.ReadToEnd()),
            RefusalAnswer("408 Request Timeout", "the head took too long"));
  RawClient slow_body(core.port());
  slow_body.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(WithoutDate(slow_body.ReadToEnd()),
            RefusalAnswer("408 Request Timeout", "the body took too long"));
  RawClient idle(core.port());
  idle.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(WithoutDate(idle.ReadToEnd()), EchoAnswer("GET / "));
}

TEST(Server, DoesNotLetADrippingSenderStretchTheHeadDeadline) {
  OneCore core(&Echo, {.head = milliseconds(150)});
  RawClient client(core.port());
  const auto start = std::chrono::steady_clock::now();
  for (const char byte : std::string("GET / HTTP/1.1\r\nHost: x\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyy")) {
    if (!client.Send({&byte, 1})) break;
    std::this_thread::sleep_for(milliseconds(20));
    if (std::chrono::steady_clock::now() - start > milliseconds(400)) break;
  }
  EXPECT_THAT(WithoutDate(client.ReadToEnd()), ::testing::StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

asio::awaitable<void> StreamThree(ServerExchange& exchange) {
  std::vector<Header> headers{{"Content-Type", "text/event-stream"}};
  if (!co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kWithFirstBytes)) co_return;
  if (!co_await exchange.Write("data: one\n\n")) co_return;
  if (!co_await exchange.Write("data: two\n\n")) co_return;
  (void)co_await exchange.EndStream("data: [DONE]\n\n");
}

TEST(Server, StreamsInChunksAndToHttp10UntilTheClose) {
  OneCore core(&StreamThree);
  RawClient client(core.port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string whole =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
      "b\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
  EXPECT_EQ(WithoutDate(client.ReadAnswer()), whole);
  EXPECT_EQ(WithoutDate(client.ReadAnswer()), whole);
  RawClient old(core.port());
  old.Send("GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(WithoutDate(old.ReadToEnd()),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
            "data: one\n\ndata: two\n\ndata: [DONE]\n\n");
}

TEST(Server, SendsNoBodyToHead) {
  OneCore core(&Echo);
  RawClient client(core.port());
  client.Send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(WithoutDate(client.ReadToEnd()),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\n"
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
            "GET /b ");
}

TEST(Server, NeverEndsAnUnfinishedStreamWell) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    std::vector<Header> headers;
    (void)co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kNow);
    (void)co_await exchange.Write("half");
  });
  for (const std::string_view version : {"1.0", "1.1"}) {
    RawClient client(core.port());
    client.Send("GET / HTTP/" + std::string(version) + "\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.ReadToEnd(), ::testing::EndsWith("<reset>"));
  }
}

TEST(Server, Answers500WhenTheHandlerDoesNotAnswerOrThrows) {
  OneCore silent([](ServerExchange&) -> asio::awaitable<void> { co_return; });
  RawClient client(silent.port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(WithoutDate(client.ReadToEnd()),
            RefusalAnswer("500 Internal Server Error", "the request was not answered"));
  OneCore throwing([](ServerExchange&) -> asio::awaitable<void> {
    throw std::runtime_error("secret");
    co_return;
  });
  RawClient other(throwing.port());
  other.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(WithoutDate(other.ReadToEnd()), RefusalAnswer("500 Internal Server Error", "internal error"));
}

TEST(Server, RefusesToSendAHeaderThatWouldSplitTheAnswer) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    for (const Header& bad : {Header{"X", "a\r\nSet-Cookie: b"}, Header{"content-length", "1"},
                              Header{"Transfer-Encoding", "chunked"}, Header{"Connection", "keep-alive"}}) {
      std::vector<Header> headers{bad};
      std::string body = "hi";
      const auto sent = co_await exchange.Respond(200, std::move(headers), std::move(body));
      EXPECT_EQ(sent.error().code, base::ErrorCode::kInvalid) << bad.name;
    }
  });
  RawClient client(core.port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), ::testing::StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
}

TEST(Server, TellsTheHandlerWhenTheClientLeaves) {
  std::promise<bool> gone;
  OneCore core([&gone](ServerExchange& exchange) -> asio::awaitable<void> {
    (void)co_await exchange.ReadBody(10);
    Event left;
    exchange.OnPeerGone([&left] { left.Fire(); });
    co_await left.Wait();
    gone.set_value(exchange.peer_gone());
  });
  RawClient client(core.port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  client.Close();
  auto told = gone.get_future();
  ASSERT_EQ(told.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_TRUE(told.get());
}

TEST(Server, StopsWritingToAClientThatDoesNotRead) {
  std::promise<base::Status> ended;
  OneCore core(
      [&ended](ServerExchange& exchange) -> asio::awaitable<void> {
        std::vector<Header> headers;
        (void)co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kNow);
        const std::string block(1U << 20U, 'x');
        base::Status written;
        while (written) written = co_await exchange.Write(block);
        ended.set_value(written);
      },
      {.write = milliseconds(100)});
  RawClient client(core.port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto status = ended.get_future();
  ASSERT_EQ(status.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(status.get().error().code, base::ErrorCode::kExpired);
}

TEST(Server, DrainsByFinishingWhatIsInFlight) {
  Event go;
  OneCore core([&go](ServerExchange& exchange) -> asio::awaitable<void> {
    std::vector<Header> headers;
    (void)co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kNow);
    co_await go.Wait();
    (void)co_await exchange.EndStream("end");
  });
  RawClient idle(core.port());
  RawClient streaming(core.port());
  streaming.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(streaming.ReadTo("\r\n\r\n"), ::testing::HasSubstr("200 OK"));
  core.Drain();
  EXPECT_EQ(idle.ReadToEnd(), "");
  asio::post(core.io(), [&go] { go.Fire(); });
  EXPECT_EQ(streaming.ReadToEnd(), "3\r\nend\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace proviso::http
