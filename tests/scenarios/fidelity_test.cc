// The same bytes, both ways, except what the terms and the routing change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.h"
#include "http/testing/scripted_upstream.h"
#include "keys/digest.h"
#include "running.h"

namespace proviso::scenarios {
namespace {

using http::testing::ByteByByte;
using http::testing::Bytes;
using http::testing::ScriptedUpstream;
using record::Field;
using record::Kind;
using testing::HasSubstr;
using testing::Not;

TEST(Fidelity, PassesAnswersByteForByteInEachDialectAndDelivery) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const std::string body = TextBody(dialect, delivery, "Grüße \u2603 \\ \" and \t more");
      ScriptedUpstream upstream(
          {{.answer = {Bytes(AsHttp(delivery, body))}}, {.answer = {ByteByByte(AsHttp(delivery, body))}}});
      const Home home({.upstream_url = upstream.url()});
      const Running gateway(home);
      const Ask ask{dialect, Text({dialect, delivery}), home.key_of("desk")};
      for (int i = 0; i < 2; ++i) {
        const Reply reply = Send(gateway.port(), ask);
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, body);
      }
    }
  }
}

TEST(Fidelity, SendsTheCallersBytesExceptTheModelsName) {
  for (const Dialect dialect : kDialects) {
    ScriptedUpstream upstream(
        {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(dialect, Delivery::kWhole, "hi")))}}});
    const Home home({.upstream_url = upstream.url()});
    const Running gateway(home);
    const std::string odd = R"( {"messages" :[{"role":"user","content":"é\u00e9\/"}],)"
                            "\n\t\"max_tokens\":5, \"unknown_member\": 1.50e+01, \"model\": \"";
    for (const auto& [asked, sent] : {std::pair{"same-name", "same-name"}, std::pair{"alias", "vendor-name"},
                                      std::pair{"\\u0061lias", "vendor-name"}}) {
      const Reply reply = Send(gateway.port(), {dialect, odd + asked + "\"}\n", home.key_of("desk")});
      ASSERT_EQ(reply.status, 200) << reply.body;
      const std::string request = upstream.requests().back();
      EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), odd + sent + "\"}\n");
    }
  }
}

TEST(Fidelity, KeepsCredentialsAndProvisoHeadersFromTheProvider) {
  for (const Dialect dialect : kDialects) {
    ScriptedUpstream upstream(
        {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(dialect, Delivery::kWhole, "hi")))}}});
    const Home home({.upstream_url = upstream.url()});
    const Running gateway(home);
    const std::string& key = home.key_of("desk");
    const Reply reply =
        Send(gateway.port(), {dialect, Text({dialect}), key,
                              "x-api-key: " + key + "\r\nCookie: a=" + key + "\r\napi-key: " + key +
                                  "\r\nProxy-Authorization: Basic " + key +
                                  "\r\nProviso-Purpose: translation\r\nproviso-anything: 1\r\n"
                                  "Connection: x-hop\r\nx-hop: 1\r\nExpect: 100-continue\r\n"
                                  "Accept-Encoding: gzip\r\nanthropic-version: 2023-06-01\r\n"
                                  "X-Stainless-Lang: python\r\n"});
    EXPECT_EQ(reply.status, 200) << reply.body;
    ASSERT_EQ(upstream.requests().size(), 1U);
    const std::string request = upstream.requests().front();
    EXPECT_THAT(request, Not(HasSubstr(key)));
    for (const char* absent : {"roviso", "Cookie", "hop", "Authorization", "Expect", "gzip"}) {
      EXPECT_THAT(request, Not(HasSubstr(absent)));
    }
    EXPECT_THAT(request, HasSubstr("\r\nx-api-key: " + std::string(Home::kProviderSecret) + "\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nX-Stainless-Lang: python\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nanthropic-version: 2023-06-01\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nAccept-Encoding: identity\r\n"));
    EXPECT_THAT(request, testing::StartsWith("POST " + std::string(PathOf(dialect)) + " HTTP/1.1\r\n"));
  }
}

TEST(Fidelity, PassesTheQueryOn) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[1], Delivery::kWhole, "hi")))}}});
  const Home home({.upstream_url = upstream.url()});
  const Running gateway(home);
  std::string bytes = BytesOf({kDialects[1], Text({kDialects[1]}), home.key_of("desk")});
  bytes.replace(bytes.find(" HTTP/1.1"), 0, "?beta=true");
  EXPECT_EQ(SendBytes(gateway.port(), bytes).status, 200);
  EXPECT_THAT(upstream.requests().at(0), testing::StartsWith("POST /v1/messages?beta=true HTTP/1.1\r\n"));
}

TEST(Fidelity, AddsTheDecisionAndTheReceiptAndDropsWhatIsTheProvidersOwn) {
  const std::string body = TextBody(kDialects[0], Delivery::kWhole, "hi");
  ScriptedUpstream upstream(
      {{.answer = {
            Bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_7\r\n"
                  "Set-Cookie: a=b\r\nProviso-Decision: forged\r\nx-ratelimit-remaining-requests: 9\r\n"
                  "Content-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body)}}});
  const Home home({.upstream_url = upstream.url()});
  Running gateway(home);
  const Reply reply = Send(gateway.port(), {kDialects[0], Text({}), home.key_of("desk")});
  EXPECT_EQ(reply.Header("x-request-id"), "req_7");
  EXPECT_EQ(reply.Header("x-ratelimit-remaining-requests"), "9");
  EXPECT_EQ(reply.Header("set-cookie"), "");
  EXPECT_THAT(reply.head, Not(HasSubstr("forged")));
  const std::vector<Recorded> record = gateway.Record();
  ASSERT_EQ(record.size(), 3U);  // KEY, INTENT, OUTCOME
  EXPECT_EQ(reply.Header("Proviso-Decision"), record[1].At(Field::kDecisionId));
  EXPECT_EQ(reply.Header("Proviso-Receipt"), "log#1");
  EXPECT_EQ(record[1].At(Field::kRequestDigest), base::ToHex(keys::Sha256(Text({}))));
  EXPECT_EQ(record[1].At(Field::kPrincipal), "desk");
  EXPECT_EQ(record[2].entry.kind, Kind::kOutcome);
  EXPECT_EQ(record[2].entry.pair, 1U);
  EXPECT_EQ(record[2].At(Field::kOutcome), "answered");
  EXPECT_EQ(record[2].At(Field::kResponseDigest), base::ToHex(keys::Sha256(body)));
  EXPECT_EQ(record[2].At(Field::kUpstreamRequestId), "req_7");
}

TEST(Fidelity, ReusesTheProvidersConnection) {
  for (const Delivery delivery : kDeliveries) {
    const std::string body = TextBody(kDialects[0], delivery, "hi");
    ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(delivery, body))}}});
    const Home home({.upstream_url = upstream.url()});
    const Running gateway(home);
    http::testing::RawClient client(gateway.port());  // one connection, so one core
    std::string bytes = BytesOf({kDialects[0], Text({kDialects[0], delivery}), home.key_of("desk")});
    bytes.erase(bytes.find("Connection: close\r\n"), 19);
    for (int i = 0; i < 3; ++i) {
      client.Send(bytes);
      EXPECT_EQ(ParseReply(client.ReadAnswer()).body, body);
    }
    EXPECT_EQ(upstream.connections_accepted(), 1U);
  }
}

}  // namespace
}  // namespace proviso::scenarios
