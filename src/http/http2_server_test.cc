// HTTP/2 through real sockets: the same handlers as server_test.cc, by literal frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <future>
#include <map>

#include "http/event.h"
#include "http/server.h"
#include "http/testing/certificates.h"
#include "http/testing/http2_frames.h"
#include "http/testing/one_core.h"
#include "http/testing/raw_client.h"

namespace proviso::http {
namespace {

namespace asio = boost::asio;
using namespace http::testing;  // the frames
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

constexpr int kWhole = kEndHeaders | kEndStream;
constexpr std::size_t kEchoBytesMax = 100'000;

/// Decodes the header blocks of one connection, in order.
class HeaderDecoder {
 public:
  HeaderDecoder() { nghttp2_hd_inflate_new(&inflater_); }
  ~HeaderDecoder() { nghttp2_hd_inflate_del(inflater_); }
  HeaderDecoder(const HeaderDecoder&) = delete;
  HeaderDecoder& operator=(const HeaderDecoder&) = delete;

  /// "name: value\n" for each field.
  std::string Decode(std::string_view block) {
    std::string out;
    while (true) {
      nghttp2_nv field{};
      int flags = 0;
      const ssize_t used = nghttp2_hd_inflate_hd2(
          inflater_, &field, &flags, reinterpret_cast<const std::uint8_t*>(block.data()), block.size(), 1);
      if (used < 0) return out + "<bad block>";
      block.remove_prefix(static_cast<std::size_t>(used));
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        out.append(reinterpret_cast<const char*>(field.name), field.namelen).append(": ");
        out.append(reinterpret_cast<const char*>(field.value), field.valuelen).append("\n");
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    }
    nghttp2_hd_inflate_end_headers(inflater_);
    return out;
  }

 private:
  nghttp2_hd_inflater* inflater_ = nullptr;
};

/// A client that sends frames and keeps what came, one line a frame, heads decoded.
class Client {
 public:
  explicit Client(const OneCore& core) : raw_(core.port()) { raw_.Send(ClientPreface()); }

  RawClient& raw() { return raw_; }
  bool Send(std::string_view bytes) { return raw_.Send(bytes); }

  /// Reads until a frame has come whose line begins so. All lines since Forget.
  std::vector<std::string> ReadTo(std::string_view beginning) {
    for (const std::string& line : lines_) {
      if (line.starts_with(beginning)) return lines_;
    }
    while (true) {
      const std::string bytes = raw_.ReadOnce();
      waiting_ += bytes;
      bool found = false;
      for (const Frame& frame : TakeFrames(waiting_)) {
        std::string line = Describe(frame);
        if (frame.type == kHeadersFrame) line += "\n" + decoder_.Decode(frame.payload);
        found = found || line.starts_with(beginning);
        lines_.push_back(std::move(line));
      }
      if (found || bytes.empty()) return lines_;
    }
  }
  /// The first line that begins so, once it came.
  std::string Line(std::string_view beginning) {
    for (const std::string& line : ReadTo(beginning)) {
      if (line.starts_with(beginning)) return line;
    }
    return {};
  }
  void Forget() { lines_.clear(); }
  std::vector<std::string> ReadToEnd() {
    waiting_ += raw_.ReadToEnd();
    for (const Frame& frame : TakeFrames(waiting_)) lines_.push_back(Describe(frame));
    if (!waiting_.empty()) lines_.push_back(waiting_);
    return lines_;
  }

 private:
  RawClient raw_;
  HeaderDecoder decoder_;
  std::string waiting_;
  std::vector<std::string> lines_;
};

std::string Get(std::uint32_t stream_id, std::string_view path = "/") {
  return Headers(stream_id, RequestFields("GET", path), kWhole);
}

/// Answers with the method, the target and the body.
asio::awaitable<void> Echo(ServerExchange& exchange) {
  auto body = co_await exchange.ReadBody(kEchoBytesMax);
  if (!body) co_return;
  std::string answer = exchange.head().method + " " + exchange.head().target + " " + *body;
  std::vector<Header> headers{{"Content-Type", "text/plain"}};
  (void)co_await exchange.Respond(200, std::move(headers), std::move(answer));
}

constexpr std::string_view kDate = "date: Sun, 06 Nov 1994 08:49:37 GMT\n";

std::string RefusalBody(std::string_view reason) {
  return R"({"type":"error","error":{"type":"invalid_request_error","message":")" + std::string(reason) +
         "\"}}";
}

TEST(Http2Server, AnswersAsOverHttp11WithALowerCaseHead) {
  OneCore core(&Echo);
  Client client(core);
  client.Send(Headers(1, RequestFields("POST", "/a?b"), kEndHeaders) + Data(1, "hi", kEndStream));
  EXPECT_THAT(client.ReadTo("DATA 1"), ElementsAre("SETTINGS", "WINDOW_UPDATE 983041", "SETTINGS ack",
                                                   "HEADERS 1\n:status: 200\n" + std::string(kDate) +
                                                       "content-type: text/plain\ncontent-length: 12\n",
                                                   "DATA 1 end 'POST /a?b hi'"));
}

TEST(Http2Server, TakesThePrefaceInPiecesAndStillSpeaksHttp11ToOthers) {
  OneCore core(&Echo);
  RawClient dripping(core.port());
  const std::string bytes = ClientPreface() + Get(1);
  for (const char byte : bytes) ASSERT_TRUE(dripping.Send({&byte, 1}));
  EXPECT_THAT(dripping.ReadTo(Data(1, "GET / ", kEndStream)), HasSubstr("GET / "));
  RawClient almost(core.port());
  almost.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX");
  EXPECT_THAT(almost.ReadToEnd(), StartsWith("HTTP/1.1 "));
  RawClient later(core.port());
  later.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(later.ReadAnswer(), HasSubstr("GET / "));
  later.Send(ClientPreface());  // only the first bytes may be a preface
  EXPECT_THAT(later.ReadToEnd(), StartsWith("HTTP/1.1 "));
}

TEST(Http2Server, NeverUpgrades) {
  OneCore core(&Echo);
  RawClient client(core.port());
  client.Send(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(Http2Server, ServesManyStreamsAtOnceAndInAnyOrder) {
  std::map<std::string, Event> go;
  OneCore core([&go](ServerExchange& exchange) -> asio::awaitable<void> {
    co_await go[exchange.head().path].Wait();
    std::vector<Header> headers;
    std::string body = exchange.head().path;
    (void)co_await exchange.Respond(200, std::move(headers), std::move(body));
  });
  Client client(core);
  std::string requests;
  for (std::uint32_t i = 0; i < 100; ++i) requests += Get(2 * i + 1, "/" + std::to_string(i));
  client.Send(requests);
  for (const int i : {99, 0, 50}) {
    asio::post(core.io(), [&go, i] { go["/" + std::to_string(i)].Fire(); });
    const std::string data = "DATA " + std::to_string(2 * i + 1) + " ";
    EXPECT_EQ(client.Line(data), data + "end '/" + std::to_string(i) + "'");
  }
  asio::post(core.io(), [&go] {
    for (int i = 0; i < 100; ++i) go["/" + std::to_string(i)].Fire();
  });
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_THAT(client.Line("DATA " + std::to_string(2 * i + 1) + " "),
                HasSubstr(" end '/" + std::to_string(i) + "'"));
  }
}

TEST(Http2Server, RefusesWithItsStatusWithoutCallingTheHandler) {
  std::atomic<int> calls = 0;
  OneCore core([&calls](ServerExchange& exchange) {
    ++calls;
    return Echo(exchange);
  });
  struct Row {
    Fields fields;
    std::string status;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {RequestFields("GET", "/", {{"host", "y"}}), "400", ":authority and Host differ"},
      {RequestFields("BREW", "/"), "501", "the method is not implemented"},
      {RequestFields("POST", "/", {{"content-encoding", "gzip"}}), "415",
       "Content-Encoding: send the request without compression"},
      {RequestFields("GET", "/", {{"expect", "tea"}}), "417", "Expect: only 100-continue is known"},
  };
  Client client(core);
  std::uint32_t id = 1;
  for (const Row& row : rows) {
    client.Send(Headers(id, row.fields, kWhole));
    const std::string data = "DATA " + std::to_string(id);
    const auto lines = client.ReadTo(data);
    EXPECT_EQ(lines.back(), data + " end '" + RefusalBody(row.reason) + "'");
    EXPECT_THAT(lines[lines.size() - 2], HasSubstr(":status: " + row.status + "\n"));
    id += 2;
  }
  EXPECT_EQ(calls, 0);
}

TEST(Http2Server, SendsNoContentToHead) {
  OneCore core(&Echo);
  Client client(core);
  client.Send(Headers(1, RequestFields("HEAD", "/a"), kWhole) +
              Headers(3, RequestFields("HEAD", "/", {{"host", "y"}}), kWhole) + Get(5));
  const auto lines = client.ReadTo("DATA 5");
  EXPECT_THAT(lines, Contains("HEADERS 1 end\n:status: 200\n" + std::string(kDate) +
                              "content-type: text/plain\ncontent-length: 8\n"));
  EXPECT_THAT(lines, Contains(StartsWith("HEADERS 3 end\n:status: 400\n")));
}

TEST(Http2Server, ContinuesWhenAskedTo) {
  OneCore core(&Echo);
  Client client(core);
  client.Send(Headers(1, RequestFields("POST", "/", {{"expect", "100-continue"}}), kEndHeaders));
  EXPECT_EQ(client.Line("HEADERS 1"), "HEADERS 1\n:status: 100\n");
  client.Send(Data(1, "hi", kEndStream));
  EXPECT_EQ(client.Line("DATA 1"), "DATA 1 end 'POST / hi'");
}

TEST(Http2Server, RefusesATooLargeBodyWithoutReadingIt) {
  OneCore core(&Echo);
  Client client(core);
  client.Send(Headers(1, RequestFields("POST", "/", {{"content-length", "100001"}}), kEndHeaders));
  EXPECT_EQ(client.Line("RST_STREAM 1"), "RST_STREAM 1 code 0");
  const std::string refusal = " end '" + RefusalBody("the body is larger than allowed here") + "'";
  EXPECT_THAT(client.ReadTo("RST_STREAM 1"), Contains("DATA 1" + refusal));
  std::string body;
  for (int i = 0; i < 10; ++i) body += Data(3, std::string(10'000, 'a'));
  client.Send(Headers(3, RequestFields("POST", "/"), kEndHeaders) + body + Data(3, "b"));
  EXPECT_THAT(client.ReadTo("RST_STREAM 3"), Contains("DATA 3" + refusal));
}

TEST(Http2Server, BoundsEveryBodyWhateverTheHandlerAsksFor) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    (void)co_await exchange.ReadBody(kBodyBytesMax * 2);
  });
  Client client(core);
  std::uint32_t id = 1;
  for (const std::size_t bytes : {kBodyBytesMax, kBodyBytesMax + 1}) {
    const Fields more = {{"expect", "100-continue"}, {"content-length", std::to_string(bytes)}};
    client.Send(Headers(id, RequestFields("POST", "/", more), kEndHeaders));
    const std::string head = client.Line("HEADERS " + std::to_string(id));
    EXPECT_THAT(head, HasSubstr(bytes == kBodyBytesMax ? ":status: 100\n" : ":status: 413\n"));
    id += 2;
  }
}

TEST(Http2Server, ReadsABodyLargerThanAllWindows) {
  std::promise<std::size_t> read;
  OneCore core([&read](ServerExchange& exchange) -> asio::awaitable<void> {
    const auto body = co_await exchange.ReadBody(4U << 20U);
    read.set_value(body ? body->size() : 0);
  });
  Client client(core);
  client.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders));
  const std::string piece = Data(1, std::string(16'000, 'a'));
  std::size_t window = 65'535;  // both, until the server says more
  std::size_t sent = 0;
  while (sent < 3'200'000) {
    for (; window >= 16'000 && sent < 3'200'000; window -= 16'000, sent += 16'000) client.Send(piece);
    if (sent == 3'200'000) break;
    const std::string update = client.Line("WINDOW_UPDATE 1");
    ASSERT_THAT(update, StartsWith("WINDOW_UPDATE 1 "));
    window += std::stoul(update.substr(16));
    client.Forget();
  }
  client.Send(Data(1, "", kEndStream));
  EXPECT_EQ(read.get_future().get(), 3'200'000U);
}

asio::awaitable<void> StreamThree(ServerExchange& exchange) {
  std::vector<Header> headers{{"Content-Type", "text/event-stream"}};
  if (!co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kWithFirstBytes)) co_return;
  if (!co_await exchange.Write("data: one\n\n")) co_return;
  if (!co_await exchange.Write("data: two\n\n")) co_return;
  (void)co_await exchange.EndStream("data: [DONE]\n\n");
}

TEST(Http2Server, StreamsAFrameForEachWrite) {
  OneCore core(&StreamThree);
  Client client(core);
  client.Send(Get(1));
  EXPECT_THAT(
      client.ReadTo("DATA 1 end"),
      IsSupersetOf({"HEADERS 1\n:status: 200\n" + std::string(kDate) + "content-type: text/event-stream\n",
                    std::string("DATA 1 'data: one\n\n'"), std::string("DATA 1 'data: two\n\n'"),
                    std::string("DATA 1 end 'data: [DONE]\n\n'")}));
}

TEST(Http2Server, NeverEndsAnUnfinishedStreamWell) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    std::vector<Header> headers;
    (void)co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kNow);
    (void)co_await exchange.Write("half");
    if (exchange.head().path == "/abort") exchange.Abort();
  });
  Client client(core);
  client.Send(Get(1) + Get(3, "/abort"));
  EXPECT_EQ(client.Line("RST_STREAM 1"), "RST_STREAM 1 code 2");
  EXPECT_THAT(client.ReadTo("RST_STREAM 3"), Contains("RST_STREAM 3 code 2"));
  client.Send(Ping());
  EXPECT_EQ(client.Line("PING"), "PING ack") << "the connection goes on";
}

TEST(Http2Server, Answers500WhenTheHandlerDoesNotAnswerOrThrows) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    if (exchange.head().path == "/throw") throw std::runtime_error("secret");
    co_return;
  });
  Client client(core);
  client.Send(Get(1));
  EXPECT_EQ(client.Line("DATA 1"), "DATA 1 end '" + RefusalBody("the request was not answered") + "'");
  client.Send(Get(3, "/throw"));
  EXPECT_EQ(client.Line("DATA 3"), "DATA 3 end '" + RefusalBody("internal error") + "'");
}

TEST(Http2Server, RefusesToSendAHeaderThatWouldSplitTheAnswer) {
  OneCore core([](ServerExchange& exchange) -> asio::awaitable<void> {
    for (const Header& bad : {Header{"X", "a\r\nSet-Cookie: b"}, Header{"content-length", "1"},
                              Header{"Transfer-Encoding", "chunked"}, Header{"Connection", "keep-alive"}}) {
      std::vector<Header> headers{bad};
      std::string body = "hi";
      const auto sent = co_await exchange.Respond(200, std::move(headers), std::move(body));
      EXPECT_EQ(sent.error().code, base::ErrorCode::kInvalid) << bad.name;
    }
    std::vector<Header> headers{{"Upgrade", "h2c"}, {"Keep-Alive", "1"}};
    (void)co_await exchange.Respond(204, std::move(headers), {});
  });
  Client client(core);
  client.Send(Get(1));
  EXPECT_EQ(client.Line("HEADERS 1"), "HEADERS 1 end\n:status: 204\n" + std::string(kDate));
}

TEST(Http2Server, TellsTheHandlerWhenTheClientCancelsOrLeaves) {
  std::atomic<int> gone = 0;
  OneCore core([&gone](ServerExchange& exchange) -> asio::awaitable<void> {
    (void)co_await exchange.ReadBody(10);
    Event left;
    exchange.OnPeerGone([&left] { left.Fire(); });
    co_await left.Wait();
    if (exchange.peer_gone()) ++gone;
  });
  const auto wait_for = [&gone](int count) {
    for (int i = 0; i < 500 && gone != count; ++i) std::this_thread::sleep_for(milliseconds(10));
    return gone == count;
  };
  Client client(core);
  client.Send(Get(1) + Get(3) + Get(5));
  (void)client.ReadTo("SETTINGS ack");
  client.Send(RstStream(3, 8));
  EXPECT_TRUE(wait_for(1));
  client.raw().Close();
  EXPECT_TRUE(wait_for(3));
}

TEST(Http2Server, FailsAReadOfABodyThatIsCutOff) {
  std::promise<base::ErrorCode> failed;
  OneCore core([&failed](ServerExchange& exchange) -> asio::awaitable<void> {
    const auto body = co_await exchange.ReadBody(10);
    failed.set_value(body ? base::ErrorCode::kInternal : body.error().code);
  });
  Client client(core);
  client.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders) + Data(1, "hi") + RstStream(1, 8));
  EXPECT_EQ(failed.get_future().get(), base::ErrorCode::kUnavailable);
}

TEST(Http2Server, StopsWritingToAStreamThatTakesNothing) {
  std::promise<base::Status> ended;
  OneCore core(
      [&ended](ServerExchange& exchange) -> asio::awaitable<void> {
        if (exchange.head().path == "/other") co_await Echo(exchange);
        if (exchange.responded()) co_return;
        std::vector<Header> headers;
        (void)co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kNow);
        base::Status written;
        while (written) written = co_await exchange.Write("0123456789");
        ended.set_value(written);
      },
      {.write = milliseconds(100)});
  Client client(core);
  client.Send(Settings(0x4, 15) + Get(1) + Get(3, "/other"));
  EXPECT_THAT(client.ReadTo("DATA 3"), Contains("DATA 3 end 'GET /other '"));  // others are not held up
  EXPECT_EQ(client.Line("RST_STREAM 1"), "RST_STREAM 1 code 8");
  EXPECT_EQ(ended.get_future().get().error().code, base::ErrorCode::kExpired);
  EXPECT_THAT(client.ReadTo("RST_STREAM 1"), Contains("DATA 1 '01234'"));
}

TEST(Http2Server, CutsAConnectionThatDoesNotRead) {
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
  Client client(core);
  client.Send(Settings(0x4, 0x7fffffff) + WindowUpdate(0, 0x7ffe0000) + Get(1));
  auto status = ended.get_future();
  ASSERT_EQ(status.wait_for(seconds(5)), std::future_status::ready);
  EXPECT_FALSE(status.get());
}

TEST(Http2Server, GivesASlowBodyA408) {
  OneCore core(&Echo, {.body = milliseconds(100)});
  Client client(core);
  client.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders) + Data(1, "ab"));
  EXPECT_EQ(client.Line("DATA 1"), "DATA 1 end '" + RefusalBody("the body took too long") + "'");
  EXPECT_THAT(client.ReadTo("DATA 1"), Contains(StartsWith("HEADERS 1\n:status: 408\n")));
}

TEST(Http2Server, CutsAConnectionThatDripsAHead) {
  OneCore core(&Echo, {.head = milliseconds(100)});
  Client client(core);
  client.Send(Headers(1, RequestFields("GET", "/"), kEndStream));  // CONTINUATION is to follow
  for (int i = 0; i < 6; ++i) {
    std::this_thread::sleep_for(milliseconds(30));
    if (i < 3) client.Send(Encode({kContinuationFrame, 0, 1, ""}));
  }
  const auto lines = client.ReadToEnd();
  EXPECT_EQ(lines.back(), "SETTINGS ack");
}

TEST(Http2Server, EndsAnIdleConnectionWithGoAwayWhateverItPings) {
  OneCore core(&Echo, {.idle = milliseconds(150)});
  Client client(core);
  client.Send(Get(1));
  (void)client.ReadTo("DATA 1");
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(milliseconds(30));
    if (i < 4) client.Send(Ping());
  }
  EXPECT_EQ(client.ReadToEnd().back(), "GOAWAY 1 code 0");
}

TEST(Http2Server, EndsAFloodWithGoAway) {
  OneCore core(&Echo);
  Client client(core);
  std::string flood;
  for (std::uint64_t i = 0; i < kHttp2IdleFramesMax + 100; ++i) flood += Settings(0x4, 70'000);
  client.Send(flood);
  EXPECT_THAT(client.ReadToEnd(), Contains("GOAWAY 0 code 11"));
}

TEST(Http2Server, DrainsByFinishingWhatIsInFlight) {
  Event go;
  OneCore core([&go](ServerExchange& exchange) -> asio::awaitable<void> {
    std::vector<Header> headers;
    (void)co_await exchange.BeginStream(200, std::move(headers), HeadFlush::kNow);
    co_await go.Wait();
    (void)co_await exchange.EndStream("end");
  });
  Client idle(core);
  (void)idle.ReadTo("SETTINGS ack");
  Client streaming(core);
  streaming.Send(Get(1));
  (void)streaming.ReadTo("HEADERS 1");
  core.Drain();
  EXPECT_EQ(idle.ReadToEnd().back(), "GOAWAY 0 code 0");
  EXPECT_EQ(streaming.Line("GOAWAY"), "GOAWAY 1 code 0");
  streaming.Send(Get(3));  // too late: the client sends it elsewhere
  asio::post(core.io(), [&go] { go.Fire(); });
  EXPECT_EQ(streaming.ReadToEnd().back(), "DATA 1 end 'end'");
}

TEST(Http2Server, EndsWhileHandlersAreAtWorkWithoutLeavingAny) {
  std::atomic<int> ended = 0;
  {
    OneCore core([&ended](ServerExchange& exchange) -> asio::awaitable<void> {
      Event left;
      exchange.OnPeerGone([&left] { left.Fire(); });
      co_await left.Wait();
      ++ended;
    });
    Client client(core);
    for (std::uint32_t i = 0; i < 50; ++i) client.Send(Get(2 * i + 1));
    client.Send(Ping());
    (void)client.ReadTo("PING");
  }
  EXPECT_EQ(ended, 50);
}

}  // namespace
}  // namespace proviso::http
