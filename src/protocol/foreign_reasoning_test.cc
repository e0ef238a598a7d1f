// Reasoning in histories that came from another provider: cut out of the bytes, all others as they were.
#include <gtest/gtest.h>

#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

std::string Enclosed(Dialect dialect, std::string_view model, std::string_view signature) {
  return Enclose(OriginName(dialect, model), signature);
}

std::string Thinking(std::string_view signature) {
  return R"({"type":"thinking","thinking":"hm","signature":")" + std::string(signature) + R"("})";
}

std::string Messages(std::string_view blocks) {
  return R"({ "model" : "c-1", "messages":[{"role":"assistant","content":[)" + std::string(blocks) +
         R"(]}], "x" : 1.50 })";
}

TEST(ForeignReasoning, LeavesBodiesWithoutAnyAlone) {
  const std::string body = Messages(Thinking("Eq4CCkYI"));
  const auto kept = WithoutForeignReasoning(Dialect::kAnthropicMessages, body, "c-1");
  ASSERT_TRUE(kept);
  EXPECT_FALSE(*kept);
}

TEST(ForeignReasoning, GoesBackToItsMakerAsItWas) {
  const std::string body = Messages(Thinking(Enclosed(Dialect::kAnthropicMessages, "c-1", "Eq4C")) +
                                    R"(, {"type":"text","text":"a"})");
  const auto sent = WithoutForeignReasoning(Dialect::kAnthropicMessages, body, "c-1");
  ASSERT_TRUE(sent && *sent);
  EXPECT_EQ((*sent)->body, Messages(Thinking("Eq4C") + R"(, {"type":"text","text":"a"})"));
  EXPECT_TRUE((*sent)->findings.empty());
}

TEST(ForeignReasoning, OfAnotherModelIsCutOutAndFound) {
  const std::string foreign = Thinking(Enclosed(Dialect::kGemini, "g-1", "AY89"));
  const std::string text = R"({"type":"text","text":"a"})";
  struct Row {
    std::string before;
    std::string after;
  };
  const Row rows[] = {{foreign + "," + text, text},
                      {text + "," + foreign, text},
                      {text + "," + foreign + "," + text, text + "," + text},
                      {foreign + "," + foreign + "," + text, text}};
  for (const Row& row : rows) {
    const auto sent = WithoutForeignReasoning(Dialect::kAnthropicMessages, Messages(row.before), "c-1");
    ASSERT_TRUE(sent && *sent) << row.before;
    EXPECT_EQ((*sent)->body, Messages(row.after));
    ASSERT_FALSE((*sent)->findings.empty());
    EXPECT_EQ((*sent)->findings[0].feature, Feature::kReasoningReplay);
    EXPECT_NE((*sent)->findings[0].message.find("\"g-1\""), std::string::npos);
  }
}

TEST(ForeignReasoning, OfTheSameDialectButAnotherModelGoesToo) {
  const std::string body = Messages(Thinking(Enclosed(Dialect::kAnthropicMessages, "c-2", "Eq4C")) +
                                    R"(,{"type":"text","text":"a"})");
  const auto sent = WithoutForeignReasoning(Dialect::kAnthropicMessages, body, "c-1");
  ASSERT_TRUE(sent && *sent);
  EXPECT_EQ((*sent)->body, Messages(R"({"type":"text","text":"a"})"));
}

TEST(ForeignReasoning, LeavesACallWhoseSignatureGoes) {
  const std::string signature = Enclosed(Dialect::kAnthropicMessages, "c-1", "Eq4C");
  const auto body = [](std::string_view more) {
    return R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}})" +
           std::string(more) + R"(}]}]})";
  };
  const auto sent =
      WithoutForeignReasoning(Dialect::kGemini, body(R"(,"thoughtSignature":")" + signature + "\""), "g-1");
  ASSERT_TRUE(sent && *sent);
  EXPECT_EQ((*sent)->body, body(""));
}

TEST(ForeignReasoning, CutsNestedBlocksAsAWhole) {
  const std::string signature = Enclosed(Dialect::kGemini, "g-1", "AY89");
  const std::string body =
      R"({"messages":[{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":")" +
      signature + R"("}}},{"text":"a"}]}]})";
  const auto sent = WithoutForeignReasoning(Dialect::kBedrockConverse, body, "b-1");
  ASSERT_TRUE(sent && *sent);
  EXPECT_EQ((*sent)->body, R"({"messages":[{"role":"assistant","content":[{"text":"a"}]}]})");
}

TEST(ForeignReasoning, IsNotWhatOnlyLooksLikeIt) {
  const std::string body = Messages(R"({"type":"text","text":"pv1.x.y \"pv1.z"})");
  const auto sent = WithoutForeignReasoning(Dialect::kAnthropicMessages, body, "c-1");
  ASSERT_TRUE(sent);
  if (*sent) {
    EXPECT_EQ((*sent)->body, body);
  }
}

}  // namespace
}  // namespace proviso::protocol
