// Responses requests and answers, to and from the canonical form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/answer_player.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using internal::Recording;
using testing::HasSubstr;
using testing::Not;

constexpr Dialect kResponses = Dialect::kOpenAiResponses;

ExchangeRequest MustRead(std::string_view body) {
  auto request = ReadExchange(Inbound{.dialect = kResponses}, body);
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request ? std::move(*request) : ExchangeRequest{};
}

std::string ErrorOf(std::string_view body) {
  const auto request = ReadExchange(Inbound{.dialect = kResponses}, body);
  return request ? "accepted" : request.error().message;
}

std::string Shape(const ExchangeRequest& request) {
  std::string out;
  constexpr const char* kRoles[] = {"system", "developer", "user", "assistant", "tool"};
  constexpr const char* kBlocks[] = {"text", "reasoning", "refusal", "call", "result", "media", "opaque"};
  for (const Turn& turn : request.turns) {
    out += kRoles[static_cast<std::size_t>(turn.role)];
    for (const Block& block : turn.blocks) out += std::string(" ") + kBlocks[block.content.index()];
    out += "\n";
  }
  return out;
}

constexpr std::string_view kFull = R"({
  "model": "gpt-5", "instructions": "Be brief.", "stream": true, "max_output_tokens": 100, "temperature": 0.5,
  "top_p": 0.9, "store": false, "safety_identifier": "u-7", "metadata": {"team": "a"},
  "parallel_tool_calls": false, "include": ["reasoning.encrypted_content"],
  "reasoning": {"effort": "low", "summary": "auto"},
  "text": {"format": {"type": "json_schema", "name": "n", "description": "d", "schema": {"type":"object","properties":{},"additionalProperties":false}, "strict": true}},
  "tool_choice": {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]},
  "tools": [{"type": "function", "name": "f", "description": "does", "parameters": {"type":"object","properties":{},"additionalProperties":false}, "strict": true},
            {"type": "custom", "name": "sql", "format": {"type":"grammar","syntax":"regex","definition":"S.+"}}],
  "input": [
    {"role": "developer", "content": "Obey."},
    {"type": "message", "role": "user", "content": [
      {"type": "input_text", "text": "look"},
      {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0=", "detail": "low"},
      {"type": "input_image", "image_url": "https://files.example/a.png"},
      {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="},
      {"type": "input_file", "file_url": "https://files.example/b.pdf"}]},
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "gAAA"},
    {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [
      {"type": "output_text", "text": "é so", "annotations": [
        {"type":"url_citation","start_index":0,"end_index":1,"title":"T","url":"https://x.example"}]},
      {"type": "refusal", "refusal": "not that"}]},
    {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{\"a\":1}"},
    {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "sql", "input": "SELECT 1"},
    {"type": "function_call_output", "call_id": "call_1", "output": "ok"},
    {"type": "custom_tool_call_output", "call_id": "call_2", "output": [
      {"type": "input_text", "text": "row"}, {"type": "input_image", "image_url": "https://files.example/c.png"}]}]})";

TEST(ResponsesExchange, ReadsItemsIntoTurns) {
  const ExchangeRequest request = MustRead(kFull);
  EXPECT_EQ(Shape(request),
            "system text\ndeveloper text\nuser text media media media media\n"
            "assistant reasoning text refusal call call\ntool result result\n");
  EXPECT_TRUE(request.others.empty() || (request.others.size() == 1 && request.others[0].path == "store"));
  const auto& said = std::get<TextBlock>(request.turns[3].blocks[1].content);
  ASSERT_EQ(said.citations.size(), 1U);
  EXPECT_EQ(said.citations[0].end, 2U) << "a character of two bytes";
  for (const Turn& turn : request.turns) {
    for (const Block& block : turn.blocks) {
      EXPECT_EQ(block.original, "");
      EXPECT_LT(block.source.begin, block.source.end);
    }
  }
  EXPECT_EQ(request.sampling.output_tokens_max, 100);
  EXPECT_EQ(request.reasoning.effort, "low");
  EXPECT_EQ(request.tool_choice.kind, ToolChoice::Kind::kAny);
  EXPECT_EQ(request.tool_choice.names, std::vector<std::string>{"f"});
  EXPECT_EQ(request.tool_choice.parallel, false);
  EXPECT_EQ(request.format.kind, AnswerFormat::Kind::kSchema);
}

TEST(ResponsesExchange, WritesWhatItRead) {
  ExchangeRequest request = MustRead(kFull);
  const auto written = TranslateRequest(
      request,
      {.to = kResponses, .model = "gpt-5", .disposals = {{Feature::kServiceSetting, Disposal::kDrop}}});
  ASSERT_TRUE(written) << written.error().message;
  ExchangeRequest again = MustRead(written->body);
  // Ids of calls are names in the provider's store: they are not written.
  for (ExchangeRequest* one : {&request, &again}) {
    one->others.clear();
    for (Turn& turn : one->turns) {
      for (Block& block : turn.blocks) {
        if (auto* call = std::get_if<CallBlock>(&block.content)) call->item_id.clear();
      }
    }
  }
  EXPECT_EQ(ToJson(again), ToJson(request));
  EXPECT_THAT(written->body, HasSubstr(R"("store":false)"));
  EXPECT_THAT(written->body, HasSubstr(R"("include":["reasoning.encrypted_content"])"));
}

TEST(ResponsesExchange, SaysStrictOutright) {
  const ExchangeRequest request = MustRead(
      R"({"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":{"type":"object"}}]})");
  const auto written = TranslateRequest(request, {.to = kResponses, .model = "gpt-4o"});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_THAT(written->body, HasSubstr(R"("strict":false)"));
  EXPECT_THAT(written->body, Not(HasSubstr("encrypted_content"))) << "this family does not reason";
}

/// Each member of the body lands somewhere: taking its text away changes what was read.
TEST(ResponsesExchange, KeepsEveryMember) {
  const auto whole = MustRead(kFull);
  const auto document = base::JsonDocument::Parse(kFull);
  ASSERT_TRUE(document);
  for (const base::JsonMember member : document->root().members()) {
    const std::string key = member.key.text();
    if (key == "model" || key == "input" || key == "include") continue;  // see ReadInclude
    std::string body(kFull);
    body.replace(member.value.begin(), member.value.raw().size(), "null");
    EXPECT_NE(ToJson(MustRead(body)), ToJson(whole)) << key;
  }
}

TEST(ResponsesExchange, KeepsWhatHasNoName) {
  const ExchangeRequest request = MustRead(R"({"model":"m","input":[
    {"role":"user","content":[{"type":"input_text","text":"x","prompt_cache_breakpoint":{"mode":"explicit"}}]},
    {"role":"assistant","content":"so","phase":"commentary"},
    {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search"}},
    {"type":"shell_call_output","call_id":"c","output":[]}],
    "tools":[{"type":"web_search"},{"type":"mcp","server_label":"files"}], "tool_choice":{"type":"web_search"},
    "text":{"verbosity":"low"}, "include":["web_search_call.action.sources"], "truncation":"auto",
    "service_tier":"flex", "reasoning":{"summary":"detailed"}, "top_logprobs": 2, "new_member":{"a":1}})");
  EXPECT_EQ(Shape(request), "user text\nassistant text opaque\ntool opaque\n");
  EXPECT_THAT(request.turns[0].blocks[0].original, HasSubstr("prompt_cache_breakpoint"));
  EXPECT_THAT(request.turns[1].blocks[1].original, HasSubstr("ws_1"));
  std::string paths;
  for (const Member& member : request.others) paths += member.path + "=" + member.json + "\n";
  EXPECT_EQ(paths,
            "input[1].phase=\"commentary\"\n"
            "tool_choice={\"type\":\"web_search\"}\n"
            "text.verbosity=\"low\"\n"
            "include[0]=\"web_search_call.action.sources\"\n"
            "truncation=\"auto\"\n"
            "service_tier=\"flex\"\n"
            "reasoning.summary=\"detailed\"\n"
            "new_member={\"a\":1}\n");
  EXPECT_EQ(request.tools[0].provider_type, "web_search");
  EXPECT_EQ(request.tools[1].name, "files");
  EXPECT_EQ(request.sampling.log_probabilities, 2);
}

TEST(ResponsesExchange, SaysWhereABodyIsBroken) {
  const std::pair<const char*, const char*> rows[] = {
      {R"([{"role":"robot","content":"x"}])", "input[0].role: must be user, assistant, system or developer"},
      {R"([{"role":"user"}])", "input[0].content: must be a string or an array of parts"},
      {R"([{"role":"user","content":["x"]}])", "input[0].content[0]: must be an object"},
      {R"([{"role":"user","content":[{"text":"x"}]}])", "input[0].content[0].type: must be a string"},
      {R"([{"role":"user","content":[{"type":"input_image"}]}])", "must hold either image_url or file_id"},
      {R"([{"role":"user","content":[{"type":"input_image","image_url":"a.png"}]}])",
       "input[0].content[0].image_url"},
      {R"([{"role":"user","content":[{"type":"input_file"}]}])", "must hold one of file_data"},
      {R"([{"role":"user","content":[{"type":"input_text","text":7}]}])",
       "input[0].content[0].text: must be a string"},
      {R"([{"type":"function_call","name":"f","arguments":""}])", "input[0].call_id: must be"},
      {R"([{"type":"function_call","call_id":"c","arguments":""}])", "input[0].name: must be"},
      {R"([{"type":"function_call","call_id":"c","name":"f","arguments":{}}])",
       "input[0].arguments: must be a string"},
      {R"([{"type":"function_call_output","call_id":"c"}])", "input[0].output: must be a string or an array"},
      {R"([{"type":"reasoning","summary":"x"}])", "input[0].summary: must be an array"},
  };
  for (const auto& [input, error] : rows) {
    EXPECT_THAT(ErrorOf(R"({"model":"m","input":)" + std::string(input) + "}"), HasSubstr(error)) << input;
  }
}

// ---- Answers ---------------------------------------------------------------------------------------

class RecordedResponses : public testing::Test {
 protected:
  static std::vector<Recording> All() {
    std::vector<Recording> recordings = internal::Recordings();
    std::erase_if(recordings, [](const Recording& recording) {
      return recording.dialect != kResponses || recording.name.starts_with("openai-error.1.chunks") ||
             recording.name.starts_with("parallel-tool-call-wrapper.1.chunks");
    });
    return recordings;
  }
  void SetUp() override {
    if (All().empty())
      GTEST_SKIP() << "no recordings: set PROVISO_SHARED_DATA to the folder that holds wire/";
  }
};

/// The last event's response, which is the answer once more.
std::string LastResponse(const std::string& frames) {
  const std::size_t at = frames.rfind("\ndata: ") + 7;
  const std::string data = frames.substr(at, frames.find('\n', at) - at);
  const auto document = base::JsonDocument::Parse(data);
  return std::string(document->root().Find("response").raw());
}

std::string Folded(std::string_view bytes) {
  auto answer = FoldAnswer(kResponses, bytes);
  EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
  if (!answer) return answer.error().message;
  answer->others.clear();  // some providers add members to one telling only
  // What is encrypted is encrypted afresh for each telling.
  constexpr std::string_view kBegin = "gAAAA";
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=-";
  std::string told = ToJson(*answer);
  for (auto at = told.find(kBegin); at != std::string::npos; at = told.find(kBegin, at + kBegin.size())) {
    const auto end = std::min(told.find_first_not_of(kLetters, at), told.size());
    told.erase(at + kBegin.size(), end - at - kBegin.size());
  }
  return told;
}

TEST_F(RecordedResponses, FoldToWhatTheirLastEventSays) {
  for (const Recording& recording : All()) {
    if (recording.delivery == Delivery::kWhole) continue;
    if (recording.name.starts_with("github-copilot")) continue;  // each telling has other ids
    SCOPED_TRACE(recording.name);
    EXPECT_EQ(Folded(recording.bytes), Folded(LastResponse(recording.bytes)));
  }
}

std::vector<AnswerDelta> StepsOf(const Recording& recording, const internal::Cut& cut) {
  std::vector<AnswerDelta> steps;
  const auto reader = MakeAnswerReader(kResponses, recording.delivery);
  for (std::string_view rest = recording.bytes; !rest.empty();) {
    const std::size_t size = cut(rest);
    const auto fed = reader->Feed(rest.substr(0, size), steps);
    EXPECT_TRUE(fed) << fed.error().message;
    rest.remove_prefix(size);
  }
  EXPECT_TRUE(reader->Finish(steps));
  return steps;
}

std::string Text(const std::vector<AnswerDelta>& steps) {
  std::string out;
  for (const AnswerDelta& step : steps) {
    out += std::to_string(static_cast<int>(step.kind)) + "|" + step.text + "|" + step.block.original + "\n";
  }
  return out;
}

TEST_F(RecordedResponses, GiveTheSameStepsUnderAnySplit) {
  for (const Recording& recording : All()) {
    SCOPED_TRACE(recording.name);
    const std::string whole = Text(StepsOf(recording, internal::Whole()));
    EXPECT_EQ(Text(StepsOf(recording, internal::Pieces(1))), whole);
    EXPECT_EQ(Text(StepsOf(recording, internal::RandomPieces(7))), whole);
  }
}

TEST_F(RecordedResponses, AreErrorsWhenCutShort) {
  for (const Recording& recording : All()) {
    SCOPED_TRACE(recording.name);
    const std::size_t last = recording.bytes.find_last_not_of("\r\n");
    const std::size_t step = std::max<std::size_t>(1, recording.bytes.size() / 100);
    for (std::size_t size = 0; size <= last; size += step) {
      std::vector<AnswerDelta> steps;
      const auto reader = MakeAnswerReader(kResponses, recording.delivery);
      const auto fed = reader->Feed(std::string_view(recording.bytes).substr(0, size), steps);
      ASSERT_FALSE(fed && reader->Finish(steps)) << size;
    }
  }
}

TEST_F(RecordedResponses, AreWrittenSoThatTheyReadTheSame) {
  for (const Recording& recording : All()) {
    SCOPED_TRACE(recording.name);
    auto answer = FoldAnswer(kResponses, recording.bytes);
    ASSERT_TRUE(answer) << answer.error().message;
    std::erase_if(answer->others, [](const Member& member) { return member.path.contains('['); });
    answer->id = answer->id.starts_with("resp_") ? answer->id : "resp_" + answer->id;
    for (Block& block : answer->choices[0].blocks) {
      // Details of a block that only its own bytes hold are not written by translation.
      if (!std::holds_alternative<OpaqueBlock>(block.content)) block.original.clear();
    }
    const auto body = WriteAnswer(*answer, kResponses, {.from = kResponses});
    ASSERT_TRUE(body) << body.error().message;
    const auto again = FoldAnswer(kResponses, *body);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(ToJson(*again), ToJson(*answer));
    const auto writer = MakeAnswerWriter(kResponses, Delivery::kStream, {.from = kResponses});
    std::string stream;
    for (const AnswerDelta& step : DeltasOf(*answer)) ASSERT_TRUE(writer->Write(step, stream));
    const auto streamed = FoldAnswer(kResponses, stream);
    ASSERT_TRUE(streamed) << streamed.error().message;
    EXPECT_EQ(ToJson(*streamed), ToJson(*answer));
    const internal::Played played =
        internal::Play(kResponses, Delivery::kStream, stream, internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(played.error, "") << "what we write passes our own gate";
    EXPECT_EQ(played.out, stream);
  }
}

/// Reads lines of events.
std::vector<AnswerDelta> Steps(const std::string& lines) {
  return StepsOf({.name = "",
                  .dialect = kResponses,
                  .delivery = Delivery::kStream,
                  .bytes = internal::FramesOf(kResponses, lines)},
                 internal::Whole());
}

constexpr std::string_view kOpening =
    R"({"type":"response.created","response":{"id":"resp_1","model":"m-1","created_at":7,"output":[]}})"
    "\n";

TEST(ResponsesAnswer, TellsOverlappingItemsOneAfterAnother) {
  const std::string lines =
      std::string(kOpening) +
      R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":""}})"
      "\n"
      R"({"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_2","call_id":"c2","name":"g","arguments":""}})"
      "\n"
      R"({"type":"response.function_call_arguments.delta","output_index":1,"delta":"{2"})"
      "\n"
      R"({"type":"response.function_call_arguments.delta","output_index":0,"delta":"{1"})"
      "\n"
      R"({"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fc_2","call_id":"c2","name":"g","arguments":"{2}"}})"
      "\n"
      R"({"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{1}"}})"
      "\n"
      R"({"type":"response.completed","response":{"status":"completed","output":[]}})"
      "\n";
  std::string told;
  for (const AnswerDelta& step : Steps(lines)) {
    if (step.kind == AnswerDelta::Kind::kBlockBegin)
      told += std::get<CallBlock>(step.block.content).name + ":";
    if (step.kind == AnswerDelta::Kind::kText) told += step.text + ",";
    if (step.kind == AnswerDelta::Kind::kBlockEnd) told += ";";
  }
  EXPECT_EQ(told, "f:{1,},;g:{2,},;");
}

TEST(ResponsesAnswer, LosesNothingThatComesOnlyAtTheEnd) {
  const std::string message =
      R"({"type":"message","content":[{"type":"output_text","text":"late","annotations":[]}]})";
  const std::string lines =
      std::string(kOpening) + R"({"type":"response.completed","response":{"status":"completed","output":[)" +
      message +
      R"(,{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}],"usage":{"input_tokens":1,"output_tokens":2}}})"
      "\n";
  AnswerFold fold(kResponses);
  for (const AnswerDelta& step : Steps(lines)) ASSERT_TRUE(fold.Add(step));
  const ExchangeAnswer& answer = fold.answer();
  ASSERT_EQ(answer.choices[0].blocks.size(), 2U);
  EXPECT_EQ(std::get<TextBlock>(answer.choices[0].blocks[0].content).text, "late");
  EXPECT_EQ(std::get<CallBlock>(answer.choices[0].blocks[1].content).arguments, "{}");
  EXPECT_EQ(answer.choices[0].stop, StopClass::kToolCall);
  EXPECT_EQ(answer.usage->output, 2);
}

TEST(ResponsesAnswer, RefusesAtTheEndOfAStreamWhatAWholeResponseMayNotHave) {
  const std::string lines =
      std::string(kOpening) +
      R"({"type":"response.completed","response":{"iD":"x","status":"completed","output":[]}})"
      "\n";
  const auto reader = MakeAnswerReader(kResponses, Delivery::kStream);
  std::vector<AnswerDelta> steps;
  const auto fed = reader->Feed(internal::FramesOf(kResponses, lines), steps);
  ASSERT_FALSE(fed);
  EXPECT_THAT(fed.error().message, testing::HasSubstr("\"iD\" differs from a known one only by letter case"));
}

TEST(ResponsesAnswer, PutsSignaturesIntoEnvelopes) {
  ExchangeAnswer answer{.dialect = Dialect::kAnthropicMessages,
                        .id = "msg_7",
                        .model = "c-1",
                        .created_s = 0,
                        .choices = {},
                        .usage = {},
                        .others = {}};
  AnswerChoice choice;
  choice.stop = StopClass::kToolCall;
  Block reasoning;
  reasoning.content =
      ReasoningBlock{.text = "hm", .form = ReasoningBlock::Form::kFull, .signature = "sig", .id = ""};
  Block call;
  call.content = CallBlock{.id = "toolu_1",
                           .name = "f",
                           .arguments = "{}",
                           .kind = CallKind::kFunction,
                           .signature = "thought",
                           .item_id = ""};
  choice.blocks = {reasoning, call};
  answer.choices.push_back(choice);
  const auto body =
      WriteAnswer(answer, kResponses, {.origin = OriginName(Dialect::kAnthropicMessages, "c-1")});
  ASSERT_TRUE(body);
  EXPECT_THAT(*body,
              HasSubstr(R"("content":[{"type":"reasoning_text","text":"hm"}],"encrypted_content":"pv1.)"));
  EXPECT_THAT(*body, HasSubstr(R"("extra_content":{"google":{"thought_signature":"pv1.)"));
  // The caller sends the items back: the envelopes are found again.
  const auto document = base::JsonDocument::Parse(*body);
  const ExchangeRequest next =
      MustRead(R"({"model":"m","input":)" + std::string(document->root().Find("output").raw()) + "}");
  EXPECT_EQ(OpenOrigin(std::get<ReasoningBlock>(next.turns[0].blocks[0].content).signature)->signature,
            "sig");
  EXPECT_EQ(OpenOrigin(std::get<CallBlock>(next.turns[0].blocks[1].content).signature)->signature, "thought");
  EXPECT_EQ(next.turns[0].blocks[1].original, "");
}

struct Stop {
  StopClass stop;
  const char* raw;
  const char* status;
  const char* reason;
};

TEST(ResponsesAnswer, KeepsReasonsToStopApartWhenWritten) {
  const Stop rows[] = {
      {StopClass::kEnd, "end_turn", "completed", "null"},
      {StopClass::kToolCall, "tool_use", "completed", "null"},
      {StopClass::kStopSequence, "stop_sequence", "completed", "null"},
      {StopClass::kLength, "max_tokens", "incomplete", R"({"reason":"max_output_tokens"})"},
      {StopClass::kContentFilter, "SAFETY", "incomplete", R"({"reason":"content_filter"})"},
      {StopClass::kRefusal, "refusal", "incomplete", R"({"reason":"content_filter"})"},
      {StopClass::kPause, "pause_turn", "incomplete", R"({"reason":"pause_turn"})"},
      {StopClass::kOther, "MALFORMED", "incomplete", R"({"reason":"MALFORMED"})"},
      {StopClass::kNone, "", "incomplete", R"({"reason":"unknown"})"},
  };
  for (const Stop& row : rows) {
    ExchangeAnswer answer;
    answer.dialect = Dialect::kAnthropicMessages;
    answer.choices.resize(1);
    answer.choices[0].stop = row.stop;
    answer.choices[0].stop_raw = row.raw;
    const auto body = WriteAnswer(answer, kResponses, {.id = "x", .model = "m"});
    ASSERT_TRUE(body);
    const auto document = base::JsonDocument::Parse(*body);
    EXPECT_EQ(document->root().Find("status").text(), row.status) << row.raw;
    EXPECT_EQ(document->root().Find("incomplete_details").raw(), row.reason) << row.raw;
    EXPECT_EQ(document->root().Find("id").text(), "resp_x");
  }
}

}  // namespace
}  // namespace proviso::protocol
