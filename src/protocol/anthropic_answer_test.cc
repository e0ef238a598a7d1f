#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/internal/answer_player.h"

namespace proviso::protocol {
namespace {

using internal::Play;
using internal::Played;
using testing::HasSubstr;

std::string Event(std::string_view type, std::string_view members = "") {
  return "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + "\"" +
         std::string(members) + "}\n\n";
}

std::string Start(std::string_view content = "[]", std::string_view stop = "null") {
  return Event("message_start", R"(,"message":{"id":"msg_1","type":"message","model":"m-1","content":)" +
                                    std::string(content) + R"(,"stop_reason":)" + std::string(stop) +
                                    R"(,"usage":{"input_tokens":7,"output_tokens":1}})");
}
std::string BlockStart(int index, std::string_view block) {
  return Event("content_block_start",
               ",\"index\":" + std::to_string(index) + ",\"content_block\":" + std::string(block));
}
std::string BlockDelta(int index, std::string_view delta) {
  return Event("content_block_delta",
               ",\"index\":" + std::to_string(index) + ",\"delta\":" + std::string(delta));
}
std::string BlockStop(int index) {
  return Event("content_block_stop", ",\"index\":" + std::to_string(index));
}
std::string TextDelta(int index, std::string_view text) {
  return BlockDelta(index, R"({"type":"text_delta","text":")" + std::string(text) + "\"}");
}
std::string JsonDelta(int index, std::string_view fragment) {
  return BlockDelta(index, R"({"type":"input_json_delta","partial_json":")" + std::string(fragment) + "\"}");
}
std::string Text(int index, std::string_view text) {
  return BlockStart(index, R"({"type":"text","text":""})") + TextDelta(index, text) + BlockStop(index);
}
std::string Call(int index, std::string_view id) {
  return BlockStart(index, R"({"type":"tool_use","id":")" + std::string(id) + R"(","name":"f","input":{}})") +
         JsonDelta(index, "{\\\"k\\\":") + JsonDelta(index, "\\\"SECRET\\\"}") + BlockStop(index);
}
std::string End(std::string_view stop = "tool_use") {
  return Event("message_delta",
               R"(,"delta":{"stop_reason":")" + std::string(stop) + R"("},"usage":{"output_tokens":9})") +
         Event("message_stop");
}

Played PlayStream(std::string_view bytes, const internal::Decide& decide = internal::ReleaseIt) {
  const Played whole = Play(Dialect::kAnthropicMessages, Delivery::kStream, bytes, internal::Whole(), decide);
  EXPECT_EQ(Play(Dialect::kAnthropicMessages, Delivery::kStream, bytes, internal::Pieces(1), decide), whole);
  return whole;
}

internal::Decide Only(std::string_view id) {
  return [id](const ToolCall& call) {
    return call.id == id ? internal::ReleaseIt(call) : Ruling{Ruling::Kind::kWithhold, "no " + call.id};
  };
}

TEST(AnthropicStream, ProposesEachCallWhenItsBlockStops) {
  const auto gate = MakeGate(Dialect::kAnthropicMessages, Delivery::kStream);
  std::string out;
  const std::string text = Start() + Text(0, "Hi");
  ASSERT_TRUE(gate->Feed(text + Call(1, "a") + Call(2, "b") + End(), out));
  EXPECT_EQ(out, text);
  ASSERT_EQ(gate->pending().size(), 1U);
  EXPECT_EQ(gate->pending()[0], (ToolCall{"a", "f", R"({"k":"SECRET"})", CallKind::kFunction, 0, 0}));
  ASSERT_TRUE(gate->Rule({{{.kind = Ruling::Kind::kRelease, .notice = ""}}}, out));
  EXPECT_EQ(out, text + Call(1, "a"));
  ASSERT_EQ(gate->pending().size(), 1U);
  EXPECT_EQ(gate->pending()[0].position, 1U);
  ASSERT_TRUE(gate->Rule({{{.kind = Ruling::Kind::kRelease, .notice = ""}}}, out));
  EXPECT_TRUE(gate->ended());
  EXPECT_FALSE(out.contains("message_stop"));
  ASSERT_TRUE(gate->Finish(out));
  EXPECT_EQ(out, text + Call(1, "a") + Call(2, "b") + End());
}

TEST(AnthropicStream, TurnsAWithheldCallIntoATextBlockWithItsIndex) {
  const std::string bytes = Start() + Text(0, "Hi") + Call(1, "a") + Call(2, "b") + Text(3, "x") + End();
  const Played first = PlayStream(bytes, Only("b"));
  EXPECT_EQ(first.out, Start() + Text(0, "Hi") + Text(1, "no a") + Call(2, "b") + Text(3, "x") + End());
  const Played second = PlayStream(bytes, Only("a"));
  EXPECT_EQ(second.out, Start() + Text(0, "Hi") + Call(1, "a") + Text(2, "no b") + Text(3, "x") + End());
  const Played none = PlayStream(bytes, Only(""));
  EXPECT_EQ(none.out,
            Start() + Text(0, "Hi") + Text(1, "no a") + Text(2, "no b") + Text(3, "x") + End("refusal"));
  EXPECT_EQ(none.summary, (AnswerSummary{.id = "msg_1",
                                         .model = "m-1",
                                         .stop = StopClass::kToolCall,
                                         .stop_raw = "tool_use",
                                         .usage = {.input_tokens = 7, .output_tokens = 9},
                                         .text_bytes = 3,
                                         .choices = 1,
                                         .calls = 2,
                                         .calls_withheld = 2}));
}

TEST(AnthropicStream, KeepsPingsThatComeInsideAWithheldCall) {
  const std::string bytes = Start() + BlockStart(0, R"({"type":"tool_use","id":"a","name":"f","input":{}})") +
                            Event("ping") + ": comment\n\n" + JsonDelta(0, "SECRET") + BlockStop(0) + End();
  EXPECT_EQ(PlayStream(bytes, Only("")).out, Start() + BlockStart(0, R"({"type":"text","text":""})") +
                                                 TextDelta(0, "no a") + Event("ping") + ": comment\n\n" +
                                                 BlockStop(0) + End("refusal"));
}

TEST(AnthropicStream, FindsCallsThatComeWithMessageStart) {
  const std::string a = R"({"type":"tool_use","id":"a","name":"f","input":{"k":"SECRET"}})";
  const std::string b = R"({"type":"tool_use","id":"b","name":"f","input":{}})";
  const std::string bytes = Start("[" + a + ", " + b + "]", "\"tool_use\"") + Event("message_stop");
  EXPECT_EQ(PlayStream(bytes).out, bytes);
  EXPECT_EQ(PlayStream(bytes).calls.size(), 2U);
  EXPECT_EQ(PlayStream(bytes, Only("b")).out,
            Start(R"([{"type":"text","text":"no a"}, )" + b + "]", "\"tool_use\"") + Event("message_stop"));
  EXPECT_EQ(PlayStream(bytes, Only("")).out,
            Start(R"([{"type":"text","text":"no a"}, {"type":"text","text":"no b"}])", "\"refusal\"") +
                Event("message_stop"));
  const std::string more = Start("[" + a + "]") + Text(1, "x") + Call(2, "c") + End();
  EXPECT_EQ(PlayStream(more).out, more);
  EXPECT_EQ(PlayStream(more).calls.size(), 2U);
}

TEST(AnthropicStream, TakesTheInputFromWhereverItComes) {
  struct Row {
    std::string_view block;
    std::string deltas;
    std::string_view arguments;
  };
  const Row rows[] = {
      {R"({"type":"tool_use","id":"a","name":"f","input":{}})", "", "{}"},
      {R"({"type":"tool_use","id":"a","name":"f","input":{}})", JsonDelta(0, ""), "{}"},
      {R"({"type":"tool_use","id":"a","name":"f","input":{"x": 1}})", "", R"({"x": 1})"},
      {R"({"type":"tool_use","id":"a","name":"f"})", JsonDelta(0, "{not"), "{not"},
      {R"({"type":"tool_use","id":"a","name":"f","input":{}})", JsonDelta(0, "\\u007b}"), "{}"},
  };
  for (const Row& row : rows) {
    const Played played = PlayStream(Start() + BlockStart(0, row.block) + row.deltas + BlockStop(0) + End());
    EXPECT_EQ(played.error, "");
    ASSERT_EQ(played.calls.size(), 1U);
    EXPECT_EQ(played.calls[0].arguments, row.arguments);
  }
}

TEST(AnthropicStream, LetsTheProvidersOwnToolsPassAndCountsThem) {
  const std::string bytes =
      Start() + BlockStart(0, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})") +
      JsonDelta(0, "{}") + BlockStop(0) +
      BlockStart(1, R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})") + BlockStop(1) +
      BlockStart(2, R"({"type":"mcp_tool_use","id":"t","name":"echo","input":{}})") + BlockStop(2) +
      BlockStart(3, R"({"type":"a_new_type","news":1})") +
      BlockDelta(3, R"({"type":"news_delta","news":2})") + BlockStop(3) + Event("a_new_event", ",\"x\":1") +
      End("pause_turn");
  const Played played = PlayStream(bytes, internal::WithholdIt);
  EXPECT_EQ(played.error, "");
  EXPECT_EQ(played.out, bytes);
  EXPECT_EQ(played.summary.server_calls, 2U);
  EXPECT_EQ(played.summary.stop, StopClass::kPause);
}

TEST(AnthropicStream, RefusesWhatMightHideACall) {
  const std::string call_start = BlockStart(0, R"({"type":"tool_use","id":"a","name":"f","input":{}})");
  const std::string text_start = BlockStart(0, R"({"type":"text","text":""})");
  struct Row {
    std::string bytes;
    std::string_view error;
  };
  const Row rows[] = {
      {Text(0, "x"), "before message_start"},
      {Start() + End() + Call(0, "a"), "an event after the terminal event"},
      {Start() + Event("message_delta", R"(,"delta":{"stop_reason":"end_turn"})") + Call(0, "a") + End(),
       "after the stop reason"},
      {Start("[]", "\"end_turn\"") + Call(0, "a") + End(), "after the stop reason"},
      {Start() + text_start + BlockStart(1, R"({"type":"tool_use","id":"a","name":"f"})"),
       "inside another block"},
      {Start() + Call(1, "a") + End(), "an index that is not the next one, 0"},
      {Start() + Call(0, "a") + Call(0, "b") + End(), "an index that is not the next one, 1"},
      {Start() + text_start + JsonDelta(0, "SECRET") + BlockStop(0) + End(),
       "input in a block that is not a call"},
      {Start() + text_start + BlockDelta(0, R"({"type":"news","input":{"k":"SECRET"}})"), "not a call"},
      {Start() + call_start + TextDelta(0, "x"), "something else than input_json_delta"},
      {Start() + call_start + End(), "inside a content block"},
      {Start() + JsonDelta(0, "SECRET"), "without a block"},
      {Start() + BlockStart(0, R"({"type":"computer_tool_use","id":"a","name":"f"})"), "cannot be decided"},
      {Start() + BlockStart(0, R"({"type":"news","input":{"k":"SECRET"}})"), "cannot be decided"},
      {Start() + BlockStart(0, R"({"type":"text","text":"","input":{"k":"SECRET"}})"), "cannot be decided"},
      {Start() + BlockStart(0, R"({"type":"tool_use","name":"f","input":{}})"), "without an id"},
      {Start() + BlockStart(0, R"({"type":"tool_use","id":"a","input":{}})"), "without a name"},
      {Start() + BlockStart(0, R"({"Type":"tool_use","type":"text"})"), "only by letter case"},
      {Start() + BlockStart(0, R"({"type":"text","type":"tool_use"})"), "the same key twice"},
      {Start() + BlockStart(0, R"({"type":"tool_use","id":"a","name":"f","input":{"x":1}})") +
           JsonDelta(0, "{}") + BlockStop(0),
       "both at its start and in fragments"},
      {Start() +
           Event("message_delta", R"(,"delta":{"stop_reason":"tool_use","content":[{"type":"tool_use"}]})"),
       "content outside a content block"},
      {Start() + Event("message_delta", R"(,"delta":{},"input":{"k":"SECRET"})"),
       "content outside a content block"},
      {Start() + Event("news", R"(,"content_block":{"type":"tool_use"})"),
       "an unknown type that carries content"},
      {Start() + "event: ping\ndata: {\"type\":\"content_block_start\"}\n\n",
       "its name and the type in its data differ"},
      {Start() + Event("message_stop"), "before a stop reason"},
      {Start() + Event("message_delta", R"(,"delta":{"stop_reason":"end_turn"})") + End(),
       "a second stop reason"},
      {Start() + Text(0, "x") + Start(), "a second message in one answer"},
      {Start() + Start("[]", "\"end_turn\""), "a second message in one answer"},
      {Start() + Call(0, "a") + Call(1, "a") + End(), "two calls with one id"},
      {Start() + End(std::string(kNameBytesMax + 1, 'x')), "a stop reason larger than the limit"},
      {Start("{}"), "content: missing or not an array"},
      {Start(R"([{"type":"tool_use"}])"), "without an id"},
      {Start() + Event("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})") + End(),
       "the provider reported an error (overloaded_error): Overloaded"},
  };
  for (const Row& row : rows) {
    const Played played = PlayStream(row.bytes, internal::WithholdIt);
    EXPECT_THAT(played.error, HasSubstr(row.error)) << row.bytes;
    EXPECT_FALSE(played.out.contains("SECRET")) << played.out;
    EXPECT_FALSE(played.out.contains("message_stop")) << played.out;
  }
}

TEST(AnthropicStream, DropsARepeatedMessageStart) {
  EXPECT_EQ(PlayStream(Start() + Start() + Text(0, "x") + End("end_turn")).out,
            Start() + Text(0, "x") + End("end_turn"));
}

TEST(AnthropicStream, IsJudgedByItsDataWhenEventsHaveNoName) {
  std::string bytes;
  const std::string named = Start() + Call(0, "a") + End();
  for (std::size_t at = 0; at < named.size();) {
    const std::size_t end = named.find('\n', at) + 1;
    if (!named.substr(at).starts_with("event:")) bytes += named.substr(at, end - at);
    at = end;
  }
  const Played played = PlayStream(bytes, internal::WithholdIt);
  EXPECT_EQ(played.error, "");
  EXPECT_EQ(played.calls.size(), 1U);
  EXPECT_FALSE(played.out.contains("SECRET"));
}

std::string Body(std::string_view content, std::string_view stop) {
  return R"({"id":"msg_1","type":"message","model":"m-1","content":)" + std::string(content) +
         R"(,"stop_reason":")" + std::string(stop) + R"(","usage":{"input_tokens":7,"output_tokens":9}})";
}

Played PlayBody(std::string_view body, const internal::Decide& decide = internal::ReleaseIt) {
  return Play(Dialect::kAnthropicMessages, Delivery::kWhole, body, internal::Pieces(5), decide);
}

TEST(AnthropicWhole, WithholdsInPlace) {
  const std::string a = R"({"type":"tool_use","id":"a","name":"f","input":{"k":"SECRET"}})";
  const std::string b = R"({"type":"tool_use","id":"b","name":"f","input":{}})";
  const std::string body = Body(R"([{"type":"text","text":"Hi"}, )" + a + " , " + b + "]", "tool_use");
  EXPECT_EQ(PlayBody(body).out, body);
  EXPECT_EQ(PlayBody(body, Only("b")).out,
            Body(R"([{"type":"text","text":"Hi"}, {"type":"text","text":"no a"} , )" + b + "]", "tool_use"));
  EXPECT_EQ(
      PlayBody(body, Only("")).out,
      Body(R"([{"type":"text","text":"Hi"}, {"type":"text","text":"no a"} , {"type":"text","text":"no b"}])",
           "refusal"));
}

TEST(AnthropicWhole, RefusesWhatIsNoAnswer) {
  struct Row {
    std::string body;
    std::string_view error;
  };
  const Row rows[] = {
      {R"({"type":"error","error":{"type":"api_error","message":"no"}})",
       "the provider reported an error (api_error): no"},
      {R"({"type":"completion"})", "not \"message\""},
      {Body("null", "end_turn"), "missing or not an array"},
      {Body(R"([{"type":"news","input":{}}])", "end_turn"), "cannot be decided"},
      {Body(R"([{"type":"tool_use","id":"a","name":"f"}])", "end_turn") + "x", "text after the end"},
      {R"({"type":"message","Content":[],"content":[]})", "only by letter case"},
  };
  for (const Row& row : rows) EXPECT_THAT(PlayBody(row.body).error, HasSubstr(row.error)) << row.body;
}

TEST(AnthropicAnswer, FoldsToTheSameAsTheWholeOne) {
  const std::string stream = Start() + Text(0, "Hi") + Call(1, "a") + Call(2, "b") + End();
  const std::string call = R"(","name":"f","input":{"k":"SECRET"}})";
  const std::string whole = Body(R"([{"type":"text","text":"Hi"},{"type":"tool_use","id":"a)" + call +
                                     R"(,{"type":"tool_use","id":"b)" + call + "]",
                                 "tool_use");
  EXPECT_EQ(PlayStream(stream).summary, PlayBody(whole).summary);
  EXPECT_EQ(PlayStream(stream).calls, PlayBody(whole).calls);
}

TEST(AnthropicAnswer, KeepsStopReasonsApart) {
  struct Row {
    std::string_view reason;
    StopClass stop;
  };
  constexpr Row kRows[] = {
      {"end_turn", StopClass::kEnd},
      {"max_tokens", StopClass::kLength},
      {"stop_sequence", StopClass::kStopSequence},
      {"tool_use", StopClass::kToolCall},
      {"refusal", StopClass::kRefusal},
      {"pause_turn", StopClass::kPause},
      {"model_context_window_exceeded", StopClass::kLength},
      {"news", StopClass::kOther},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(PlayStream(Start() + End(row.reason)).summary.stop, row.stop) << row.reason;
    EXPECT_EQ(PlayBody(Body("[]", row.reason)).summary.stop, row.stop) << row.reason;
  }
}

}  // namespace
}  // namespace proviso::protocol
