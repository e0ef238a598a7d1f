#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/internal/answer_player.h"
#include "protocol/rendering.h"

namespace proviso::protocol {
namespace {

using internal::Play;
using internal::Played;
using testing::HasSubstr;

/// One GenerateContentResponse with one candidate.
std::string Chunk(std::string_view parts, std::string_view more = "") {
  return R"({"candidates":[{"content":{"parts":[)" + std::string(parts) + R"(],"role":"model"})" +
         std::string(more) + R"(,"index":0}],"modelVersion":"gemini-3-pro","responseId":"r1"})";
}
std::string Text(std::string_view text) {
  return R"({"text":")" + std::string(text) + "\"}";
}
std::string Call(std::string_view members) {
  return R"({"functionCall":{)" + std::string(members) + "}}";
}
constexpr std::string_view kStop = R"(,"finishReason":"STOP")";

std::string Events(std::initializer_list<std::string> chunks) {
  std::string out;
  for (const std::string& chunk : chunks) out += "data: " + chunk + "\r\n\r\n";
  return out;
}
std::string Array(std::initializer_list<std::string> chunks) {
  std::string out;
  for (const std::string& chunk : chunks) out += (out.empty() ? "[" : "\n,\r\n") + chunk;
  return out + "\n]\n";
}

Played PlayAs(Delivery delivery, std::string_view bytes, const internal::Decide& decide = internal::ReleaseIt,
              AnswerLimits limits = {}) {
  const Played whole = Play(Dialect::kGemini, delivery, bytes, internal::Whole(), decide, limits);
  EXPECT_EQ(Play(Dialect::kGemini, delivery, bytes, internal::Pieces(1), decide, limits), whole);
  return whole;
}

Ruling NoSecrets(const ToolCall& call) {
  if (call.name != "secret") return internal::ReleaseIt(call);
  return {.kind = Ruling::Kind::kWithhold, .notice = "[withheld]"};
}

TEST(GeminiStream, ShowsTextAtOnceAndKeepsTheLastEventForTheEnd) {
  const auto gate = MakeGate(Dialect::kGemini, Delivery::kStream);
  const std::string text = Events({Chunk(Text("Hi"))});
  const std::string last = Events({Chunk(Text("!"), kStop)});
  std::string out;
  ASSERT_TRUE(gate->Feed(text + last, out));
  EXPECT_EQ(out, text);
  ASSERT_TRUE(gate->Finish(out));
  EXPECT_EQ(out, text + last);
  EXPECT_EQ(gate->summary().stop, StopClass::kEnd);
  EXPECT_EQ(gate->summary().text_bytes, 3U);
}

TEST(GeminiStream, LetsAnEventFollowTheOneThatSeemedTheLast) {
  const std::string bytes =
      Events({Chunk(Text("a"), kStop), R"({"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}})"});
  const Played played = PlayAs(Delivery::kStream, bytes);
  EXPECT_EQ(played.error, "");
  EXPECT_EQ(played.out, bytes);
  EXPECT_EQ(played.summary.usage.input_tokens, 3);
}

TEST(GeminiStream, KeepsAWithheldCallFromTheClientAndSaysSoInItsPlace) {
  const std::string call = Call(R"("name":"secret","args":{"q":"SECRET"})");
  const std::string stopped = R"(,"finishReason":"STOP","finishMessage":"Model generated function call(s).")";
  for (const Delivery delivery : {Delivery::kStream, Delivery::kArrayStream}) {
    const auto frame = delivery == Delivery::kStream ? Events : Array;
    const Played played =
        PlayAs(delivery, frame({Chunk(Text("Hi")), Chunk(call), Chunk(Text(""), stopped)}), NoSecrets);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.out, frame({Chunk(Text("Hi")), Chunk(R"({"text":"\n\n[withheld]"})"),
                                 Chunk(Text(""), R"(,"finishReason":"PROHIBITED_CONTENT",)"
                                                 R"("finishMessage":"A tool call was withheld.")")}));
  }
}

TEST(GeminiStream, LeavesTheStopReasonWhenACallSurvives) {
  const std::string one = Call(R"("name":"open","args":{"x":1},"id":"a")");
  const std::string two = Call(R"("name":"secret","args":{"q":"SECRET"},"id":"b")");
  const Played played = PlayAs(Delivery::kStream, Events({Chunk(one + "," + two, kStop)}), NoSecrets);
  EXPECT_EQ(played.out, Events({Chunk(one + R"(,{"text":"[withheld]"})", kStop)}));
  EXPECT_EQ(played.calls.size(), 2U);
  EXPECT_EQ(played.calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(played.calls[1].position, 1U);
  EXPECT_EQ(played.summary.stop, StopClass::kToolCall);
}

TEST(GeminiStream, PutsACallTogetherThatComesInPieces) {
  const std::string begin = Call(R"("name":"secret","willContinue":true)");
  const std::string piece = Call(
      R"("partialArgs":[{"jsonPath":"$.steps[0]","stringValue":"SEC","willContinue":true}],"willContinue":true)");
  const std::string rest = Call(
      R"("partialArgs":[{"jsonPath":"$.steps[0]","stringValue":"RET"},{"jsonPath":"$['a.b']","numberValue":0.50},)"
      R"({"jsonPath":"$.yes","boolValue":true},{"jsonPath":"$.no","nullValue":"NULL_VALUE"}],"willContinue":true)");
  const std::string bytes =
      Events({Chunk(begin), Chunk(piece), Chunk(rest), Chunk(Call("")), Chunk(Text(""), kStop)});
  const Played released = PlayAs(Delivery::kStream, bytes);
  ASSERT_EQ(released.calls.size(), 1U) << released.error;
  EXPECT_EQ(released.calls[0].arguments, R"({"steps":["SECRET"],"a.b":0.50,"yes":true,"no":null})");
  EXPECT_EQ(released.out, bytes);
  const Played withheld = PlayAs(Delivery::kStream, bytes, NoSecrets);
  EXPECT_EQ(withheld.out,
            Events({Chunk(R"({"text":"[withheld]"})"), Chunk(Text("")), Chunk(Text("")), Chunk(Text("")),
                    Chunk(Text(""), R"(,"finishReason":"PROHIBITED_CONTENT")")}));
}

TEST(GeminiStream, DecidesEachCandidatesCalls) {
  const std::string two =
      R"({"candidates":[{"index":0,"content":{"parts":[{"functionCall":{"name":"open"}}]},"finishReason":"STOP"},)"
      R"({"index":1,"content":{"parts":[{"functionCall":{"name":"secret"}}]},"finishReason":"STOP"}]})";
  const Played played = PlayAs(Delivery::kStream, Events({two}), NoSecrets);
  ASSERT_EQ(played.calls.size(), 2U) << played.error;
  EXPECT_EQ(played.calls[1].choice, 1U);
  EXPECT_THAT(played.out, HasSubstr(R"({"index":1,"content":{"parts":[{"text":"[withheld]"}]},)"
                                    R"("finishReason":"PROHIBITED_CONTENT"})"));
  EXPECT_THAT(played.out, HasSubstr(R"([{"functionCall":{"name":"open"}}]},"finishReason":"STOP"})"));
}

TEST(GeminiStream, DoesNotRepeatAWithheldCallTokenByToken) {
  const std::string call = Call(R"("name":"secret")");
  const Played played =
      PlayAs(Delivery::kStream,
             Events({Chunk(call, R"(,"logprobsResult":{"chosenCandidates":[{"token":"secret"}]})"),
                     Chunk(Text(""), R"(,"logprobsResult":{"x":"secret"},"finishReason":"STOP")")}),
             NoSecrets);
  EXPECT_EQ(played.error, "");
  EXPECT_FALSE(played.out.contains("secret")) << played.out;
}

TEST(GeminiStream, CountsWhatTheProviderRanItself) {
  const Played played = PlayAs(
      Delivery::kStream,
      Events(
          {Chunk(
               R"({"executableCode":{"language":"PYTHON","code":"1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK"}})"),
           Chunk(R"({"thought":true,"text":"hm"},{"text":"","thoughtSignature":"YQ=="})", kStop)}));
  EXPECT_EQ(played.error, "");
  EXPECT_TRUE(played.calls.empty());
  EXPECT_EQ(played.summary.server_calls, 1U);
  EXPECT_EQ(played.summary.reasoning_bytes, 2U);
  EXPECT_EQ(played.summary.text_bytes, 0U);
}

TEST(GeminiStream, TakesABlockedPromptForAContentFilter) {
  const std::string blocked = R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})";
  for (const auto& [delivery, bytes] :
       {std::pair(Delivery::kStream, Events({blocked})), std::pair(Delivery::kArrayStream, Array({blocked})),
        std::pair(Delivery::kWhole, blocked)}) {
    const Played played = PlayAs(delivery, bytes);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.out, bytes);
    EXPECT_EQ(played.summary.stop, StopClass::kContentFilter);
  }
}

TEST(GeminiStream, PassesTheProvidersErrorOn) {
  const std::string error = R"({"error":{"code":429,"message":"quota spent","status":"RESOURCE_EXHAUSTED"}})";
  const std::string bare =
      "{\n  \"error\": {\n    \"code\": 429,\n    \"message\": \"quota spent\"\n  }\n}\n";
  for (const auto& [delivery, bytes] :
       {std::pair(Delivery::kStream, Events({Chunk(Text("a")), error})),
        std::pair(Delivery::kStream, Events({Chunk(Text("a"))}) + bare), std::pair(Delivery::kStream, bare),
        std::pair(Delivery::kArrayStream, Array({Chunk(Text("a")), error})),
        std::pair(Delivery::kArrayStream, bare), std::pair(Delivery::kWhole, error)}) {
    EXPECT_THAT(PlayAs(delivery, bytes).error, HasSubstr("quota spent")) << bytes;
  }
}

TEST(GeminiStream, RefusesWhatMightHideACall) {
  struct Row {
    std::string_view why;
    std::string chunk;
  };
  const std::string call = R"({"name":"f","args":{"a":"SECRET"}})";
  const Row rows[] = {
      {"differs from a known one only by its spelling", Chunk(R"({"function_call":)" + call + "}")},
      {"differs from a known one only by its spelling", Chunk(R"({"FunctionCall":)" + call + "}")},
      {"differs from a known one only by its spelling", Chunk(Call(R"("name":"f","Args":{"a":"SECRET"})"))},
      {"two kinds of content", Chunk(R"({"text":"x","functionCall":)" + call + "}")},
      {"a call without a name", Chunk(Call(R"("args":{"a":"SECRET"})"))},
      {"args: not an object", Chunk(Call(R"("name":"f","args":"SECRET")"))},
      {"not a string", Chunk(Call(R"("name":["SECRET"])"))},
      {"not an array", R"({"candidates":[{"content":{"parts":{"functionCall":{"name":"SECRET"}}}}]})"},
      {"a second candidate with one index",
       R"({"candidates":[{"index":0,"content":{"parts":[]}},{"content":{"parts":[{"text":"SECRET"}]}}]})"},
      {"arguments both whole and in pieces",
       Chunk(
           Call(R"("name":"f","args":{"a":"SECRET"},"partialArgs":[{"jsonPath":"$.a","stringValue":"b"}])"))},
  };
  for (const Row& row : rows) {
    for (const auto& [delivery, bytes] :
         {std::pair(Delivery::kStream, Events({row.chunk})),
          std::pair(Delivery::kArrayStream, Array({row.chunk})), std::pair(Delivery::kWhole, row.chunk)}) {
      const Played played = PlayAs(delivery, bytes);
      EXPECT_THAT(played.error, HasSubstr(row.why)) << row.chunk;
      EXPECT_FALSE(played.out.contains("SECRET"));
    }
  }
}

TEST(GeminiStream, RefusesAnOrderThatCannotBe) {
  const std::string open = Chunk(Call(R"("name":"f","willContinue":true)"));
  struct Row {
    std::string_view why;
    std::string bytes;
  };
  const Row rows[] = {
      {"content after the candidate's stop reason", Events({Chunk(Text("a"), kStop), Chunk(Text("b"))})},
      {"a second stop reason", Events({Chunk(Text("a"), kStop), Chunk("", R"(,"finishReason":"SAFETY")")})},
      {"a stop reason inside a call", Events({open, Chunk("", kStop)})},
      {"a call inside another call", Events({open, Chunk(Call(R"("name":"g")"))})},
      {"other content inside a call", Events({open, Chunk(Text("x"))})},
      {"before its terminal event", Events({open})},
      {"before its terminal event", Events({Chunk(Text("a"))})},
      {"before its terminal event", ""},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(PlayAs(Delivery::kStream, row.bytes).error, HasSubstr(row.why)) << row.bytes;
  }
}

TEST(GeminiStream, RefusesPiecesThatCannotBePutTogether) {
  struct Row {
    std::string_view why;
    std::string_view pieces;
  };
  const Row rows[] = {
      {"no path", R"({"jsonPath":"a","stringValue":"x"})"},
      {"no path", R"({"jsonPath":"$","stringValue":"x"})"},
      {"no path", R"({"jsonPath":"$.a[b]","stringValue":"x"})"},
      {"no path", R"({"jsonPath":"$..a","stringValue":"x"})"},
      {"leaves elements out", R"({"jsonPath":"$.a[1]","stringValue":"x"})"},
      {"another kind", R"({"jsonPath":"$.a[0]","stringValue":"x"},{"jsonPath":"$.a.b","stringValue":"y"})"},
      {"a second value", R"({"jsonPath":"$.a","stringValue":"x"},{"jsonPath":"$.a","stringValue":"y"})"},
      {"two values", R"({"jsonPath":"$.a","stringValue":"x","boolValue":true})"},
      {"inside a string", R"({"jsonPath":"$.a","stringValue":"x","willContinue":true})"},
      {"neither a string", R"({"jsonPath":"$.a","numberValue":"NaN"})"},
  };
  for (const Row& row : rows) {
    const std::string call = Call(R"("name":"f","partialArgs":[)" + std::string(row.pieces) + "]");
    EXPECT_THAT(PlayAs(Delivery::kStream, Events({Chunk(call, kStop)})).error, HasSubstr(row.why)) << call;
  }
}

TEST(GeminiStream, BoundsTheValuesOfACallInPieces) {
  const auto call = [](std::size_t values) {
    std::string pieces;
    for (std::size_t i = 0; i < values; ++i) {
      pieces += (pieces.empty() ? "" : ",") + std::string(R"({"jsonPath":"$.a)") + std::to_string(i) +
                R"(","boolValue":true})";
    }
    return "data: " + Chunk(Call(R"("name":"f","partialArgs":[)" + pieces + "]"), kStop) + "\n\n";
  };
  const auto error = [](const std::string& bytes) {
    return Play(Dialect::kGemini, Delivery::kStream, bytes, internal::Whole(), internal::ReleaseIt).error;
  };
  EXPECT_EQ(error(call(kPartialArgumentsMax - 1)), "");
  EXPECT_THAT(error(call(kPartialArgumentsMax)), HasSubstr("more than 16384 values"));
}

TEST(GeminiArray, RefusesWhatIsNoArrayOfObjects) {
  const std::string last = Chunk(Text("a"), kStop);
  for (const std::string& bytes :
       {"[" + last, "[" + last + ",", "[" + last + "," + "]", "[" + last + "]]", "[" + last + "]x",
        "[" + last + last + "]", "[[" + last + "]]", std::string("[1]"), std::string("[]"), std::string("[ "),
        std::string("x")}) {
    EXPECT_NE(PlayAs(Delivery::kArrayStream, bytes).error, "") << bytes;
  }
  const std::string spaced = " [ \n" + last + " \n ] \r\n ";
  EXPECT_EQ(PlayAs(Delivery::kArrayStream, spaced).out, spaced);
}

TEST(GeminiArray, BoundsOneElement) {
  const std::string last = Chunk(Text("a"), kStop);
  const AnswerLimits fits{.event_bytes_max = last.size() + 1};
  const AnswerLimits tight{.event_bytes_max = last.size()};
  EXPECT_EQ(PlayAs(Delivery::kArrayStream, "[" + last + "]", internal::ReleaseIt, fits).error, "");
  EXPECT_THAT(PlayAs(Delivery::kArrayStream, "[" + last + "]", internal::ReleaseIt, tight).error,
              HasSubstr("an event larger than"));
}

TEST(GeminiWhole, NeedsAStopReason) {
  EXPECT_EQ(PlayAs(Delivery::kWhole, Chunk(Text("a"), kStop)).error, "");
  EXPECT_THAT(PlayAs(Delivery::kWhole, Chunk(Text("a"))).error, HasSubstr("without a stop reason"));
  EXPECT_THAT(PlayAs(Delivery::kWhole, "{}").error, HasSubstr("without a stop reason"));
}

TEST(GeminiAnswers, OfOurOwnAreReadBackByTheGate) {
  const AnswerFrame frame{.id = "dec_1", .model = "gemini-2.5-pro", .created_s = 1'772'000'000};
  const std::vector<ToolCall> calls = {{"", "f", R"({"x": "\u00e9 \"q\""})", CallKind::kFunction, 0, 0},
                                       {"b", "g", "{}", CallKind::kFunction, 0, 1}};
  for (const Delivery delivery : {Delivery::kWhole, Delivery::kStream, Delivery::kArrayStream}) {
    const auto released = RenderReleasedCalls(Dialect::kGemini, delivery, frame, calls);
    ASSERT_TRUE(released);
    const Played played = PlayAs(delivery, *released);
    EXPECT_EQ(played.error, "") << *released;
    EXPECT_EQ(played.calls, calls);
    EXPECT_EQ(played.summary.stop, StopClass::kToolCall);
    EXPECT_EQ(played.summary.id, "dec_1");
    const std::string notice = RenderNotice(Dialect::kGemini, delivery, frame, "held:\n\"hold_1\"");
    EXPECT_EQ(PlayAs(delivery, notice).summary.stop, StopClass::kContentFilter) << notice;
    if (delivery == Delivery::kWhole) continue;
    const std::string kept = std::string(KeepAlive(Dialect::kGemini)) + notice;
    EXPECT_EQ(PlayAs(delivery, kept).out, kept);
  }
  const ToolCall custom{"a", "sh", "ls", CallKind::kCustom, 0, 0};
  const ToolCall broken{"a", "f", "[1]", CallKind::kFunction, 0, 0};
  EXPECT_FALSE(RenderReleasedCalls(Dialect::kGemini, Delivery::kWhole, frame, {&custom, 1}));
  EXPECT_FALSE(RenderReleasedCalls(Dialect::kGemini, Delivery::kWhole, frame, {&broken, 1}));
  EXPECT_FALSE(RenderReleasedCalls(Dialect::kGemini, Delivery::kWhole, frame, {}));
}

TEST(GeminiAnswers, SignAReleasedCallWhereTheModelWillAskForIt) {
  const ToolCall call{"a", "f", "{}", CallKind::kFunction, 0, 0};
  const auto answer = RenderReleasedCalls(Dialect::kGemini, Delivery::kWhole,
                                          {.id = "d", .model = "gemini-3-pro"}, {&call, 1});
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr(R"("thoughtSignature":"skip_thought_signature_validator")"));
}

}  // namespace
}  // namespace proviso::protocol
