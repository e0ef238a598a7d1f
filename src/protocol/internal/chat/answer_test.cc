// Every recorded Chat Completions answer, read, written and read again.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/internal/answer_player.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Result;

constexpr Dialect kChat = Dialect::kOpenAiChat;

Result<ExchangeAnswer> Fold(Delivery delivery, std::string_view bytes, const internal::Cut& cut) {
  const auto reader = MakeAnswerReader(kChat, delivery);
  std::vector<AnswerDelta> steps;
  while (!bytes.empty()) {
    const std::size_t size = cut(bytes);
    if (auto fed = reader->Feed(bytes.substr(0, size), steps); !fed) return std::unexpected(fed.error());
    bytes.remove_prefix(size);
  }
  std::vector<AnswerDelta> last;
  if (auto end = reader->Finish(last); !end) return std::unexpected(end.error());
  AnswerFold fold(kChat);
  for (const auto* part : {&steps, &last}) {
    for (const AnswerDelta& step : *part) {
      if (auto added = fold.Add(step); !added) return std::unexpected(added.error());
    }
  }
  return fold.Take();
}

/// Canonical JSON of the answer that the bytes are, or the error's message.
std::string Folded(Delivery delivery, std::string_view bytes, const internal::Cut& cut = internal::Whole()) {
  const auto answer = Fold(delivery, bytes, cut);
  return answer ? ToJson(*answer) : answer.error().message;
}

/// One event with this delta or message in its only choice.
std::string Chunk(std::string_view delta, std::string_view more = R"("finish_reason":null)") {
  return R"(data: {"id":"c1","created":7,"model":"m","choices":[{"index":0,"delta":)" + std::string(delta) +
         "," + std::string(more) + "}]}\n\n";
}

std::string Stopped(std::string_view finish) {
  return Chunk("{}", R"("finish_reason":")" + std::string(finish) + "\"") + "data: [DONE]\n\n";
}

std::string Whole(std::string_view message, std::string_view finish) {
  return R"({"id":"c1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"message":)" +
         std::string(message) + R"(,"finish_reason":")" + std::string(finish) + "\"}]}";
}

std::string WrittenAsStream(const ExchangeAnswer& answer) {
  const auto writer = MakeAnswerWriter(kChat, Delivery::kStream, {.stream_usage = true});
  std::string out;
  for (const AnswerDelta& step : DeltasOf(answer)) EXPECT_TRUE(writer->Write(step, out));
  return out;
}

/// In each of the two forms, what comes back is what was written.
void ExpectToSurviveBothForms(const ExchangeAnswer& answer) {
  const std::string expected = ToJson(answer);
  const std::string stream = WrittenAsStream(answer);
  EXPECT_EQ(Folded(Delivery::kStream, stream), expected) << stream;
  const auto whole = WriteAnswer(answer, kChat, {});
  ASSERT_TRUE(whole);
  EXPECT_EQ(Folded(Delivery::kWhole, *whole), expected) << *whole;
}

class RecordedChat : public testing::Test {
 protected:
  void SetUp() override {
    for (internal::Recording& recording : internal::Recordings()) {
      if (recording.dialect == kChat) all_.push_back(std::move(recording));
    }
    if (all_.empty()) GTEST_SKIP() << "no recordings: set PROVISO_SHARED_DATA to the folder that holds wire/";
  }
  std::vector<internal::Recording> all_;
};

TEST_F(RecordedChat, IsReadAlikeUnderAnySplit) {
  for (const internal::Recording& recording : all_) {
    SCOPED_TRACE(recording.name);
    const std::string whole = Folded(recording.delivery, recording.bytes);
    EXPECT_TRUE(whole.starts_with("{")) << whole;
    EXPECT_EQ(Folded(recording.delivery, recording.bytes, internal::Pieces(1)), whole);
    for (unsigned seed = 0; seed < 3; ++seed)
      EXPECT_EQ(Folded(recording.delivery, recording.bytes, internal::RandomPieces(seed)), whole);
  }
}

TEST_F(RecordedChat, IsNeverASuccessWhenCutShort) {
  for (const internal::Recording& recording : all_) {
    SCOPED_TRACE(recording.name);
    const std::size_t last = recording.bytes.find_last_not_of("\r\n");
    const std::size_t step = recording.bytes.size() < 6000 ? 1 : recording.bytes.size() / 150;
    for (std::size_t size = 0; size <= last; size += step)
      ASSERT_FALSE(Fold(recording.delivery, recording.bytes.substr(0, size), internal::Whole())) << size;
  }
}

TEST_F(RecordedChat, SurvivesBeingWritten) {
  for (const internal::Recording& recording : all_) {
    SCOPED_TRACE(recording.name);
    const auto answer = Fold(recording.delivery, recording.bytes, internal::Whole());
    ASSERT_TRUE(answer) << answer.error().message;
    ExpectToSurviveBothForms(*answer);
  }
}

TEST_F(RecordedChat, SaysWhatTheGateSays) {
  for (const internal::Recording& recording : all_) {
    SCOPED_TRACE(recording.name);
    const internal::Played played =
        internal::Play(kChat, recording.delivery, recording.bytes, internal::Whole(), internal::ReleaseIt);
    const auto answer = Fold(recording.delivery, recording.bytes, internal::Whole());
    ASSERT_TRUE(answer);
    std::size_t text = 0;
    std::size_t reasoning = 0;
    std::vector<ToolCall> calls;
    for (const AnswerChoice& choice : answer->choices) {
      for (const Block& block : choice.blocks) {
        if (const auto* words = std::get_if<TextBlock>(&block.content)) text += words->text.size();
        if (const auto* thoughts = std::get_if<ReasoningBlock>(&block.content))
          reasoning += thoughts->text.size();
        const auto* call = std::get_if<CallBlock>(&block.content);
        if (call != nullptr)
          calls.push_back({call->id, call->name, call->arguments, call->kind, 0, calls.size()});
      }
    }
    EXPECT_EQ(answer->id, played.summary.id);
    EXPECT_EQ(answer->model, played.summary.model);
    EXPECT_EQ(answer->choices.at(0).stop, played.summary.stop);
    EXPECT_EQ(answer->choices.at(0).stop_raw, played.summary.stop_raw);
    EXPECT_EQ(text, played.summary.text_bytes);
    EXPECT_EQ(reasoning, played.summary.reasoning_bytes);
    EXPECT_EQ(calls, played.calls);
  }
}

TEST_F(RecordedChat, FoldsTheSameAsLinesOfEvents) {
  for (const internal::Recording& recording : all_) {
    if (recording.delivery == Delivery::kWhole) continue;
    std::string lines;
    for (std::string_view rest = recording.bytes; rest.starts_with("data: ");) {
      const std::size_t end = rest.find("\n\n");
      const std::string_view line = rest.substr(6, end - 6);
      if (line != "[DONE]") lines.append(line).append("\n");
      rest = rest.substr(end + 2);
    }
    const auto answer = FoldAnswer(kChat, lines);
    ASSERT_TRUE(answer) << recording.name << ": " << answer.error().message;
    EXPECT_EQ(ToJson(*answer), Folded(recording.delivery, recording.bytes));
    EXPECT_EQ(ToJson(*FoldAnswer(kChat, lines + "[DONE]")), ToJson(*answer));
  }
}

struct SameAnswer {
  const char* what;
  std::string stream;
  std::string whole;
};

TEST(ChatAnswer, IsTheSameStreamedAndWhole) {
  const std::vector<SameAnswer> table = {
      {"the first delta has text",
       Chunk(R"({"role":"assistant","content":"Hel"})") + Chunk(R"({"content":"lo"})") + Stopped("stop"),
       Whole(R"({"role":"assistant","content":"Hello"})", "stop")},
      {"an empty list of calls is no call",
       Chunk(R"({"role":"assistant","content":"Hi","tool_calls":[]})") + Stopped("stop"),
       Whole(R"({"role":"assistant","content":"Hi","tool_calls":[]})", "stop")},
      {"reasoning, then text",
       Chunk(R"({"reasoning_content":"hm"})") + Chunk(R"({"reasoning_content":"m","content":null})") +
           Chunk(R"({"content":"yes"})") + Stopped("stop"),
       Whole(R"({"content":"yes","reasoning_content":"hmm"})", "stop")},
      {"reasoning under its other name",
       Chunk(R"({"reasoning":"hm"})") + Chunk(R"({"content":"a"})") + Stopped("stop"),
       Whole(R"({"content":"a","reasoning":"hm"})", "stop")},
      {"Mistral's parts",
       Chunk(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"h"}]}]})") +
           Chunk(
               R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"m"}]},{"type":"text","text":"a"}]})") +
           Stopped("stop"),
       Whole(
           R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]})",
           "stop")},
      {"a refusal", Chunk(R"({"refusal":"I "})") + Chunk(R"({"refusal":"won't"})") + Stopped("stop"),
       Whole(R"({"content":null,"refusal":"I won't"})", "stop")},
      {"interleaved calls",
       Chunk(
           R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\""}},{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]})") +
           Chunk(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})") +
           Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]})") + Stopped("tool_calls"),
       Whole(
           R"({"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]})",
           "tool_calls")},
      {"arguments that come only with the end",
       Chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f"}}]})") +
           Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})",
                 R"("finish_reason":"tool_calls")") +
           "data: [DONE]\n\n",
       Whole(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]})", "tool_calls")},
      {"a custom call",
       Chunk(
           R"({"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"free "}}]})") +
           Chunk(R"({"tool_calls":[{"index":0,"type":"custom","custom":{"input":"text"}}]})") +
           Stopped("tool_calls"),
       Whole(R"({"tool_calls":[{"id":"a","type":"custom","custom":{"name":"f","input":"free text"}}]})",
             "tool_calls")},
      {"audio, whose expiry comes after the end",
       Chunk(R"({"audio":{"id":"audio_1","data":"aG","transcript":"Hel"}})") +
           Chunk(R"({"audio":{"data":"k=","transcript":"lo"}})") + Chunk("{}", R"("finish_reason":"stop")") +
           Chunk(R"({"audio":{"expires_at":9}})") + "data: [DONE]\n\n",
       Whole(R"({"content":null,"audio":{"id":"audio_1","expires_at":9,"data":"aGk=","transcript":"Hello"}})",
             "stop")},
      {"citations, whose offsets count characters",
       Chunk(R"({"content":"Grüße."})") +
           Chunk(
               R"({"annotations":[{"type":"url_citation","url_citation":{"start_index":2,"end_index":5,"title":"T","url":"https://a.example"}}]})") +
           Stopped("stop"),
       Whole(
           R"({"content":"Grüße.","annotations":[{"type":"url_citation","url_citation":{"start_index":2,"end_index":5,"title":"T","url":"https://a.example"}}]})",
           "stop")},
  };
  for (const SameAnswer& row : table) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(Folded(Delivery::kStream, row.stream), Folded(Delivery::kWhole, row.whole));
    const auto answer = Fold(Delivery::kWhole, row.whole, internal::Whole());
    ASSERT_TRUE(answer) << answer.error().message;
    ExpectToSurviveBothForms(*answer);
  }
}

struct StopRow {
  const char* message;
  const char* members;
  StopClass stop;
};

TEST(ChatAnswer, SaysWhyItStopped) {
  constexpr const char* kCall =
      R"({"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]})";
  const StopRow table[] = {
      {R"({"content":"a"})", R"("finish_reason":"stop")", StopClass::kEnd},
      {R"({"content":"a"})", R"("finish_reason":"length")", StopClass::kLength},
      {R"({"content":"a"})", R"("finish_reason":"model_length")", StopClass::kLength},
      {R"({"content":"a"})", R"("finish_reason":"content_filter")", StopClass::kContentFilter},
      {R"({"content":"a"})", R"("finish_reason":"new_word")", StopClass::kOther},
      {R"({"refusal":"no"})", R"("finish_reason":"stop")", StopClass::kRefusal},
      {kCall, R"("finish_reason":"tool_calls")", StopClass::kToolCall},
      {kCall, R"("finish_reason":"stop")", StopClass::kToolCall},  // some servers say so
      {R"({"content":"a","tool_calls":[]})", R"("finish_reason":"tool_calls")", StopClass::kEnd},
      {R"({"content":"a"})", R"("finish_reason":"stop","stop_reason":"END")", StopClass::kStopSequence},
      {R"({"content":"a"})", R"("finish_reason":"stop","stop_reason":2)", StopClass::kEnd},
      {R"({"content":"a"})", R"("finish_reason":"stop","native_finish_reason":"pause_turn")",
       StopClass::kPause},
      {R"({"content":"a"})", R"("finish_reason":"content_filter","native_finish_reason":"refusal")",
       StopClass::kRefusal},
      {R"({"content":"a"})", R"("finish_reason":"length","native_finish_reason":"refusal")",
       StopClass::kLength},
  };
  for (const StopRow& row : table) {
    SCOPED_TRACE(row.members);
    const std::string body = std::string(R"({"id":"c","model":"m","choices":[{"index":0,"message":)") +
                             row.message + "," + row.members + "}]}";
    const auto answer = Fold(Delivery::kWhole, body, internal::Whole());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->choices[0].stop, row.stop);
  }
}

TEST(ChatAnswer, KeepsStopsApartThatOpenAiHasNoWordFor) {
  for (const StopClass stop : {StopClass::kEnd, StopClass::kLength, StopClass::kStopSequence,
                               StopClass::kContentFilter, StopClass::kRefusal, StopClass::kPause}) {
    ExchangeAnswer answer;
    answer.dialect = Dialect::kAnthropicMessages;
    answer.choices.resize(1);
    answer.choices[0].stop = stop;
    answer.choices[0].blocks.resize(1);
    std::get<TextBlock>(answer.choices[0].blocks[0].content).text = "a";
    const auto whole = WriteAnswer(answer, kChat, {.from = Dialect::kAnthropicMessages, .id = "c"});
    ASSERT_TRUE(whole);
    const auto again = Fold(Delivery::kWhole, *whole, internal::Whole());
    ASSERT_TRUE(again) << *whole;
    EXPECT_EQ(again->choices[0].stop, stop) << *whole;
  }
}

TEST(ChatAnswer, EndsAStreamWithAWordEvenWhenThereWasNone) {
  const auto whole =
      Fold(Delivery::kWhole, R"({"id":"c","model":"m","choices":[{"index":0,"message":{"content":"a"}}]})",
           internal::Whole());
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->choices[0].stop, StopClass::kNone);
  const auto stream = Fold(Delivery::kStream, WrittenAsStream(*whole), internal::Whole());
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(stream->choices[0].stop, StopClass::kEnd);
}

TEST(ChatAnswer, CarriesSignaturesThroughAStream) {
  ExchangeAnswer answer;
  answer.id = "c";
  answer.model = "m";
  answer.choices.resize(1);
  answer.choices[0].stop = StopClass::kToolCall;
  answer.choices[0].stop_raw = "tool_calls";
  const auto add = [&](auto content) {
    Block block;
    block.content = std::move(content);
    block.model = "m";
    answer.choices[0].blocks.push_back(std::move(block));
  };
  using Form = ReasoningBlock::Form;
  add(ReasoningBlock{"first thought", Form::kFull, "sig-1", ""});
  add(TextBlock{"text", {}});
  add(ReasoningBlock{"second", Form::kFull, "sig-2", "rs_1"});
  add(ReasoningBlock{"", Form::kRedacted, "opaque", ""});
  add(CallBlock{"call_1", "f", "{}", CallKind::kFunction, "call-sig", ""});
  const std::string stream = WrittenAsStream(answer);
  const auto folded = Fold(Delivery::kStream, stream, internal::Whole());
  ASSERT_TRUE(folded) << folded.error().message;
  const auto& blocks = folded->choices[0].blocks;
  ASSERT_EQ(blocks.size(), 5U) << stream;
  EXPECT_EQ(std::get<ReasoningBlock>(blocks[0].content).text, "first thought");
  EXPECT_EQ(std::get<ReasoningBlock>(blocks[0].content).signature, "sig-1");
  EXPECT_EQ(std::get<ReasoningBlock>(blocks[2].content).text, "second");
  EXPECT_EQ(std::get<ReasoningBlock>(blocks[2].content).signature, "sig-2");
  EXPECT_EQ(std::get<ReasoningBlock>(blocks[3].content).signature, "opaque");
  EXPECT_EQ(std::get<CallBlock>(blocks[4].content).signature, "call-sig");
}

TEST(ChatAnswer, RefusesWhatIsNone) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"error":{"message":"no such model","type":"invalid_request_error"}})",
       "the provider reported an error (invalid_request_error): no such model"},
      {R"({"text":"Hello from a transcription."})",
       "the provider's answer: body: no choices: this is no Chat Completions answer"},
      {R"({"choices":[]})", "the provider's answer: choices: missing or empty"},
      {R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})",
       "the provider's answer: choices[0]: a message in a chunk, or a delta in a whole answer"},
      {R"({"choices":[{"index":0,"message":{"content":7},"finish_reason":"stop"}]})",
       "the provider's answer: choices[0].message.content: neither a string nor an array"},
      {R"({"choices":[{"index":0,"message":{"tool_calls":[{"id":"a","function":{"arguments":"{}"}}]}}]})",
       "the provider's answer: choices[0]: a call without a name"},
  };
  for (const auto& [body, message] : table) EXPECT_EQ(Folded(Delivery::kWhole, body), message);
}

TEST(ChatStream, RefusesAnAnswerThatGoesOnBehindItsEnd) {
  const std::string text = Chunk(R"({"content":"a"})");
  EXPECT_EQ(Folded(Delivery::kStream, text + Stopped("stop") + text),
            "the provider's answer: stream: an event after [DONE]");
  EXPECT_EQ(
      Folded(Delivery::kStream, text + Chunk("{}", R"("finish_reason":"stop")") + text + "data: [DONE]\n\n"),
      "the provider's answer: choices[0].delta: content after the choice's finish_reason");
  EXPECT_EQ(Folded(Delivery::kStream, text + "data: [DONE]\n\n"),
            "the provider's answer: choices[0]: the answer ended before its finish_reason");
}

}  // namespace
}  // namespace proviso::protocol
