// Answers of Bedrock Converse, read and written: every recorded one, and others made for the case.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "protocol/aws_event_stream.h"
#include "protocol/internal/answer_player.h"
#include "protocol/internal/dialects.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Result;
using internal::Recording;
using testing::HasSubstr;

struct Steps {
  std::vector<AnswerDelta> steps;
  std::string error;
};

Steps ReadIn(Delivery delivery, std::string_view bytes, const internal::Cut& cut) {
  Steps read;
  const auto reader = MakeAnswerReader(Dialect::kBedrockConverse, delivery);
  base::Status status;
  while (status && !bytes.empty()) {
    const std::size_t size = cut(bytes);
    status = reader->Feed(bytes.substr(0, size), read.steps);
    bytes.remove_prefix(size);
  }
  if (status) {
    std::vector<AnswerDelta> last;
    status = reader->Finish(last);
    read.steps.insert(read.steps.end(), last.begin(), last.end());
  }
  if (!status) read.error = status.error().message;
  return read;
}

Result<ExchangeAnswer> Fold(const std::vector<AnswerDelta>& steps) {
  AnswerFold fold(Dialect::kBedrockConverse);
  for (const AnswerDelta& step : steps) {
    if (auto added = fold.Add(step); !added) return std::unexpected(added.error());
  }
  if (!fold.ended()) return base::Fail(base::ErrorCode::kCorrupt, "no end");
  return fold.Take();
}

/// The answer as JSON, or the error.
std::string Told(const Steps& read) {
  if (!read.error.empty()) return read.error;
  const auto answer = Fold(read.steps);
  return answer ? ToJson(*answer) : answer.error().message;
}

std::string Told(Delivery delivery, std::string_view bytes) {
  return Told(ReadIn(delivery, bytes, internal::Whole()));
}

Result<std::string> Stream(const ExchangeAnswer& answer, AnswerEnvelope envelope) {
  const auto writer = MakeAnswerWriter(Dialect::kBedrockConverse, Delivery::kStream, std::move(envelope));
  std::string out;
  for (const AnswerDelta& delta : DeltasOf(answer)) {
    if (auto written = writer->Write(delta, out); !written) return std::unexpected(written.error());
  }
  return out;
}

AnswerEnvelope Own() {
  return {.from = Dialect::kBedrockConverse, .id = "", .model = "", .origin = "", .stream_usage = {}};
}

AnswerEnvelope Foreign() {
  return {.from = Dialect::kGemini,
          .id = "id",
          .model = "m",
          .origin = OriginName(Dialect::kGemini, "g"),
          .stream_usage = {}};
}

class ConverseRecordings : public testing::Test {
 protected:
  void SetUp() override {
    for (Recording& recording : internal::Recordings()) {
      if (recording.dialect == Dialect::kBedrockConverse) recordings_.push_back(std::move(recording));
    }
    if (recordings_.empty())
      GTEST_SKIP() << "no recordings: set PROVISO_SHARED_DATA to the folder that holds wire/";
  }

  std::vector<Recording> recordings_;
};

TEST_F(ConverseRecordings, GiveTheSameStepsUnderAnySplit) {
  for (const Recording& recording : recordings_) {
    SCOPED_TRACE(recording.name);
    const Steps whole = ReadIn(recording.delivery, recording.bytes, internal::Whole());
    ASSERT_EQ(whole.error, "");
    for (const auto& cut : {internal::Pieces(1), internal::RandomPieces(1), internal::RandomPieces(2)}) {
      const Steps pieces = ReadIn(recording.delivery, recording.bytes, cut);
      EXPECT_EQ(pieces.steps.size(), whole.steps.size());
      EXPECT_EQ(Told(pieces), Told(whole));
    }
  }
}

TEST_F(ConverseRecordings, AreTheSameAfterWritingAndReading) {
  for (const Recording& recording : recordings_) {
    SCOPED_TRACE(recording.name);
    const auto answer = Fold(ReadIn(recording.delivery, recording.bytes, internal::Whole()).steps);
    ASSERT_TRUE(answer);
    const auto whole = WriteAnswer(*answer, Dialect::kBedrockConverse, Own());
    ASSERT_TRUE(whole) << whole.error().message;
    const auto stream = Stream(*answer, Own());
    ASSERT_TRUE(stream) << stream.error().message;
    EXPECT_EQ(Told(Delivery::kWhole, *whole), ToJson(*answer));
    EXPECT_EQ(Told(Delivery::kStream, *stream), ToJson(*answer));
  }
}

TEST_F(ConverseRecordings, AreErrorsWhenCutShort) {
  for (const Recording& recording : recordings_) {
    SCOPED_TRACE(recording.name);
    const std::size_t end = recording.bytes.find("messageStop");
    const std::size_t last = end == std::string::npos ? recording.bytes.find_last_of('}') : end;
    for (std::size_t size = 0; size < last; size += 7) {
      EXPECT_NE(ReadIn(recording.delivery, recording.bytes.substr(0, size), internal::Whole()).error, "")
          << size;
    }
  }
}

TEST_F(ConverseRecordings, FoldAsLinesOfJsonToo) {
  const std::string lines = R"({"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"Hi"}}})"
                            "\n"
                            R"({"messageStop":{"stopReason":"end_turn"}})"
                            "\n";
  const auto answer = FoldAnswer(Dialect::kBedrockConverse, lines);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(std::get<TextBlock>(answer->choices[0].blocks[0].content).text, "Hi");
  const auto frames =
      FoldAnswer(Dialect::kBedrockConverse, internal::FramesOf(Dialect::kBedrockConverse, lines));
  ASSERT_TRUE(frames) << frames.error().message;
  EXPECT_EQ(ToJson(*frames), ToJson(*answer));
}

constexpr std::string_view kWhole = R"({"output":{"message":{"role":"assistant","content":[
  {"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},
  {"reasoningContent":{"redactedContent":"cmVk"}},
  {"citationsContent":{"content":[{"text":"cited"}],"citations":[{"title":"T","location":{"web":{"url":"https://x.example"}}}]}},
  {"toolUse":{"toolUseId":"s","name":"nova_grounding","type":"server_tool_use","input":{"q":1}}},
  {"toolResult":{"toolUseId":"s","type":"r","content":[{"text":"found"}]}},
  {"toolUse":{"toolUseId":"a","name":"f","input":{"x":[1,2]}}}]}},
  "stopReason":"tool_use","metrics":{"latencyMs":5},"additionalModelResponseFields":{"stop_sequence":"END"},
  "usage":{"inputTokens":7,"outputTokens":9,"totalTokens":16,"cacheReadInputTokens":2,"serverToolUsage":{}}})";

TEST(ConverseAnswers, AreTheSameStreamedAndWhole) {
  const auto answer = Fold(ReadIn(Delivery::kWhole, kWhole, internal::Whole()).steps);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->choices[0].stop_sequence, "END");
  EXPECT_EQ(answer->usage->input, 9);
  const auto stream = Stream(*answer, Own());
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(Told(Delivery::kStream, *stream), ToJson(*answer));
  const auto whole = WriteAnswer(*answer, Dialect::kBedrockConverse, Own());
  ASSERT_TRUE(whole);
  EXPECT_EQ(Told(Delivery::kWhole, *whole), ToJson(*answer));
}

template <typename Content>
Block BlockOf(Content content) {
  Block block;
  block.content = std::move(content);
  return block;
}

ExchangeAnswer ForeignAnswer(std::vector<Block> blocks, StopClass stop) {
  ExchangeAnswer answer;
  answer.dialect = Dialect::kGemini;
  answer.choices.push_back({.blocks = std::move(blocks),
                            .stop = stop,
                            .stop_raw = "STOP",
                            .stop_sequence = "",
                            .stop_details = ""});
  answer.usage = TokenUsage{.input = 5, .output = 3, .reasoning = 1, .total = 8};
  return answer;
}

TEST(ConverseAnswers, EncloseTheReasoningOfOtherModels) {
  const ExchangeAnswer answer = ForeignAnswer(
      {BlockOf(ReasoningBlock{.text = "hm", .signature = "sig", .id = ""}),
       BlockOf(
           ReasoningBlock{.text = "", .form = ReasoningBlock::Form::kRedacted, .signature = "red", .id = ""}),
       BlockOf(CallBlock{.id = "a", .name = "f", .arguments = "{}", .signature = "own", .item_id = ""})},
      StopClass::kEnd);
  const auto enclosed = [](std::string_view signature) {
    return Enclose(OriginName(Dialect::kGemini, "g"), signature);
  };
  const auto whole = WriteAnswer(answer, Dialect::kBedrockConverse, Foreign());
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(*whole,
            R"({"metrics":{"latencyMs":0},"output":{"message":{"content":[)"
            R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":")" +
                enclosed("sig") + R"("}}},{"reasoningContent":{"reasoningText":{"text":"","signature":")" +
                enclosed("red") + R"("}}},{"reasoningContent":{"reasoningText":{"text":"","signature":")" +
                enclosed("call.own") +
                R"("}}},{"toolUse":{"toolUseId":"a","name":"f","input":{}}}],"role":"assistant"}},)"
                R"("stopReason":"tool_use","usage":{"inputTokens":5,"outputTokens":3,"totalTokens":8}})");
  const auto stream = Stream(answer, Foreign());
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(Told(Delivery::kStream, *stream), Told(Delivery::kWhole, *whole));
}

TEST(ConverseAnswers, TellRefusalsApartFromAnEnd) {
  const auto whole = WriteAnswer(ForeignAnswer({BlockOf(RefusalBlock{.text = "I cannot"})}, StopClass::kEnd),
                                 Dialect::kBedrockConverse, Foreign());
  ASSERT_TRUE(whole);
  EXPECT_THAT(*whole, HasSubstr(R"({"text":"I cannot"})"));
  EXPECT_THAT(*whole, HasSubstr(R"("stopReason":"content_filtered")"));
}

TEST(ConverseAnswers, FailOnWhatConverseCannotCarry) {
  const auto call = ForeignAnswer(
      {BlockOf(CallBlock{.id = "a", .name = "f", .arguments = "[1]", .signature = "", .item_id = ""})},
      StopClass::kToolCall);
  EXPECT_THAT(WriteAnswer(call, Dialect::kBedrockConverse, Foreign()).error().message,
              HasSubstr("its arguments are not a JSON object"));
  EXPECT_THAT(Stream(call, Foreign()).error().message, HasSubstr("its arguments are not a JSON object"));
  ExchangeAnswer two = ForeignAnswer({}, StopClass::kEnd);
  two.choices.push_back(two.choices[0]);
  EXPECT_THAT(WriteAnswer(two, Dialect::kBedrockConverse, Foreign()).error().message,
              HasSubstr("one answer"));
  EXPECT_THAT(Stream(two, Foreign()).error().message, HasSubstr("one answer"));
}

TEST(ConverseAnswers, CutATextThatNoFrameHolds) {
  std::string text;
  while (text.size() < (3U << 20U)) text += "żółw ";
  const ExchangeAnswer answer =
      ForeignAnswer({BlockOf(TextBlock{.text = text, .citations = {}})}, StopClass::kEnd);
  const auto stream = Stream(answer, Foreign());
  ASSERT_TRUE(stream);
  const auto again = Fold(ReadIn(Delivery::kStream, *stream, internal::Whole()).steps);
  ASSERT_TRUE(again);
  EXPECT_EQ(std::get<TextBlock>(again->choices[0].blocks[0].content).text, text);
}

TEST(ConverseAnswers, SendTextOnAsItComes) {
  const auto writer = MakeAnswerWriter(Dialect::kBedrockConverse, Delivery::kStream, Foreign());
  std::string out;
  AnswerDelta delta;
  delta.kind = AnswerDelta::Kind::kStart;
  ASSERT_TRUE(writer->Write(delta, out));
  EXPECT_EQ(out, MakeAwsEvent("messageStart", R"({"role":"assistant"})"));
  out.clear();
  delta.kind = AnswerDelta::Kind::kBlockBegin;
  delta.block = BlockOf(TextBlock{});
  ASSERT_TRUE(writer->Write(delta, out));
  EXPECT_EQ(out, "");
  for (const std::string_view word : {"Hi", " you"}) {
    out.clear();
    delta = {};
    delta.kind = AnswerDelta::Kind::kText;
    delta.text = word;
    ASSERT_TRUE(writer->Write(delta, out));
    EXPECT_EQ(out, MakeAwsEvent("contentBlockDelta",
                                R"({"contentBlockIndex":0,"delta":{"text":")" + std::string(word) + "\"}}"));
  }
}

TEST(ConverseAnswers, ErrorsInMidStreamAreErrors) {
  const std::string begin = MakeAwsEvent("messageStart", R"({"role":"assistant"})");
  EXPECT_THAT(
      Told(Delivery::kStream, begin + MakeAwsException("throttlingException", R"({"message":"slow"})")),
      HasSubstr("the provider reported an error (throttlingException): slow"));
  EXPECT_THAT(Told(Delivery::kStream, begin), HasSubstr("ends before"));
}

}  // namespace
}  // namespace proviso::protocol
