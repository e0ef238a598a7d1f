#include "upstreams/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <thread>

#include "base/file.h"
#include "http/limits.h"
#include "http/testing/certificates.h"
#include "http/testing/scripted_upstream.h"
#include "upstreams/credential.h"

namespace proviso::upstreams {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using http::testing::ByteByByte;
using http::testing::Bytes;
using http::testing::Certificates;
using http::testing::Close;
using http::testing::OkWith;
using http::testing::Pause;
using http::testing::ScriptedUpstream;
using http::testing::WaitForClose;
using http::testing::WaitForGo;
using std::chrono::milliseconds;

class UpstreamTest : public ::testing::Test {
 protected:
  std::unique_ptr<Pool> MakePool(const std::string& url, Timeouts timeouts = {}) {
    auto endpoint = ParseEndpoint(url);
    return MakePool(std::move(*endpoint), timeouts);
  }
  std::unique_ptr<Pool> MakePool(Endpoint endpoint, Timeouts timeouts = {}) {
    auto pool = Pool::Make(io_, deadlines_, std::move(endpoint), timeouts);
    EXPECT_TRUE(pool) << pool.error().message;
    return std::move(*pool);
  }

  /// Runs the core until the coroutine has ended; idle connections may keep it busy after that.
  void Run(std::function<asio::awaitable<void>()> body) {
    bool ended = false;
    asio::co_spawn(io_, std::move(body), [&ended](const std::exception_ptr& thrown) {
      ended = true;
      if (thrown) std::rethrow_exception(thrown);
    });
    io_.restart();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!ended && std::chrono::steady_clock::now() < until) io_.run_one_for(milliseconds(100));
    ASSERT_TRUE(ended);
  }

  /// One POST of "ask"; the answer's status and body, or the error.
  std::string Ask(Pool& pool, int* sends = nullptr) {
    std::string outcome;
    Run([&]() -> asio::awaitable<void> {
      Exchange exchange(pool);
      Request request{
          .method = "POST", .target = "/chat", .headers = {}, .body = "ask", .credential = nullptr};
      auto sent = co_await exchange.Send(std::move(request));
      auto head = sent ? co_await exchange.ReadHead() : std::unexpected(sent.error());
      auto body = head ? co_await exchange.ReadAll(1 << 20) : std::unexpected(head.error());
      outcome = body ? std::to_string((*head)->status) + " " + *body : body.error().message;
      if (sends != nullptr) *sends = exchange.sends();
    });
    return outcome;
  }

  std::string AtHost(const ScriptedUpstream& upstream, std::string_view what) {
    return "upstream 127.0.0.1:" + std::to_string(upstream.port()) + ": " + std::string(what);
  }

  asio::io_context io_;
  http::Deadlines deadlines_{io_};
};

TEST_F(UpstreamTest, SendsTheRequestAsItIsAndReusesTheConnection) {
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("one"))}}, {.answer = {Bytes(OkWith("two"))}}});
  const auto pool = MakePool(upstream.url() + "/base");
  EXPECT_EQ(Ask(*pool), "200 one");
  EXPECT_EQ(Ask(*pool), "200 two");
  const std::string host = "127.0.0.1:" + std::to_string(upstream.port());
  EXPECT_EQ(upstream.requests().at(1),
            "POST /base/chat HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 3\r\n\r\nask");
  EXPECT_EQ(upstream.connections_accepted(), 1U);
}

TEST_F(UpstreamTest, PutsTheCredentialIntoTheRequestOnly) {
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("x"))}}});
  const auto pool = MakePool(upstream.url());
  ::setenv("PROVISO_TEST_KEY", "sk-3", 1);
  const auto credential = Credential::FromEnvironment("PROVISO_TEST_KEY", CredentialStyle::kXApiKey);
  Run([&]() -> asio::awaitable<void> {
    Exchange exchange(*pool);
    Request request{.method = "GET",
                    .target = "/models?limit=1",
                    .headers = {{"Accept", "*/*"}},
                    .body = {},
                    .credential = &*credential};
    EXPECT_TRUE(co_await exchange.Send(std::move(request)));
    EXPECT_TRUE(co_await exchange.ReadHead());
  });
  EXPECT_EQ(upstream.requests().at(0),
            "GET /models?limit=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(upstream.port()) +
                "\r\nAccept: */*\r\nx-api-key: sk-3\r\n\r\n");
}

TEST_F(UpstreamTest, ReadsEachFramingWhereverItIsCut) {
  const std::vector<std::string> answers = {
      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "6\r\nhello \r\n5;x=y\r\nworld\r\n0\r\n\r\n"};
  for (const std::string& answer : answers) {
    ScriptedUpstream upstream({{.answer = {ByteByByte(answer)}}});
    const auto pool = MakePool(upstream.url());
    EXPECT_EQ(Ask(*pool), "200 hello world");
    EXPECT_EQ(Ask(*pool), "200 hello world");
    EXPECT_EQ(upstream.connections_accepted(), 1U);
  }
  ScriptedUpstream closing({{.answer = {Bytes("HTTP/1.1 200 OK\r\n\r\nhello "), Bytes("world"), Close()}}});
  const auto pool = MakePool(closing.url());
  EXPECT_EQ(Ask(*pool), "200 hello world");
  EXPECT_EQ(Ask(*pool), "200 hello world");
  EXPECT_EQ(closing.connections_accepted(), 2U);
}

TEST_F(UpstreamTest, GivesTheBytesOfAStreamAsTheyCome) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"), WaitForGo(),
                   Bytes("3\r\ntwo\r\n0\r\n\r\n")}}});
  const auto pool = MakePool(upstream.url());
  Run([&]() -> asio::awaitable<void> {
    Exchange exchange(*pool);
    EXPECT_TRUE(co_await exchange.Send({.target = "/", .headers = {}, .body = ""}));
    EXPECT_TRUE(co_await exchange.ReadHead());
    auto bytes = co_await exchange.ReadSome();
    EXPECT_EQ(bytes.value(), "one");
    upstream.Go();
    bytes = co_await exchange.ReadSome();
    EXPECT_EQ(bytes.value(), "two");
    bytes = co_await exchange.ReadSome();
    EXPECT_EQ(bytes.value(), "");
  });
}

TEST_F(UpstreamTest, NeverTakesAnAnswerThatIsCutOffForAWholeOne) {
  for (const std::string_view cut : {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello",
                                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    ScriptedUpstream upstream({{.answer = {Bytes(std::string(cut)), Close()}}});
    const auto pool = MakePool(upstream.url());
    int sends = 0;
    EXPECT_EQ(Ask(*pool, &sends), AtHost(upstream, "closed the connection in the middle of its answer"));
    EXPECT_EQ(sends, 1);
    EXPECT_EQ(upstream.requests().size(), 1U);
  }
}

// "data: one\n\ndata: two\n\n" by gzip.
constexpr std::string_view kGzippedEvents(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x49\x2c\x49\xb4\x52\xc8\xcf\x4b\xe5\xe2\x4a\x01"
    "\x33\x4b\xca\xf3\xb9\xb8\x00\xa2\x0d\x4a\x3f\x16\x00\x00\x00",
    38);

TEST_F(UpstreamTest, DecodesContentOnlyWhenAsked) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX: y\r\nContent-Length: 38\r\n\r\n" +
      std::string(kGzippedEvents);
  ScriptedUpstream upstream({{.answer = {ByteByByte(answer)}}});
  const auto pool = MakePool(upstream.url());
  EXPECT_EQ(Ask(*pool), "200 " + std::string(kGzippedEvents));
  Run([&]() -> asio::awaitable<void> {
    Exchange exchange(*pool);
    EXPECT_TRUE(co_await exchange.Send({.target = "/", .headers = {}, .body = ""}));
    const auto head = co_await exchange.ReadHead();
    EXPECT_TRUE(head);
    EXPECT_TRUE(exchange.DecodeContent());
    EXPECT_EQ(http::FindHeader((*head)->headers, "content-encoding"), nullptr);
    EXPECT_NE(http::FindHeader((*head)->headers, "x"), nullptr);
    const auto text = co_await exchange.ReadAll(22);
    EXPECT_EQ(text.value_or(""), "data: one\n\ndata: two\n\n");
  });
}

TEST_F(UpstreamTest, NeverTakesACompressedAnswerThatIsCutOffForAWholeOne) {
  struct Row {
    std::string head;
    std::string body;
    std::string error;
  };
  const std::string gzip = "Content-Encoding: gzip\r\n";
  const std::vector<Row> rows = {
      {gzip, std::string(kGzippedEvents.substr(0, 30)), "the compressed content is cut off before its end"},
      {gzip, "{}", "content coding: gzip: incorrect header check"},
      {gzip, std::string(kGzippedEvents) + "{}", "content coding: gzip: incorrect header check"},
      {"Content-Encoding: gzip, br\r\n", "x", "Content-Encoding: more than one coding; only one is decoded"},
      {"Content-Encoding: zstd\r\n", "x", "Content-Encoding: not gzip, deflate or br"},
  };
  for (const Row& row : rows) {
    ScriptedUpstream upstream({{.answer = {Bytes("HTTP/1.1 200 OK\r\n" + row.head + "Content-Length: " +
                                                 std::to_string(row.body.size()) + "\r\n\r\n" + row.body)}}});
    const auto pool = MakePool(upstream.url());
    Run([&]() -> asio::awaitable<void> {
      Exchange exchange(*pool);
      EXPECT_TRUE(co_await exchange.Send({.target = "/", .headers = {}, .body = ""}));
      EXPECT_TRUE(co_await exchange.ReadHead());
      const base::Status decoding = exchange.DecodeContent();
      const auto text = decoding ? co_await exchange.ReadAll(100) : std::unexpected(decoding.error());
      EXPECT_EQ(text ? *text : text.error().message, AtHost(upstream, row.error));
    });
  }
}

TEST_F(UpstreamTest, RefusesAnAnswerWithTwoReadings) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx")}}});
  const auto pool = MakePool(upstream.url());
  EXPECT_EQ(Ask(*pool), AtHost(upstream, "its answer is not acceptable: more than one Content-Length"));
}

TEST_F(UpstreamTest, BoundsTheAnswerAtItsEdge) {
  const auto ask = [this](const std::string& answer) {
    ScriptedUpstream upstream({{.answer = {Bytes(answer), Close()}}});
    const std::string outcome = Ask(*MakePool(upstream.url()));
    const std::string prefix = AtHost(upstream, "");
    return outcome.starts_with(prefix) ? outcome.substr(prefix.size()) : outcome;
  };
  const auto interim = [](std::size_t count) {
    std::string answer;
    for (std::size_t i = 0; i < count; ++i) answer += "HTTP/1.1 102 Processing\r\n\r\n";
    return answer + OkWith("at last");
  };
  EXPECT_EQ(ask(interim(http::kInterimResponsesMax)), "200 at last");
  EXPECT_EQ(ask(interim(http::kInterimResponsesMax + 1)), "too many interim answers");
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string length = ok + "Content-Length: ";
  const std::string cut_off = "closed the connection in the middle of its answer";
  EXPECT_EQ(ask(length + std::to_string(http::kAnswerBytesMax) + "\r\n\r\n"), cut_off);
  EXPECT_EQ(ask(length + std::to_string(http::kAnswerBytesMax + 1) + "\r\n\r\n"),
            "its answer is larger than any may be");
  EXPECT_EQ(ask(ok + "Transfer-Encoding: chunked\r\n\r\n40000000\r\n"), cut_off);
  EXPECT_EQ(ask(ok + "Transfer-Encoding: chunked\r\n\r\n40000001\r\n"),
            "its answer is not acceptable: the body is larger than allowed here");
}

TEST_F(UpstreamTest, RetriesOnceWhenAReusedConnectionWasClosedUnanswered) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(OkWith("one"))}}, {.answer = {Close()}}, {.answer = {Bytes(OkWith("two"))}}});
  const auto pool = MakePool(upstream.url());
  EXPECT_EQ(Ask(*pool), "200 one");
  int sends = 0;
  EXPECT_EQ(Ask(*pool, &sends), "200 two");
  EXPECT_EQ(sends, 2);
  EXPECT_EQ(upstream.connections_accepted(), 2U);
}

TEST_F(UpstreamTest, DoesNotRetryOnAFreshConnectionNorTwice) {
  ScriptedUpstream fresh({{.answer = {Close()}}});
  const auto fresh_pool = MakePool(fresh.url());
  EXPECT_EQ(Ask(*fresh_pool), AtHost(fresh, "closed the connection before an answer"));
  EXPECT_EQ(fresh.requests().size(), 1U);

  ScriptedUpstream dying({{.answer = {Bytes(OkWith("one"))}}, {.answer = {Close()}}});
  const auto pool = MakePool(dying.url());
  EXPECT_EQ(Ask(*pool), "200 one");
  EXPECT_EQ(Ask(*pool), AtHost(dying, "closed the connection before an answer"));
  EXPECT_EQ(dying.requests().size(), 3U);
}

TEST_F(UpstreamTest, DoesNotRetryAfterOneByteOfAnAnswerNorAfterATimeout) {
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("one"))}}, {.answer = {Bytes("H"), Close()}}});
  const auto pool = MakePool(upstream.url());
  EXPECT_EQ(Ask(*pool), "200 one");
  EXPECT_EQ(Ask(*pool), AtHost(upstream, "closed the connection before an answer"));
  EXPECT_EQ(upstream.requests().size(), 2U);

  ScriptedUpstream silent({{.answer = {Bytes(OkWith("one"))}}, {.answer = {WaitForClose()}}});
  const auto silent_pool = MakePool(silent.url(), {.first_byte = milliseconds(100)});
  EXPECT_EQ(Ask(*silent_pool), "200 one");
  EXPECT_EQ(Ask(*silent_pool), AtHost(silent, "reading took too long"));
  EXPECT_EQ(silent.requests().size(), 2U);
}

TEST_F(UpstreamTest, DoesNotUseAnIdleConnectionThatThePeerClosed) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(OkWith("one")), Close()}}, {.answer = {Bytes(OkWith("two"))}}});
  const auto pool = MakePool(upstream.url());
  EXPECT_EQ(Ask(*pool), "200 one");
  Run([&]() -> asio::awaitable<void> {
    asio::steady_timer timer(io_, milliseconds(100));
    co_await timer.async_wait(asio::use_awaitable);
  });
  int sends = 0;
  EXPECT_EQ(Ask(*pool, &sends), "200 two");
  EXPECT_EQ(sends, 1);
}

TEST_F(UpstreamTest, DoesNotUseAConnectionThatSaidMoreThanItWasAsked) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(OkWith("one") + "HTTP/1.1 200 OK\r\n")}}, {.answer = {Bytes(OkWith("two"))}}});
  const auto pool = MakePool(upstream.url());
  EXPECT_EQ(Ask(*pool), "200 one");
  EXPECT_EQ(pool->idle_count(), 0U);
  EXPECT_EQ(Ask(*pool), "200 two");
}

TEST_F(UpstreamTest, DoesNotUseAConnectionThatWasIdleTooLong) {
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("x"))}}});
  const auto pool = MakePool(upstream.url(), {.idle = milliseconds(0)});
  EXPECT_EQ(Ask(*pool), "200 x");
  EXPECT_EQ(Ask(*pool), "200 x");
  EXPECT_EQ(upstream.connections_accepted(), 2U);
}

TEST_F(UpstreamTest, BoundsTheWaits) {
  ScriptedUpstream silent({{.answer = {WaitForClose()}}});
  const auto first = MakePool(silent.url(), {.first_byte = milliseconds(80)});
  EXPECT_EQ(Ask(*first), AtHost(silent, "reading took too long"));
  ScriptedUpstream stalling(
      {{.answer = {Bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"), WaitForClose()}}});
  const auto between = MakePool(stalling.url(), {.between_bytes = milliseconds(80)});
  EXPECT_EQ(Ask(*between), AtHost(stalling, "reading took too long"));
  ScriptedUpstream no_tls({{.answer = {WaitForClose()}, .before = http::testing::Before::kAnything}});
  Certificates certificates("127.0.0.1");
  const auto handshake = MakePool(Endpoint{.scheme = Scheme::kHttps,
                                           .host = "127.0.0.1",
                                           .port = no_tls.port(),
                                           .base_path = "",
                                           .ca_file = certificates.ca_file(),
                                           .server_name = ""},
                                  {.tls_handshake = milliseconds(80)});
  EXPECT_EQ(Ask(*handshake), AtHost(no_tls, "TLS handshake took too long"));
}

TEST_F(UpstreamTest, LetsOneExchangeHaveWaitsOfItsOwn) {
  ScriptedUpstream silent({{.answer = {WaitForClose()}}});
  const auto pool = MakePool(silent.url());
  Run([&]() -> asio::awaitable<void> {
    const Timeouts short_waits{.first_byte = milliseconds(80)};
    Exchange exchange(*pool, short_waits);
    Request request{.target = "/chat", .body = "ask"};
    const auto sent = co_await exchange.Send(std::move(request));
    EXPECT_TRUE(sent);
    const auto head = co_await exchange.ReadHead();
    EXPECT_EQ(head.error().message, AtHost(silent, "reading took too long"));
  });
}

TEST_F(UpstreamTest, CancelEndsWhatIsPendingAndClosesTheConnection) {
  ScriptedUpstream upstream({{.answer = {WaitForClose()}}});
  const auto pool = MakePool(upstream.url());
  Run([&]() -> asio::awaitable<void> {
    Exchange exchange(*pool);
    asio::steady_timer timer(io_, milliseconds(50));
    timer.async_wait([&exchange](const boost::system::error_code&) { exchange.Cancel(); });
    EXPECT_TRUE(co_await exchange.Send({.target = "/", .headers = {}, .body = ""}));
    const auto head = co_await exchange.ReadHead();
    EXPECT_EQ(head.error().message, AtHost(upstream, "cancelled"));
  });
  EXPECT_TRUE(upstream.WaitForClosedByClient(1));
  EXPECT_EQ(pool->idle_count(), 0U);
}

TEST_F(UpstreamTest, ReadsNoFurtherAheadThanItsBuffers) {
  // The upstream offers far more than socket buffers hold; it can only finish if we read.
  const std::string big(64U << 20U, 'x');
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith(big))}}});
  const auto pool = MakePool(upstream.url());
  Run([&]() -> asio::awaitable<void> {
    Exchange exchange(*pool);
    EXPECT_TRUE(co_await exchange.Send({.target = "/", .headers = {}, .body = ""}));
    EXPECT_TRUE(co_await exchange.ReadHead());
    std::size_t total = 0;
    for (int i = 0; i < 3; ++i) {
      asio::steady_timer timer(io_, milliseconds(20));
      co_await timer.async_wait(asio::use_awaitable);
      const auto bytes = co_await exchange.ReadSome();
      EXPECT_LE(bytes->size(), http::kReadBytes);
      total += bytes->size();
    }
    EXPECT_LE(total, 3 * http::kReadBytes);
  });
  EXPECT_TRUE(upstream.WaitForClosedByClient(1));
}

TEST_F(UpstreamTest, TakesAnAnswerGivenBeforeTheRequestWasAllSent) {
  ScriptedUpstream upstream({{.answer = {Bytes("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n"
                                               "Connection: close\r\n\r\nbig"),
                                         Pause(milliseconds(50)), Close()},
                              .before = http::testing::Before::kAnything}});
  const auto pool = MakePool(upstream.url());
  const std::string big(32U << 20U, 'x');
  Run([&]() -> asio::awaitable<void> {
    Exchange exchange(*pool);
    EXPECT_TRUE(co_await exchange.Send({.target = "/", .headers = {}, .body = big}));
    const auto head = co_await exchange.ReadHead();
    EXPECT_TRUE(head) << head.error().message;
    if (head) EXPECT_EQ((*head)->status, 413);
  });
}

TEST_F(UpstreamTest, RefusesARequestThatWouldSplit) {
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("x"))}}});
  const auto pool = MakePool(upstream.url());
  Run([&]() -> asio::awaitable<void> {
    for (Request& request : std::vector<Request>{{.target = "/a b", .headers = {}, .body = ""},
                                                 {.target = "a", .headers = {}, .body = ""},
                                                 {.target = "/\r\n", .headers = {}, .body = ""},
                                                 {.method = "P T", .target = "/", .headers = {}, .body = ""},
                                                 {.target = "/", .headers = {{"X", "a\r\nY: b"}}, .body = ""},
                                                 {.target = "/", .headers = {{"host", "y"}}, .body = ""}}) {
      Exchange exchange(*pool);
      const auto sent = co_await exchange.Send(std::move(request));
      EXPECT_EQ(sent.error().code, ErrorCode::kInvalid);
      EXPECT_EQ(exchange.sends(), 0);
    }
  });
  EXPECT_TRUE(upstream.requests().empty());
}

TEST_F(UpstreamTest, SaysWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    const ScriptedUpstream gone({{.answer = {Close()}}});
    port = gone.port();
  }
  const auto pool = MakePool("http://127.0.0.1:" + std::to_string(port));
  EXPECT_THAT(Ask(*pool), ::testing::HasSubstr("connecting failed: Connection refused"));
}

TEST_F(UpstreamTest, KeepsAtMostItsLimitOfIdleConnections) {
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("x"))}}});
  const auto pool = MakePool(upstream.url());
  Run([&]() -> asio::awaitable<void> {
    std::vector<std::unique_ptr<Exchange>> open;
    for (std::size_t i = 0; i < kIdleConnectionsMax + 1; ++i) {
      open.push_back(std::make_unique<Exchange>(*pool));
      Request request{.target = "/", .headers = {}, .body = ""};
      EXPECT_TRUE(co_await open.back()->Send(std::move(request)));
      EXPECT_TRUE(co_await open.back()->ReadHead());
      EXPECT_TRUE(co_await open.back()->ReadAll(10));
    }
    EXPECT_EQ(pool->idle_count(), 0U);
    open.pop_back();
    EXPECT_EQ(pool->idle_count(), 1U);
    open.clear();
  });
  EXPECT_EQ(pool->idle_count(), kIdleConnectionsMax);
}

TEST_F(UpstreamTest, VerifiesTheChainAndTheName) {
  const Certificates right("127.0.0.1");
  const Certificates other("127.0.0.1");
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("x"))}}}, right.server_files());
  Endpoint endpoint{.scheme = Scheme::kHttps,
                    .host = "127.0.0.1",
                    .port = upstream.port(),
                    .base_path = "",
                    .ca_file = right.ca_file(),
                    .server_name = ""};
  EXPECT_EQ(Ask(*MakePool(endpoint)), "200 x");
  endpoint.server_name = "api.example.com";
  EXPECT_EQ(Ask(*MakePool(endpoint)), AtHost(upstream, "certificate refused: hostname mismatch"));
  endpoint.server_name = "";
  endpoint.ca_file = other.ca_file();
  EXPECT_THAT(Ask(*MakePool(endpoint)), ::testing::HasSubstr("certificate refused: "));
  endpoint.ca_file = "";
  EXPECT_THAT(Ask(*MakePool(endpoint)), ::testing::HasSubstr("certificate refused: "));
  EXPECT_EQ(upstream.requests().size(), 1U);

  const Certificates named("api.example.com");
  ScriptedUpstream by_name({{.answer = {Bytes(OkWith("y"))}}}, named.server_files());
  const auto pool = MakePool(Endpoint{.scheme = Scheme::kHttps,
                                      .host = "127.0.0.1",
                                      .port = by_name.port(),
                                      .base_path = "",
                                      .ca_file = named.ca_file(),
                                      .server_name = "api.example.com"});
  EXPECT_EQ(Ask(*pool), "200 y");
  EXPECT_EQ(Ask(*pool), "200 y");
  EXPECT_EQ(by_name.connections_accepted(), 1U);
}

TEST_F(UpstreamTest, TakesAnAnswerCutOffUnderTlsForCutOff) {
  const Certificates certificates("127.0.0.1");
  ScriptedUpstream upstream({{.answer = {Bytes("HTTP/1.1 200 OK\r\n\r\nhalf"), http::testing::Reset()}}},
                            certificates.server_files());
  const auto pool = MakePool(Endpoint{.scheme = Scheme::kHttps,
                                      .host = "127.0.0.1",
                                      .port = upstream.port(),
                                      .base_path = "",
                                      .ca_file = certificates.ca_file(),
                                      .server_name = ""});
  EXPECT_THAT(Ask(*pool), ::testing::HasSubstr("reading failed"));
}

}  // namespace
}  // namespace proviso::upstreams
