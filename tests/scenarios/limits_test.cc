// What a key may use, over real sockets: rates, budgets over a restart, idempotency keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "answers.h"
#include "base/json.h"
#include "http/testing/scripted_upstream.h"
#include "running.h"

namespace proviso::scenarios {
namespace {

using http::testing::Bytes;
using http::testing::Close;
using http::testing::RawClient;
using http::testing::ScriptedUpstream;
using http::testing::Turn;
using http::testing::WaitForClose;
using http::testing::WaitForGo;
using record::Field;
using testing::ElementsAre;
using testing::HasSubstr;

/// An answer that reports what it used.
std::string Used(std::int64_t input, std::int64_t output) {
  std::string body = TextBody(Dialect::kOpenAiChat, Delivery::kWhole, "counted");
  body.resize(body.find(",\"usage\""));
  body.append(R"(,"usage":{"prompt_tokens":)" + std::to_string(input) + R"(,"completion_tokens":)" +
              std::to_string(output) + R"(,"total_tokens":0}})");
  return AsHttp(Delivery::kWhole, body);
}

/// A caller "limited", with a key and limits of its own, and prices for every model.
struct Limited {
  explicit Limited(const ScriptedUpstream& upstream, const std::string& limits)
      : home({.upstream_url = upstream.url(), .key_more = "limits = { " + limits + " }\n"}) {}
  Reply Ask(const Running& gateway, const std::string& headers = "", std::string says = "hello") const {
    const Body body{.says = std::move(says)};
    return Send(gateway.port(), {Dialect::kOpenAiChat, Text(body), home.key_of("desk"), headers});
  }
  Home home;
};

TEST(Limits, RefuseWithTheTimeWhenTheyRenewAndTellWhatIsLeft) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(10, 5))}}});
  const Limited limited(upstream, "requests_per_minute = 2, tokens_per_minute = 100000");
  Running gateway(limited.home);
  const Reply first = limited.Ask(gateway);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.Header("x-ratelimit-limit-requests"), "2");
  EXPECT_EQ(first.Header("x-ratelimit-remaining-requests"), "1");
  EXPECT_EQ(first.Header("x-ratelimit-limit-tokens"), "100000");
  EXPECT_EQ(limited.Ask(gateway).status, 200);
  const Reply refused = limited.Ask(gateway);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("2 requests per minute"));
  EXPECT_EQ(refused.Header("retry-after"), "30");
  EXPECT_EQ(refused.Header("x-ratelimit-remaining-requests"), "0");
  EXPECT_EQ(upstream.requests().size(), 2U);
  EXPECT_THAT(gateway.Outcomes(), ElementsAre("answered", "answered"));
}

TEST(Limits, LeaveOtherKeysAlone) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(10, 5))}}});
  const Limited limited(upstream, "requests_per_minute = 1");
  Running gateway(limited.home);
  EXPECT_EQ(limited.Ask(gateway).status, 200);
  EXPECT_EQ(limited.Ask(gateway).status, 429);
  const Reply other = Send(gateway.port(), {Dialect::kOpenAiChat, Text({}), limited.home.key_of("other")});
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.Header("x-ratelimit-limit-requests"), "");
}

TEST(Limits, SettleWithWhatTheProviderReports) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(10, 5))}}});
  const Limited limited(upstream, "tokens_per_day = 100000");
  Running gateway(limited.home);
  EXPECT_EQ(limited.Ask(gateway).Header("x-ratelimit-remaining-tokens"), "99985");
}

TEST(Limits, KeepChargedWhatAProviderDoesNotReport) {
  ScriptedUpstream upstream({{.answer = {Close()}}});
  const Limited limited(upstream, "tokens_per_day = 10000");
  Running gateway(limited.home);
  EXPECT_EQ(limited.Ask(gateway).status, 502);
  const Reply refused = limited.Ask(gateway);
  EXPECT_EQ(refused.status, 429) << "8192 tokens of output may have been written";
  EXPECT_THAT(refused.body, HasSubstr("10000 tokens per day"));
}

TEST(Limits, ChargeNothingButTheRequestForWhatTheProviderRefused) {
  ScriptedUpstream upstream({{.answer = {Bytes("HTTP/1.1 400 No\r\nContent-Type: application/json\r\n"
                                               "Content-Length: 2\r\n\r\n{}")}}});
  const Limited limited(upstream, "tokens_per_day = 10000, requests_per_day = 3");
  Running gateway(limited.home);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limited.Ask(gateway).status, 400);
  EXPECT_EQ(limited.Ask(gateway).status, 429);
}

TEST(Limits, OfMoneyHoldOverARestart) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(1'000, 1'000))}}});
  // 0.003 + 0.015 for an answer; at most 0.13 reserved for it
  const Limited limited(upstream, "money_per_day = 0.15");
  {
    Running gateway(limited.home);
    EXPECT_EQ(limited.Ask(gateway).status, 200);
    EXPECT_EQ(limited.Ask(gateway).status, 200);
    EXPECT_EQ(limited.Ask(gateway).status, 429);
  }
  Running restarted(limited.home);
  const Reply refused = limited.Ask(restarted);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("money 0.15 per day"));
  EXPECT_EQ(refused.Header("x-should-retry"), "false");
}

TEST(Limits, SayThatARequestCanNeverPass) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(1, 1))}}});
  const Limited limited(upstream, "tokens_per_minute = 100");
  Running gateway(limited.home);
  const Reply refused = limited.Ask(gateway);
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.body, HasSubstr("100 tokens per minute"));
}

TEST(Limits, AreNeverPassedByManyAtOnce) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(1, 1))}}});
  const Limited limited(upstream, "requests_per_day = 10");
  Running gateway(limited.home);
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5; ++i) {
          if (limited.Ask(gateway).status == 200) ++answered;
        }
      });
    }
  }
  EXPECT_EQ(answered, 10);
  EXPECT_EQ(upstream.requests().size(), 10U);
}

constexpr const char* kKey = "Idempotency-Key: 550e8400-e29b-41d4-a716-446655440000\r\n";

TEST(IdempotencyKey, GivesTheSameAnswerAgainWithoutAskingAgain) {
  for (const Delivery delivery : kDeliveries) {
    ScriptedUpstream upstream(
        {{.answer = {Bytes(AsHttp(delivery, TextBody(Dialect::kOpenAiChat, delivery, "once")))}}});
    const Home home({.upstream_url = upstream.url()});
    Running gateway(home);
    const Ask ask{Dialect::kOpenAiChat, Text({.delivery = delivery}), home.key_of("desk"), kKey};
    const Reply first = Send(gateway.port(), ask);
    const Reply again = Send(gateway.port(), ask);
    EXPECT_EQ(first.Header("idempotent-replayed"), "");
    EXPECT_EQ(again.Header("idempotent-replayed"), "true");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.Header("proviso-decision"), first.Header("proviso-decision"));
    EXPECT_EQ(upstream.requests().size(), 1U);
    EXPECT_THAT(gateway.Outcomes(), ElementsAre("answered", "repeated"));
  }
}

TEST(IdempotencyKey, IsRefusedForAnotherRequestAndWhileTheFirstIsUnderWay) {
  ScriptedUpstream upstream({{.answer = {WaitForGo(), Bytes(Used(1, 1))}}});
  const Home home({.upstream_url = upstream.url()});
  Running gateway(home);
  const Ask ask{Dialect::kOpenAiChat, Text({}), home.key_of("desk"), kKey};
  Ask other = ask;
  other.body = Text({.says = "something else"});
  RawClient client(gateway.port());
  client.Send(BytesOf(ask));
  ASSERT_TRUE(upstream.WaitForRequests(1));
  const Reply under_way = Send(gateway.port(), ask);
  EXPECT_EQ(under_way.status, 409);
  EXPECT_THAT(under_way.body, HasSubstr("still under way"));
  EXPECT_EQ(under_way.Header("retry-after"), "1");
  EXPECT_EQ(Send(gateway.port(), other).status, 409);
  upstream.Go();
  EXPECT_THAT(client.ReadTo("counted"), HasSubstr("200 OK"));
  EXPECT_TRUE(Eventually([&] { return Send(gateway.port(), ask).status == 200; }));
  const Reply different = Send(gateway.port(), other);
  EXPECT_EQ(different.status, 409);
  EXPECT_THAT(different.body, HasSubstr("another request"));
  EXPECT_EQ(upstream.requests().size(), 1U);
}

TEST(IdempotencyKey, IsFreeAgainWhenNothingWasReleased) {
  ScriptedUpstream upstream({{.answer = {Close()}}, {.answer = {Bytes(Used(1, 1))}}});
  const Home home({.upstream_url = upstream.url()});
  Running gateway(home);
  const Ask ask{Dialect::kOpenAiChat, Text({}), home.key_of("desk"), kKey};
  EXPECT_EQ(Send(gateway.port(), ask).status, 502);
  EXPECT_EQ(Send(gateway.port(), ask).status, 200);
}

TEST(IdempotencyKey, IsNotExecutedASecondTimeAfterARestart) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(1, 1))}}});
  const Home home({.upstream_url = upstream.url()});
  const Ask ask{Dialect::kOpenAiChat, Text({}), home.key_of("desk"), kKey};
  {
    Running gateway(home);
    EXPECT_EQ(Send(gateway.port(), ask).status, 200);
  }
  Running restarted(home);
  const Reply refused = Send(restarted.port(), ask);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("not executed a second time"));
  EXPECT_EQ(upstream.requests().size(), 1U);
}

TEST(IdempotencyKey, IsReadStrictly) {
  ScriptedUpstream upstream({{.answer = {Bytes(Used(1, 1))}}});
  const Home home({.upstream_url = upstream.url()});
  Running gateway(home);
  for (const std::string& headers :
       {std::string("Idempotency-Key: a b\r\n"), "Idempotency-Key: " + std::string(256, 'a') + "\r\n",
        std::string("Idempotency-Key: a\r\nIdempotency-Key: a\r\n")}) {
    const Reply reply = Send(gateway.port(), {Dialect::kOpenAiChat, Text({}), home.key_of("desk"), headers});
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr("Idempotency-Key"));
  }
  EXPECT_TRUE(upstream.requests().empty());
}

}  // namespace
}  // namespace proviso::scenarios
