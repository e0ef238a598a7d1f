#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_writer.h"
#include "protocol/aws_event_stream.h"
#include "protocol/internal/answer_player.h"

namespace proviso::protocol {
namespace {

using internal::Play;
using internal::Played;
using testing::HasSubstr;

std::string Start(int index, std::string_view start) {
  return MakeAwsEvent("contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(index) +
                                               R"(,"start":)" + std::string(start) + "}");
}
std::string Delta(int index, std::string_view delta) {
  return MakeAwsEvent("contentBlockDelta", R"({"contentBlockIndex":)" + std::to_string(index) +
                                               R"(,"delta":)" + std::string(delta) + "}");
}
std::string Stop(int index) {
  return MakeAwsEvent("contentBlockStop", R"({"contentBlockIndex":)" + std::to_string(index) + "}");
}
std::string Text(int index, std::string_view text) {
  return Delta(index, R"({"text":")" + std::string(text) + "\"}") + Stop(index);
}
std::string CallStart(int index, std::string_view id) {
  return Start(
      index, R"({"toolUse":{"toolUseId":")" + std::string(id) + R"(","name":"f)" + std::string(id) + "\"}}");
}
std::string Input(int index, std::string_view fragment) {
  return Delta(index, R"({"toolUse":{"input":)" + base::JsonString(fragment) + "}}");
}
std::string Call(int index, std::string_view id) {
  return CallStart(index, id) + Input(index, R"({"k":)") + Input(index, R"("SECRET"})") + Stop(index);
}
std::string Head() {
  return MakeAwsEvent("messageStart", R"({"role":"assistant"})");
}
std::string End(std::string_view stop = "tool_use") {
  return MakeAwsEvent("messageStop", R"({"stopReason":")" + std::string(stop) + "\"}");
}
std::string Counts() {
  return MakeAwsEvent("metadata", R"({"usage":{"inputTokens":7,"outputTokens":9,"totalTokens":16},
    "metrics":{"latencyMs":3}})");
}

Played PlayStream(std::string_view bytes, const internal::Decide& decide = internal::ReleaseIt,
                  AnswerLimits limits = {}) {
  const Played whole =
      Play(Dialect::kBedrockConverse, Delivery::kStream, bytes, internal::Whole(), decide, limits);
  EXPECT_EQ(Play(Dialect::kBedrockConverse, Delivery::kStream, bytes, internal::Pieces(1), decide, limits),
            whole);
  return whole;
}

Played PlayBody(std::string_view bytes, const internal::Decide& decide = internal::ReleaseIt) {
  return Play(Dialect::kBedrockConverse, Delivery::kWhole, bytes, internal::Pieces(7), decide);
}

/// Releases the call with this id.
internal::Decide Only(std::string_view id) {
  return [id](const ToolCall& call) {
    return call.id == id ? internal::ReleaseIt(call) : Ruling{Ruling::Kind::kWithhold, "no " + call.id};
  };
}

std::string Notice(int index, std::string_view id) {
  return Text(index, "no " + std::string(id));
}

TEST(ConverseStream, ShowsTextAtOnceAndNothingOfACall) {
  const auto gate = MakeGate(Dialect::kBedrockConverse, Delivery::kStream);
  std::string out;
  const std::string text = Head() + Text(0, "Hi");
  ASSERT_TRUE(gate->Feed(text, out));
  EXPECT_EQ(out, text);
  ASSERT_TRUE(gate->Feed(Call(1, "a"), out));
  EXPECT_EQ(out, text);
  ASSERT_EQ(gate->pending().size(), 1U);
  EXPECT_EQ(gate->pending()[0],
            (ToolCall{.id = "a", .name = "fa", .arguments = R"({"k":"SECRET"})", .position = 0}));
  ASSERT_TRUE(gate->Feed(End(), out));
  ASSERT_TRUE(gate->Rule({{{.kind = Ruling::Kind::kRelease, .notice = ""}}}, out));
  EXPECT_EQ(out, text + Call(1, "a")) << "the end is kept until Finish";
  EXPECT_FALSE(gate->ended()) << "metadata may follow";
  ASSERT_TRUE(gate->Feed(Counts(), out));
  EXPECT_TRUE(gate->ended());
  ASSERT_TRUE(gate->Finish(out));
  EXPECT_EQ(out, text + Call(1, "a") + End() + Counts());
}

TEST(ConverseStream, EndsWithItsMetadataInEitherOrderOrWithoutIt) {
  for (const std::string& end : {End() + Counts(), Counts() + End(), End()}) {
    const std::string bytes = Head() + Text(0, "Hi") + end;
    const Played played = PlayStream(bytes);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.out, bytes);
    EXPECT_EQ(played.summary.usage.input_tokens, end == End() ? 0 : 7);
    EXPECT_FALSE(played.running.contains("messageStop"));
  }
  EXPECT_THAT(PlayStream(Text(0, "Hi") + Counts()).error, HasSubstr("before its terminal event"));
  EXPECT_THAT(PlayStream(Text(0, "Hi") + End() + Counts() + Counts()).error, HasSubstr("after the terminal"));
}

TEST(ConverseStream, TurnsAWithheldCallIntoATextWithItsIndex) {
  const std::string bytes =
      Head() + Text(0, "Hi") + Call(1, "a") + Call(2, "b") + Text(3, "x") + End() + Counts();
  EXPECT_EQ(PlayStream(bytes, Only("b")).out,
            Head() + Text(0, "Hi") + Notice(1, "a") + Call(2, "b") + Text(3, "x") + End() + Counts());
  const Played none = PlayStream(bytes, Only(""));
  EXPECT_EQ(none.out, Head() + Text(0, "Hi") + Notice(1, "a") + Notice(2, "b") + Text(3, "x") +
                          End("guardrail_intervened") + Counts());
  EXPECT_EQ(none.summary.stop_raw, "tool_use");
  EXPECT_EQ(none.summary.usage, (Usage{.input_tokens = 7, .output_tokens = 9}));
  EXPECT_EQ(none.summary.calls_withheld, 2U);
  EXPECT_EQ(none.summary.text_bytes, 3U);
}

TEST(ConverseStream, TakesTheInputFromWhereverItComes) {
  struct Row {
    std::string deltas;
    std::string_view arguments;
  };
  const Row rows[] = {{"", "{}"}, {Input(0, ""), "{}"}, {Input(0, "{not"), "{not"}};
  for (const Row& row : rows) {
    const Played played = PlayStream(CallStart(0, "a") + row.deltas + Stop(0) + End());
    EXPECT_EQ(played.error, "");
    ASSERT_EQ(played.calls.size(), 1U);
    EXPECT_EQ(played.calls[0].arguments, row.arguments);
  }
}

TEST(ConverseStream, LetsTheProvidersOwnToolsPassAndCountsThem) {
  const std::string bytes =
      Start(0, R"({"toolUse":{"toolUseId":"s","name":"nova_grounding","type":"server_tool_use"}})") +
      Input(0, "{}") + Stop(0) + Start(1, R"({"toolResult":{"toolUseId":"s","type":"t"}})") +
      Delta(1, R"({"toolResult":[{"text":"found"}]})") + Stop(1) +
      Delta(2, R"({"reasoningContent":{"text":"hm"}})") +
      Delta(2, R"({"reasoningContent":{"signature":"c2ln"}})") + Delta(3, R"({"citation":{"title":"t"}})") +
      Delta(5, R"({"text":"gap"})") + MakeAwsEvent("aNewEvent", R"({"x":1})") + End("end_turn");
  const Played played = PlayStream(bytes, internal::WithholdIt);
  EXPECT_EQ(played.error, "");
  EXPECT_EQ(played.out, bytes);
  EXPECT_EQ(played.summary.server_calls, 1U);
  EXPECT_EQ(played.summary.text_bytes, 3U);
  EXPECT_EQ(played.summary.reasoning_bytes, 2U);
}

TEST(ConverseStream, RefusesWhatMightHideACall) {
  struct Row {
    std::string bytes;
    std::string_view error;
  };
  const Row rows[] = {
      {CallStart(0, "a") + Input(0, "{}") + End(), "inside a call that has not stopped"},
      {CallStart(0, "a") + Input(0, "{}") + Text(1, "x"), "inside a call that has not stopped"},
      {CallStart(0, "a") + CallStart(1, "b"), "inside a call that has not stopped"},
      {CallStart(0, "a") + Delta(0, R"({"text":"x"})"), "something else than input in a call"},
      {CallStart(0, "a") + Delta(0, R"({"toolUse":{"input":"{}"},"text":"x"})"), "something else than input"},
      {CallStart(0, "a") + Delta(0, R"({"toolUse":{"input":{"k":"SECRET"}}})"), "something else than input"},
      {Text(0, "x") + Call(0, "a"), "an index that has been before"},
      {Text(1, "x") + Call(0, "a"), "an index that has been before"},
      {Delta(0, R"({"text":"x"})") + Input(0, "SECRET"), "in a block that is not a call"},
      {Input(0, "SECRET"), "in a block that is not a call"},
      {Delta(0, R"({"newToolUse":{"name":"f"}})"), "may be a call"},
      {Delta(0, R"({"news":{"input":"{}"}})"), "may be a call"},
      {Delta(0, R"({"tooluse":{"input":"{}"}})"), "only by letter case"},
      {Start(0, R"({"ToolUse":{"toolUseId":"a","name":"f"}})"), "only by letter case"},
      {Start(0, R"({"mcpToolUse":{"name":"f"}})"), "may be a call"},
      {Start(0, R"({"toolUse":{"toolUseId":"a","name":"f","type":"client_tool_use"}})"), "cannot be decided"},
      {Start(0, R"({"toolUse":{"name":"f"}})"), "without a toolUseId"},
      {Start(0, R"({"toolUse":{"toolUseId":"a"}})"), "without a name"},
      {Start(0, R"({"text":"x","toolUse":{"toolUseId":"a","name":"f"}})"), "two things"},
      {Start(0, "[]"), "not an object"},
      {Stop(0), "of a block that is not open"},
      {Text(0, "x") + Stop(0), "of a block that is not open"},
      {End() + Call(0, "a"), "after messageStop"},
      {End() + End(), "after messageStop"},
      {Head() + Head(), "a second message"},
      {Text(0, "x") + Head(), "a second message"},
      {Call(0, "a") + Call(1, "a"), "two calls with one id"},
      {MakeAwsEvent("messageStop", "{}"), "no stopReason"},
      {MakeAwsEvent("messageStop", R"({"stopReason":"tool_use","toolUse":{}})"), "may be a call"},
      {MakeAwsEvent("messageStop",
                    R"({"stopReason":"s","additionalModelResponseFields":{"a":[{"tool_calls":[]}]}})"),
       "in the model's own format"},
      {MakeAwsEvent("contentBlockWhole", R"({"contentBlockIndex":0})"),
       "an unknown type that carries content"},
      {MakeAwsEvent("toolUse", R"({"input":{}})"), "may be a call"},
      {MakeAwsEvent("messageStart", "[]"), "not a JSON object"},
      {MakeAwsEvent("contentBlockDelta", R"({"delta":{"text":"x"}})"), "no contentBlockIndex"},
      {Head() + "x", "it ends early"},
      {"data: {}\n\n data: {}\n\n", "checksum"},
  };
  for (const Row& row : rows) {
    const Played played = PlayStream(row.bytes);
    EXPECT_THAT(played.error, HasSubstr(row.error)) << row.bytes;
    EXPECT_FALSE(played.out.contains("SECRET") && played.calls.empty());
  }
}

TEST(ConverseStream, GivesTheProvidersWordsOfAnExceptionFrame) {
  const auto error_of = [](std::string_view bytes) {
    const auto gate = MakeGate(Dialect::kBedrockConverse, Delivery::kStream);
    std::string out;
    const auto fed = gate->Feed(bytes, out);
    EXPECT_EQ(fed.error().code, base::ErrorCode::kUnavailable);
    return fed.error().message;
  };
  EXPECT_EQ(error_of(Text(0, "Hi") + MakeAwsException("throttlingException", R"({"message":"slow down"})")),
            "the provider reported an error (throttlingException): slow down");
  EXPECT_EQ(error_of(MakeAwsEvent("validationException", R"({"message":"no"})")),
            "the provider reported an error: no");
  const std::array headers = {
      AwsHeader{.name = ":message-type", .type = AwsHeader::Type::kText, .bytes = "error"},
      AwsHeader{.name = ":error-code", .type = AwsHeader::Type::kText, .bytes = "500"},
      AwsHeader{.name = ":error-message", .type = AwsHeader::Type::kText, .bytes = "broken"}};
  EXPECT_EQ(error_of(MakeAwsFrame(headers, "")), "the provider reported an error (500): broken");
}

TEST(ConverseStream, KeepsNoMoreBackThanTheLimit) {
  const std::string call = CallStart(0, "a") + Input(0, "{}");
  AnswerLimits limits;
  limits.held_bytes_max = call.size();
  const auto gate = MakeGate(Dialect::kBedrockConverse, Delivery::kStream, limits);
  std::string out;
  EXPECT_TRUE(gate->Feed(call, out));
  EXPECT_EQ(gate->Feed(Stop(0), out).error().code, base::ErrorCode::kLimit);
}

std::string Body(std::string_view content, std::string_view stop = "tool_use") {
  return R"({"output": {"message": {"role": "assistant", "content": )" + std::string(content) +
         R"(}}, "stopReason": ")" + std::string(stop) +
         R"(", "usage": {"inputTokens": 7, "outputTokens": 9}})";
}

TEST(ConverseWhole, KeepsAllButTheWithheldCalls) {
  const std::string a = R"({"toolUse": {"toolUseId": "a", "name": "f", "input": {"k": "SECRET"}}})";
  const std::string b = R"({"toolUse": {"toolUseId": "b", "name": "f", "input": {}}})";
  const std::string bytes = Body(R"([{"text": "Hi"}, )" + a + ", " + b + "]");
  const Played all = PlayBody(bytes);
  EXPECT_EQ(all.out, bytes);
  EXPECT_EQ(all.running, "");
  ASSERT_EQ(all.calls.size(), 2U);
  EXPECT_EQ(all.calls[0].arguments, R"({"k": "SECRET"})");
  EXPECT_EQ(all.calls[1].position, 1U);
  EXPECT_EQ(PlayBody(bytes, Only("b")).out, Body(R"([{"text": "Hi"}, {"text":"no a"}, )" + b + "]"));
  EXPECT_EQ(PlayBody(bytes, Only("")).out,
            Body(R"([{"text": "Hi"}, {"text":"no a"}, {"text":"no b"}])", "guardrail_intervened"));
}

TEST(ConverseWhole, RefusesWhatMightHideACall) {
  struct Row {
    std::string bytes;
    std::string_view error;
  };
  const Row rows[] = {
      {R"({"output":{"message":{"content":[]}}})", "no stopReason"},
      {R"({"output":{},"stopReason":"s"})", "not one message"},
      {R"({"output":{"message":{"content":[]},"other":{}},"stopReason":"s"})", "not one message"},
      {R"({"output":{"message":{}},"stopReason":"s"})", "missing or not an array"},
      {R"({"stopReason":"s","message":"no"})", "the provider reported an error: no"},
      {Body(R"([{"toolUse":{"toolUseId":"a","input":{}}}])"), "without a name"},
      {Body(R"([{"toolUse":null,"text":"a","callTool":1}])"), "may be a call"},
      {Body(R"([{"toolUse":{"toolUseId":"a","name":"f","input":{},"type":"x"}}])"), "cannot be decided"},
      {R"({"output":{"message":{"content":[]}},"stopReason":"s","toolCalls":[]})", "may be a call"},
      {R"({"output":{"message":{"content":[]}},"stopReason":"s",
          "additionalModelResponseFields":{"content":[]}})",
       "in the model's own format"},
      {R"({"Output":{},"output":{"message":{"content":[]}},"stopReason":"s"})", "only by letter case"},
  };
  for (const Row& row : rows) EXPECT_THAT(PlayBody(row.bytes).error, HasSubstr(row.error)) << row.bytes;
}

}  // namespace
}  // namespace proviso::protocol
