#include "http/internal/http2_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "http/limits.h"
#include "http/testing/http2_frames.h"

namespace proviso::http::internal {
namespace {

using namespace http::testing;  // the frames
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr int kWhole = kEndHeaders | kEndStream;

/// A session with its client's bytes, at a time that the test sets.
class Wire {
 public:
  explicit Wire(std::string_view first = {}) {
    if (first.empty()) {
      EXPECT_TRUE(Send(ClientPreface() + Encode({kSettingsFrame, kAck, 0, ""})));
      (void)Answer();
    } else {
      (void)Send(first);
    }
  }

  base::Status Send(std::string_view bytes) { return session.Receive(bytes, now); }

  /// What the session sends, one line a frame.
  std::vector<std::string> Answer() {
    std::string out;
    while (true) {
      const std::size_t before = out.size();
      if (!session.Produce(out, out.size() + 1) || out.size() == before) break;
    }
    std::vector<std::string> lines;
    for (const Frame& frame : TakeFrames(out)) lines.push_back(Describe(frame));
    EXPECT_EQ(out, "") << "half a frame";
    return lines;
  }

  /// The stream of the last kRequest event; null when there was none.
  Http2Stream* Requested() {
    Http2Stream* stream = nullptr;
    for (const Http2Event& event : session.TakeEvents()) {
      if (event.kind == Http2Event::Kind::kRequest) stream = session.Find(event.stream_id);
    }
    return stream;
  }

  void AnswerEmpty(Http2Stream& stream) {
    EXPECT_TRUE(session.SendHead(stream, 204, {}, Last::kYes));
    session.Forget(stream);
  }

  SteadyTime now{};
  Http2Session session{now};
};

std::string Get(std::uint32_t stream_id) {
  return Headers(stream_id, RequestFields("GET", "/"), kWhole);
}

TEST(Http2Session, ReadsARequestIntoTheSameHeadAsHttp11) {
  Wire wire;
  ASSERT_TRUE(wire.Send(
      Headers(1, RequestFields("POST", "/v1/a?b=c", {{"content-length", "2"}, {"x-a", "1"}}), kEndHeaders)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  EXPECT_FALSE(stream->refusal);
  EXPECT_EQ(stream->head.method, "POST");
  EXPECT_EQ(stream->head.target, "/v1/a?b=c");
  EXPECT_EQ(stream->head.path, "/v1/a");
  EXPECT_EQ(stream->head.query, "b=c");
  EXPECT_EQ(stream->head.version, Version::kHttp2);
  EXPECT_EQ(stream->head.framing, BodyFraming::kLength);
  EXPECT_EQ(stream->head.content_length, 2U);
  EXPECT_THAT(stream->head.headers,
              ElementsAre(Header{"host", "x"}, Header{"content-length", "2"}, Header{"x-a", "1"}));
  EXPECT_FALSE(stream->content_ended);
  ASSERT_TRUE(wire.Send(Data(1, "hi", kEndStream)));
  std::string body;
  wire.session.TakeContent(*stream, body);
  EXPECT_EQ(body, "hi");
  EXPECT_TRUE(stream->content_ended);
}

TEST(Http2Session, GivesTheSameForAnySplitOfTheBytes) {
  const std::string bytes = ClientPreface() +
                            Headers(1, RequestFields("POST", "/", {{"content-length", "5"}}), kEndHeaders) +
                            Data(1, "hel") + Ping() + Data(1, "lo", kEndStream);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Wire wire(bytes.substr(0, cut));
    ASSERT_TRUE(wire.Send(bytes.substr(cut))) << cut;
    Http2Stream* const stream = wire.Requested();
    ASSERT_NE(stream, nullptr) << cut;
    EXPECT_EQ(stream->content, "hello") << cut;
    EXPECT_TRUE(stream->content_ended);
    EXPECT_THAT(wire.Answer(), Contains("PING ack"));
  }
}

TEST(Http2Session, JoinsASplitCookieAndTakesHostOrAuthority) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Headers(1,
                                {{":method", "GET"},
                                 {":scheme", "https"},
                                 {":path", "/"},
                                 {"cookie", "a=1"},
                                 {"host", "h:8"},
                                 {"cookie", "b=2"}},
                                kWhole)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  EXPECT_FALSE(stream->refusal);
  EXPECT_THAT(stream->head.headers, ElementsAre(Header{"cookie", "a=1; b=2"}, Header{"host", "h:8"}));
}

TEST(Http2Session, RefusesARequestThatHasTwoReadingsByItsStatus) {
  struct Row {
    Fields fields;
    int status;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {RequestFields("GET", "/", {{"host", "y"}}), 400, ":authority and Host differ"},
      {RequestFields("BREW", "/"), 501, "the method is not implemented"},
      {RequestFields("OPTIONS", "*"), 400, "the request target does not begin with '/'"},
      {RequestFields("GET", "/a\"b"), 400, "the request target holds a byte that must be percent-encoded"},
      {RequestFields("GET", "/" + std::string(kTargetBytesMax, 'a')), 414, "the request target is too long"},
      {{{":method", "GET"}, {":scheme", "ftp"}, {":authority", "x"}, {":path", "/"}},
       400,
       ":scheme is neither http nor https"},
      {{{":method", "GET"}, {":scheme", "http"}, {":authority", "u@x"}, {":path", "/"}},
       400,
       "the Host header is not a host with an optional port"},
      {RequestFields("GET", "/", {{"x-a", "a\nb"}}), 400,
       "a header name is not a token in lower case, or its value holds a control byte"},
      {RequestFields("GET", "/", {{"x a", "b"}}), 400,
       "a header name is not a token in lower case, or its value holds a control byte"},
  };
  for (const Row& row : rows) {
    Wire wire;
    ASSERT_TRUE(wire.Send(Headers(1, row.fields, kWhole))) << row.reason;
    const Http2Stream* const stream = wire.Requested();
    ASSERT_NE(stream, nullptr) << row.reason;
    EXPECT_EQ(stream->refusal, (Refusal{row.status, row.reason}));
  }
}

TEST(Http2Session, ResetsAStreamWhoseHeadIsMalformed) {
  const std::vector<Fields> rows = {
      RequestFields("GET", "/", {{"X-Upper", "1"}}),
      RequestFields("GET", "/", {{"connection", "close"}}),
      RequestFields("GET", "/", {{"keep-alive", "1"}}),
      RequestFields("GET", "/", {{"proxy-connection", "1"}}),
      RequestFields("GET", "/", {{"transfer-encoding", "chunked"}}),
      RequestFields("GET", "/", {{"upgrade", "h2c"}}),
      RequestFields("GET", "/", {{"te", "gzip"}}),
      RequestFields("GET", "/", {{":path", "/b"}}),
      RequestFields("GET", "/", {{"x-a", "1"}, {":authority", "y"}}),
      RequestFields("GET", "/", {{":status", "200"}}),
      RequestFields("GET", "/", {{":unknown", "1"}}),
      RequestFields("GET", ""),
      {{":method", "GET"}, {":scheme", "http"}, {":authority", "x"}},
      {{":method", "GET"}, {":path", "/"}, {":authority", "x"}},
      {{":scheme", "http"}, {":path", "/"}, {":authority", "x"}},
      {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}},
      RequestFields("GET", "/", {{"host", "x"}, {"host", "x"}}),
      {{":method", "CONNECT"}, {":authority", "x:1"}, {":path", "/"}},
      RequestFields("POST", "/", {{"content-length", "1"}, {"content-length", "1"}}),
      RequestFields("POST", "/", {{"content-length", "1x"}}),
      RequestFields("POST", "/", {{"content-length", "-1"}}),
  };
  for (const Fields& fields : rows) {
    Wire wire;
    ASSERT_TRUE(wire.Send(Headers(1, fields, kEndHeaders)));
    EXPECT_EQ(wire.Requested(), nullptr) << fields.back().first << ": " << fields.back().second;
    EXPECT_THAT(wire.Answer(), Contains("RST_STREAM 1 code 1"));
    EXPECT_EQ(wire.session.Find(1), nullptr);
  }
}

TEST(Http2Session, ResetsAStreamWhoseContentIsNotAsLongAsItSays) {
  struct Row {
    std::string length;
    std::string content;
    bool good;
  };
  for (const Row& row : {Row{"2", "hi", true}, Row{"3", "hi", false}, Row{"1", "hi", false},
                         Row{"0", "hi", false}, Row{"0", "", true}}) {
    Wire wire;
    ASSERT_TRUE(
        wire.Send(Headers(1, RequestFields("POST", "/", {{"content-length", row.length}}), kEndHeaders) +
                  Data(1, row.content, kEndStream)));
    const Http2Stream* const stream = wire.Requested();
    ASSERT_NE(stream, nullptr);
    EXPECT_EQ(stream->content_ended, row.good) << row.length;
    const auto answer = wire.Answer();
    if (!row.good) EXPECT_THAT(answer, Contains("RST_STREAM 1 code 1")) << row.length;
  }
}

TEST(Http2Session, EndsAConnectionThatBreaksTheProtocol) {
  struct Row {
    std::string bytes;
    std::string answer;
  };
  const std::vector<Row> rows = {
      {Data(1, "x"), "GOAWAY 0 code 1"},                                         // on an idle stream
      {Headers(2, RequestFields("GET", "/"), kWhole), "GOAWAY 0 code 1"},        // an even id
      {Encode({kHeadersFrame, kEndStream, 1, ""}) + Ping(), "GOAWAY 1 code 1"},  // in a header block
      {Encode({kContinuationFrame, kEndHeaders, 1, ""}), "GOAWAY 0 code 1"},
      {Encode({kHeadersFrame, kWhole, 1, "\xff\xff\xff\xff\xff"}), "GOAWAY 1 code 9"},
      {WindowUpdate(0, 0), "GOAWAY 0 code 1"},
      {WindowUpdate(0, 0x7fffffff), "GOAWAY 0 code 3"},
      {Settings(0x4, 0x80000000), "GOAWAY 0 code 3"},
      {Settings(0x5, 100), "GOAWAY 0 code 1"},
      {Encode({kPingFrame, 0, 0, "short"}), "GOAWAY 0 code 6"},
      {Encode({kDataFrame, 0, 1, std::string(16'385, 'a')}), "GOAWAY 0 code 6"},
  };
  for (const Row& row : rows) {
    Wire wire;
    (void)wire.Send(row.bytes);
    EXPECT_THAT(wire.Answer(), Contains(row.answer)) << row.bytes;
    EXPECT_TRUE(wire.session.done()) << row.answer;
  }
}

TEST(Http2Session, RefusesAPrefaceThatIsNotHttp2s) {
  Wire wire("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
  EXPECT_EQ(wire.Answer().back(), "GOAWAY 0 code 1");
  EXPECT_TRUE(wire.session.done());
}

TEST(Http2Session, AnswersWithinFlowControl) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Settings(0x4, 5) + Get(1)));  // a window of five bytes
  Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  ASSERT_TRUE(wire.session.SendHead(*stream, 200, {{"x-a", "1"}}, Last::kNo));
  wire.session.Offer(*stream, "hello world", Last::kYes);
  EXPECT_THAT(wire.Answer(), ElementsAre("SETTINGS ack", "HEADERS 1", "DATA 1 'hello'"));
  EXPECT_FALSE(stream->answered);
  ASSERT_TRUE(wire.Send(WindowUpdate(1, 100)));
  EXPECT_THAT(wire.Answer(), ElementsAre("DATA 1 end ' world'"));
  EXPECT_TRUE(stream->answered);
  EXPECT_TRUE(stream->closed);
}

TEST(Http2Session, LetsStreamsTakeTurnsWhateverTheirPriority) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Settings(0x4, 0x7fffffff) + WindowUpdate(0, 0x7ffe0000) +
                        Headers(1, RequestFields("GET", "/", {{"priority", "u=0"}}), kWhole) + Get(3)));
  ASSERT_NE(wire.Requested(), nullptr);
  const std::string content(40'000, 'a');
  for (const std::int32_t id : {1, 3}) {
    Http2Stream& stream = *wire.session.Find(id);
    ASSERT_TRUE(wire.session.SendHead(stream, 200, {}, Last::kNo));
    wire.session.Offer(stream, content, Last::kYes);
  }
  std::string order;
  for (const std::string& line : wire.Answer()) {
    if (line.starts_with("DATA ")) order += line[5];
  }
  EXPECT_EQ(order, "131313");
}

TEST(Http2Session, PreparesNoMoreOutputThanItIsAskedFor) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Settings(0x4, 0x7fffffff) + WindowUpdate(0, 0x7ffe0000) + Get(1)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_TRUE(wire.session.SendHead(*stream, 200, {}, Last::kNo));
  const std::string content(1U << 20U, 'a');
  wire.session.Offer(*stream, content, Last::kYes);
  std::string out;
  ASSERT_TRUE(wire.session.Produce(out, kHttp2OutputBytesMax));
  EXPECT_GE(out.size(), kHttp2OutputBytesMax);
  EXPECT_LE(out.size(), kHttp2OutputBytesMax + 9 + (16U << 10U));
  EXPECT_FALSE(stream->offered.empty());
}

TEST(Http2Session, StopsARequestWhoseAnswerIsWhole) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  ASSERT_TRUE(wire.session.SendHead(*stream, 401, {}, Last::kYes));
  EXPECT_THAT(wire.Answer(), ElementsAre("HEADERS 1 end", "RST_STREAM 1 code 0"));
}

TEST(Http2Session, GivesAWindowBackOnlyForContentThatWasTaken) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(wire.Send(Data(1, std::string(1U << 14U, 'a'))));
  EXPECT_THAT(wire.Answer(), ElementsAre());
  ASSERT_TRUE(wire.Send(Data(1, "one too many")));
  EXPECT_THAT(wire.Answer(), ElementsAre("RST_STREAM 1 code 3"));
}

TEST(Http2Session, LetsTheClientSendAsMuchAgainAsWasTaken) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(wire.Send(Data(1, std::string(1U << 14U, 'a'))));
  std::string body;
  wire.session.TakeContent(*stream, body);
  EXPECT_EQ(body.size(), kHttp2StreamWindowBytes);
  EXPECT_THAT(wire.Answer(), ElementsAre("WINDOW_UPDATE 1 " + std::to_string(kHttp2StreamWindowBytes)));
}

TEST(Http2Session, BoundsTheStreamsThatAreOpenAtOnce) {
  Wire wire;
  std::uint32_t id = 1;
  for (; id < 2 * kHttp2StreamsMax; id += 2) ASSERT_TRUE(wire.Send(Get(id)));
  EXPECT_THAT(wire.Answer(), ElementsAre());
  ASSERT_TRUE(wire.Send(Get(id)));
  EXPECT_THAT(wire.Answer(), Contains(::testing::StartsWith("GOAWAY ")));
}

TEST(Http2Session, BoundsTheHandlersOfStreamsThatTheClientLeft) {
  Wire wire;
  std::uint32_t id = 1;
  for (std::size_t i = 0; i < kHttp2HandlersMax; ++i, id += 2) {
    wire.now += seconds(1);
    ASSERT_TRUE(wire.Send(Get(id) + RstStream(id, 8)));
  }
  EXPECT_THAT(wire.Answer(), ElementsAre());
  wire.now += seconds(1);
  ASSERT_TRUE(wire.Send(Get(id)));
  EXPECT_THAT(wire.Answer(), ElementsAre("RST_STREAM " + std::to_string(id) + " code 7"));
  wire.session.Forget(*wire.session.Find(1));
  ASSERT_TRUE(wire.Send(Get(id + 2)));
  EXPECT_THAT(wire.Answer(), ElementsAre());
}

TEST(Http2Session, EndsAConnectionThatResetsRapidly) {
  Wire wire;
  std::uint32_t id = 1;
  const auto reset_one = [&wire, &id] {
    const base::Status taken = wire.Send(Get(id) + RstStream(id, 8));
    for (const Http2Event& event : wire.session.TakeEvents()) {
      Http2Stream* const stream = wire.session.Find(event.stream_id);
      if (stream != nullptr && stream->closed) wire.session.Forget(*stream);
    }
    id += 2;
    return taken;
  };
  for (std::uint64_t i = 0; i < kHttp2ResetsMax; ++i) ASSERT_TRUE(reset_one()) << i;
  wire.now += seconds(1);
  for (std::uint64_t i = 0; i < kHttp2ResetsPerSecond; ++i) ASSERT_TRUE(reset_one()) << i;
  // A stream that is answered earns one more.
  ASSERT_TRUE(wire.Send(Get(id)));
  wire.AnswerEmpty(*wire.Requested());
  EXPECT_THAT(wire.Answer(), ElementsAre("HEADERS " + std::to_string(id) + " end"));
  id += 2;
  ASSERT_TRUE(reset_one());
  const base::Status refused = reset_one();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kLimit);
  EXPECT_EQ(wire.Answer().back(), "GOAWAY " + std::to_string(id - 2) + " code 11");
}

TEST(Http2Session, CountsStreamsThatTheClientMakesUsResetAsItsOwn) {
  Wire wire;
  std::uint32_t id = 1;
  base::Status taken;
  for (std::uint64_t i = 0; i <= kHttp2ResetsMax && taken; ++i, id += 2) {
    taken = wire.Send(Headers(id, RequestFields("GET", "/", {{"te", "gzip"}}), kWhole));
    (void)wire.Answer();
    if (i < kHttp2ResetsMax) ASSERT_TRUE(taken) << i;
  }
  // Our own RST_STREAM closes the stream, which may be noted when it is sent.
  EXPECT_FALSE(taken && wire.Send(Ping()));
}

TEST(Http2Session, EndsAConnectionThatFloodsWithFramesThatAskForNothing) {
  const std::vector<std::string> rows = {
      Ping(),
      Encode({kPingFrame, kAck, 0, "pingpong"}),
      Encode({kSettingsFrame, 0, 0, ""}),
      Encode({kSettingsFrame, kAck, 0, ""}),
      Encode({kPriorityFrame, 0, 1, U32(0) + "a"}),
      Encode({0x77, 0, 0, "unknown"}),
      WindowUpdate(0, 1),
      WindowUpdate(1, 1),
      Data(1, ""),
      Encode({kDataFrame, kPadded, 1, std::string("\x02\0\0", 3)}),
  };
  for (const std::string& frame : rows) {
    Wire wire;  // its SETTINGS were the first
    ASSERT_TRUE(wire.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders)));
    for (std::uint64_t i = 0; i < kHttp2IdleFramesMax; ++i) {
      ASSERT_TRUE(wire.Send(frame)) << Describe({static_cast<std::uint8_t>(frame[3]), 0, 0, {}}) << i;
      (void)wire.Answer();
    }
    wire.now += seconds(1);
    for (std::uint64_t i = 0; i < kHttp2IdleFramesPerSecond; ++i) {
      ASSERT_TRUE(wire.Send(frame));
      (void)wire.Answer();
    }
    EXPECT_FALSE(wire.Send(frame));
    EXPECT_THAT(wire.Answer(), ElementsAre("GOAWAY 1 code 11"));
  }
}

TEST(Http2Session, EndsAConnectionThatDoesNotTakeItsAcknowledgements) {
  Wire wire;
  base::Status taken;
  std::uint64_t pings = 0;
  for (; taken; ++pings) {
    wire.now += seconds(1);  // slow enough to be no flood
    taken = wire.Send(Ping());
  }
  EXPECT_EQ(taken.error().code, base::ErrorCode::kLimit);
  EXPECT_LE(pings, 1'001U);
  EXPECT_EQ(wire.Answer().back(), "GOAWAY 0 code 11");
}

TEST(Http2Session, EarnsWindowUpdatesWithTheContentThatItSends) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Get(1)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_TRUE(wire.session.SendHead(*stream, 200, {}, Last::kNo));
  for (std::uint64_t i = 0; i < 2 * kHttp2IdleFramesMax; ++i) {
    wire.session.Offer(*stream, "event", Last::kNo);
    EXPECT_THAT(wire.Answer(), Contains("DATA 1 'event'"));
    ASSERT_TRUE(wire.Send(WindowUpdate(0, 5) + WindowUpdate(1, 5)));
  }
}

TEST(Http2Session, BoundsOneHeadersContinuations) {
  const auto block = [](std::size_t continuations) {
    const std::string fields = HeaderBlock(RequestFields("GET", "/"));
    std::string bytes = Encode({kHeadersFrame, kEndStream, 1, fields});
    for (std::size_t i = 0; i < continuations; ++i) {
      const bool last = i + 1 == continuations;
      bytes += Encode({kContinuationFrame, last ? kEndHeaders : std::uint8_t{0}, 1,
                       HeaderBlock({{"x-" + std::to_string(i), "1"}})});
    }
    return bytes;
  };
  Wire edge;
  ASSERT_TRUE(edge.Send(block(kHttp2ContinuationsMax)));
  EXPECT_NE(edge.Requested(), nullptr);
  Wire over;
  EXPECT_FALSE(over.Send(block(kHttp2ContinuationsMax + 1)));
  EXPECT_EQ(over.Requested(), nullptr);
  EXPECT_EQ(over.Answer().back(), "GOAWAY 1 code 11");
  // And so without end, as it was found in servers.
  Wire flood;
  ASSERT_TRUE(flood.Send(Encode({kHeadersFrame, 0, 1, ""})));
  base::Status taken;
  for (int i = 0; i < 100 && taken; ++i) taken = flood.Send(Encode({kContinuationFrame, 0, 1, ""}));
  EXPECT_FALSE(taken);
}

TEST(Http2Session, Refuses431OverTheHeadsBoundsAndEndsFarOverThem) {
  const auto with_headers = [](std::size_t count, std::size_t value_bytes) {
    Fields more;
    for (std::size_t i = 0; i < count; ++i) more.push_back({"x", std::string(value_bytes, 'a')});
    return RequestFields("GET", "/", std::move(more));
  };
  // :method GET, :scheme http, :authority x and :path / take 166 bytes as RFC 9113 counts; a field
  // "x" takes 33 besides its value.
  const std::size_t edge_bytes = kHeadBytesMax - 166 - 33;
  struct Row {
    Fields fields;
    int status;
  };
  for (const Row& row : {Row{with_headers(kHeadersMax, 1), 0}, Row{with_headers(kHeadersMax + 1, 1), 431},
                         Row{with_headers(1, edge_bytes), 0}, Row{with_headers(1, edge_bytes + 1), 431}}) {
    Wire wire;
    std::string block = HeaderBlock(row.fields);
    const std::string rest = block.size() > 16'000 ? block.substr(16'000) : "";
    block.resize(block.size() - rest.size());
    std::string bytes = Encode({kHeadersFrame, kEndStream, 1, block});
    bytes += Encode({kContinuationFrame, 0, 1, rest.substr(0, rest.size() / 2)});
    bytes += Encode({kContinuationFrame, kEndHeaders, 1, rest.substr(rest.size() / 2)});
    ASSERT_TRUE(wire.Send(bytes));
    const Http2Stream* const stream = wire.Requested();
    ASSERT_NE(stream, nullptr);
    EXPECT_EQ(stream->refusal ? stream->refusal->status : 0, row.status);
  }
  Wire wire;
  EXPECT_FALSE(wire.Send(Headers(1, with_headers(kHttp2HeadExcessMax * kHeadersMax, 1), kWhole)));
  EXPECT_EQ(wire.Answer().back(), "GOAWAY 1 code 11");
}

TEST(Http2Session, EndsAConnectionWhoseSmallBlockUnfoldsIntoALargeHead) {
  // One field of 4000 bytes put into the table, then named 1000 times by one byte each.
  std::string block = HeaderBlock(RequestFields("GET", "/"));
  std::string bomb = HeaderBlock({{"x", std::string(3'900, 'a')}});
  bomb[0] = '\x40';  // literal with incremental indexing
  block += bomb + std::string(1'000, '\xbe');
  Wire wire;
  EXPECT_FALSE(wire.Send(Encode({kHeadersFrame, kWhole, 1, block})));
  EXPECT_EQ(wire.Answer().back(), "GOAWAY 1 code 11");
}

TEST(Http2Session, CountsTrailersWithTheHeadAndDropsThem) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Headers(1, RequestFields("POST", "/"), kEndHeaders) + Data(1, "hi") +
                        Headers(1, {{"x-trailer", "1"}}, kWhole)));
  const Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  EXPECT_TRUE(stream->content_ended);
  EXPECT_EQ(FindHeader(stream->head.headers, "x-trailer"), nullptr);
  Fields many;
  for (std::size_t i = 0; i < kHttp2HeadExcessMax * kHeadersMax; ++i) many.push_back({"x", "1"});
  ASSERT_TRUE(wire.Send(Headers(3, RequestFields("POST", "/"), kEndHeaders)));
  EXPECT_FALSE(wire.Send(Headers(3, many, kWhole)));
}

TEST(Http2Session, TellsWhenAHeadIsBegunAndNotFinished) {
  Wire wire;
  EXPECT_FALSE(wire.session.mid_head());
  const std::string head = Get(1);
  for (std::size_t bytes = 0; bytes < head.size(); ++bytes) {
    EXPECT_EQ(wire.session.mid_head(), bytes != 0) << bytes;
    ASSERT_TRUE(wire.Send(head.substr(bytes, 1)));
  }
  EXPECT_FALSE(wire.session.mid_head());
  ASSERT_TRUE(wire.Send(Headers(3, RequestFields("POST", "/"), 0)));
  EXPECT_TRUE(wire.session.mid_head());
  ASSERT_TRUE(wire.Send(Encode({kContinuationFrame, kEndHeaders, 3, ""})));
  EXPECT_FALSE(wire.session.mid_head());
  const std::string data = Data(3, "hello");
  ASSERT_TRUE(wire.Send(data.substr(0, 12)));
  EXPECT_FALSE(wire.session.mid_head()) << "content has a bound of its own";
}

TEST(Http2Session, FinishesWhatIsOpenAfterShutdownAndTakesNothingNew) {
  Wire wire;
  ASSERT_TRUE(wire.Send(Get(1)));
  Http2Stream* const stream = wire.Requested();
  ASSERT_NE(stream, nullptr);
  wire.session.Shutdown();
  EXPECT_THAT(wire.Answer(), ElementsAre("GOAWAY 1 code 0"));
  EXPECT_FALSE(wire.session.done());
  ASSERT_TRUE(wire.Send(Get(3)));
  EXPECT_EQ(wire.Requested(), nullptr);
  ASSERT_TRUE(wire.session.SendHead(*stream, 204, {}, Last::kYes));
  EXPECT_THAT(wire.Answer(), ElementsAre("HEADERS 1 end"));
  EXPECT_TRUE(wire.session.done());
}

TEST(Http2Session, RefusesASettingsFrameWithTooManyEntries) {
  const auto settings = [](std::size_t entries) {
    std::string payload;
    for (std::size_t i = 0; i < entries; ++i) payload += std::string("\0\x03", 2) + U32(1);
    return Encode({kSettingsFrame, 0, 0, payload});
  };
  Wire edge;
  EXPECT_TRUE(edge.Send(settings(kHttp2SettingsMax)));
  EXPECT_THAT(edge.Answer(), ElementsAre("SETTINGS ack"));
  Wire over;
  (void)over.Send(settings(kHttp2SettingsMax + 1));
  EXPECT_THAT(over.Answer(), Contains(::testing::StartsWith("GOAWAY 0 code ")));
}

}  // namespace
}  // namespace proviso::http::internal
