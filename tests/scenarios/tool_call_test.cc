// Tool calls on their way back: what is forbidden or waits never arrives, in no position among parallel
// calls, in no dialect, whole or streamed; what is permitted does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.h"
#include "http/testing/scripted_upstream.h"
#include "running.h"

namespace proviso::scenarios {
namespace {

using http::testing::ByteByByte;
using http::testing::Bytes;
using http::testing::ScriptedUpstream;
using record::Field;
using testing::HasSubstr;
using testing::Not;

/// Arguments with a mark that is found in any escaping, and halved in no place that a piece of it shows.
std::string Marked(int position) {
  return "{\"mark" + std::to_string(position) + "\":\"MARK" + std::to_string(position) + "\"}";
}

std::vector<Call> ThreeCalls(std::size_t caught, const std::string& tool) {
  std::vector<Call> calls;
  for (std::size_t i = 0; i < 3; ++i) {
    calls.push_back(
        {"call_" + std::to_string(i), i == caught ? tool : "lookup_stock", Marked(static_cast<int>(i))});
  }
  return calls;
}

std::string StopOf(Dialect dialect, const char* openai, const char* anthropic) {
  return dialect == Dialect::kOpenAiChat ? "\"finish_reason\":\"" + std::string(openai) + "\""
                                         : "\"stop_reason\":\"" + std::string(anthropic) + "\"";
}

struct Case {
  Dialect dialect;
  Delivery delivery;
  std::size_t position;
  const char* tool;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      for (std::size_t position = 0; position < 3; ++position) {
        for (const char* tool : {"wipe_disk", "assign_asset", "unknown_tool"}) {
          cases.push_back({dialect, delivery, position, tool});
        }
      }
    }
  }
  return cases;
}

class ThreeParallelCalls : public testing::TestWithParam<Case> {};

TEST_P(ThreeParallelCalls, DeliverAllButTheOneThatIsForbiddenOrHeld) {
  const auto& [dialect, delivery, position, tool] = GetParam();
  const std::string body = CallsBody(dialect, delivery, ThreeCalls(position, tool));
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(delivery, body))}}});
  const Home home({.wait_ms = 30, .upstream_url = upstream.url()});
  Running gateway(home);
  const Reply reply = Send(gateway.port(), {dialect, Text({dialect, delivery}), home.key_of("desk")});
  ASSERT_EQ(reply.status, 200) << reply.body;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string name = "mark" + std::to_string(i);
    EXPECT_THAT(reply.body,
                i == position ? Not(HasSubstr(name)) : testing::Matcher<std::string>(HasSubstr(name)));
    const std::string id = "call_" + std::to_string(i);
    EXPECT_EQ(reply.body.contains("\"" + id + "\""), i != position);
  }
  EXPECT_THAT(reply.body, HasSubstr("Proviso withheld a call to"));
  EXPECT_THAT(reply.body, HasSubstr(reply.Header("Proviso-Decision")));
  EXPECT_THAT(reply.body, HasSubstr(StopOf(dialect, "tool_calls", "tool_use")));
  const bool held = std::string_view(tool) == "assign_asset";
  EXPECT_EQ(HoldIdIn(reply.body).empty(), !held);
  std::vector<std::string> expected(3, "released");
  expected[position] = held ? "held" : "withheld";
  expected.emplace_back("answered");
  EXPECT_EQ(gateway.Outcomes(), expected);
}

std::string NameOfCase(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.dialect == Dialect::kOpenAiChat ? "OpenAi" : "Anthropic";
  name += info.param.delivery == Delivery::kWhole ? "Whole" : "Stream";
  const std::string_view tool = info.param.tool;
  return name + std::to_string(info.param.position) +
         (tool == "wipe_disk"      ? "Forbidden"
          : tool == "assign_asset" ? "Held"
                                   : "Unknown");
}

INSTANTIATE_TEST_SUITE_P(ToolCalls, ThreeParallelCalls, testing::ValuesIn(Cases()), NameOfCase);

TEST(ToolCalls, LeaveAnAnswerThatIsNotTheModelsOwnFinishWhenNoneIsReleased) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const std::string body = CallsBody(dialect, delivery, {{"call_0", "wipe_disk", Marked(0)}});
      ScriptedUpstream upstream({{.answer = {ByteByByte(AsHttp(delivery, body))}}});
      const Home home({.upstream_url = upstream.url()});
      const Running gateway(home);
      const Reply reply = Send(gateway.port(), {dialect, Text({dialect, delivery}), home.key_of("desk")});
      EXPECT_THAT(reply.body, Not(HasSubstr("mark0")));
      EXPECT_THAT(reply.body, HasSubstr("clause 4.4 (Nothing is destroyed)"));
      EXPECT_THAT(reply.body, HasSubstr(StopOf(dialect, "content_filter", "refusal")));
    }
  }
}

TEST(ToolCalls, PassUntouchedWhenAllArePermitted) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const std::string body = CallsBody(dialect, delivery, ThreeCalls(9, ""));
      ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(delivery, body))}}});
      const Home home({.upstream_url = upstream.url()});
      const Running gateway(home);
      EXPECT_EQ(Send(gateway.port(), {dialect, Text({dialect, delivery}), home.key_of("desk")}).body, body);
    }
  }
}

TEST(ToolCalls, WithArgumentsThatCannotBeReadAreForbidden) {
  for (const Delivery delivery : kDeliveries) {
    const std::string body =
        CallsBody(kDialects[0], delivery, {{"call_0", "lookup_stock", R"({"a":1,"a":2})"}});
    ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(delivery, body))}}});
    const Home home({.upstream_url = upstream.url()});
    Running gateway(home);
    const Reply reply =
        Send(gateway.port(), {kDialects[0], Text({kDialects[0], delivery}), home.key_of("desk")});
    EXPECT_THAT(reply.body, HasSubstr("It cannot be decided, so it is forbidden"));
    EXPECT_EQ(gateway.Outcomes(), (std::vector<std::string>{"withheld", "answered"}));
  }
}

}  // namespace
}  // namespace proviso::scenarios
