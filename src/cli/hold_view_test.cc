#include "cli/hold_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_writer.h"
#include "oversight/statement.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
using ::testing::Not;

oversight::HeldCall Example() {
  oversight::HeldCall held;
  held.id = "hold_01kh3v8m2x";
  held.proposed.call = {.tool = "set_valve", .arguments = "{\"valve\":\"V-17\"}", .call_id = "call_1"};
  held.proposed.model = "model-a";
  held.proposed.provider = "provider-a";
  held.proposed.dialect = "openai-chat";
  held.proposed.application = "plant";
  held.proposed.organization = "works";
  held.call_digest = oversight::CallDigest("set_valve", "{\"valve\":\"V-17\"}");
  held.created_ms = 1'000;
  held.expires_ms = 601'000;
  return held;
}

std::string JsonOf(const std::string& statement, std::string_view state, std::string_view progress) {
  base::JsonWriter json;
  json.BeginObject().Key("state").String(state).Key("progress").String(progress);
  json.Key("statement").String(statement).Key("decisions").BeginArray().BeginObject();
  json.Key("person").String("alice").Key("verdict").String("approve").Key("time").String("now");
  json.Key("reason").String("seen").EndObject().EndArray().EndObject();
  return json.Take();
}

TEST(HoldView, ReadsTheCallFromTheStatement) {
  const auto view = ReadHold(JsonOf(oversight::StatementOf(Example()), "waiting", "0 of 1"));
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->call, Example());
  EXPECT_EQ(view->state, oversight::HoldState::kWaiting);
  EXPECT_EQ(view->decisions, std::vector<std::string>{"alice  approve  now  seen"});
}

TEST(HoldView, RefusesAStatementThatIsNotWrittenTheOneWay) {
  const auto view = ReadHold(JsonOf(oversight::StatementOf(Example()) + " ", "waiting", ""));
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, ErrorCode::kInvalid);
}

TEST(HoldView, RefusesAStateThatItDoesNotKnow) {
  EXPECT_FALSE(ReadHold(JsonOf(oversight::StatementOf(Example()), "blessed", "")));
}

TEST(HoldView, RefusesWhatIsNotJson) {
  EXPECT_FALSE(ReadHold("<html>"));
  EXPECT_FALSE(ReadHolds("{\"holds\":[{}]}"));
}

TEST(HoldView, LetsNoTextOfAGatewayRepaintTheScreen) {
  const auto view = ReadHold(JsonOf(oversight::StatementOf(Example()), "waiting", "\x1b[2J ok"));
  ASSERT_TRUE(view);
  EXPECT_THAT(view->progress, Not(HasSubstr("\x1b")));
  EXPECT_THAT(TableOf({*view}, 0), Not(HasSubstr("\x1b")));
}

TEST(HoldView, LinesUpItsTable) {
  const auto view = ReadHold(JsonOf(oversight::StatementOf(Example()), "waiting", "0 of 1"));
  ASSERT_TRUE(view);
  EXPECT_EQ(TableOf({*view}, 11'000),
            "ID               STATE    TOOL       APPLICATION  EXPIRES IN  PROGRESS\n"
            "hold_01kh3v8m2x  waiting  set_valve  plant        9m 50s      0 of 1\n");
}

TEST(HoldView, TellsTheTimeThatIsLeft) {
  const struct {
    std::int64_t ms;
    const char* text;
  } facts[] = {{-5, "-"},
               {999, "-"},
               {1'000, "1s"},
               {59'999, "59s"},
               {60'000, "1m 0s"},
               {590'000, "9m 50s"},
               {3'600'000, "1h 0m"},
               {7'800'000, "2h 10m"},
               {86'399'999, "23h 59m"},
               {86'400'000, "1d 0h"},
               {273'600'000, "3d 4h"}};
  for (const auto& [ms, text] : facts) EXPECT_EQ(Remaining(ms), text) << ms;
}

}  // namespace
}  // namespace proviso::cli
