// A provider that fails: the caller gets its dialect's own error and never a success, the OUTCOME says
// so, and the next request is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "answers.h"
#include "base/json.h"
#include "http/testing/scripted_upstream.h"
#include "running.h"

namespace proviso::scenarios {
namespace {

using http::testing::Bytes;
using http::testing::Close;
using http::testing::OkWith;
using http::testing::RawClient;
using http::testing::Reset;
using http::testing::ScriptedUpstream;
using http::testing::Step;
using http::testing::WaitForClose;
using http::testing::WaitForGo;
using record::Field;
using std::chrono::milliseconds;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kShort = "timeouts = { first_byte_ms = 150, between_bytes_ms = 150 }\n";

std::string Head(int status, std::string_view headers, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) + " Reason\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// Chunked, so that an end in the middle is seen.
std::string StreamHead() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
}
std::string ChunkOf(std::string_view bytes) {
  std::string size(16, '0');
  size.resize(static_cast<std::size_t>(std::snprintf(size.data(), size.size(), "%zx", bytes.size())));
  return size + "\r\n" + std::string(bytes) + "\r\n";
}

/// A stream's first half: its text has come, its end has not.
std::string Half(Dialect dialect) {
  const std::string all = TextBody(dialect, Delivery::kStream, "half of it");
  const auto text = all.find("half of it");
  return all.substr(0, all.find("\n\n", text) + 2);
}

struct Row {
  const char* what;
  std::function<std::vector<Step>(Dialect)> answer;
  Delivery delivery;
  int status;  ///< that the caller gets; 200 for an error event in the stream
  const char* outcome = "broken_answer";
};

std::vector<Row> Rows() {
  using Steps = std::vector<Step>;
  const auto all_of = [](Dialect dialect, Delivery delivery) {
    return AsHttp(delivery, TextBody(dialect, delivery, "half of it"));
  };
  return {
      {"closed before an answer", [](Dialect) { return Steps{Close()}; }, Delivery::kWhole, 502},
      {"reset before an answer", [](Dialect) { return Steps{Reset()}; }, Delivery::kStream, 502},
      {"closed in a whole answer",
       [=](Dialect d) {
         const std::string all = all_of(d, Delivery::kWhole);
         return Steps{Bytes(all.substr(0, all.size() - 9)), Close()};
       },
       Delivery::kWhole, 502},
      {"closed in mid-stream",
       [](Dialect d) { return Steps{Bytes(StreamHead() + ChunkOf(Half(d))), Close()}; }, Delivery::kStream,
       200},
      {"a stream that ends without its terminal event",
       [](Dialect d) { return Steps{Bytes(StreamHead() + ChunkOf(Half(d)) + "0\r\n\r\n")}; },
       Delivery::kStream, 200},
      {"a malformed event",
       [](Dialect d) { return Steps{Bytes(StreamHead() + ChunkOf(Half(d)) + ChunkOf("data: {oops\n\n"))}; },
       Delivery::kStream, 200},
      {"an error event",
       [](Dialect d) {
         return Steps{Bytes(
             StreamHead() + ChunkOf(Half(d)) +
             ChunkOf(d == Dialect::kOpenAiChat
                         ? "data: {\"error\":{\"message\":\"overheated\",\"type\":\"server_error\"}}\n\n"
                         : "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
                           "\"overloaded_error\",\"message\":\"overheated\"}}\n\n"))};
       },
       Delivery::kStream, 200},
      {"a body that is not JSON", [](Dialect) { return Steps{Bytes(OkWith("hello"))}; }, Delivery::kWhole,
       502},
      {"another type of content", [](Dialect) { return Steps{Bytes(OkWith("<html>", "text/html"))}; },
       Delivery::kWhole, 502},
      {"no type of content", [](Dialect) { return Steps{Bytes(Head(200, "", "{}"))}; }, Delivery::kWhole,
       502},
      {"content that is not of its coding",
       [](Dialect) {
         return Steps{Bytes(Head(200, "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{}"))};
       },
       Delivery::kWhole, 502},
      {"a coding that is not known",
       [](Dialect) {
         return Steps{Bytes(Head(200, "Content-Type: application/json\r\nContent-Encoding: zstd\r\n", "{}"))};
       },
       Delivery::kWhole, 502},
      {"a redirect", [](Dialect) { return Steps{Bytes(Head(302, "Location: http://127.0.0.1:1/\r\n", ""))}; },
       Delivery::kWhole, 502},
      {"another success than 200",
       [](Dialect) { return Steps{Bytes(Head(202, "Content-Type: application/json\r\n", "{}"))}; },
       Delivery::kWhole, 502},
      {"an error page in HTML",
       [](Dialect) { return Steps{Bytes(Head(503, "Content-Type: text/html\r\n", "<h1>Bad gateway</h1>"))}; },
       Delivery::kStream, 502},
      {"HTTP that is none", [](Dialect) { return Steps{Bytes("SSH-2.0-x\r\n\r\n")}; }, Delivery::kWhole, 502},
      {"two lengths",
       [](Dialect) {
         return Steps{Bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")};
       },
       Delivery::kWhole, 502},
      {"silence before an answer", [](Dialect) { return Steps{WaitForClose()}; }, Delivery::kWhole, 504},
      {"silence in mid-stream",
       [](Dialect d) { return Steps{Bytes(StreamHead() + ChunkOf(Half(d))), WaitForClose()}; },
       Delivery::kStream, 200},
  };
}

void ExpectDialectError(Dialect dialect, const Row& row, const Reply& reply) {
  EXPECT_EQ(reply.status, row.status);
  std::string body = reply.body;
  if (row.status == 200) {
    const std::string before = Half(dialect);
    ASSERT_TRUE(body.starts_with(before)) << body;
    body.erase(0, before.size());
    const std::string begin = dialect == Dialect::kOpenAiChat ? "data: " : "event: error\ndata: ";
    ASSERT_TRUE(body.starts_with(begin) && body.ends_with("\n\n")) << body;
    body = body.substr(begin.size());
    EXPECT_THAT(reply.body, Not(AnyOf(HasSubstr("[DONE]"), HasSubstr("message_stop"))));
  }
  const auto document = base::JsonDocument::Parse(body);
  ASSERT_TRUE(document) << reply.body;
  const std::string type = document->root().Find("error").Find("type").text();
  const std::string expected = dialect == Dialect::kOpenAiChat ? "server_error"
                               : row.status == 504             ? "timeout_error"
                                                               : "api_error";
  EXPECT_TRUE(type == expected || (row.status == 200 && type == "timeout_error")) << type;
}

TEST(ProviderFailure, ArrivesAsTheDialectsOwnErrorAndTheNextRequestIsServed) {
  for (const Dialect dialect : kDialects) {
    for (const Row& row : Rows()) {
      SCOPED_TRACE(std::string(protocol::NameOf(dialect)) + ": " + row.what);
      const std::string good = TextBody(dialect, Delivery::kWhole, "well again");
      ScriptedUpstream upstream(
          {{.answer = row.answer(dialect)}, {.answer = {Bytes(AsHttp(Delivery::kWhole, good))}}});
      const Home home({.upstream_url = upstream.url(), .provider_more = kShort});
      Running gateway(home);
      const Ask ask{dialect, Text({dialect, row.delivery}), home.key_of("desk")};
      ExpectDialectError(dialect, row, Send(gateway.port(), ask));
      EXPECT_EQ(gateway.Outcomes(), std::vector<std::string>{row.outcome});
      EXPECT_EQ(upstream.requests().size(), 1U);
      const Reply next = Send(gateway.port(), {dialect, Text({dialect}), home.key_of("desk")});
      EXPECT_EQ(next.body, good);
    }
  }
}

TEST(ProviderFailure, OfAConnectionThatIsRefused) {
  for (const Dialect dialect : kDialects) {
    const Home home({.upstream_url = "http://127.0.0.1:1"});
    Running gateway(home);
    const Reply reply = Send(gateway.port(), {dialect, Text({dialect}), home.key_of("desk")});
    EXPECT_EQ(reply.status, 502);
    EXPECT_TRUE(base::JsonDocument::Parse(reply.body)) << reply.body;
    EXPECT_EQ(gateway.Outcomes(), std::vector<std::string>{"broken_answer"});
    EXPECT_EQ(gateway.metrics().Sum(gateway::Count::kUpstreamFailures), 1U);
  }
}

TEST(ProviderFailure, PassesTheProvidersOwnRefusalsAsTheyAre) {
  for (const int status : {400, 401, 403, 404, 413, 422, 429, 500, 503, 529}) {
    const std::string body =
        "{ \"error\" : {\"type\":\"theirs\", \"message\":\"status " + std::to_string(status) + "\"}}";
    ScriptedUpstream upstream(
        {{.answer = {Bytes(Head(status,
                                "Content-Type: application/json\r\nRetry-After: 7\r\nx-request-id: req_9\r\n",
                                body))}}});
    const Home home({.upstream_url = upstream.url()});
    Running gateway(home);
    for (const Delivery delivery : kDeliveries) {
      const Reply reply =
          Send(gateway.port(), {kDialects[0], Text({kDialects[0], delivery}), home.key_of("desk")});
      EXPECT_EQ(reply.status, status);
      EXPECT_EQ(reply.body, body);
      EXPECT_EQ(reply.Header("retry-after"), "7");
      EXPECT_EQ(reply.Header("x-request-id"), "req_9");
    }
    EXPECT_EQ(gateway.Outcomes(), (std::vector<std::string>{"upstream_error", "upstream_error"}));
  }
}

TEST(ProviderFailure, LeavesNoIntentOpenHoweverLongItsNamesAre) {
  const std::string name(20'000, 'n');
  std::string long_model = TextBody(kDialects[0], Delivery::kWhole, "hi");
  long_model.replace(long_model.find("m-1"), 3, name);
  ScriptedUpstream upstream(
      {{.answer = {Bytes(Head(200, "Content-Type: application/json\r\nx-request-id: " + name + "\r\n",
                              TextBody(kDialects[0], Delivery::kWhole, "hi")))}},
       {.answer = {Bytes(
            Head(429, "Content-Type: application/json\r\nx-request-id: " + name + "\r\n", "{}"))}},
       {.answer = {Bytes(AsHttp(Delivery::kWhole, long_model))}}});
  const Home home({.upstream_url = upstream.url()});
  Running gateway(home);
  for (int i = 0; i < 3; ++i) {
    (void)Send(gateway.port(), {kDialects[0], Text({}), home.key_of("desk")});
    EXPECT_EQ(gateway.Outcomes().size(), static_cast<std::size_t>(i + 1));
  }
}

TEST(CallerThatLeaves, EndsTheExchangeWithTheProvider) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      std::vector<Step> answer = {WaitForClose()};
      if (delivery == Delivery::kStream)
        answer.insert(answer.begin(), Bytes(StreamHead() + ChunkOf(Half(dialect))));
      ScriptedUpstream upstream({{.answer = answer}});
      const Home home({.upstream_url = upstream.url()});
      Running gateway(home);
      {
        RawClient client(gateway.port());
        client.Send(BytesOf({dialect, Text({dialect, delivery}), home.key_of("desk")}));
        ASSERT_TRUE(upstream.WaitForRequests(1));
        if (delivery == Delivery::kStream) EXPECT_THAT(client.ReadTo("\n\n\r\n"), HasSubstr("half of it"));
      }
      EXPECT_TRUE(upstream.WaitForClosedByClient(1));
      EXPECT_TRUE(Eventually([&] { return gateway.Outcomes().size() == 1; }));
      EXPECT_EQ(gateway.Outcomes(), std::vector<std::string>{"caller_left"});
      EXPECT_EQ(gateway.metrics().Sum(gateway::Count::kCallersLeft), 1U);
    }
  }
}

TEST(CallerThatLeaves, IsNoticedAfterAHoldToo) {
  const std::string calls =
      CallsBody(kDialects[1], Delivery::kStream, {{"call_0", "assign_asset", R"({"a":1})"}});
  const std::string until_call = calls.substr(0, calls.find("event: message_delta"));
  ScriptedUpstream upstream({{.answer = {Bytes(StreamHead() + ChunkOf(until_call)), WaitForClose()}}});
  const Home home({.wait_ms = 50, .upstream_url = upstream.url()});
  Running gateway(home);
  RawClient client(gateway.port());
  client.Send(BytesOf({kDialects[1], Text({kDialects[1], Delivery::kStream}), home.key_of("desk")}));
  EXPECT_THAT(client.ReadTo("content_block_stop\",\"index\":0}\n\n\r\n"), HasSubstr("Proviso withheld"));
  client.Close();
  EXPECT_TRUE(upstream.WaitForClosedByClient(1));
  EXPECT_TRUE(Eventually([&] { return gateway.Outcomes().size() == 2; }));
  EXPECT_EQ(gateway.Outcomes(), (std::vector<std::string>{"held", "caller_left"}));
}

}  // namespace
}  // namespace proviso::scenarios
