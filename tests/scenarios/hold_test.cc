// Calls and requests that wait for people: released exactly, once, to whom asked, in time, by enough
// distinct people who were shown the very thing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "answers.h"
#include "http/testing/scripted_upstream.h"
#include "running.h"

namespace proviso::scenarios {
namespace {

using http::testing::Bytes;
using http::testing::RawClient;
using http::testing::ScriptedUpstream;
using oversight::Verdict;
using record::Field;
using std::chrono::milliseconds;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kArguments = R"({"asset":"asset-7","target":"MARK"})";

std::string Engagement(Dialect dialect, Delivery delivery, const std::string& arguments = kArguments) {
  return AsHttp(delivery, CallsBody(dialect, delivery, {{"call_0", "assign_asset", arguments}}));
}

std::string HoldHeader(const std::string& id) {
  return "Proviso-Hold: " + id + "\r\n";
}

/// A gateway whose provider answers each request with one engagement.
class Scene {
 public:
  explicit Scene(Dialect dialect = kDialects[0], Delivery delivery = Delivery::kWhole, HomeSetup setup = {})
      : dialect_(dialect),
        delivery_(delivery),
        upstream_({{.answer = {Bytes(Engagement(dialect, delivery))}}}),
        home_(With(std::move(setup), upstream_)),
        gateway_(home_) {}

  Reply AskAs(const std::string& application, const std::string& headers = "",
              const std::string& says = "hello") {
    return Send(gateway_.port(), {dialect_, Text({dialect_, delivery_, "same-name", says}),
                                  home_.key_of(application), headers});
  }
  Reply Ask(const std::string& headers = "") { return AskAs("desk", headers); }
  /// A call that was asked for and waits.
  std::string Held() {
    const std::string id = HoldIdIn(Ask().body);
    EXPECT_NE(id, "");
    return id;
  }
  std::string Approved() {
    const std::string id = Held();
    EXPECT_EQ(desk().Approve(id, "alice").status, 200);
    EXPECT_EQ(desk().Approve(id, "bob").status, 200);
    return id;
  }
  [[nodiscard]] Desk desk() const { return {home_, gateway_.port()}; }
  ScriptedUpstream& upstream() { return upstream_; }
  Running& gateway() { return gateway_; }
  Home& home() { return home_; }

 private:
  static HomeSetup With(HomeSetup setup, const ScriptedUpstream& upstream) {
    setup.upstream_url = upstream.url();
    return setup;
  }
  const Dialect dialect_;
  const Delivery delivery_;
  ScriptedUpstream upstream_;
  Home home_;
  Running gateway_;
};

TEST(Holds, ReleaseTheCallOnTheOpenConnectionWhenPeopleApproveInTime) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      Scene scene(dialect, delivery, {.wait_ms = 20'000});
      auto reply = std::async(std::launch::async, [&] { return scene.Ask(); });
      const std::string id = scene.desk().NextWaiting();
      EXPECT_THAT(scene.desk().Approve(id, "alice").body, HasSubstr("1 of 2"));
      EXPECT_EQ(scene.desk().Approve(id, "bob").status, 200);
      EXPECT_EQ(reply.get().body, CallsBody(dialect, delivery, {{"call_0", "assign_asset", kArguments}}));
      EXPECT_EQ(scene.gateway().Outcomes(), (std::vector<std::string>{"approved", "released", "answered"}));
      const std::vector<Recorded> record = scene.gateway().Record();
      EXPECT_EQ(record.at(2).At(Field::kOutcome), "hold");
      EXPECT_EQ(record.at(2).At(Field::kTool), "assign_asset");
      EXPECT_EQ(record.at(4).At(Field::kOutcome), "permit");
      EXPECT_THAT(record.at(4).At(Field::kApprovals), HasSubstr(id));
      EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 409);  // it went out once
    }
  }
}

TEST(Holds, GiveTheExactCallOnceToTheSameRequestThatComesBack) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      Scene scene(dialect, delivery);
      const Reply noticed = scene.Ask();
      const std::string id = HoldIdIn(noticed.body);
      EXPECT_THAT(noticed.body, Not(HasSubstr("MARK")));
      EXPECT_THAT(noticed.body, HasSubstr("Proviso-Hold: " + id));
      EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 403);  // nobody has decided yet
      scene.desk().Approve(id, "alice");
      EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 403);  // one of two
      scene.desk().Approve(id, "carol");
      const Reply released = scene.Ask(HoldHeader(id));
      EXPECT_EQ(released.status, 200);
      EXPECT_THAT(released.body, HasSubstr("call_0"));
      EXPECT_THAT(released.body, AnyOf(HasSubstr(R"(\"target\":\"MARK\")"), HasSubstr(R"("target":"MARK")")));
      EXPECT_THAT(released.body, AnyOf(HasSubstr(R"("tool_calls")"), HasSubstr(R"("tool_use")")));
      EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 409);
      EXPECT_EQ(scene.upstream().requests().size(), 1U);  // the model was asked once
      EXPECT_EQ(scene.desk().StateOf(id), "released");
    }
  }
}

TEST(Holds, CountPeopleNotKeysOrVotes) {
  Scene scene;
  const std::string id = scene.Held();
  EXPECT_EQ(scene.desk().Approve(id, "alice").status, 200);
  EXPECT_EQ(scene.desk().Approve(id, "alice").status, 409);
  EXPECT_EQ(scene.desk().Approve(id, "dave").status, 403);   // a clerk
  EXPECT_EQ(scene.desk().Approve(id, "court").status, 403);  // no approver at all
  EXPECT_EQ(scene.desk().StateOf(id), "waiting");
  EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 403);
}

TEST(Holds, AreNothingToAnotherApplication) {
  Scene scene;
  const std::string id = scene.Approved();
  const Reply others = scene.AskAs("other", HoldHeader(id));
  EXPECT_EQ(others.status, 404);
  EXPECT_EQ(scene.AskAs("other", HoldHeader("hold_none")).status, 404);
  EXPECT_EQ(scene.desk().StateOf(id), "approved");
  EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 200);
}

TEST(Holds, EndWithOneDenialEvenOnTheOpenConnection) {
  Scene scene(kDialects[0], Delivery::kWhole, {.wait_ms = 20'000});
  auto reply = std::async(std::launch::async, [&] { return scene.Ask(); });
  const std::string id = scene.desk().NextWaiting();
  scene.desk().Approve(id, "alice");
  scene.desk().Decide(id, "bob", Verdict::kDeny);
  const std::string body = reply.get().body;
  EXPECT_THAT(body, HasSubstr("was denied"));
  EXPECT_THAT(body, Not(HasSubstr("MARK")));
  EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 403);
  EXPECT_EQ(scene.desk().Approve(id, "carol").status, 403);
  EXPECT_EQ(scene.gateway().Outcomes(), (std::vector<std::string>{"denied", "answered"}));
}

TEST(Holds, ExpireAndTakeTheirApprovalsWithThem) {
  Scene scene(kDialects[0], Delivery::kWhole, {.expires_ms = 1'000});
  const std::string id = scene.Approved();
  Nap(milliseconds(1'050));
  const Reply late = scene.Ask(HoldHeader(id));
  EXPECT_EQ(late.status, 403);
  EXPECT_THAT(late.body, HasSubstr("expired"));
  EXPECT_EQ(scene.desk().StateOf(id), "expired");
}

TEST(Holds, WithholdAChangedCallUnderAPresentedApproval) {
  const std::string changed = R"({"asset":"asset-7","target":"OTHER"})";
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      ScriptedUpstream upstream({{.answer = {Bytes(Engagement(dialect, delivery))}},
                                 {.answer = {Bytes(Engagement(dialect, delivery, changed))}},
                                 {.answer = {Bytes(Engagement(dialect, delivery))}}});
      const Home home({.upstream_url = upstream.url()});
      Running gateway(home);
      const Desk desk(home, gateway.port());
      const auto ask = [&](const std::string& says, const std::string& headers) {
        return Send(gateway.port(),
                    {dialect, Text({dialect, delivery, "same-name", says}), home.key_of("desk"), headers});
      };
      const std::string id = HoldIdIn(ask("first", "").body);
      desk.Approve(id, "alice");
      desk.Approve(id, "bob");
      const Reply other_call = ask("second", HoldHeader(id));
      EXPECT_THAT(other_call.body, Not(HasSubstr("OTHER")));
      EXPECT_THAT(other_call.body, HasSubstr("is for another call"));
      EXPECT_EQ(desk.StateOf(id), "approved");
      const Reply same_call = ask("third", HoldHeader(id));
      EXPECT_THAT(same_call.body, HasSubstr("MARK"));
      EXPECT_EQ(desk.StateOf(id), "released");
    }
  }
}

TEST(Holds, AreForWhatPeopleWereShownAndNothingElse) {
  struct Row {
    const char* headers;
    const char* model;
  };
  for (const Row& row :
       {Row{"Proviso-Purpose: translation\r\n", "same-name"},
        Row{"Proviso-On-Behalf-Of: somebody\r\n", "same-name"},
        Row{"Proviso-Authority: kind=warrant; case=1; issuer=court\r\n", "same-name"}, Row{"", "alias"}}) {
    Scene scene;
    const std::string id = scene.Approved();
    const Reply reply =
        Send(scene.gateway().port(), {kDialects[0], Text({kDialects[0], Delivery::kWhole, row.model}),
                                      scene.home().key_of("desk"), HoldHeader(id) + row.headers});
    EXPECT_EQ(reply.status, 409) << row.headers << row.model;
    EXPECT_THAT(reply.body, Not(HasSubstr("MARK")));
    EXPECT_EQ(scene.desk().StateOf(id), "approved");
  }
}

TEST(Holds, GiveOneOfTwoRacingRedeemersTheCall) {
  Scene scene;
  const std::string id = scene.Approved();
  std::vector<std::future<Reply>> racers;
  for (int i = 0; i < 8; ++i) {
    racers.push_back(std::async(std::launch::async, [&] { return scene.Ask(HoldHeader(id)); }));
  }
  std::map<int, int> statuses;
  for (auto& racer : racers) ++statuses[racer.get().status];
  EXPECT_EQ(statuses, (std::map<int, int>{{200, 1}, {409, 7}}));
}

TEST(Holds, KeepEachApprovalWhenNotAllThatArePresentedAreReady) {
  const std::string body =
      CallsBody(kDialects[0], Delivery::kWhole,
                {{"call_0", "assign_asset", R"({"a":"ONE"})"}, {"call_1", "assign_asset", R"({"a":"TWO"})"}});
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kWhole, body))}}});
  const Home home({.upstream_url = upstream.url()});
  Running gateway(home);
  const Desk desk(home, gateway.port());
  const Ask first{kDialects[0], Text({}), home.key_of("desk")};
  (void)Send(gateway.port(), first);
  const std::vector<std::string> ids = desk.Waiting();
  ASSERT_EQ(ids.size(), 2U);
  desk.Approve(ids[0], "alice");
  desk.Approve(ids[0], "bob");
  Ask both = first;
  both.headers = HoldHeader(ids[0] + ", " + ids[1]);
  EXPECT_EQ(Send(gateway.port(), both).status, 403);
  EXPECT_EQ(desk.StateOf(ids[0]), "approved");
  desk.Approve(ids[1], "carol");
  desk.Approve(ids[1], "bob");
  const Reply reply = Send(gateway.port(), both);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, testing::AllOf(HasSubstr("ONE"), HasSubstr("TWO")));
}

// Terms that come into force while a call waits.
constexpr const char* kOthersForbid =
    "@id(\"9\") forbid (principal, action == Action::\"call_tool\", resource)\n"
    "when { context has effect && context.effect == \"engage\" };\n";
constexpr const char* kOthersHoldToo =
    "@id(\"9\") forbid (principal, action == Action::\"embed\", resource);\n";
constexpr const char* kOthersPermit = "@id(\"1\") permit (principal, action, resource);\n";

std::vector<std::string> OutcomesOfHeldAgain(Running& gateway) {
  std::vector<std::string> outcomes;
  std::map<std::uint64_t, std::string> intents;
  for (const Recorded& one : gateway.Record()) {
    if (one.At(Field::kDetail).contains("held_again")) intents[one.entry.seq] = one.At(Field::kOutcome);
    if (one.entry.pair && intents.contains(*one.entry.pair))
      outcomes.push_back(intents[*one.entry.pair] + " " + one.At(Field::kOutcome));
  }
  return outcomes;
}

TEST(Holds, AreVoidWhereTheTermsThatComeIntoForceForbid) {
  Scene scene;
  const std::string approved = scene.Approved();
  const std::string waiting = HoldIdIn(scene.Ask().body);
  scene.home().WriteClauses(kOthersForbid);
  scene.gateway().Reload();
  for (const std::string& id : {approved, waiting}) {
    const Reply reply = scene.Ask(HoldHeader(id));
    EXPECT_EQ(reply.status, 409);
    EXPECT_THAT(reply.body, HasSubstr("forbidden by 9 of the terms in force"));
    EXPECT_EQ(scene.desk().StateOf(id), "void");
  }
  EXPECT_EQ(OutcomesOfHeldAgain(scene.gateway()), (std::vector<std::string>{"forbid void", "forbid void"}));
}

TEST(Holds, WaitAnewWhereTheTermsThatComeIntoForceHoldThemToo) {
  Scene scene;
  const std::string id = scene.Approved();
  scene.home().WriteClauses(kOthersHoldToo);
  scene.gateway().Reload();
  scene.gateway().Reload();  // nothing is decided twice
  EXPECT_EQ(scene.desk().StateOf(id), "waiting");
  EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 403);  // what was approved was under other terms
  EXPECT_EQ(scene.desk().Approve(id, "alice").status, 200);
  EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 403);
  EXPECT_EQ(scene.desk().Approve(id, "bob").status, 200);
  const Reply released = scene.Ask(HoldHeader(id));
  EXPECT_EQ(released.status, 200);
  EXPECT_THAT(released.body, HasSubstr("MARK"));
  EXPECT_EQ(OutcomesOfHeldAgain(scene.gateway()), (std::vector<std::string>{"hold held"}));
}

TEST(Holds, NeedNobodyWhereTheTermsThatComeIntoForcePermit) {
  Scene scene;
  const std::string id = scene.Held();
  scene.home().Write("terms/clauses/main.cedar", kOthersPermit);
  scene.gateway().Reload();
  EXPECT_EQ(scene.desk().StateOf(id), "approved");
  const Reply released = scene.Ask(HoldHeader(id));
  EXPECT_EQ(released.status, 200);
  EXPECT_THAT(released.body, HasSubstr("MARK"));
  EXPECT_EQ(scene.Ask(HoldHeader(id)).status, 409);
  EXPECT_EQ(OutcomesOfHeldAgain(scene.gateway()), (std::vector<std::string>{"permit permitted"}));
  EXPECT_EQ(scene.gateway().Record().back().At(Field::kApprovals), "");
}

TEST(Holds, OnTheOpenConnectionAreVoidWhereOtherTermsForbid) {
  Scene scene(kDialects[0], Delivery::kStream, {.wait_ms = 20'000});
  auto reply = std::async(std::launch::async, [&] { return scene.Ask(); });
  const std::string id = scene.desk().NextWaiting();
  scene.desk().Approve(id, "alice");
  scene.home().WriteClauses(kOthersForbid);
  scene.gateway().Reload();
  const std::string body = reply.get().body;
  EXPECT_THAT(body, HasSubstr("void"));
  EXPECT_THAT(body, Not(HasSubstr("MARK")));
}

TEST(Holds, OnTheOpenConnectionAreGivenUnderTheTermsInForceWhenTheRequestComesBack) {
  Scene scene(kDialects[0], Delivery::kStream, {.wait_ms = 20'000});
  auto reply = std::async(std::launch::async, [&] { return scene.Ask(); });
  const std::string id = scene.desk().NextWaiting();
  scene.home().Write("terms/clauses/main.cedar", kOthersPermit);
  scene.gateway().Reload();
  const std::string body = reply.get().body;  // it began under terms that are not in force any more
  EXPECT_THAT(body, HasSubstr("Proviso-Hold: " + id));
  EXPECT_THAT(body, Not(HasSubstr("MARK")));
  EXPECT_THAT(scene.Ask(HoldHeader(id)).body, HasSubstr("MARK"));
}

TEST(Holds, OfAWholeRequestSendItOnceWhenApproved) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const std::string body = TextBody(dialect, delivery, "done");
      ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(delivery, body))}}});
      const Home home({.upstream_url = upstream.url()});
      Running gateway(home);
      const Desk desk(home, gateway.port());
      const Ask ask{dialect, Text({dialect, delivery}), home.key_of("desk"),
                    "Proviso-Purpose: sensitive\r\n"};
      const Reply held = Send(gateway.port(), ask);
      EXPECT_EQ(held.status, 403);
      const std::string id = held.Header("Proviso-Hold");
      ASSERT_NE(id, "");
      EXPECT_EQ(upstream.connections_accepted(), 0U);
      Ask again = ask;
      again.headers += HoldHeader(id);
      EXPECT_EQ(Send(gateway.port(), again).status, 403);
      EXPECT_EQ(desk.Approve(id, "carol").status, 200);
      Ask other = again;
      other.body = Text({dialect, delivery, "same-name", "another"});
      EXPECT_EQ(Send(gateway.port(), other).status, 409);
      Ask without_purpose = ask;
      without_purpose.headers = HoldHeader(id);
      EXPECT_EQ(Send(gateway.port(), without_purpose).status, 409);
      EXPECT_EQ(upstream.connections_accepted(), 0U);
      EXPECT_EQ(Send(gateway.port(), again).body, body);
      EXPECT_EQ(Send(gateway.port(), again).status, 409);
      EXPECT_EQ(upstream.requests().size(), 1U);
    }
  }
}

TEST(Holds, OfAFreeTextToolComeBackAsOne) {
  const std::string call =
      R"({"id":"c1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":)"
      R"([{"id":"call_0","type":"custom","custom":{"name":"assign_asset","input":"plain MARK"}}]},)"
      R"("finish_reason":"tool_calls"}]})";
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kWhole, call))}}});
  const Home home({.upstream_url = upstream.url()});
  const Running gateway(home);
  const Ask ask{kDialects[0],
                R"({"model":"same-name","messages":[{"role":"user","content":"x"}],)"
                R"("tools":[{"type":"custom","custom":{"name":"assign_asset"}}]})",
                home.key_of("desk")};
  const Reply reply = Send(gateway.port(), ask);
  EXPECT_THAT(reply.body, Not(HasSubstr("MARK")));
  EXPECT_THAT(reply.body, HasSubstr("Proviso withheld a call to"));
}

TEST(Holds, AreKeptWhenTheCallerLeavesBeforePeopleDecide) {
  Scene scene(kDialects[0], Delivery::kStream, {.wait_ms = 20'000});
  RawClient client(scene.gateway().port());
  client.Send(BytesOf({kDialects[0], Text({kDialects[0], Delivery::kStream}), scene.home().key_of("desk")}));
  const std::string id = scene.desk().NextWaiting();
  client.Close();
  ASSERT_TRUE(Eventually([&] { return scene.gateway().Outcomes().size() == 2; }));
  EXPECT_EQ(scene.gateway().Outcomes().front(), "held");
  scene.desk().Approve(id, "alice");
  scene.desk().Approve(id, "bob");
  const Reply reply = scene.Ask(HoldHeader(id));
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("MARK"));
}

}  // namespace
}  // namespace proviso::scenarios
