// Reasoning is given back to its maker and to no other, whether or not its maker signed it.
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

ExchangeAnswer UnsignedThought(Dialect from) {
  ExchangeAnswer answer;
  answer.dialect = from;
  answer.id = "a";
  answer.model = "m";
  AnswerChoice& choice = answer.choices.emplace_back();
  choice.stop = StopClass::kEnd;
  choice.blocks.resize(2);
  choice.blocks[0].content = ReasoningBlock{"thought", ReasoningBlock::Form::kFull, "", ""};
  choice.blocks[1].content = TextBlock{"said", {}};
  return answer;
}

std::string SignatureIn(const ExchangeAnswer& answer) {
  for (const Block& block : answer.choices.at(0).blocks) {
    if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) return reasoning->signature;
  }
  return "";
}

TEST(UnsignedReasoning, WithoutASignatureSaysWhoseItIsAllTheSame) {
  for (const Dialect to : kDialects) {
    const Dialect from = to == Dialect::kOpenAiChat ? Dialect::kGemini : Dialect::kOpenAiChat;
    SCOPED_TRACE(NameOf(to));
    const AnswerEnvelope envelope{.from = from, .id = "a", .model = "m", .origin = OriginName(from, "maker")};
    const auto written = WriteAnswer(UnsignedThought(from), to, envelope);
    ASSERT_TRUE(written) << written.error().message;
    const auto whole = FoldAnswer(to, *written);
    ASSERT_TRUE(whole) << whole.error().message;
    std::string stream;
    const auto writer = MakeAnswerWriter(to, Delivery::kStream, envelope);
    for (const AnswerDelta& delta : DeltasOf(UnsignedThought(from)))
      ASSERT_TRUE(writer->Write(delta, stream));
    const auto folded = FoldAnswer(to, stream);
    ASSERT_TRUE(folded) << folded.error().message;
    for (const std::string& signature : {SignatureIn(*whole), SignatureIn(*folded)}) {
      const auto origin = OpenOrigin(signature);
      ASSERT_TRUE(origin) << "\"" << signature << "\"";
      EXPECT_EQ(origin->dialect, from);
      EXPECT_EQ(origin->model, "maker");
      EXPECT_EQ(origin->signature, "");
    }
  }
}

std::string EnclosedForGemini(Dialect from, std::string_view model) {
  return base::ToBase64(base::AsBytes(Enclose(OriginName(from, model), "s")));
}

TEST(UnsignedReasoning, OfGeminisStreamsIsLeftOutWithAllItsParts) {
  const std::string foreign = EnclosedForGemini(Dialect::kAnthropicMessages, "claude");
  const std::string before =
      R"({"contents":[{"role":"model","parts":[{"text":"own","thought":true},{"text":"1"},)"
      R"({"text":"some","thought":true},{"text":"more","thought":true},)"
      R"({"text":"","thought":true,"thoughtSignature":")" +
      foreign + R"("},{"text":"2"}]}]})";
  const auto cut = WithoutForeignReasoning(Dialect::kGemini, before, "gemini-3-pro");
  ASSERT_TRUE(cut) << cut.error().message;
  ASSERT_TRUE(*cut);
  EXPECT_EQ(
      (*cut)->body,
      R"({"contents":[{"role":"model","parts":[{"text":"own","thought":true},{"text":"1"},{"text":"2"}]}]})");
  EXPECT_EQ((*cut)->findings.size(), 1U);
}

TEST(UnsignedReasoning, OfAGeminiClientGoesBackToItsMakerAsOneBlock) {
  const std::string body = R"({"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[)"
                           R"({"text":"some ","thought":true},{"text":"more","thought":true},)"
                           R"({"text":"","thought":true,"thoughtSignature":")" +
                           EnclosedForGemini(Dialect::kAnthropicMessages, "claude") +
                           R"("},{"text":"a"}]},{"role":"user","parts":[{"text":"r"}]}]})";
  const auto exchange = ReadExchange({.dialect = Dialect::kGemini, .model = "m"}, body);
  ASSERT_TRUE(exchange) << exchange.error().message;
  const auto sent = TranslateRequest(*exchange, {.to = Dialect::kAnthropicMessages, .model = "claude"});
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_TRUE(sent->body.contains(R"("thinking":"some more","signature":"s")")) << sent->body;
  EXPECT_TRUE(sent->findings.empty());
}

}  // namespace
}  // namespace proviso::protocol
