// Answers of Anthropic Messages, read and written: every recorded one, and others made for the case.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "protocol/internal/answer_player.h"
#include "protocol/internal/dialects.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Result;
using internal::Recording;

struct Steps {
  std::vector<AnswerDelta> steps;
  std::string error;
};

Steps ReadIn(Delivery delivery, std::string_view bytes, const internal::Cut& cut) {
  Steps read;
  const auto reader = MakeAnswerReader(Dialect::kAnthropicMessages, delivery);
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
  AnswerFold fold(Dialect::kAnthropicMessages);
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

std::string Stream(const ExchangeAnswer& answer, AnswerEnvelope envelope, std::string& error) {
  const auto writer = MakeAnswerWriter(Dialect::kAnthropicMessages, Delivery::kStream, std::move(envelope));
  std::string out;
  for (const AnswerDelta& delta : DeltasOf(answer)) {
    if (auto written = writer->Write(delta, out); !written) {
      error = written.error().message;
      break;
    }
  }
  return out;
}

/// Where two texts part, for messages that people can read.
std::string Parting(const std::string& one, const std::string& other) {
  if (one == other) return "";
  const auto [at, there] = std::ranges::mismatch(one, other);
  constexpr std::ptrdiff_t kAround = 60;
  const auto cut = [](const std::string& text, std::string::const_iterator place) {
    return text.substr(static_cast<std::size_t>(std::max<std::ptrdiff_t>(place - text.begin() - kAround, 0)),
                       2 * kAround);
  };
  return cut(one, at) + "\n---- but ----\n" + cut(other, there);
}

AnswerEnvelope Own() {
  return {.from = Dialect::kAnthropicMessages, .id = "", .model = "", .origin = "", .stream_usage = {}};
}

AnswerEnvelope Foreign() {
  return {.from = Dialect::kGemini,
          .id = "msg_p",
          .model = "m",
          .origin = OriginName(Dialect::kGemini, "g"),
          .stream_usage = {}};
}

class AnthropicRecordings : public testing::Test {
 protected:
  void SetUp() override {
    for (Recording& recording : internal::Recordings()) {
      if (recording.dialect != Dialect::kAnthropicMessages) continue;
      if (recording.name.starts_with("spliced-")) continue;  // no answer
      recordings_.push_back(std::move(recording));
    }
    if (recordings_.empty())
      GTEST_SKIP() << "no recordings: set PROVISO_SHARED_DATA to the folder that holds wire/";
  }

  std::vector<Recording> recordings_;
};

TEST_F(AnthropicRecordings, GiveTheSameStepsUnderAnySplit) {
  for (const Recording& recording : recordings_) {
    SCOPED_TRACE(recording.name);
    const Steps whole = ReadIn(recording.delivery, recording.bytes, internal::Whole());
    ASSERT_EQ(whole.error, "");
    for (const auto& cut : {internal::Pieces(1), internal::RandomPieces(1), internal::RandomPieces(2)}) {
      const Steps pieces = ReadIn(recording.delivery, recording.bytes, cut);
      EXPECT_EQ(pieces.steps.size(), whole.steps.size());
      EXPECT_EQ(Parting(Told(pieces), Told(whole)), "");
    }
  }
}

TEST_F(AnthropicRecordings, AreNeverAnAnswerWhenCutShort) {
  for (const Recording& recording : recordings_) {
    SCOPED_TRACE(recording.name);
    const std::size_t last = recording.bytes.find_last_not_of("\r\n");
    const std::size_t step = recording.bytes.size() < 4000 ? 1 : recording.bytes.size() / 100;
    for (std::size_t size = 0; size <= last; size += step) {
      const Steps read = ReadIn(recording.delivery, recording.bytes.substr(0, size), internal::Whole());
      ASSERT_NE(read.error, "") << size;
    }
  }
}

TEST_F(AnthropicRecordings, AreTheSameAnswerWhenWrittenAgain) {
  for (const Recording& recording : recordings_) {
    SCOPED_TRACE(recording.name);
    const Steps read = ReadIn(recording.delivery, recording.bytes, internal::Whole());
    const auto answer = Fold(read.steps);
    ASSERT_TRUE(answer) << answer.error().message;
    std::string error;
    const std::string stream = Stream(*answer, Own(), error);
    ASSERT_EQ(error, "");
    EXPECT_EQ(Parting(Told(ReadIn(Delivery::kStream, stream, internal::Whole())), ToJson(*answer)), "");
    const auto body = WriteAnswer(*answer, Dialect::kAnthropicMessages, Own());
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_EQ(Parting(Told(ReadIn(Delivery::kWhole, *body, internal::Whole())), ToJson(*answer)), "");
  }
}

TEST_F(AnthropicRecordings, PassTheGateWhenWrittenForAnother) {
  for (const Recording& recording : recordings_) {
    SCOPED_TRACE(recording.name);
    const auto answer = Fold(ReadIn(recording.delivery, recording.bytes, internal::Whole()).steps);
    ASSERT_TRUE(answer);
    std::string error;
    const std::string stream = Stream(*answer, Foreign(), error);
    ASSERT_EQ(error, "");
    const internal::Played streamed = internal::Play(Dialect::kAnthropicMessages, Delivery::kStream, stream,
                                                     internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(streamed.error, "");
    EXPECT_EQ(Parting(streamed.out, stream), "");
    const auto body = WriteAnswer(*answer, Dialect::kAnthropicMessages, Foreign());
    ASSERT_TRUE(body);
    const internal::Played whole = internal::Play(Dialect::kAnthropicMessages, Delivery::kWhole, *body,
                                                  internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(whole.error, "");
    EXPECT_EQ(whole.calls, streamed.calls);
    EXPECT_EQ(whole.summary, streamed.summary);
  }
}

// ---- Made for the case ----------------------------------------------------------------------------

Block With(decltype(Block::content) content) {
  Block block;
  block.content = std::move(content);
  return block;
}

ExchangeAnswer AnswerOf(std::vector<Block> blocks, StopClass stop = StopClass::kEnd,
                        std::string stop_raw = "STOP") {
  ExchangeAnswer answer;
  answer.dialect = Dialect::kGemini;
  answer.id = "id";
  answer.model = "g";
  answer.choices.push_back({.blocks = std::move(blocks),
                            .stop = stop,
                            .stop_raw = std::move(stop_raw),
                            .stop_sequence = "",
                            .stop_details = ""});
  return answer;
}

std::string WholeOf(const ExchangeAnswer& answer) {
  const auto body = WriteAnswer(answer, Dialect::kAnthropicMessages, Foreign());
  return body ? *body : body.error().message;
}

/// Both deliveries give the same answer; as JSON.
std::string ReadBack(const ExchangeAnswer& answer) {
  std::string error;
  const std::string stream = Stream(answer, Foreign(), error);
  EXPECT_EQ(error, "");
  const std::string streamed = Told(ReadIn(Delivery::kStream, stream, internal::Whole()));
  EXPECT_EQ(Told(ReadIn(Delivery::kWhole, WholeOf(answer), internal::Whole())), streamed) << stream;
  return streamed;
}

TEST(AnthropicAnswers, MakeARefusalTextWithItsStopReason) {
  const ExchangeAnswer answer = AnswerOf({With(RefusalBlock{.text = "I will not"})});
  EXPECT_TRUE(WholeOf(answer).contains(R"("content":[{"type":"text","text":"I will not"}])"));
  EXPECT_TRUE(WholeOf(answer).contains(
      R"("stop_details":{"type":"refusal","category":null,"explanation":"I will not"})"));
  EXPECT_TRUE(ReadBack(answer).contains(R"("text": "I will not")"));
}

TEST(AnthropicAnswers, TellAFilterFromARefusal) {
  const ExchangeAnswer answer =
      AnswerOf({With(TextBlock{.text = "so", .citations = {}})}, StopClass::kContentFilter, "SAFETY");
  EXPECT_TRUE(WholeOf(answer).contains("content filter of the provider (SAFETY)"));
}

TEST(AnthropicAnswers, EncloseReasoningSoThatItFindsHome) {
  const ExchangeAnswer answer =
      AnswerOf({With(ReasoningBlock{.text = "hm", .signature = "c2ln", .id = ""}),
                With(ReasoningBlock{.text = "bare", .signature = "", .id = ""}),
                With(ReasoningBlock{
                    .text = "", .form = ReasoningBlock::Form::kRedacted, .signature = "b3Bh", .id = ""}),
                With(ReasoningBlock{.text = "", .signature = "", .id = ""})});
  const std::string origin = OriginName(Dialect::kGemini, "g");
  EXPECT_TRUE(WholeOf(answer).contains(
      R"("content":[{"type":"thinking","thinking":"hm","signature":")" + Enclose(origin, "c2ln") +
      R"("},{"type":"thinking","thinking":"bare","signature":")" + Enclose(origin, "") +
      R"("},{"type":"redacted_thinking","data":")" + Enclose(origin, "b3Bh") + R"("}])"))
      << WholeOf(answer);
  (void)ReadBack(answer);
}

TEST(AnthropicAnswers, CarryACallsSignatureBeforeTheCall) {
  const ExchangeAnswer answer =
      AnswerOf({With(CallBlock{
                   .id = "c", .name = "f", .arguments = R"({"a":1})", .signature = "c2ln", .item_id = ""})},
               StopClass::kToolCall);
  const std::string data = Enclose(OriginName(Dialect::kGemini, "g"), "call.c2ln");
  EXPECT_TRUE(WholeOf(answer).contains(R"("content":[{"type":"redacted_thinking","data":")" + data +
                                       R"("},{"type":"tool_use","id":"c","name":"f","input":{"a":1}}])"))
      << WholeOf(answer);
  (void)ReadBack(answer);
}

TEST(AnthropicAnswers, GiveACallWithoutArgumentsAnEmptyObject) {
  const ExchangeAnswer answer =
      AnswerOf({With(CallBlock{.id = "c", .name = "f", .arguments = "", .signature = "", .item_id = ""})});
  EXPECT_TRUE(WholeOf(answer).contains(R"("input":{})"));
  (void)ReadBack(answer);
}

TEST(AnthropicAnswers, FailOnWhatTheyCannotCarry) {
  const Block broken =
      With(CallBlock{.id = "c", .name = "f", .arguments = "{\"a\":", .signature = "", .item_id = ""});
  const Block image = With(MediaBlock{
      .media_type = "image/png", .base64 = "AA==", .url = "", .file_id = "", .name = "", .detail = ""});
  for (const auto& [block, what] :
       {std::pair(broken,
                  "the provider's answer: the call of \"f\": its arguments are not a JSON object, "
                  "and Anthropic Messages carries no others"),
        std::pair(image,
                  "the provider's answer: content: it holds an image or the like, which Anthropic "
                  "Messages cannot carry")}) {
    EXPECT_EQ(WholeOf(AnswerOf({block})), what);
    std::string error;
    const std::string stream = Stream(AnswerOf({block}), Foreign(), error);
    EXPECT_EQ(error, what);
    EXPECT_FALSE(stream.contains("message_stop"));
  }
}

TEST(AnthropicAnswers, WriteTheCitedWords) {
  TextBlock text{.text = "Rome fell.", .citations = {}};
  text.citations.push_back({.kind = Citation::Kind::kUrl,
                            .title = "Rome",
                            .url = "https://x.example",
                            .quoted = "",
                            .begin = 0,
                            .end = 4,
                            .original = "{}"});
  const ExchangeAnswer answer = AnswerOf({With(text)});
  EXPECT_TRUE(WholeOf(answer).contains(
      R"("citations":[{"type":"web_search_result_location","url":"https://x.example","title":"Rome",)"
      R"("cited_text":"Rome","encrypted_index":"pv1.)"))
      << WholeOf(answer);
  (void)ReadBack(answer);
}

TEST(AnthropicAnswers, LeaveAnotherDialectsOwnBlocksOut) {
  Block opaque = With(OpaqueBlock{.type = "executableCode"});
  opaque.original = "{}";
  EXPECT_TRUE(WholeOf(AnswerOf({opaque})).contains(R"("content":[])"));
}

AnswerDelta Step(AnswerDelta::Kind kind, std::string text = "") {
  AnswerDelta delta;
  delta.kind = kind;
  delta.text = std::move(text);
  return delta;
}

TEST(AnthropicAnswers, TakeWhatOnlyTheEndOfABlockGives) {
  using Kind = AnswerDelta::Kind;
  const auto writer = MakeAnswerWriter(Dialect::kAnthropicMessages, Delivery::kStream, Foreign());
  std::string out;
  AnswerDelta begin = Step(Kind::kBlockBegin);
  begin.block = With(TextBlock{.text = "", .citations = {}});
  AnswerDelta end = Step(Kind::kBlockEnd);
  end.whole = AnswerDelta::Whole::kYes;
  end.block = With(TextBlock{.text = "Hello", .citations = {}});
  for (const AnswerDelta& step : {Step(Kind::kStart), begin, Step(Kind::kText, "Hel"), end})
    ASSERT_TRUE(writer->Write(step, out));
  EXPECT_TRUE(out.contains(R"({"type":"text_delta","text":"Hel"})")) << out;
  EXPECT_TRUE(out.contains(R"({"type":"text_delta","text":"lo"})")) << out;
  end.block = With(TextBlock{.text = "Other", .citations = {}});
  ASSERT_TRUE(writer->Write(begin, out));
  ASSERT_TRUE(writer->Write(Step(Kind::kText, "Hel"), out));
  EXPECT_FALSE(writer->Write(end, out));
}

TEST(AnthropicAnswers, HoldOneChoice) {
  ExchangeAnswer answer = AnswerOf({});
  answer.choices.push_back(answer.choices.front());
  EXPECT_EQ(WholeOf(answer),
            "the provider's answer: choices: Anthropic Messages carries one answer, not several");
  std::string error;
  (void)Stream(answer, Foreign(), error);
  EXPECT_EQ(error, WholeOf(answer));
}

}  // namespace
}  // namespace proviso::protocol
