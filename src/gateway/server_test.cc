#include "gateway/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "http/event.h"
#include "http/testing/certificates.h"
#include "http/testing/raw_client.h"
#include "http/testing/scripted_upstream.h"
#include "upstreams/exchange.h"

namespace proviso::gateway {
namespace {

namespace asio = boost::asio;
using http::testing::Bytes;
using http::testing::Certificates;
using http::testing::Close;
using http::testing::OkWith;
using http::testing::RawClient;
using http::testing::ScriptedUpstream;
using http::testing::WaitForClose;
using http::testing::WaitForGo;
using http::testing::WithoutDate;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

asio::awaitable<void> Hello(http::ServerExchange& exchange) {
  std::vector<http::Header> headers;
  std::string body = "hello";
  (void)co_await exchange.Respond(200, std::move(headers), std::move(body));
}

/// Passes requests to an upstream and its answers back, as the request walk will.
asio::awaitable<void> Proxy(upstreams::Pool& pool, http::ServerExchange& exchange) {
  auto body = co_await exchange.ReadBody(1 << 20);
  if (!body) co_return;
  upstreams::Exchange upstream(pool);
  exchange.OnPeerGone([&upstream] { upstream.Cancel(); });
  upstreams::Request request{.method = exchange.head().method,
                             .target = exchange.head().target,
                             .headers = http::ForwardableHeaders(exchange.head().headers),
                             .body = *body,
                             .credential = nullptr};
  auto sent = co_await upstream.Send(std::move(request));
  auto head = sent ? co_await upstream.ReadHead() : std::unexpected(sent.error());
  if (!head) {
    std::vector<http::Header> headers;
    std::string reason = head.error().message;
    (void)co_await exchange.Respond(502, std::move(headers), std::move(reason));
    co_return;
  }
  std::vector<http::Header> headers = http::ForwardableHeaders((*head)->headers);
  if (!co_await exchange.BeginStream((*head)->status, std::move(headers), http::HeadFlush::kWithFirstBytes)) {
    co_return;
  }
  while (true) {
    const auto bytes = co_await upstream.ReadSome();
    if (!bytes) co_return exchange.Abort();
    if (bytes->empty()) break;
    if (!co_await exchange.Write(*bytes)) co_return;
  }
  (void)co_await exchange.EndStream({});
}

class ServerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Server> Start(const MakeHandler& make_handler,
                                ServerOptions options = {.listen = {Listen{}}}) {
    auto server = Server::Start(options, clock_, make_handler);
    EXPECT_TRUE(server) << server.error().message;
    return std::move(*server);
  }
  std::unique_ptr<Server> StartProxy(const ScriptedUpstream& upstream) {
    auto endpoint = upstreams::ParseEndpoint(upstream.url());
    return Start([&](Core& core) -> base::Result<http::Handler> {
      auto pool = upstreams::Pool::Make(core.io, core.deadlines, *endpoint, {});
      return [pool = std::move(*pool)](http::ServerExchange& exchange) { return Proxy(*pool, exchange); };
    });
  }
  base::SystemClock clock_;
};

TEST_F(ServerTest, SpreadsConnectionsOverItsCoresAndOnePort) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<unsigned> handlers = 0;
  auto server = Start(
      [&](Core& core) -> base::Result<http::Handler> {
        EXPECT_EQ(core.index, handlers++);
        return [&](http::ServerExchange& exchange) {
          const std::lock_guard lock(mutex);
          threads.insert(std::this_thread::get_id());
          return Hello(exchange);
        };
      },
      {.listen = {Listen{}}, .threads = 3});
  for (int i = 0; i < 60; ++i) {
    RawClient client(server->port());
    client.Send(kGet);
    EXPECT_THAT(client.ReadAnswer(), ::testing::EndsWith("hello"));
  }
  EXPECT_EQ(handlers, 3U);
  EXPECT_GT(threads.size(), 1U);
  EXPECT_EQ(server->Drain(seconds(5)), 0U);
}

TEST_F(ServerTest, LeavesAnAddressToTheGatewayThatHasIt) {
  const MakeHandler hello = [](Core&) -> base::Result<http::Handler> { return &Hello; };
  auto first = Start(hello, {.listen = {Listen{}}, .threads = 2});
  const auto second = Server::Start({.listen = {Listen{.port = first->port()}}}, clock_, hello);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().message.ends_with("is another gateway running there?"))
      << second.error().message;
}

TEST_F(ServerTest, ListensWhollyOrNotAtAll) {
  auto server = Start([](Core&) -> base::Result<http::Handler> { return &Hello; });
  const auto make = [](Core&) -> base::Result<http::Handler> { return &Hello; };
  const Certificates right("127.0.0.1");
  const Certificates other("127.0.0.1");
  struct Row {
    ServerOptions options;
    std::string message;
  };
  const std::vector<Row> rows = {
      {{.listen = {Listen{.address = "nowhere"}}}, "listen nowhere:0: not an IP address"},
      {{.listen = {Listen{.address = "192.0.2.1"}}}, "listen 192.0.2.1:0: Cannot assign requested address"},
      {{.listen = {Listen{}}, .threads = 0}, "threads: must be 1 to 256"},
      {{.listen = {Listen{}}, .threads = kThreadsMax + 1}, "threads: must be 1 to 256"},
      {{.listen = {Listen{.tls = http::TlsServerFiles{"/none.pem", "/none.key"}}}},
       "certificate file '/none.pem'"},
      {{.listen = {Listen{.tls = http::TlsServerFiles{right.server_files().certificate_file,
                                                      other.server_files().key_file}}}},
       "key file '"},
  };
  for (const Row& row : rows) {
    const auto failed = Server::Start(row.options, clock_, make);
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message, ::testing::StartsWith(row.message));
  }
  const auto no_handler = Server::Start(
      {.listen = {Listen{}}}, clock_,
      [](Core&) -> base::Result<http::Handler> { return base::Fail(base::ErrorCode::kInvalid, "no terms"); });
  EXPECT_EQ(no_handler.error().message, "no terms");
}

TEST_F(ServerTest, PassesAStreamAsItComes) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nKeep-Alive: 5\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n"),
                   WaitForGo(), Bytes("3\r\ntwo\r\n0\r\n\r\n")}}});
  auto server = StartProxy(upstream);
  RawClient client(server->port());
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(
      WithoutDate(client.ReadTo("one\r\n")),
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  upstream.Go();
  EXPECT_EQ(client.ReadTo("0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_EQ(upstream.requests().at(0),
            "POST /x HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(upstream.port()) +
                "\r\nContent-Length: 2\r\n\r\nhi");
}

TEST_F(ServerTest, NeverForwardsARequestWithTwoReadings) {
  ScriptedUpstream upstream({{.answer = {Bytes(OkWith("x"))}}});
  auto server = StartProxy(upstream);
  for (const std::string_view bytes :
       {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    RawClient client(server->port());
    client.Send(bytes);
    EXPECT_THAT(client.ReadToEnd(), ::testing::StartsWith("HTTP/1.1 400 Bad Request\r\n")) << bytes;
  }
  EXPECT_EQ(upstream.connections_accepted(), 0U);
}

TEST_F(ServerTest, EndsTheUpstreamExchangeWhenTheClientLeaves) {
  ScriptedUpstream upstream({{.answer = {WaitForClose()}}});
  auto server = StartProxy(upstream);
  RawClient client(server->port());
  client.Send(kGet);
  ASSERT_TRUE(upstream.WaitForRequests(1));
  client.Close();
  EXPECT_TRUE(upstream.WaitForClosedByClient(1));
}

TEST_F(ServerTest, CutsTheClientOffWhenTheUpstreamDiesInTheMiddle) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"), WaitForGo(),
                   Close()}}});
  auto server = StartProxy(upstream);
  RawClient client(server->port());
  client.Send(kGet);
  EXPECT_THAT(client.ReadTo("half\r\n"), ::testing::HasSubstr("200 OK"));
  upstream.Go();
  EXPECT_EQ(client.ReadToEnd(), "<reset>");
}

TEST_F(ServerTest, DrainsWithoutDroppingAnOpenStream) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"), WaitForGo(),
                   Bytes("3\r\ntwo\r\n0\r\n\r\n")}}});
  auto server = StartProxy(upstream);
  const std::uint16_t port = server->port();
  RawClient idle(port);
  RawClient streaming(port);
  streaming.Send(kGet);
  EXPECT_THAT(streaming.ReadTo("one\r\n"), ::testing::HasSubstr("200 OK"));
  auto drained = std::async(std::launch::async, [&] { return server->Drain(seconds(10)); });
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_EQ(drained.wait_for(milliseconds(50)), std::future_status::timeout);
  upstream.Go();
  EXPECT_EQ(streaming.ReadToEnd(), "3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_EQ(drained.get(), 0U);
}

TEST_F(ServerTest, CutsWhatIsLeftAtTheDrainDeadline) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"),
                   WaitForClose()}}});
  auto server = StartProxy(upstream);
  RawClient client(server->port());
  client.Send(kGet);
  EXPECT_THAT(client.ReadTo("one\r\n"), ::testing::HasSubstr("200 OK"));
  EXPECT_EQ(server->Drain(milliseconds(100)), 1U);
  EXPECT_TRUE(upstream.WaitForClosedByClient(1));
}

TEST_F(ServerTest, TakesNoMoreConnectionsThanItsLimit) {
  auto server = Start([](Core&) -> base::Result<http::Handler> { return &Hello; },
                      {.listen = {Listen{}}, .connections_max = 2});
  RawClient first(server->port());
  RawClient second(server->port());
  for (RawClient* client : {&first, &second}) {
    client->Send(kGet);
    EXPECT_THAT(client->ReadAnswer(), ::testing::EndsWith("hello"));
  }
  RawClient third(server->port());
  third.Send(kGet);
  auto answer = std::async(std::launch::async, [&third] { return third.ReadAnswer(); });
  EXPECT_EQ(answer.wait_for(milliseconds(100)), std::future_status::timeout);
  first.Close();
  EXPECT_THAT(answer.get(), ::testing::EndsWith("hello"));
}

TEST_F(ServerTest, SpeaksTlsWithItsCertificate) {
  const Certificates certificates("127.0.0.1");
  auto server = Start([](Core&) -> base::Result<http::Handler> { return &Hello; },
                      {.listen = {Listen{.tls = certificates.server_files()}}});
  const auto trust = http::TlsClientContext::Load({certificates.ca_file()});
  ASSERT_TRUE(trust);
  RawClient client(server->port());
  EXPECT_EQ(client.StartTls(*trust, "127.0.0.1"), "");
  for (int i = 0; i < 2; ++i) {
    client.Send(kGet);
    EXPECT_EQ(WithoutDate(client.ReadAnswer()), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  }
  RawClient plain(server->port());
  plain.Send(kGet);
  EXPECT_THAT(plain.ReadToEnd(), ::testing::Not(::testing::HasSubstr("hello")));
  RawClient mistrusting(server->port());
  EXPECT_THAT(mistrusting.StartTls(*trust, "api.example.com"),
              ::testing::HasSubstr("certificate verify failed"));
}

/// A handshake from memory, for what RawClient does not do.
struct TlsProbe {
  std::string version;
  std::string protocol;
  bool resumed = false;
};

class PlainTlsClient {
 public:
  explicit PlainTlsClient(int version_max) : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, version_max);
    SSL_CTX_set_security_level(context_, 0);
  }
  ~PlainTlsClient() {
    SSL_SESSION_free(session_);
    SSL_CTX_free(context_);
  }
  PlainTlsClient(const PlainTlsClient&) = delete;
  PlainTlsClient& operator=(const PlainTlsClient&) = delete;

  /// Nothing when the handshake fails.
  std::optional<TlsProbe> Connect(std::uint16_t port, std::string_view alpn) {
    BIO* const bio = BIO_new_connect(("127.0.0.1:" + std::to_string(port)).c_str());
    SSL* const ssl = SSL_new(context_);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned int>(alpn.size()));
    if (session_ != nullptr) SSL_set_session(ssl, session_);
    std::optional<TlsProbe> probe;
    if (SSL_connect(ssl) == 1) {
      const unsigned char* protocol = nullptr;
      unsigned int protocol_bytes = 0;
      SSL_get0_alpn_selected(ssl, &protocol, &protocol_bytes);
      probe = {SSL_get_version(ssl), std::string(reinterpret_cast<const char*>(protocol), protocol_bytes),
               SSL_session_reused(ssl) == 1};
      // TLS 1.3 sends its ticket after the handshake: an answer must be read for it to arrive.
      static constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
      SSL_write(ssl, kRequest.data(), static_cast<int>(kRequest.size()));
      std::array<char, 1024> bytes{};
      SSL_read(ssl, bytes.data(), static_cast<int>(bytes.size()));
      SSL_SESSION_free(session_);
      session_ = SSL_get1_session(ssl);
      SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    return probe;
  }

 private:
  SSL_CTX* context_;
  SSL_SESSION* session_ = nullptr;
};

TEST_F(ServerTest, ResumesTlsSessionsAndPrefersHttp2FromTls12On) {
  const Certificates certificates("127.0.0.1");
  auto server = Start([](Core&) -> base::Result<http::Handler> { return &Hello; },
                      {.listen = {Listen{.tls = certificates.server_files()}}, .threads = 2});
  static constexpr std::string_view kBoth = "\x02h2\x08http/1.1";
  static constexpr std::string_view kOnlyHttp11 = "\x08http/1.1";
  static constexpr std::string_view kNeither = "\x02h3";
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    PlainTlsClient client(version);
    const auto first = client.Connect(server->port(), kBoth);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->protocol, "h2");
    EXPECT_FALSE(first->resumed);
    const auto second = client.Connect(server->port(), kBoth);
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->resumed) << second->version;
    const auto plain = client.Connect(server->port(), kOnlyHttp11);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->protocol, "http/1.1");
    EXPECT_FALSE(client.Connect(server->port(), kNeither));
  }
  PlainTlsClient old(TLS1_1_VERSION);
  EXPECT_FALSE(old.Connect(server->port(), kBoth));
}

}  // namespace
}  // namespace proviso::gateway
