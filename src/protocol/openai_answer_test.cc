#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/internal/answer_player.h"

namespace proviso::protocol {
namespace {

using internal::Play;
using internal::Played;
using testing::HasSubstr;

/// One chunk of choice `index`.
std::string Chunk(std::string_view delta, std::string_view finish = "null", int index = 0) {
  return R"(data: {"id":"c1","model":"m-1","choices":[{"index":)" + std::to_string(index) + R"(,"delta":)" +
         std::string(delta) + R"(,"finish_reason":)" + std::string(finish) + "}]}\n\n";
}
constexpr std::string_view kDone = "data: [DONE]\n\n";

/// A whole answer with one choice.
std::string Body(std::string_view message, std::string_view finish) {
  return R"({"id":"c1","model":"m-1","choices":[{"index":0,"message":)" + std::string(message) +
         R"(,"finish_reason":)" + std::string(finish) + R"(}],"usage":{"prompt_tokens":3}})";
}

Played PlayStream(std::string_view bytes, const internal::Decide& decide = internal::ReleaseIt,
                  AnswerLimits limits = {}) {
  const Played whole =
      Play(Dialect::kOpenAiChat, Delivery::kStream, bytes, internal::Whole(), decide, limits);
  EXPECT_EQ(Play(Dialect::kOpenAiChat, Delivery::kStream, bytes, internal::Pieces(1), decide, limits), whole);
  return whole;
}

Played PlayBody(std::string_view bytes, const internal::Decide& decide = internal::ReleaseIt,
                AnswerLimits limits = {}) {
  return Play(Dialect::kOpenAiChat, Delivery::kWhole, bytes, internal::Pieces(7), decide, limits);
}

/// Releases the calls with these names.
internal::Decide Only(std::string_view name) {
  return [name](const ToolCall& call) {
    return call.name == name ? internal::ReleaseIt(call)
                             : Ruling{Ruling::Kind::kWithhold, "[no " + call.id + "]"};
  };
}

constexpr std::string_view kOpenA =
    R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"fa","arguments":""}}]})";
constexpr std::string_view kOpenB =
    R"({"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"fb","arguments":""}}]})";

std::string More(int index, std::string_view fragment) {
  return R"({"tool_calls":[{"index":)" + std::to_string(index) + R"(,"function":{"arguments":")" +
         std::string(fragment) + R"("}}]})";
}

std::string ParallelStream() {
  return Chunk(R"({"role":"assistant","content":"Hi"})") + Chunk(kOpenA) + Chunk(More(0, "{\\\"x\\\":")) +
         Chunk(kOpenB) + Chunk(More(1, "{\\\"se")) + Chunk(More(0, "1}")) + Chunk(More(1, "cret\\\":2}")) +
         Chunk("{}", "\"tool_calls\"") + std::string(kDone);
}

TEST(OpenAiStream, ShowsTextAtOnceAndNothingOfACall) {
  const auto gate = MakeGate(Dialect::kOpenAiChat, Delivery::kStream);
  std::string out;
  const std::string text = Chunk(R"({"role":"assistant","content":"Hi"})");
  ASSERT_TRUE(gate->Feed(text, out));
  EXPECT_EQ(out, text);
  ASSERT_TRUE(gate->Feed(Chunk(kOpenA) + Chunk(R"({"content":"after"})"), out));
  EXPECT_EQ(out, text);
  EXPECT_TRUE(gate->pending().empty());
  ASSERT_TRUE(gate->Feed(Chunk("{}", "\"tool_calls\"") + std::string(kDone), out));
  EXPECT_EQ(out, text);
  ASSERT_EQ(gate->pending().size(), 1U);
  EXPECT_FALSE(gate->ended());
  EXPECT_FALSE(gate->Finish(out));
  ASSERT_TRUE(gate->Rule({{{.kind = Ruling::Kind::kRelease, .notice = ""}}}, out));
  EXPECT_TRUE(gate->ended());
  EXPECT_FALSE(out.contains("[DONE]"));
  ASSERT_TRUE(gate->Finish(out));
  EXPECT_TRUE(out.ends_with(kDone));
  EXPECT_FALSE(gate->Finish(out));
}

TEST(OpenAiStream, GathersInterleavedCalls) {
  const Played played = PlayStream(ParallelStream());
  EXPECT_EQ(played.error, "");
  EXPECT_EQ(played.out, ParallelStream());
  ASSERT_EQ(played.calls.size(), 2U);
  EXPECT_EQ(played.calls[0], (ToolCall{"a", "fa", R"({"x":1})", CallKind::kFunction, 0, 0}));
  EXPECT_EQ(played.calls[1], (ToolCall{"b", "fb", R"({"secret":2})", CallKind::kFunction, 0, 1}));
  EXPECT_EQ(played.summary.stop, StopClass::kToolCall);
  EXPECT_EQ(played.summary.text_bytes, 2U);
}

TEST(OpenAiStream, KeepsTheSiblingsOwnBytesWhenTheLastCallIsWithheld) {
  const Played played = PlayStream(ParallelStream(), Only("fa"));
  EXPECT_EQ(played.out, Chunk(R"({"role":"assistant","content":"Hi"})") + Chunk(kOpenA) +
                            Chunk(More(0, "{\\\"x\\\":")) + Chunk(R"({"content":"\n\n[no b]"})") +
                            Chunk(More(0, "1}")) + Chunk("{}", "\"tool_calls\"") + std::string(kDone));
}

TEST(OpenAiStream, RenumbersTheSiblingsWhenTheFirstCallIsWithheld) {
  const Played played = PlayStream(ParallelStream(), Only("fb"));
  std::string renumbered(kOpenB);
  renumbered.replace(renumbered.find("\"index\":1"), 9, "\"index\":0");
  EXPECT_EQ(played.out, Chunk(R"({"role":"assistant","content":"Hi"})") +
                            Chunk(R"({"content":"\n\n[no a]"})") + Chunk(renumbered) +
                            Chunk(More(0, "{\\\"se")) + Chunk(More(0, "cret\\\":2}")) +
                            Chunk("{}", "\"tool_calls\"") + std::string(kDone));
}

TEST(OpenAiStream, EndsAsFilteredWhenNoCallSurvives) {
  const Played played = PlayStream(ParallelStream(), Only("none"));
  EXPECT_EQ(played.out, Chunk(R"({"role":"assistant","content":"Hi"})") +
                            Chunk(R"({"content":"\n\n[no a]"})") + Chunk(R"({"content":"\n\n[no b]"})") +
                            Chunk("{}", "\"content_filter\"") + std::string(kDone));
  EXPECT_EQ(played.summary.calls_withheld, 2U);
  EXPECT_EQ(played.summary.stop, StopClass::kToolCall);
}

TEST(OpenAiStream, PutsTheNoticeWhereverTheContentStands) {
  const std::string call = R"("tool_calls":[{"id":"a","function":{"name":"fa","arguments":"SECRET"}}])";
  struct Row {
    std::string delta;
    std::string becomes;
  };
  const Row rows[] = {
      {"{" + call + "}", R"({"content":"[no a]"})"},
      {R"({"content":null,)" + call + "}", R"({"content":"[no a]"})"},
      {R"({"content":"",)" + call + "}", R"({"content":"[no a]"})"},
      {R"({"content":"Hi",)" + call + R"(,"x":1})", R"({"content":"Hi\n\n[no a]","x":1})"},
      {R"({)" + call + R"(,"content":[]})", R"({"content":[{"type":"text","text":"[no a]"}]})"},
      {R"({ "role" : "assistant" , )" + call + " }", R"({ "role" : "assistant" , "content":"[no a]" })"},
      {R"({"function_call":{"name":"fa","arguments":"SECRET"}})", R"({"content":"[no ]"})"},
  };
  for (const Row& row : rows) {
    const Played played = PlayStream(Chunk(row.delta, "\"tool_calls\"") + std::string(kDone), Only("none"));
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.out, Chunk(row.becomes, "\"content_filter\"") + std::string(kDone));
  }
}

TEST(OpenAiStream, WithholdsOneOfTwoCallsInOneChunk) {
  const std::string both =
      R"({"tool_calls":[ {"index":0,"id":"a","function":{"name":"fa","arguments":"SECRET"}} , {"index":1,"id":"b","function":{"name":"fb","arguments":"{}"}} ]})";
  const Played played = PlayStream(Chunk(both, "\"tool_calls\"") + std::string(kDone), Only("fb"));
  EXPECT_EQ(
      played.out,
      Chunk(
          R"({"content":"[no a]","tool_calls":[ {"index":0,"id":"b","function":{"name":"fb","arguments":"{}"}} ]})",
          "\"tool_calls\"") +
          std::string(kDone));
}

TEST(OpenAiStream, RemovesTheTokensThatRepeatAWithheldCall) {
  const std::string bytes =
      R"(data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"fa","arguments":"SECRET"}}]},"logprobs":{"content":[{"token":"SECRET"}]},"token_ids":[83],"finish_reason":"tool_calls"}]})"
      "\n\n";
  const Played played = PlayStream(bytes + std::string(kDone), Only("none"));
  EXPECT_EQ(played.error, "");
  EXPECT_THAT(played.out, HasSubstr(R"("logprobs":null,"token_ids":null)"));
  EXPECT_FALSE(played.out.contains("SECRET"));
}

TEST(OpenAiStream, RulesTheCallsOfSeveralChoices) {
  const std::string bytes = Chunk(kOpenA, "null", 0) + Chunk(kOpenA, "null", 1) +
                            Chunk(R"({"content":"x"})", "null", 2) + Chunk(More(1, "{}"), "null", 1) +
                            Chunk("{}", "\"tool_calls\"", 0) + Chunk("{}", "\"tool_calls\"", 1) +
                            Chunk("{}", "\"stop\"", 2) + std::string(kDone);
  // The second choice's part with the index 1 never got a name.
  EXPECT_EQ(PlayStream(bytes).error,
            "the provider's answer: choices[1].tool_calls[1]: a call without a name");
  const std::string good = Chunk(kOpenA, "null", 0) + Chunk(kOpenA, "null", 1) +
                           Chunk(R"({"content":"x"})", "null", 2) + Chunk("{}", "\"tool_calls\"", 0) +
                           Chunk("{}", "\"tool_calls\"", 1) + Chunk("{}", "\"stop\"", 2) + std::string(kDone);
  const auto second_only = [](const ToolCall& call) {
    return call.choice == 1 ? internal::ReleaseIt(call) : Ruling{Ruling::Kind::kWithhold, "no"};
  };
  const Played played = PlayStream(good, second_only);
  EXPECT_EQ(played.out, Chunk(R"({"content":"no"})", "null", 0) + Chunk(kOpenA, "null", 1) +
                            Chunk(R"({"content":"x"})", "null", 2) + Chunk("{}", "\"content_filter\"", 0) +
                            Chunk("{}", "\"tool_calls\"", 1) + Chunk("{}", "\"stop\"", 2) +
                            std::string(kDone));
  EXPECT_EQ(played.summary.choices, 3U);
}

TEST(OpenAiStream, DoesNotTakeAnEmptyListForACall) {
  const std::string bytes = Chunk(R"({"content":"a","tool_calls":[]})") +
                            Chunk(R"({"content":"b","tool_calls":null,"function_call":null})") +
                            Chunk("{}", "\"stop\"") + std::string(kDone);
  const Played played = PlayStream(bytes, internal::WithholdIt);
  EXPECT_EQ(played.out, bytes);
  EXPECT_TRUE(played.calls.empty());
}

TEST(OpenAiStream, ProposesACallWhoseArgumentsAreNotJson) {
  const Played played = PlayStream(Chunk(kOpenA) + Chunk(More(0, "{not json")) +
                                   Chunk("{}", "\"tool_calls\"") + std::string(kDone));
  ASSERT_EQ(played.calls.size(), 1U);
  EXPECT_EQ(played.calls[0].arguments, "{not json");
}

TEST(OpenAiStream, ReadsCustomAndLegacyCalls) {
  const Played custom = PlayStream(
      Chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"sh","input":"ls "}}]})") +
      Chunk(R"({"tool_calls":[{"index":0,"custom":{"input":"-l"}}]})") + Chunk("{}", "\"tool_calls\"") +
      std::string(kDone));
  ASSERT_EQ(custom.calls.size(), 1U);
  EXPECT_EQ(custom.calls[0], (ToolCall{"a", "sh", "ls -l", CallKind::kCustom, 0, 0}));
  const Played legacy = PlayStream(Chunk(R"({"function_call":{"name":"f","arguments":"{"}})") +
                                   Chunk(R"({"function_call":{"arguments":"}"}})") +
                                   Chunk("{}", "\"function_call\"") + std::string(kDone));
  ASSERT_EQ(legacy.calls.size(), 1U);
  EXPECT_EQ(legacy.calls[0], (ToolCall{"", "f", "{}", CallKind::kLegacyFunction, 0, 0}));
}

TEST(OpenAiStream, RefusesWhatMightHideACall) {
  const std::string stop = Chunk("{}", "\"stop\"");
  const std::string call =
      Chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"SECRET"}}]})");
  const std::string end = Chunk("{}", "\"tool_calls\"") + std::string(kDone);
  struct Row {
    std::string bytes;
    std::string_view error;
  };
  const Row rows[] = {
      {stop + call + end, "after the choice's finish_reason"},
      {call + Chunk("{}", "\"tool_calls\"") + call + end, "after the choice's finish_reason"},
      {stop + Chunk(R"({"content":"more"})") + end, "after the choice's finish_reason"},
      {stop + std::string(kDone) + call, "an event after the terminal event"},
      {stop + std::string(kDone) + std::string(kDone), "an event after the terminal event"},
      {call + std::string(kDone), "before the finish_reason of choices[0]"},
      {call, "ended before its terminal event"},
      {call + Chunk(R"({"tool_calls":[{"index":0,"id":"z"}]})") + end, "two calls with the index 0"},
      {call + Chunk(R"({"tool_calls":[{"index":0,"function":{"name":"g"}}]})") + end, "a second name"},
      {Chunk(R"({"tool_calls":[{"index":0,"function":{"name":"f"}}]})") + end, "a call without an id"},
      {Chunk(R"({"tool_calls":[{"index":0,"id":"a"}]})") + end, "a call without a name"},
      {Chunk(R"({"tool_calls":[{"index":-1,"id":"a"}]})") + end, "an index that is not a number below"},
      {Chunk(R"({"tool_calls":[{"index":"0","id":"a"}]})") + end, "an index that is not a number below"},
      {Chunk(R"({"tool_calls":{"index":0}})") + end, "tool_calls: not an array"},
      {Chunk(R"({"tool_calls":[7]})") + end, "tool_calls[0]: not an object"},
      {Chunk(R"({"tool_calls":[{"id":"a","type":"mcp","mcp":{}}]})") + end, "a call of an unknown type"},
      {Chunk(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":{"x":1}}}]})") + end,
       "not a string"},
      {Chunk(R"({"tool_calls":[{"id":"a","function":{"name":"f"},"custom":{"name":"g"}}]})") + end,
       "both a function and a custom one"},
      {Chunk(R"({"tool_calls":[{"id":"a"}],"function_call":{"name":"g"}})") + end,
       "both tool_calls and function_call"},
      {call + Chunk(R"({"function_call":{"name":"g"}})") + end, "both tool_calls and function_call"},
      {Chunk(R"({"Tool_Calls":[{"id":"a"}]})") + end, "differs from a known one only by letter case"},
      {Chunk("{\"tool_call\xC5\xBF\":[{\"id\":\"a\"}]}") + end,
       "differs from a known one only by letter case"},
      {Chunk(R"({"content":"a","content":"b"})") + end, "the same key twice"},
      {"data: {\"choices\":[{\"index\":0,\"message\":{\"tool_calls\":[]}}]}\n\n" + end,
       "a whole message inside a chunk"},
      {"data: {\"Choices\":[]}\n\n" + end, "differs from a known one only by letter case"},
      {"data: {\"choices\":[],\"tool_calls\":[{\"id\":\"a\"}]}\n\n" + end,
       "calls outside a message or delta"},
      {"data: {\"choices\":[{\"tool_calls\":[{\"id\":\"a\"}]}]}\n\n" + end,
       "calls outside a message or delta"},
      {Chunk("{}", "\"" + std::string(kNameBytesMax + 1, 'x') + "\""),
       "a finish_reason larger than the limit"},
      {"data: {\"id\":\"x\"}\n\n" + end, "a chunk without choices"},
      {"data: {\"choices\":[\n\n" + end, "the text ends inside a value"},
      {"data: []\n\n" + end, "not a JSON object"},
      {"data: [done]\n\n", "expected a value"},
      {std::string(kDone), "the answer has no choice"},
      {stop + Chunk("{}", "\"length\"") + std::string(kDone), "a second finish_reason"},
      {call + Chunk("{}", "\"tool_calls\"") + Chunk("{}", "\"tool_calls\"") + std::string(kDone),
       "a second finish_reason"},
      {Chunk(R"({"tool_calls":[{"id":"a","function":{"name":"f"}},{"id":"a","function":{"name":"g"}}]})") +
           end,
       "two calls with one id"},
      {Chunk(R"({"content":{"text":"x"}})") + end, "neither a string nor an array"},
  };
  for (const Row& row : rows) {
    const Played played = PlayStream(row.bytes, internal::WithholdIt);
    EXPECT_THAT(played.error, HasSubstr(row.error)) << row.bytes;
    EXPECT_FALSE(played.out.contains("SECRET")) << played.out;
    EXPECT_FALSE(played.out.contains("[DONE]")) << played.out;
  }
}

TEST(OpenAiStream, ReportsTheProvidersErrorInMidStream) {
  const std::string text = Chunk(R"({"content":"a"})");
  const auto gate = MakeGate(Dialect::kOpenAiChat, Delivery::kStream);
  std::string out;
  const auto fed = gate->Feed(
      text + "data: {\"error\":{\"message\":\"out of capacity\",\"type\":\"server_error\"}}\n\n", out);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(fed.error().message, "the provider reported an error (server_error): out of capacity");
  EXPECT_EQ(out, text);
  EXPECT_EQ(gate->Feed(text, out).error(), fed.error());
  EXPECT_EQ(gate->Finish(out).error(), fed.error());
  EXPECT_EQ(out, text);
}

TEST(OpenAiStream, CutsTheProvidersWordsBetweenCharacters) {
  const std::string words = std::string(299, 'a') + "\xC3\xA9 and more";
  const Played played = PlayStream("data: {\"error\":{\"message\":\"" + words + "\"}}\n\n");
  EXPECT_EQ(played.error, "the provider reported an error: " + std::string(299, 'a'));
}

TEST(OpenAiStream, AcceptsATerminalEventWithoutItsBlankLine) {
  const std::string stop = Chunk("{}", "\"stop\"");
  EXPECT_EQ(PlayStream(stop + "data: [DONE]").error, "");
  EXPECT_EQ(PlayStream(stop + "data: [DONE]\n").out, stop + "data: [DONE]\n");
  EXPECT_NE(PlayStream(stop + "data: [DONE").error, "");
  EXPECT_NE(PlayStream(stop.substr(0, stop.size() - 1)).error, "");
}

TEST(OpenAiStream, HoldsItsLimitsAtTheEdge) {
  const std::string one = Chunk(R"({"content":"a"})");
  const std::string bytes = one + Chunk("{}", "\"stop\"") + std::string(kDone);
  const std::size_t largest = one.size();
  EXPECT_EQ(PlayStream(bytes, internal::ReleaseIt, {.event_bytes_max = largest}).error, "");
  EXPECT_THAT(PlayStream(bytes, internal::ReleaseIt, {.event_bytes_max = largest - 1}).error,
              HasSubstr("an event larger than"));
  EXPECT_EQ(PlayStream(ParallelStream(), internal::ReleaseIt, {.calls_max = 2}).error, "");
  EXPECT_THAT(PlayStream(ParallelStream(), internal::ReleaseIt, {.calls_max = 1}).error,
              HasSubstr("below the limit"));
  const std::string held = Chunk(kOpenA) + Chunk("{}", "\"tool_calls\"");
  EXPECT_EQ(PlayStream(held + std::string(kDone), internal::ReleaseIt,
                       {.held_bytes_max = held.size() + kDone.size()})
                .error,
            "");
  EXPECT_THAT(
      PlayStream(held + std::string(kDone), internal::ReleaseIt, {.held_bytes_max = held.size() - 1}).error,
      HasSubstr("bytes kept back for a tool call"));
}

TEST(OpenAiStream, HoldsTheRoomsLimitsAtTheEdge) {
  const auto choice = [](std::size_t index) {
    return Chunk("{}", "\"stop\"", static_cast<int>(index)) + std::string(kDone);
  };
  EXPECT_EQ(PlayStream(choice(kChoicesMax - 1)).error, "");
  EXPECT_THAT(PlayStream(choice(kChoicesMax)).error, HasSubstr("below the limit of choices"));
  const auto named = [](std::size_t id_bytes, std::size_t name_bytes) {
    return Chunk(R"({"tool_calls":[{"id":")" + std::string(id_bytes, 'i') + R"(","function":{"name":")" +
                     std::string(name_bytes, 'n') + R"("}}]})",
                 "\"tool_calls\"") +
           std::string(kDone);
  };
  EXPECT_EQ(PlayStream(named(kNameBytesMax, kNameBytesMax)).error, "");
  EXPECT_THAT(PlayStream(named(kNameBytesMax + 1, 1)).error, HasSubstr("an id larger than the limit"));
  EXPECT_THAT(PlayStream(named(1, kNameBytesMax + 1)).error, HasSubstr("a name larger than the limit"));
  const auto deep = [](std::size_t depth) {  // inside the event, choices, the choice and delta
    return Chunk(R"({"x":)" + std::string(depth - 4, '[') + std::string(depth - 4, ']') + "}", "\"stop\"") +
           std::string(kDone);
  };
  EXPECT_EQ(PlayStream(deep(kDepthMax)).error, "");
  EXPECT_THAT(PlayStream(deep(kDepthMax + 1)).error, HasSubstr("nested deeper than the limit"));
}

TEST(OpenAiWhole, ReleasesTheBodyOnlyInFinish) {
  const std::string body = Body(R"({"role":"assistant","content":"Hi"})", "\"stop\"") + "\r\n";
  const Played played = PlayBody(body);
  EXPECT_EQ(played.running, "");
  EXPECT_EQ(played.out, body);
  EXPECT_EQ(played.summary, (AnswerSummary{.id = "c1",
                                           .model = "m-1",
                                           .stop = StopClass::kEnd,
                                           .stop_raw = "stop",
                                           .usage = {.input_tokens = 3},
                                           .text_bytes = 2,
                                           .choices = 1}));
}

TEST(OpenAiWhole, WithholdsInPlace) {
  const std::string a = R"({"id":"a","type":"function","function":{"name":"fa","arguments":"SECRET"}})";
  const std::string b = R"({"id":"b","type":"function","function":{"name":"fb","arguments":"{}"}})";
  const std::string calls = "\"tool_calls\":[" + a + ",\n " + b + "]";
  struct Row {
    std::string message;
    std::string_view released;
    std::string becomes;
    std::string_view finish;
  };
  const Row rows[] = {
      {"{\"content\":null," + calls + "}", "fb", R"({"content":"[no a]","tool_calls":[)" + b + "]}",
       "\"tool_calls\""},
      {"{\"content\":null," + calls + "}", "none", R"({"content":"[no a]\n\n[no b]"})", "\"content_filter\""},
      {"{\"content\":\"Hi\"," + calls + "}", "none", R"({"content":"Hi\n\n[no a]\n\n[no b]"})",
       "\"content_filter\""},
      {"{" + calls + "}", "fb", R"({"content":"[no a]","tool_calls":[)" + b + "]}", "\"tool_calls\""},
      {"{" + calls + ",\"x\":1}", "none", R"({"content":"[no a]\n\n[no b]","x":1})", "\"content_filter\""},
  };
  for (const Row& row : rows) {
    const Played played = PlayBody(Body(row.message, "\"tool_calls\""), Only(row.released));
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.out, Body(row.becomes, row.finish));
  }
}

TEST(OpenAiWhole, RefusesWhatIsNoAnswer) {
  struct Row {
    std::string body;
    std::string_view error;
  };
  const Row rows[] = {
      {R"({"error":{"message":"no"}})", "the provider reported an error: no"},
      {R"({"choices":[]})", "missing or empty"},
      {Body("{}", "\"stop\"") + "{}", "text after the end"},
      {Body("null", "\"stop\""), "message: missing or not an object"},
      {R"({"choices":[{"index":0,"message":{}},{"index":0,"message":{}}]})", "two choices with one index"},
      {R"({"choices":[{"message":{},"delta":{"tool_calls":[]}}]})", "a delta inside a whole answer"},
      {Body(
           R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}},{"index":0,"id":"b","function":{"name":"g"}}]})",
           "\"stop\""),
       "two calls with one index"},
      {Body(R"({"TOOL_CALLS":[]})", "\"stop\""), "only by letter case"},
      {"[1]", "ended before its JSON object did"},
      {"}", "expected a value"},
      {"", "ended before its JSON object did"},
  };
  for (const Row& row : rows) EXPECT_THAT(PlayBody(row.body).error, HasSubstr(row.error)) << row.body;
}

TEST(OpenAiWhole, HoldsItsSizeAtTheEdge) {
  const std::string body = Body("{}", "\"stop\"");
  EXPECT_EQ(PlayBody(body, internal::ReleaseIt, {.whole_bytes_max = body.size()}).error, "");
  EXPECT_THAT(PlayBody(body, internal::ReleaseIt, {.whole_bytes_max = body.size() - 1}).error,
              HasSubstr("larger than"));
}

TEST(OpenAiAnswer, KeepsStopReasonsApart) {
  struct Row {
    std::string_view message;
    std::string_view finish;
    StopClass stop;
  };
  constexpr Row kRows[] = {
      {R"({"content":"a"})", "stop", StopClass::kEnd},
      {R"({"refusal":"I cannot"})", "stop", StopClass::kRefusal},
      {R"({"content":"a"})", "length", StopClass::kLength},
      {R"({"content":"a"})", "model_length", StopClass::kLength},
      {R"({"content":"a"})", "content_filter", StopClass::kContentFilter},
      {R"({"content":"a"})", "tool_calls", StopClass::kToolCall},
      {R"({"content":"a"})", "insufficient_system_resource", StopClass::kOther},
  };
  for (const Row& row : kRows) {
    const std::string finish = "\"" + std::string(row.finish) + "\"";
    const Played whole = PlayBody(Body(row.message, finish));
    const Played stream = PlayStream(Chunk(row.message) + Chunk("{}", finish) + std::string(kDone));
    EXPECT_EQ(whole.summary.stop, row.stop) << row.finish;
    EXPECT_EQ(whole.summary.stop_raw, row.finish);
    EXPECT_EQ(stream.summary.stop, row.stop) << row.finish;
  }
}

}  // namespace
}  // namespace proviso::protocol
