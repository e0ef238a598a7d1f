#include "protocol/exchange.h"

#include <gtest/gtest.h>

namespace proviso::protocol {
namespace {

using Kind = AnswerDelta::Kind;

AnswerDelta Step(Kind kind, std::string text = "") {
  AnswerDelta delta;
  delta.kind = kind;
  delta.text = std::move(text);
  return delta;
}

AnswerDelta Begin(decltype(Block::content) content) {
  AnswerDelta delta = Step(Kind::kBlockBegin);
  delta.block.content = std::move(content);
  return delta;
}

std::string FoldAll(const std::vector<AnswerDelta>& steps) {
  AnswerFold fold(Dialect::kOpenAiChat);
  for (const AnswerDelta& step : steps) {
    if (const auto added = fold.Add(step); !added) return added.error().message;
  }
  return fold.ended() ? ToJson(fold.answer()) : "not ended";
}

TEST(AnswerFold, PutsPiecesTogether) {
  CallBlock call;
  call.id = "call_1";
  call.name = "f";
  const std::string folded = FoldAll({Begin(ReasoningBlock{}), Step(Kind::kText, "h"), Step(Kind::kText, "m"),
                                      Step(Kind::kSignature, "s"), Step(Kind::kBlockEnd), Begin(TextBlock{}),
                                      Step(Kind::kText, "Hello"), Step(Kind::kBlockEnd), Begin(call),
                                      Step(Kind::kText, R"({"b":1,)"), Step(Kind::kText, R"("a":2})"),
                                      Step(Kind::kBlockEnd), Step(Kind::kEnd)});
  for (const char* part :
       {R"("text": "hm")", R"("signature": "s")", R"("text": "Hello")", R"("arguments": {"a":2,"b":1})"}) {
    EXPECT_NE(folded.find(part), std::string::npos) << part << "\n" << folded;
  }
}

TEST(AnswerFold, TakesAWholeBlockAtItsEnd) {
  AnswerDelta end = Step(Kind::kBlockEnd);
  end.whole = AnswerDelta::Whole::kYes;
  end.block.content = TextBlock{"all of it", {}};
  const std::string folded = FoldAll({Begin(TextBlock{}), Step(Kind::kText, "all"), end, Step(Kind::kEnd)});
  EXPECT_NE(folded.find("\"all of it\""), std::string::npos) << folded;
}

TEST(AnswerFold, RefusesStepsOutOfOrder) {
  AnswerDelta far = Begin(TextBlock{});
  far.choice = 1'000;
  const std::vector<std::vector<AnswerDelta>> wrong = {
      {Step(Kind::kText, "a")},
      {Begin(TextBlock{}), Begin(TextBlock{})},
      {Begin(TextBlock{}), Step(Kind::kEnd)},
      {Step(Kind::kBlockEnd)},
      {Step(Kind::kEnd), Step(Kind::kEnd)},
      {far},
  };
  for (const auto& steps : wrong) EXPECT_NE(FoldAll(steps).find("the provider's answer"), std::string::npos);
}

TEST(DeltasOf, FoldToTheSameAnswer) {
  ExchangeAnswer answer;
  answer.id = "a";
  answer.model = "m";
  answer.choices.resize(2);
  Block text;
  text.content = TextBlock{"t",
                           {{.kind = Citation::Kind::kUrl,
                             .title = "",
                             .url = "https://x.example",
                             .quoted = "",
                             .begin = 0,
                             .end = 1,
                             .original = ""}}};
  Block refusal;
  refusal.content = RefusalBlock{"no"};
  Block opaque;
  opaque.content = OpaqueBlock{"server_tool_use"};
  opaque.original = R"({"type":"server_tool_use"})";
  answer.choices[0].blocks = {text, opaque};
  answer.choices[0].stop = StopClass::kEnd;
  answer.choices[1].blocks = {refusal};
  answer.choices[1].stop = StopClass::kRefusal;
  answer.usage =
      TokenUsage{.input = 3, .output = 2, .cached = 1, .cache_written = 0, .reasoning = 1, .total = 5};
  answer.others.push_back({"service_tier", R"("default")", {}});
  EXPECT_EQ(FoldAll(DeltasOf(answer)), ToJson(answer));
}

}  // namespace
}  // namespace proviso::protocol
