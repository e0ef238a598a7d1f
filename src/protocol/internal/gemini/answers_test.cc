// Gemini's answers, read and written: every recorded one, and others made for the case.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "protocol/internal/answer_player.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using internal::Recording;
using testing::HasSubstr;

/// The steps of an answer folded and told as JSON, or the error.
std::string Told(Delivery delivery, std::string_view bytes, const internal::Cut& cut = internal::Whole()) {
  const auto reader = MakeAnswerReader(Dialect::kGemini, delivery);
  std::vector<AnswerDelta> steps;
  base::Status status;
  while (status && !bytes.empty()) {
    const std::size_t size = cut(bytes);
    status = reader->Feed(bytes.substr(0, size), steps);
    bytes.remove_prefix(size);
  }
  if (status) {
    std::vector<AnswerDelta> last;
    status = reader->Finish(last);
    steps.insert(steps.end(), last.begin(), last.end());
  }
  AnswerFold fold(Dialect::kGemini);
  for (const AnswerDelta& step : steps) {
    if (status) status = fold.Add(step);
  }
  if (!status) return "error: " + status.error().message;
  return fold.ended() ? ToJson(fold.answer()) : "error: no end";
}

ExchangeAnswer Answer(std::string_view body) {
  const auto answer = FoldAnswer(Dialect::kGemini, body);
  EXPECT_TRUE(answer) << answer.error().message;
  ExchangeAnswer none;
  none.choices.resize(1);
  none.choices[0].blocks.resize(3);
  return answer.value_or(none);
}

std::string Written(const ExchangeAnswer& answer, Delivery delivery, const std::string& origin = "") {
  const auto writer = MakeAnswerWriter(
      Dialect::kGemini, delivery, {.from = answer.dialect, .id = "ours", .model = "asked", .origin = origin});
  std::string out;
  for (const AnswerDelta& delta : DeltasOf(answer)) {
    const auto written = writer->Write(delta, out);
    if (!written) return "error: " + written.error().message;
  }
  return out;
}

constexpr Delivery kDeliveries[] = {Delivery::kWhole, Delivery::kStream, Delivery::kArrayStream};

TEST(GeminiRecordings, AreTheSameUnderAnySplitAndNeverASuccessWhenCutShort) {
  std::size_t seen = 0;
  for (const Recording& recording : internal::Recordings()) {
    if (recording.dialect != Dialect::kGemini) continue;
    SCOPED_TRACE(recording.name);
    ++seen;
    const std::string told = Told(recording.delivery, recording.bytes);
    EXPECT_FALSE(told.starts_with("error")) << told;
    EXPECT_EQ(Told(recording.delivery, recording.bytes, internal::Pieces(1)), told);
    EXPECT_EQ(Told(recording.delivery, recording.bytes, internal::RandomPieces(7)), told);
    const std::size_t last = recording.bytes.find_last_not_of("\r\n");
    const std::size_t step = 1 + recording.bytes.size() / 200;
    for (std::size_t size = 0; size < last; size += step) {
      ASSERT_TRUE(Told(recording.delivery, recording.bytes.substr(0, size)).starts_with("error")) << size;
    }
  }
  if (seen == 0) GTEST_SKIP() << "no recordings: set PROVISO_SHARED_DATA to the folder that holds wire/";
}

TEST(GeminiRecordings, AreTheSameAfterTheyWereWrittenInAnyForm) {
  for (const Recording& recording : internal::Recordings()) {
    if (recording.dialect != Dialect::kGemini) continue;
    SCOPED_TRACE(recording.name);
    const ExchangeAnswer answer = Answer(recording.bytes);
    for (const Delivery delivery : kDeliveries) {
      const std::string written = Written(answer, delivery);
      EXPECT_EQ(Told(delivery, written), ToJson(answer)) << written;
      const auto passed =
          internal::Play(Dialect::kGemini, delivery, written, internal::Whole(), internal::ReleaseIt);
      EXPECT_EQ(passed.error, "");
    }
  }
}

TEST(GeminiAnswers, PutTheirCallsTogether) {
  const ExchangeAnswer answer = Answer(
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true},"thoughtSignature":"YQ=="}]}}],"responseId":"r"})"
      "\n"
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"b"}]}}]}}]})"
      "\n"
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"g","id":"own","args":{"x":1}}}]},"finishReason":"STOP"}]})");
  ASSERT_EQ(answer.choices.size(), 1U);
  ASSERT_EQ(answer.choices[0].blocks.size(), 2U);
  const auto& first = std::get<CallBlock>(answer.choices[0].blocks[0].content);
  EXPECT_EQ(first.arguments, R"({"a":"b"})");
  EXPECT_EQ(first.signature, "YQ==");
  EXPECT_FALSE(first.id.empty());
  EXPECT_EQ(std::get<CallBlock>(answer.choices[0].blocks[1].content).id, "own");
  EXPECT_EQ(answer.choices[0].stop, StopClass::kToolCall);
}

TEST(GeminiAnswers, KeepThoughtsTextsAndSignaturesApart) {
  const std::string whole =
      R"({"candidates":[{"content":{"parts":[{"text":"Hm. ","thought":true},{"text":"So.","thought":true,"thoughtSignature":"YQ=="},)"
      R"({"text":"It is "},{"text":"so.","thoughtSignature":"Yg=="}]},"finishReason":"STOP"}],"modelVersion":"m"})";
  const ExchangeAnswer answer = Answer(whole);
  ASSERT_EQ(answer.choices[0].blocks.size(), 3U);
  const auto& thought = std::get<ReasoningBlock>(answer.choices[0].blocks[0].content);
  EXPECT_EQ(thought.text, "Hm. So.");
  EXPECT_EQ(thought.signature, "YQ==");
  EXPECT_EQ(thought.form, ReasoningBlock::Form::kSummary);
  EXPECT_EQ(std::get<TextBlock>(answer.choices[0].blocks[1].content).text, "It is so.");
  const auto& behind = std::get<ReasoningBlock>(answer.choices[0].blocks[2].content);
  EXPECT_EQ(behind.signature, "Yg==");
  EXPECT_EQ(behind.form, ReasoningBlock::Form::kRedacted);
  EXPECT_EQ(answer.choices[0].blocks[0].model, "m");
}

TEST(GeminiAnswers, SayWhereTheirStatementsComeFrom) {
  const std::string whole =
      R"({"candidates":[{"content":{"parts":[{"text":"Paris is big."}]},"finishReason":"STOP","groundingMetadata":{)"
      R"("groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}},{"web":{"uri":"https://b.example"}}],)"
      R"("groundingSupports":[{"segment":{"endIndex":5,"text":"Paris"},"groundingChunkIndices":[0]}]}}]})";
  const ExchangeAnswer answer = Answer(whole);
  const auto& text = std::get<TextBlock>(answer.choices[0].blocks[0].content);
  ASSERT_EQ(text.citations.size(), 2U);
  EXPECT_EQ(text.citations[0].url, "https://a.example");
  EXPECT_EQ(text.citations[0].title, "A");
  EXPECT_EQ(text.citations[0].end, 5U);
  EXPECT_EQ(text.citations[1].url, "https://b.example");
  EXPECT_EQ(text.citations[1].end, 0U);
}

ExchangeAnswer Foreign(std::vector<Block> blocks, StopClass stop = StopClass::kEnd) {
  ExchangeAnswer answer;
  answer.dialect = Dialect::kAnthropicMessages;
  answer.id = "msg_1";
  answer.model = "claude";
  answer.choices.resize(1);
  answer.choices[0].blocks = std::move(blocks);
  answer.choices[0].stop = stop;
  answer.usage =
      TokenUsage{.input = 3, .output = 4, .cached = 1, .cache_written = 0, .reasoning = 2, .total = 7};
  return answer;
}

template <typename Content>
Block BlockOf(Content content) {
  Block block;
  block.content = std::move(content);
  return block;
}

TEST(GeminiAnswers, CiteForOtherDialectsToo) {
  Block text = BlockOf(TextBlock{.text = "Paris is big.", .citations = {}});
  std::get<TextBlock>(text.content)
      .citations.push_back({.kind = Citation::Kind::kUrl,
                            .title = "A",
                            .url = "https://a.example",
                            .quoted = "",
                            .begin = 0,
                            .end = 5,
                            .original = "{}"});
  const ExchangeAnswer answer = Foreign({BlockOf(TextBlock{.text = "See: ", .citations = {}}), text});
  for (const Delivery delivery : kDeliveries) {
    const std::string written = Written(answer, delivery);
    EXPECT_THAT(written, HasSubstr(R"("segment":{"startIndex":5,"endIndex":10,"text":"Paris"})"));
    const ExchangeAnswer read = Answer(written);
    const auto& joined = std::get<TextBlock>(read.choices[0].blocks[0].content);
    EXPECT_EQ(joined.text, "See: Paris is big.");
    ASSERT_EQ(joined.citations.size(), 1U);
    EXPECT_EQ(joined.citations[0].begin, 5U);
  }
}

TEST(GeminiAnswers, EncloseForeignReasoningInBase64) {
  const std::string origin = OriginName(Dialect::kAnthropicMessages, "claude");
  const ExchangeAnswer answer =
      Foreign({BlockOf(ReasoningBlock{
                   .text = "Hm.", .form = ReasoningBlock::Form::kFull, .signature = "s-1", .id = ""}),
               BlockOf(ReasoningBlock{
                   .text = "", .form = ReasoningBlock::Form::kRedacted, .signature = "s_2", .id = ""}),
               BlockOf(TextBlock{.text = "Yes.", .citations = {}})});
  for (const Delivery delivery : kDeliveries) {
    const ExchangeAnswer read = Answer(Written(answer, delivery, origin));
    ASSERT_EQ(read.choices[0].blocks.size(), 3U);
    for (std::size_t i = 0; i < 2; ++i) {
      const auto opened = OpenOrigin(std::get<ReasoningBlock>(read.choices[0].blocks[i].content).signature);
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->model, "claude");
      EXPECT_EQ(opened->signature, i == 0 ? "s-1" : "s_2");
    }
    EXPECT_EQ(read.usage, answer.usage);
  }
}

TEST(GeminiAnswers, FailRatherThanShowACallThatTheModelDidNotMake) {
  const CallBlock broken{.id = "a",
                         .name = "f",
                         .arguments = "{broken",
                         .kind = CallKind::kFunction,
                         .signature = "",
                         .item_id = ""};
  const CallBlock custom{
      .id = "a", .name = "sh", .arguments = "ls", .kind = CallKind::kCustom, .signature = "", .item_id = ""};
  for (const CallBlock& call : {broken, custom}) {
    const ExchangeAnswer answer = Foreign({BlockOf(call)}, StopClass::kToolCall);
    for (const Delivery delivery : kDeliveries) {
      EXPECT_THAT(Written(answer, delivery), HasSubstr("no JSON object"));
    }
  }
  const CallBlock empty{
      .id = "a", .name = "f", .arguments = "", .kind = CallKind::kFunction, .signature = "", .item_id = ""};
  EXPECT_THAT(Written(Foreign({BlockOf(empty)}, StopClass::kToolCall), Delivery::kWhole),
              HasSubstr(R"("functionCall":{"id":"a","name":"f","args":{}})"));
}

TEST(GeminiAnswers, AreBrokenWhenACandidateIsMissingBetweenOthers) {
  const auto answer = FoldAnswer(
      Dialect::kGemini, R"({"candidates":[{"finishReason":"STOP"},{"index":2,"finishReason":"STOP"}]})");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("one is missing between the others"));
}

TEST(GeminiAnswers, TellABlockedPromptAsAContentFilter) {
  const ExchangeAnswer answer = Answer(
      R"({"promptFeedback":{"blockReason":"SAFETY","safetyRatings":[]},"modelVersion":"m","responseId":"r"})");
  ASSERT_EQ(answer.choices.size(), 1U);
  EXPECT_EQ(answer.choices[0].stop, StopClass::kContentFilter);
  EXPECT_EQ(answer.choices[0].stop_raw, "SAFETY");
  EXPECT_THAT(answer.choices[0].stop_details, HasSubstr("safetyRatings"));
  for (const Delivery delivery : kDeliveries)
    EXPECT_EQ(Told(delivery, Written(answer, delivery)), ToJson(answer));
}

}  // namespace
}  // namespace proviso::protocol
