// Several providers behind one name: what fails goes elsewhere, each attempt is decided and recorded, and
// nothing is tried again once a byte was released.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.h"
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
using record::Field;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Head(int status, std::string_view headers, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) + " Reason\r\nContent-Type: application/json\r\n" +
         std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string Good(std::string_view text, Delivery delivery = Delivery::kWhole) {
  return AsHttp(delivery, TextBody(Dialect::kOpenAiChat, delivery, text));
}

Turn Says(std::string bytes) {
  return {.answer = {Bytes(std::move(bytes))}};
}

/// A second provider, "spare" with the model "spare-model", and the alias "assistant" over both.
std::string Tables(const ScriptedUpstream& spare, std::string_view alias_more = "",
                   std::string_view spare_more = "") {
  return "[[provider]]\nname = \"spare\"\nurl = \"" + spare.url() + "/v1\"\ndialects = [\"openai-chat\"]\n" +
         std::string(spare_more) + "[[model]]\nname = \"spare-model\"\nprovider = \"spare\"\n" +
         "[[alias]]\nname = \"assistant\"\nmodels = [\"same-name\", \"spare-model\"]\n" +
         std::string(alias_more);
}

class Routing : public testing::Test {
 protected:
  static Ask AskFor(const Home& home, Delivery delivery = Delivery::kWhole, std::string headers = "") {
    const Body body{.delivery = delivery, .model = "assistant"};
    return {Dialect::kOpenAiChat, Text(body), home.key_of("desk"), std::move(headers)};
  }
  static std::vector<std::string> Models(Running& gateway) {
    std::vector<std::string> models;
    for (const Recorded& one : gateway.Record()) {
      if (one.entry.kind == record::Kind::kIntent) models.push_back(one.At(Field::kModel));
    }
    return models;
  }
};

TEST_F(Routing, SendsTheRequestElsewhereWhenAProviderFails) {
  struct Row {
    const char* what;
    Turn turn;
  };
  const Row rows[] = {
      {"closed", {.answer = {Close()}}},
      {"overloaded", Says(Head(529, "", R"({"error":{"message":"busy"}})"))},
      {"not our key", Says(Head(401, "", R"({"error":{"message":"who?"}})"))},
      {"a limit", Says(Head(429, "Retry-After: 3600\r\n", R"({"error":{"message":"limit"}})"))},
      {"a proxy's page", Says("HTTP/1.1 502 Bad\r\nContent-Length: 6\r\n\r\n<html>")},
      {"not JSON", Says(Head(200, "", "hello"))},
      {"half an answer", {.answer = {Bytes(Good("half of it").substr(0, 150)), Close()}}}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    ScriptedUpstream maker({row.turn});
    ScriptedUpstream spare({Says(Good("from the spare"))});
    const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
    Running gateway(home);
    const Reply reply = Send(gateway.port(), AskFor(home));
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, HasSubstr("from the spare"));
    EXPECT_THAT(Models(gateway), ElementsAre("same-name", "spare-model"));
    EXPECT_THAT(gateway.Outcomes(), ElementsAre("attempt_failed", "answered"));
    EXPECT_THAT(spare.requests().at(0), HasSubstr("\"model\":\"spare-model\""));
    EXPECT_THAT(spare.requests().at(0), testing::Not(HasSubstr(Home::kProviderSecret)));
    const auto views = gateway.providers().Look(0);
    EXPECT_EQ(views[0].name, "maker");
    EXPECT_EQ(views[0].Of(routing::Event::kFallbackFrom), 1);
  }
}

TEST_F(Routing, DoesNotSendElsewhereWhatIsTheRequestsOwnFault) {
  ScriptedUpstream maker({Says(Head(400, "", R"({"error":{"message":"no such field"}})"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
  Running gateway(home);
  const Reply reply = Send(gateway.port(), AskFor(home));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("no such field"));
  EXPECT_TRUE(spare.requests().empty());
  EXPECT_THAT(gateway.Outcomes(), ElementsAre("upstream_error"));
}

TEST_F(Routing, GivesTheLastProvidersOwnWordsWhenAllFail) {
  ScriptedUpstream maker({Says(Head(503, "", R"({"error":{"message":"first"}})"))});
  ScriptedUpstream spare({Says(Head(503, "Retry-After: 7\r\n", R"({"error":{"message":"second"}})"))});
  const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
  Running gateway(home);
  const Reply reply = Send(gateway.port(), AskFor(home));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, R"({"error":{"message":"second"}})");
  EXPECT_EQ(reply.Header("retry-after"), "7");
  EXPECT_THAT(gateway.Outcomes(), ElementsAre("attempt_failed", "upstream_error"));
}

TEST_F(Routing, TriesAgainAfterTheWaitThatTheProviderAsksFor) {
  ScriptedUpstream maker(
      {Says(Head(429, "retry-after-ms: 60\r\n", R"({"error":{"message":"limit"}})")), Says(Good("now"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home(
      {.upstream_url = maker.url(), .more = Tables(spare, "retries = { attempts = 2, backoff_ms = 1 }\n")});
  Running gateway(home);
  const auto before = std::chrono::steady_clock::now();
  const Reply reply = Send(gateway.port(), AskFor(home));
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(55));
  EXPECT_THAT(reply.body, HasSubstr("now"));
  EXPECT_THAT(gateway.Outcomes(), ElementsAre("attempt_failed", "answered"));
  EXPECT_THAT(Models(gateway), ElementsAre("same-name", "same-name"));
  EXPECT_TRUE(spare.requests().empty());
}

std::string Chunk(std::string_view bytes) {
  char size[20];
  (void)std::snprintf(size, sizeof size, "%zx", bytes.size());
  return std::string(size) + "\r\n" + std::string(bytes) + "\r\n";
}

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(Routing, SendsElsewhereAStreamThatBreaksBeforeItsFirstByte) {
  const std::string error = "data: {\"error\":{\"message\":\"overheated\",\"type\":\"server_error\"}}\n\n";
  for (const std::string& stream : {std::string(kStreamHead), std::string(kStreamHead) + Chunk(error)}) {
    ScriptedUpstream maker({{.answer = {Bytes(stream), Close()}}});
    ScriptedUpstream spare({Says(Good("from the spare", Delivery::kStream))});
    const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
    Running gateway(home);
    const Reply reply = Send(gateway.port(), AskFor(home, Delivery::kStream));
    EXPECT_EQ(reply.body, TextBody(Dialect::kOpenAiChat, Delivery::kStream, "from the spare"));
    EXPECT_THAT(gateway.Outcomes(), ElementsAre("attempt_failed", "answered"));
  }
}

TEST_F(Routing, EndsAStreamThatBreaksAfterItsFirstByteWithTheDialectsError) {
  const std::string all = TextBody(Dialect::kOpenAiChat, Delivery::kStream, "half of it");
  const std::string half = all.substr(0, all.find("\n\n", all.find("half of it")) + 2);
  ScriptedUpstream maker({{.answer = {Bytes(std::string(kStreamHead) + Chunk(half)), Close()}}});
  ScriptedUpstream spare({Says(Good("from the spare", Delivery::kStream))});
  const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
  Running gateway(home);
  const Reply reply = Send(gateway.port(), AskFor(home, Delivery::kStream));
  EXPECT_THAT(reply.body, HasSubstr("half of it"));
  EXPECT_THAT(reply.body, HasSubstr("\"error\""));
  EXPECT_TRUE(spare.requests().empty());
  EXPECT_THAT(gateway.Outcomes(), ElementsAre("broken_answer"));
}

TEST_F(Routing, OpensAProvidersBreakerAndProbesItAfterItsRest) {
  ScriptedUpstream maker({{.answer = {Close()}}, {.answer = {Close()}}, Says(Good("well again"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home({.upstream_url = maker.url(),
                   .provider_more = "breaker = { failures_in_a_row = 2, rest_ms = 300 }\n",
                   .more = Tables(spare)});
  Running gateway(home);
  for (int i = 0; i < 4; ++i)
    EXPECT_THAT(Send(gateway.port(), AskFor(home)).body, HasSubstr("from the spare"));
  EXPECT_EQ(maker.requests().size(), 2U) << "the third and fourth were not sent to it";
  const Reply direct = Send(gateway.port(), {Dialect::kOpenAiChat, Text({}), home.key_of("desk")});
  EXPECT_EQ(direct.status, 503);
  EXPECT_EQ(direct.Header("retry-after"), "1");
  Nap(std::chrono::milliseconds(350));
  EXPECT_THAT(Send(gateway.port(), AskFor(home)).body, HasSubstr("well again"));
  EXPECT_EQ(gateway.providers().Look(0)[0].breaker.state, routing::BreakerState::kClosed);
}

TEST_F(Routing, KeepsWhatItLearntOverAReload) {
  ScriptedUpstream maker({{.answer = {Close()}}});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home({.upstream_url = maker.url(),
                   .provider_more = "breaker = { failures_in_a_row = 1, rest_ms = 60000 }\n",
                   .more = Tables(spare)});
  Running gateway(home);
  (void)Send(gateway.port(), AskFor(home));
  gateway.Reload();
  (void)Send(gateway.port(), AskFor(home));
  EXPECT_EQ(maker.requests().size(), 1U);
}

TEST_F(Routing, DecidesEachCandidateAfreshAndSkipsWhatTheTermsForbid) {
  ScriptedUpstream maker({Says(Good("from the maker"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  Home home({.upstream_url = maker.url(), .more = Tables(spare)});
  home.WriteClauses(R"(
@id("9.1") @title("Not this model")
forbid (principal, action == Action::"generate", resource == Model::"same-name");
)");
  Running gateway(home);
  const Reply reply = Send(gateway.port(), AskFor(home));
  EXPECT_THAT(reply.body, HasSubstr("from the spare"));
  EXPECT_TRUE(maker.requests().empty());
  EXPECT_THAT(Models(gateway), ElementsAre("spare-model"));
}

TEST_F(Routing, RefusesWhenTheTermsForbidEveryCandidate) {
  ScriptedUpstream maker({Says(Good("from the maker"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
  Running gateway(home);
  const Reply reply = Send(gateway.port(), AskFor(home, Delivery::kWhole, "Proviso-Purpose: restricted\r\n"));
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.body, HasSubstr("2.1"));
  EXPECT_THAT(gateway.Outcomes(), ElementsAre("refused"));
}

TEST_F(Routing, AsksPeopleOnlyWhenNothingElseIsPermittedAndThenSendsWhatTheyWereShown) {
  ScriptedUpstream maker({Says(Good("from the maker"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
  Running gateway(home);
  const Ask ask = AskFor(home, Delivery::kWhole, "Proviso-Purpose: sensitive\r\n");
  const Reply held = Send(gateway.port(), ask);
  EXPECT_EQ(held.status, 403);
  const std::string id = HoldIdIn(held.body);
  ASSERT_FALSE(id.empty());
  const Desk desk(home, gateway.port());
  EXPECT_EQ(desk.Approve(id, "alice").status, 200);
  Ask again = ask;
  again.headers += "Proviso-Hold: " + id + "\r\n";
  EXPECT_THAT(Send(gateway.port(), again).body, HasSubstr("from the maker"));
  EXPECT_NE(Send(gateway.port(), again).status, 200) << "once only";
  EXPECT_TRUE(spare.requests().empty());
}

TEST_F(Routing, EndsARequestWhenItsRoutesTimeIsOver) {
  ScriptedUpstream maker({{.answer = {WaitForClose()}}});
  ScriptedUpstream spare({{.answer = {WaitForClose()}}});
  const Home home({.upstream_url = maker.url(),
                   .more = Tables(spare, "timeouts = { first_byte_ms = 150, total_ms = 250 }\n")});
  Running gateway(home);
  const auto before = std::chrono::steady_clock::now();
  const Reply reply = Send(gateway.port(), AskFor(home));
  EXPECT_EQ(reply.status, 504);
  EXPECT_THAT(reply.body, HasSubstr("time that its route allows"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
  EXPECT_THAT(gateway.Outcomes(), ElementsAre("attempt_failed", "broken_answer"));
}

TEST_F(Routing, StopsWaitingWhenTheCallerLeaves) {
  ScriptedUpstream maker({Says(Head(503, "Retry-After: 9\r\n", R"({"error":{"message":"later"}})"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home({.upstream_url = maker.url(), .more = Tables(spare, "retries = { attempts = 2 }\n")});
  Running gateway(home);
  {
    RawClient client(gateway.port());
    client.Send(BytesOf(AskFor(home)));
    ASSERT_TRUE(maker.WaitForRequests(1));
    ASSERT_TRUE(Eventually([&] { return gateway.Outcomes().size() == 1; }));
  }
  EXPECT_TRUE(Eventually([&] { return gateway.metrics().Sum(gateway::Count::kCallersLeft) == 1; }));
  EXPECT_EQ(maker.requests().size(), 1U);
}

TEST_F(Routing, ListsAliasesAmongTheModels) {
  ScriptedUpstream maker({Says(Good("from the maker"))});
  ScriptedUpstream spare({Says(Good("from the spare"))});
  const Home home({.upstream_url = maker.url(), .more = Tables(spare)});
  Running gateway(home);
  const Reply reply = SendBytes(gateway.port(),
                                "GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                "Authorization: Bearer " +
                                    home.key_of("desk") + "\r\n\r\n");
  EXPECT_THAT(reply.body, HasSubstr("\"assistant\""));
  EXPECT_THAT(reply.body, HasSubstr("\"spare-model\""));
}

}  // namespace
}  // namespace proviso::scenarios
