// The Responses API through its gates, in literal bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/internal/answer_player.h"
#include "protocol/rendering.h"
#include "protocol/sse.h"

namespace proviso::protocol {
namespace {

using internal::Play;
using internal::Played;
using internal::ReleaseIt;
using internal::WithholdIt;
using testing::HasSubstr;
using testing::Not;

constexpr Dialect kResponses = Dialect::kOpenAiResponses;

Played Stream(std::string_view lines, const internal::Decide& decide) {
  return Play(kResponses, Delivery::kStream, internal::FramesOf(kResponses, lines), internal::Whole(),
              decide);
}

Played Body(std::string_view body, const internal::Decide& decide) {
  return Play(kResponses, Delivery::kWhole, body, internal::Whole(), decide);
}

std::string Data(std::string_view frames) {
  std::string lines;
  for (std::string_view rest = frames; !rest.empty();) {
    const std::size_t end = rest.find("\n\n");
    const auto frame = ParseFrame(rest.substr(0, end + 2));
    rest.remove_prefix(end + 2);
    lines += frame->data + "\n";
  }
  return lines;
}

constexpr std::string_view kCreated =
    R"({"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","model":"m-1","output":[]}})"
    "\n";
constexpr std::string_view kCall =
    R"({"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"","call_id":"call_1","name":"f"}})"
    "\n"
    R"({"type":"response.function_call_arguments.delta","sequence_number":2,"item_id":"fc_1","output_index":0,"delta":"{\"a\":1}","obfuscation":"x"})"
    "\n"
    R"({"type":"response.function_call_arguments.done","sequence_number":3,"item_id":"fc_1","output_index":0,"arguments":"{\"a\":1}"})"
    "\n"
    R"({"type":"response.output_item.done","sequence_number":4,"output_index":0,"item":{"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"a\":1}","call_id":"call_1","name":"f"}})"
    "\n";
constexpr std::string_view kCallAgain =
    R"({"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"a\":1}","call_id":"call_1","name":"f"})";
constexpr std::string_view kSecondCall =
    R"({"type":"response.output_item.added","sequence_number":5,"output_index":1,"item":{"id":"ct_2","type":"custom_tool_call","input":"","call_id":"call_2","name":"g"}})"
    "\n"
    R"({"type":"response.output_item.done","sequence_number":6,"output_index":1,"item":{"id":"ct_2","type":"custom_tool_call","status":"completed","input":"go","call_id":"call_2","name":"g"}})"
    "\n";
constexpr std::string_view kSecondAgain =
    R"({"id":"ct_2","type":"custom_tool_call","status":"completed","input":"go","call_id":"call_2","name":"g"})";

std::string Completed(int sequence, std::string_view output) {
  return R"({"type":"response.completed","sequence_number":)" + std::to_string(sequence) +
         R"(,"response":{"id":"resp_1","status":"completed","incomplete_details":null,"model":"m-1","output":[)" +
         std::string(output) + "]}}\n";
}

std::string OneCall() {
  return std::string(kCreated) + std::string(kCall) + Completed(5, kCallAgain);
}

std::string TwoCalls() {
  return std::string(kCreated) + std::string(kCall) + std::string(kSecondCall) +
         Completed(7, std::string(kCallAgain) + "," + std::string(kSecondAgain));
}

TEST(ResponsesGate, ProposesACallWhenItsItemIsDone) {
  const auto gate = MakeGate(kResponses, Delivery::kStream);
  std::string out;
  ASSERT_TRUE(gate->Feed(internal::FramesOf(kResponses, std::string(kCreated) + std::string(kCall)), out));
  EXPECT_EQ(out, internal::FramesOf(kResponses, kCreated));
  ASSERT_EQ(gate->pending().size(), 1U);
  EXPECT_EQ(gate->pending()[0], (ToolCall{.id = "call_1", .name = "f", .arguments = R"({"a":1})"}));
}

TEST(ResponsesGate, PutsAMessageInTheWithheldCallsPlace) {
  const Played played = Stream(OneCall(), WithholdIt);
  EXPECT_EQ(played.error, "");
  const std::string notice = R"("[withheld: clause \"c-1\"]")";
  const std::string part = R"({"type":"output_text","annotations":[],"logprobs":[],"text":)";
  const std::string item = R"({"id":"msg_1_0","type":"message","status":"completed","content":[)" + part +
                           notice + R"(}],"role":"assistant"})";
  EXPECT_EQ(
      Data(played.out),
      std::string(kCreated) +
          R"({"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"msg_1_0","type":"message","status":"in_progress","content":[],"role":"assistant"}})"
          "\n"
          R"({"type":"response.content_part.added","sequence_number":2,"output_index":0,"item_id":"msg_1_0","content_index":0,"part":)" +
          part + "\"\"}}\n" +
          R"({"type":"response.output_text.delta","sequence_number":3,"output_index":0,"item_id":"msg_1_0","content_index":0,"delta":)" +
          notice + ",\"logprobs\":[]}\n" +
          R"({"type":"response.output_text.done","sequence_number":4,"output_index":0,"item_id":"msg_1_0","content_index":0,"text":)" +
          notice + ",\"logprobs\":[]}\n" +
          R"({"type":"response.content_part.done","sequence_number":5,"output_index":0,"item_id":"msg_1_0","content_index":0,"part":)" +
          part + notice + "}}\n" +
          R"({"type":"response.output_item.done","sequence_number":6,"output_index":0,"item":)" + item +
          "}\n" +
          R"({"type":"response.incomplete","sequence_number":7,"response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"content_filter"},"model":"m-1","output":[)" +
          item + "]}}\n");
  EXPECT_THAT(played.out, HasSubstr("event: response.incomplete\n"));
}

TEST(ResponsesGate, KeepsTheProvidersEndWhenOneCallSurvives) {
  const Played played = Stream(
      TwoCalls(), [](const ToolCall& call) { return call.name == "f" ? WithholdIt(call) : ReleaseIt(call); });
  EXPECT_EQ(played.error, "");
  EXPECT_THAT(played.out, HasSubstr(R"("sequence_number":7,"output_index":1,"item":{"id":"ct_2")"));
  EXPECT_THAT(played.out, HasSubstr(R"({"type":"response.completed","sequence_number":9,)"));
  EXPECT_THAT(played.out, HasSubstr(kSecondAgain));
  EXPECT_THAT(played.out, Not(HasSubstr("fc_1")));
  EXPECT_THAT(played.out, HasSubstr(R"("status":"completed","incomplete_details":null)"));
}

TEST(ResponsesGate, NeverShowsAWithheldCallInTheRepeatedOutput) {
  const Played played = Stream(
      TwoCalls(), [](const ToolCall& call) { return call.name == "f" ? ReleaseIt(call) : WithholdIt(call); });
  EXPECT_EQ(played.error, "");
  EXPECT_THAT(played.out, Not(HasSubstr("call_2")));
  EXPECT_THAT(played.out, Not(HasSubstr("\"go\"")));
  EXPECT_THAT(played.out, HasSubstr(kCall.substr(0, 60)));
}

/// Both calls open at once: nothing of either leaves, and they are ruled together.
TEST(ResponsesGate, HoldsInterleavedCallsUntilAllAreWhole) {
  std::string interleaved(kCreated);
  const std::size_t first_done = kCall.find(R"({"type":"response.output_item.done")");
  interleaved += kCall.substr(0, first_done);
  interleaved += kSecondCall;
  interleaved += kCall.substr(first_done);
  const auto gate = MakeGate(kResponses, Delivery::kStream);
  std::string out;
  ASSERT_TRUE(gate->Feed(internal::FramesOf(kResponses, interleaved), out));
  EXPECT_EQ(out, internal::FramesOf(kResponses, kCreated));
  ASSERT_EQ(gate->pending().size(), 2U);
  EXPECT_EQ(gate->pending()[0].name, "g");
  EXPECT_EQ(gate->pending()[1].name, "f");
  const std::array rulings = {WithholdIt({}), ReleaseIt({})};
  ASSERT_TRUE(gate->Rule(rulings, out));
  EXPECT_THAT(out, Not(HasSubstr("call_2")));
  EXPECT_THAT(out, HasSubstr("call_1"));
}

struct Refused {
  const char* what;
  const char* from;
  const char* to;
  const char* error;
};

TEST(ResponsesGate, RefusesWhatTwoClientsCouldReadInTwoWays) {
  const Refused rows[] = {
      {"another sum than the fragments", R"("arguments":"{\"a\":1}"})", R"("arguments":"{\"a\":2}"})",
       "differs from the pieces"},
      {"another fragment", R"("delta":"{\"a\":1}")", R"("delta":"{\"a\":2}")", "differs from the pieces"},
      {"another name at the end",
       R"("call_id":"call_1","name":"f"}})"
       "\n"
       R"({"type":"response.completed")",
       R"("call_id":"call_1","name":"h"}})"
       "\n"
       R"({"type":"response.completed")",
       "another name or id"},
      {"another call in the repeated output", R"("output":[{"id":"fc_1")", R"("output":[{"x":1,"id":"fc_1")",
       "differs from the streamed one"},
      {"a call only in the repeated output", R"("output":[{"id")",
       R"("output":[{"type":"function_call","name":"z","arguments":"","call_id":"c"},{"id")",
       "was not streamed"},
      {"a call at the start", R"("model":"m-1","output":[]}})", R"("model":"m-1","output":[{"type":"x"}]}})",
       "output before its items"},
      {"an item that is no longer open", R"("output_index":0,"arguments")", R"("output_index":1,"arguments")",
       "not open"},
      {"an unknown call", R"("type":"function_call","status":"in_progress")",
       R"("type":"robot_call","status":"in_progress")", "cannot be decided"},
      {"a disguised member", R"("name":"f"}})", R"("name":"f","Arguments":"x"}})", "letter case"},
      {"a call without a name", R"("name":"f"}})", R"("nome":"f"}})", "without a name"},
      {"a call without an id", R"("call_id":"call_1")", R"("call_ix":"call_1")", "without an id"},
      {"an event before the start", R"("type":"response.created")", R"("type":"response.output_text.delta")",
       "before response.created"},
      {"a status that its event denies", R"("status":"completed","incomplete_details")",
       R"("status":"incomplete","incomplete_details")", "another status"},
      {"content in an unknown event", R"("type":"response.function_call_arguments.delta")",
       R"("type":"response.more.delta")", "unknown piece"},
  };
  for (const Refused& row : rows) {
    std::string lines = OneCall();
    const std::size_t at = lines.find(row.from);
    ASSERT_NE(at, std::string::npos) << row.what;
    lines.replace(at, std::string_view(row.from).size(), row.to);
    const Played played = Stream(lines, ReleaseIt);
    EXPECT_THAT(played.error, HasSubstr(row.error)) << row.what;
  }
}

TEST(ResponsesGate, EndsAsAnErrorWhenTheProviderReportsOne) {
  const std::string created(kCreated);
  const char* errors[] = {
      R"({"type":"error","code":"server_error","message":"it broke","param":null,"sequence_number":1})",
      R"({"type":"error","sequence_number":1,"error":{"type":"server_error","message":"it broke"}})",
      R"({"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"x","message":"it broke"}}})",
  };
  for (const char* error : errors) {
    EXPECT_THAT(Stream(created + error + "\n", ReleaseIt).error, HasSubstr("it broke")) << error;
  }
  EXPECT_THAT(
      Body(R"({"id":"r","object":"response","status":"failed","error":{"message":"it broke"},"output":[]})",
           ReleaseIt)
          .error,
      HasSubstr("it broke"));
}

TEST(ResponsesGate, PassesAnIndexThatIsSkipped) {
  const std::string skipped =
      R"({"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":null})";
  std::string call(kCall);
  for (std::size_t at = call.find("\"output_index\":0"); at != std::string::npos;
       at = call.find("\"output_index\":0")) {
    call.replace(at, 16, "\"output_index\":1");
  }
  const std::string lines = std::string(kCreated) + skipped + "\n" + call + Completed(5, kCallAgain);
  const Played played = Stream(lines, ReleaseIt);
  EXPECT_EQ(played.error, "");
  EXPECT_EQ(played.calls.size(), 1U);
  EXPECT_EQ(Data(played.out), lines);
  const std::string used = std::string(kCreated) + skipped + "\n" + std::string(kCall);
  EXPECT_THAT(Stream(used, ReleaseIt).error, HasSubstr("was there before"));
}

/// Once numbers have moved, text is rewritten too, whatever the gate had learnt of its shape.
TEST(ResponsesGate, KeepsNumbersInOrderBehindAWithheldCall) {
  std::string lines = std::string(kCreated) + std::string(kSecondCall);
  const std::string at = R"(,"output_index":2,"item_id":"msg_1","content_index":0)";
  lines +=
      R"({"type":"response.output_item.added","sequence_number":7,"output_index":2,"item":{"id":"msg_1","type":"message","content":[]}})"
      "\n";
  for (int number = 8; number < 12; ++number) {
    lines += R"({"type":"response.output_text.delta","sequence_number":)" + std::to_string(number) + at +
             R"(,"delta":"w"})" + "\n";
  }
  lines +=
      R"({"type":"response.output_item.done","sequence_number":12,"output_index":2,"item":{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"wwww"}]}})"
      "\n" +
      Completed(13, kSecondAgain);
  const Played played = Stream(lines, WithholdIt);
  EXPECT_EQ(played.error, "");
  std::string numbers;
  const std::string data = Data(played.out);
  for (std::size_t found = data.find("sequence_number"); found != std::string::npos;
       found = data.find("sequence_number", found + 1)) {
    numbers += data.substr(found + 17, data.find_first_of(",}", found) - found - 17) + " ";
  }
  EXPECT_EQ(numbers, "0 5 6 7 8 9 10 11 12 13 14 15 16 17 ");
  EXPECT_EQ(played.summary.text_bytes, 4U);
}

struct Who {
  const char* item;
  const char* call;  ///< The name that is decided on; "" when the provider runs it or it is no call.
};

TEST(ResponsesGate, DecidesWhatTheClientIsToRun) {
  const Who rows[] = {
      {R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"})", "f"},
      {R"({"type":"custom_tool_call","call_id":"c","name":"g","input":"x"})", "g"},
      {R"({"type":"local_shell_call","call_id":"c","action":{"command":["ls"]}})", "local_shell_call"},
      {R"({"type":"shell_call","call_id":"c","action":{"commands":["ls"]}})", "shell_call"},
      {R"({"type":"shell_call","call_id":"c","action":{},"environment":{"type":"local"}})", "shell_call"},
      {R"({"type":"shell_call","call_id":"c","action":{},"environment":{"type":"container_reference"}})", ""},
      {R"({"type":"apply_patch_call","call_id":"c","operation":{}})", "apply_patch_call"},
      {R"({"type":"computer_call","call_id":"c","action":{"type":"click"}})", "computer_call"},
      {R"({"type":"mcp_approval_request","id":"mcpr_1","name":"n","arguments":"{}"})",
       "mcp_approval_request"},
      {R"({"type":"tool_search_call","call_id":"c","execution":"client","arguments":{}})",
       "tool_search_call"},
      {R"({"type":"tool_search_call","call_id":null,"execution":"server","arguments":{}})", ""},
      {R"({"type":"mcp_call","id":"mcp_1","name":"n","arguments":"{}","output":"x"})", ""},
      {R"({"type":"web_search_call","id":"ws_1","action":{"type":"search"}})", ""},
      {R"({"type":"program","id":"cm_1","call_id":"c","code":"x"})", ""},
      {R"({"type":"compaction","id":"cmp_1","encrypted_content":"x"})", ""},
      {R"({"type":"next_year","id":"ny_1","note":"x"})", ""},
  };
  for (const Who& row : rows) {
    const Played played = Body(R"({"id":"resp_1","object":"response","status":"completed","output":[)" +
                                   std::string(row.item) + "]}",
                               ReleaseIt);
    EXPECT_EQ(played.error, "") << row.item;
    EXPECT_EQ(played.calls.empty() ? "" : played.calls[0].name, row.call) << row.item;
  }
}

TEST(ResponsesGate, WithholdsFromAWholeAnswer) {
  const Played played = Body(R"({"id": "resp_1", "object": "response", "status": "completed", "output": [)" +
                                 std::string(kCallAgain) + "]}",
                             WithholdIt);
  EXPECT_EQ(
      played.out,
      R"({"id": "resp_1", "object": "response", "status": "incomplete","incomplete_details":{"reason":"content_filter"}, "output": [{"id":"msg_1_0","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"[withheld: clause \"c-1\"]"}],"role":"assistant"}]})");
}

struct End {
  const char* status;
  const char* details;
  const char* output;
  StopClass stop;
};

TEST(ResponsesGate, KeepsReasonsToStopApart) {
  const End rows[] = {
      {"completed", "null", R"({"type":"message","content":[{"type":"output_text","text":"hi"}]})",
       StopClass::kEnd},
      {"completed", "null", R"({"type":"message","content":[{"type":"refusal","refusal":"no"}]})",
       StopClass::kRefusal},
      {"completed", "null", R"({"type":"function_call","call_id":"c","name":"f","arguments":""})",
       StopClass::kToolCall},
      {"incomplete", R"({"reason":"max_output_tokens"})", "", StopClass::kLength},
      {"incomplete", R"({"reason":"content_filter"})", "", StopClass::kContentFilter},
      {"incomplete", "null", "", StopClass::kOther},
  };
  for (const End& row : rows) {
    const Played played =
        Body(R"({"id":"r","object":"response","status":")" + std::string(row.status) +
                 R"(","incomplete_details":)" + row.details + R"(,"output":[)" + row.output + "]}",
             ReleaseIt);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.summary.stop, row.stop) << row.status << row.details;
  }
  EXPECT_THAT(Body(R"({"id":"r","object":"response","status":"in_progress","output":[]})", ReleaseIt).error,
              HasSubstr("must be finished"));
}

TEST(ResponsesFresh, AnswersPassTheirOwnGate) {
  const AnswerFrame frame{.id = "dec-1", .model = "m-1", .created_s = 7};
  const std::vector<ToolCall> calls = {
      {.id = "call_1", .name = "f", .arguments = R"({"a":1})"},
      {.id = "call_2", .name = "g", .arguments = "go", .kind = CallKind::kCustom, .position = 1},
      {.id = "call_3",
       .name = "shell_call",
       .arguments = R"({"type":"shell_call","id":"sh","call_id":"call_3","action":{"commands":["ls"]}})",
       .position = 2},
  };
  for (const Delivery delivery : {Delivery::kWhole, Delivery::kStream}) {
    const auto rendered = RenderReleasedCalls(kResponses, delivery, frame, calls);
    ASSERT_TRUE(rendered);
    const Played played = Play(kResponses, delivery, *rendered, internal::Whole(), ReleaseIt);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.calls, calls);
    EXPECT_EQ(played.summary.stop, StopClass::kToolCall);
    const Played notice =
        Play(kResponses, delivery, RenderNotice(kResponses, delivery, frame, "not \"this\""),
             internal::Whole(), ReleaseIt);
    EXPECT_EQ(notice.error, "");
    EXPECT_EQ(notice.summary.stop, StopClass::kContentFilter);
    EXPECT_EQ(notice.summary.text_bytes, 10U);
  }
}

TEST(ResponsesFresh, NamesItsItemsWithinWhatTheApiTakesBack) {
  const AnswerFrame frame{.id = std::string(400, 'x'), .model = "m-1", .created_s = 7};
  const std::string notice = RenderNotice(kResponses, Delivery::kWhole, frame, "no");
  const std::size_t at = notice.find("\"msg_") + 1;
  EXPECT_EQ(notice.find('"', at) - at, 58U);
}

TEST(ResponsesFresh, GivesAnotherFunctionOfAnItemsNameAsAFunction) {
  const ToolCall call{
      .id = "call_1", .name = "shell_call", .arguments = R"({"type":"shell_call","call_id":"other"})"};
  const auto rendered =
      RenderReleasedCalls(kResponses, Delivery::kWhole, {.id = "d", .model = "m"}, {&call, 1});
  ASSERT_TRUE(rendered);
  EXPECT_THAT(*rendered, HasSubstr(R"("type":"function_call")"));
}

}  // namespace
}  // namespace proviso::protocol
