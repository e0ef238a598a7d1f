#include "http/parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/limits.h"

namespace proviso::http {
namespace {

using namespace std::string_literals;

/// The whole input in one piece: "ok", or "status reason".
std::string OutcomeOf(std::string_view bytes) {
  RequestParser parser;
  RequestHead head;
  const auto used = parser.ParseHead(bytes, head);
  if (!used) return std::to_string(used.error().status) + " " + used.error().reason;
  if (*used == 0) return "needs more";
  std::string body;
  const auto body_used = parser.ParseBody(bytes.substr(*used), body, kBodyBytesMax);
  if (!body_used) return std::to_string(body_used.error().status) + " " + body_used.error().reason;
  return parser.BodyDone() ? "ok" : "needs more";
}

/// The same, one byte at a time.
std::string OutcomeByteByByte(std::string_view bytes) {
  RequestParser parser;
  RequestHead head;
  std::size_t head_bytes = 0;
  std::string body;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (head_bytes == 0) {
      const auto used = parser.ParseHead(bytes.substr(0, i + 1), head);
      if (!used) return std::to_string(used.error().status) + " " + used.error().reason;
      head_bytes = *used;
    } else if (auto used = parser.ParseBody(bytes.substr(i, 1), body, kBodyBytesMax); !used) {
      return std::to_string(used.error().status) + " " + used.error().reason;
    }
  }
  return head_bytes != 0 && parser.BodyDone() ? "ok" : "needs more";
}

struct BadRequest {
  std::string bytes;
  std::string outcome;
};

const std::string kPost = "POST /v1 HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

void ExpectRefusals(const std::vector<BadRequest>& rows) {
  for (const BadRequest& row : rows) {
    EXPECT_EQ(OutcomeOf(row.bytes), row.outcome) << row.bytes;
    EXPECT_EQ(OutcomeByteByByte(row.bytes), row.outcome) << row.bytes;
  }
}

TEST(RequestParser, RefusesALengthWithTwoReadings) {
  ExpectRefusals({
      {kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400 more than one Content-Length"},
      {kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400 more than one Content-Length"},
      {kPost + "Content-Length: 3, 3\r\n\r\nabc", "400 Content-Length is not a decimal number"},
      {kPost + "Content-Length: +3\r\n\r\nabc", "400 Content-Length is not a decimal number"},
      {kPost + "Content-Length: 0x3\r\n\r\nabc", "400 Content-Length is not a decimal number"},
      {kPost + "Content-Length: -1\r\n\r\n", "400 Content-Length is not a decimal number"},
      {kPost + "Content-Length:\r\n\r\n", "400 Content-Length is not a decimal number"},
      {kPost + "Content-Length: 18446744073709551616\r\n\r\n", "400 Content-Length is not a decimal number"},
      {kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400 both Transfer-Encoding and Content-Length"},
      {kPost + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
       "400 both Transfer-Encoding and Content-Length"},
      {kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       "400 more than one Transfer-Encoding"},
      {kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
       "400 more than one Transfer-Encoding"},
      {kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n", "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding: chunked, identity\r\n\r\n",
       "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding: identity\r\n\r\n", "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding: Chunked\r\n\r\n", "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding: \"chunked\"\r\n\r\n", "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding: xchunked\r\n\r\n", "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding: chunked;q=1\r\n\r\n", "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding:\r\n\r\n", "400 Transfer-Encoding is not exactly 'chunked'"},
      {kPost + "Transfer-Encoding:\x0b" + "chunked\r\n\r\n", "400 a header value holds a control byte"},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
       "400 Transfer-Encoding in HTTP/1.0"},
  });
}

TEST(RequestParser, RefusesLinesThatDoNotEndInCrLf) {
  ExpectRefusals({
      {"GET / HTTP/1.1\nHost: a\n\n", "400 a line feed without carriage return in the head"},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", "400 a line feed without carriage return in the head"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", "400 a line feed without carriage return in the head"},
      {"GET / HTTP/1.1\rHost: a\r\r", "400 a carriage return without line feed in the head"},
      {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "400 a carriage return without line feed in the head"},
      {"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400 a carriage return without line feed in the head"},
      {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 the first byte cannot begin an HTTP request"},
  });
}

TEST(RequestParser, RefusesCrookedHeaderLines) {
  ExpectRefusals({
      {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
       "400 a header line begins with white space (obsolete line folding)"},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
       "400 a header line begins with white space (obsolete line folding)"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400 a header name is not a token directly followed by a colon"},
      {"GET / HTTP/1.1\r\nHost\t: a\r\n\r\n",
       "400 a header name is not a token directly followed by a colon"},
      {"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
       "400 a header name is not a token directly followed by a colon"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n",
       "400 a header name is not a token directly followed by a colon"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length\xc2\xa0: 3\r\n\r\n",
       "400 a header name is not a token directly followed by a colon"},
      {"GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", "400 a header line has no colon"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s, "400 a header value holds a control byte"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\x7f\r\n\r\n", "400 a header value holds a control byte"},
  });
}

TEST(RequestParser, RefusesAMissingRepeatedOrCrookedHost) {
  ExpectRefusals({
      {"GET / HTTP/1.1\r\n\r\n", "400 there must be exactly one Host header"},
      {"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "400 there must be exactly one Host header"},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "400 the Host header is not a host with an optional port"},
      {"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400 the Host header is not a host with an optional port"},
      {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400 the Host header is not a host with an optional port"},
  });
}

TEST(RequestParser, RefusesARequestLineThatIsNotInOriginForm) {
  ExpectRefusals({
      {"GET /\r\n\r\n", "400 the request line is not 'method target version'"},
      {"GET\r\nHost: a\r\n\r\n", "400 the request line is not 'method target version'"},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", "400 the start line does not carry an HTTP version"},
      {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", "400 the start line does not carry an HTTP version"},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400 the start line does not carry an HTTP version"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 only HTTP/1.1 and HTTP/1.0 are spoken here"},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", "505 only HTTP/1.1 and HTTP/1.0 are spoken here"},
      {"PRI * HTTP/2.0\r\n\r\n", "505 only HTTP/1.1 and HTTP/1.0 are spoken here"},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400 the request target does not begin with '/'"},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
       "400 the request target holds a byte that must be percent-encoded"},
      {"GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n",
       "400 the request target holds a byte that must be percent-encoded"},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
       "400 the request target holds a byte that must be percent-encoded"},
      {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
       "400 the request target holds a byte that must be percent-encoded"},
      {"GET /\\v1 HTTP/1.1\r\nHost: a\r\n\r\n",
       "400 the request target holds a byte that must be percent-encoded"},
      {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 the request target does not begin with '/'"},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "400 the request target does not begin with '/'"},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "400 the request target does not begin with '/'"},
      {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "400 the method is not a token"},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501 the method is not implemented"},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "501 the method is not implemented"},
      {"\x16\x03\x01\x02", "400 the first byte cannot begin an HTTP request"},
  });
}

TEST(RequestParser, RefusesCrookedChunks) {
  ExpectRefusals({
      {kChunked + "x\r\n", "400 Invalid character in chunk size"},
      {kChunked + "-1\r\n", "400 Invalid character in chunk size"},
      {kChunked + "0x1\r\na\r\n", "400 Invalid character in chunk size"},
      {kChunked + " 1\r\na\r\n", "400 Invalid character in chunk size"},
      {kChunked + "1 \r\na\r\n", "400 Invalid character in chunk size"},
      {kChunked + "1\na\r\n", "400 Invalid character in chunk size"},
      {kChunked + "1\rXa\r\n", "400 Expected LF after chunk size"},
      {kChunked + "1\r\nab\r\n", "400 Expected CRLF after chunk"},
      {kChunked + "1\r\na\n0\r\n\r\n", "400 Expected CRLF after chunk"},
      {kChunked + "\r\na\r\n", "400 Invalid character in chunk size"},
      {kChunked + "11111111111111111\r\n", "400 Chunk size overflow"},
      {kChunked + "1;a=\x01\r\na\r\n", "400 Invalid character in chunk extensions value"},
      {kChunked + "1;a\nb\r\na\r\n", "400 Invalid character in chunk extensions name"},
      {kChunked + "0\r\nX: trailer\r\n\r\n", "400 trailers are not accepted"},
      {kChunked + "0\r\nContent-Length: 5\r\n\r\n", "400 trailers are not accepted"},
      {kChunked + "0\r\n\n", "400 a line feed without carriage return in the chunks"},
      {kChunked + "1;a=b\na\r\n", "400 Invalid character in chunk extensions value"},
      {kChunked + "1;a=\"\n\"\r\na\r\n", "400 Invalid character in chunk extensions quoted value"},
      {kChunked + "1;\na\r\n", "400 Invalid character in chunk extensions name"},
      {kChunked + "1;a\r\r\na\r\n", "400 Expected LF after chunk size"},
      {kChunked + "0\r\n\rX", "400 Expected LF after headers"},
  });
}

TEST(RequestParser, KeepsTheTargetAsItWasSent) {
  RequestParser parser;
  RequestHead head;
  const std::string bytes =
      "POST //v1/%2e%2E/a;b/%2f/Chat?x=%20&y=?z HTTP/1.1\r\nhOsT:  a:80 \r\nX-Y:\t1\r\n\r\n";
  const auto used = parser.ParseHead(bytes, head);
  ASSERT_TRUE(used) << used.error().reason;
  EXPECT_EQ(*used, bytes.size());
  EXPECT_EQ(head.path, "//v1/%2e%2E/a;b/%2f/Chat");
  EXPECT_EQ(head.query, "x=%20&y=?z");
  EXPECT_EQ(head.headers, (std::vector<Header>{{"hOsT", "a:80"}, {"X-Y", "1"}}));
  EXPECT_EQ(head.framing, BodyFraming::kNone);
  EXPECT_EQ(head.keep_alive, KeepAlive::kYes);
  EXPECT_TRUE(parser.BodyDone());
}

TEST(RequestParser, ClosesAfterHttp10AndAfterConnectionClose) {
  struct Row {
    std::string bytes;
    KeepAlive keep_alive;
  };
  const std::vector<Row> rows = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", KeepAlive::kYes},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", KeepAlive::kNo},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", KeepAlive::kNo},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", KeepAlive::kYes},
      {"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", KeepAlive::kNo},
  };
  for (const Row& row : rows) {
    RequestParser parser;
    RequestHead head;
    ASSERT_TRUE(parser.ParseHead(row.bytes, head)) << row.bytes;
    EXPECT_EQ(head.keep_alive, row.keep_alive) << row.bytes;
  }
}

TEST(RequestParser, IgnoresAnUpgradeOffer) {
  EXPECT_EQ(OutcomeOf("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"), "ok");
  EXPECT_EQ(OutcomeOf("POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
                      "Content-Length: 2\r\n\r\nhi"),
            "ok");
}

/// Feeds `bytes` cut at `cut` to a fresh parser; the head's bytes pile up as in a connection.
std::string BodyWhenCutAt(std::string_view bytes, std::size_t cut) {
  RequestParser parser;
  RequestHead head;
  std::string body;
  std::string waiting;
  bool in_body = false;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    waiting.append(piece);
    if (!in_body) {
      const auto used = parser.ParseHead(waiting, head);
      if (!used) return "refused: " + used.error().reason;
      in_body = *used != 0;
      waiting.erase(0, *used);
    }
    if (!in_body) continue;
    const auto used = parser.ParseBody(waiting, body, kBodyBytesMax);
    if (!used) return "refused: " + used.error().reason;
    waiting.erase(0, *used);
  }
  return body + "|" + waiting;
}

TEST(RequestParser, ReadsTheSameBodyWhereverTheBytesAreCut) {
  const std::string next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::vector<std::string> messages = {
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world" + next,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;x=y\r\n \r\n0005\r\nworld\r\n0\r\n\r\n" +
          next,
  };
  for (const std::string& message : messages) {
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
      ASSERT_EQ(BodyWhenCutAt(message, cut), "hello world|" + next) << cut;
    }
  }
}

std::string PaddedHead(std::size_t head_bytes) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  return start + std::string(head_bytes - start.size() - 4, 'x') + "\r\n\r\n";
}

TEST(RequestParser, BoundsTheHeadAtItsEdge) {
  EXPECT_EQ(OutcomeOf(PaddedHead(kHeadBytesMax)), "ok");
  EXPECT_EQ(OutcomeOf(PaddedHead(kHeadBytesMax + 1)), "431 the head is larger than 32768 bytes");
  // Refused before the end is there.
  EXPECT_EQ(OutcomeOf(PaddedHead(kHeadBytesMax + 100).substr(0, kHeadBytesMax - 1)), "needs more");
  EXPECT_EQ(OutcomeOf(PaddedHead(kHeadBytesMax + 100).substr(0, kHeadBytesMax)),
            "431 the head is larger than 32768 bytes");
  EXPECT_EQ(OutcomeOf("GET /" + std::string(kHeadBytesMax, 'a')), "414 the start line is too long");
}

TEST(RequestParser, BoundsTheNumberOfHeadersAtItsEdge) {
  const auto with_headers = [](std::size_t count) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < count; ++i) head += "X: y\r\n";
    return head + "\r\n";
  };
  EXPECT_EQ(OutcomeOf(with_headers(kHeadersMax)), "ok");
  EXPECT_EQ(OutcomeOf(with_headers(kHeadersMax + 1)), "431 more than 100 header lines");
}

TEST(RequestParser, BoundsTheTargetAtItsEdge) {
  const auto with_target = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(OutcomeOf(with_target(kTargetBytesMax)), "ok");
  EXPECT_EQ(OutcomeOf(with_target(kTargetBytesMax + 1)), "414 the request target is too long");
}

TEST(RequestParser, BoundsChunkExtensionsAtTheirEdge) {
  const auto with_extension = [](std::size_t bytes) {
    return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(bytes, 'e') +
           "\r\na\r\n0\r\n\r\n";
  };
  EXPECT_EQ(OutcomeOf(with_extension(kChunkExtensionBytesMax)), "ok");
  EXPECT_EQ(OutcomeOf(with_extension(kChunkExtensionBytesMax + 1)), "400 chunk extensions are too large");
}

TEST(RequestParser, BoundsTheBodyAtItsEdge) {
  for (const std::string_view framed :
       {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"}) {
    for (const std::size_t bytes_max : {4U, 3U}) {
      RequestParser parser;
      RequestHead head;
      std::string body;
      const auto used = parser.ParseHead(framed, head);
      ASSERT_TRUE(used);
      const auto body_used = parser.ParseBody(framed.substr(*used), body, bytes_max);
      EXPECT_EQ(body_used.has_value(), bytes_max == 4) << framed;
      if (!body_used) EXPECT_EQ(body_used.error().status, 413);
    }
  }
}

struct ResponseRow {
  std::string bytes;
  std::string outcome;
};

std::string ResponseOutcome(std::string_view bytes, ResponseTo request) {
  ResponseParser parser;
  ResponseHead head;
  const auto used = parser.ParseHead(bytes, request, head);
  if (!used) return std::to_string(used.error().status) + " " + used.error().reason;
  if (*used == 0) return "needs more";
  std::string body;
  const auto body_used = parser.ParseBody(bytes.substr(*used), body, kBodyBytesMax);
  if (!body_used) return "body: " + body_used.error().reason;
  const bool done = parser.BodyDone();
  const auto finished = parser.FinishAtClose();
  return std::to_string(head.status) + (head.keep_alive == KeepAlive::kYes ? " keep " : " close ") + body +
         (done       ? ""
          : finished ? " ended by close"
                     : " cut off");
}

TEST(ResponseParser, ReadsEachFramingAndRefusesTheSameShapes) {
  const std::vector<ResponseRow> rows = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 keep hi"},
      {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "200 keep hi"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "200 keep hi cut off"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "200 keep hi"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", "200 keep hi cut off"},
      {"HTTP/1.1 200 OK\r\n\r\nhi", "200 close hi ended by close"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 close hi"},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", "200 close hi"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 keep "},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "204 keep "},
      {"HTTP/1.1 100 Continue\r\n\r\n", "100 keep "},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
       "502 more than one Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "502 both Transfer-Encoding and Content-Length"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
       "502 Transfer-Encoding is not exactly 'chunked'"},
      {"HTTP/1.1 200 OK\nContent-Length: 1\n\na", "502 a line feed without carriage return in the head"},
      {"HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "502 a header name is not a token directly followed by a colon"},
      {"HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n",
       "502 a header line begins with white space (obsolete line folding)"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "502 the upstream switched protocols unasked"},
      {"HTTP/1.1 99 Low\r\n\r\n", "502 the status line carries no status of three digits"},
      {"HTTP/1.1 20x OK\r\n\r\n", "502 the status line carries no status of three digits"},
      {"HTTP/1.1 2000 OK\r\n\r\n", "502 the status line carries no status of three digits"},
      {"HTTP/2 200 OK\r\n\r\n", "502 the start line does not carry an HTTP version"},
      {"ICY 200 OK\r\n\r\n", "502 the first byte cannot begin an HTTP response"},
  };
  for (const ResponseRow& row : rows) {
    EXPECT_EQ(ResponseOutcome(row.bytes, ResponseTo::kOther), row.outcome) << row.bytes;
  }
  EXPECT_EQ(ResponseOutcome("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", ResponseTo::kHead), "200 keep ");
}

TEST(ForwardableHeaders, LeaveOutWhatBelongsToOneHop) {
  const std::vector<Header> headers = {{"Host", "a"},           {"Connection", "close, X-Mine , te"},
                                       {"x-mine", "1"},         {"Keep-Alive", "5"},
                                       {"TE", "trailers"},      {"Trailer", "x"},
                                       {"Upgrade", "h2c"},      {"Transfer-Encoding", "chunked"},
                                       {"Content-Length", "1"}, {"Expect", "100-continue"},
                                       {"Accept", "*/*"},       {"X-Other", "2"}};
  EXPECT_EQ(ForwardableHeaders(headers), (std::vector<Header>{{"Accept", "*/*"}, {"X-Other", "2"}}));
}

TEST(AppendHeaders, RefusesAValueThatWouldEndItsLine) {
  for (const Header& header : {Header{"X", "a\r\nY: b"}, Header{"X", "a\nb"}, Header{"X", "a\0b"s},
                               Header{"X Y", "a"}, Header{"", "a"}, Header{"X:", "a"}}) {
    std::string out = "before";
    EXPECT_FALSE(AppendHeaders(out, {&header, 1}));
    EXPECT_EQ(out, "before");
  }
}

}  // namespace
}  // namespace proviso::http
