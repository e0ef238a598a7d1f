#include "protocol/rendering.h"

#include <gtest/gtest.h>

#include "protocol/internal/answer_player.h"

namespace proviso::protocol {
namespace {

constexpr Dialect kDialects[] = {Dialect::kOpenAiChat, Dialect::kAnthropicMessages};
constexpr Delivery kDeliveries[] = {Delivery::kWhole, Delivery::kStream};

AnswerFrame Frame() {
  return {.id = "dec_1", .model = "m-1", .created_s = 1'772'000'000};
}

// Our own answers are read back by the gate that reads the providers'.
internal::Played ReadBack(Dialect dialect, Delivery delivery, const std::string& answer) {
  return internal::Play(dialect, delivery, answer, internal::Whole(), internal::ReleaseIt);
}

TEST(ReleasedCalls, AreExactlyTheGivenOnes) {
  const std::vector<ToolCall> calls = {{"a", "f", R"({"x": "\u00e9 \"q\""})", CallKind::kFunction, 0, 0},
                                       {"b", "g", "{}", CallKind::kFunction, 0, 1}};
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const auto answer = RenderReleasedCalls(dialect, delivery, Frame(), calls);
      ASSERT_TRUE(answer);
      const auto played = ReadBack(dialect, delivery, *answer);
      EXPECT_EQ(played.error, "") << *answer;
      EXPECT_EQ(played.calls, calls);
      EXPECT_EQ(played.summary.stop, StopClass::kToolCall);
      EXPECT_EQ(played.summary.text_bytes, 0U);
      EXPECT_EQ(played.summary.id, "dec_1");
      EXPECT_EQ(played.summary.model, "m-1");
    }
  }
}

TEST(ReleasedCalls, KeepTheirKindInOpenAi) {
  for (const Delivery delivery : kDeliveries) {
    for (const ToolCall& call : {ToolCall{"a", "sh", "ls -l", CallKind::kCustom, 0, 0},
                                 ToolCall{"", "f", "{broken", CallKind::kLegacyFunction, 0, 0}}) {
      const auto answer = RenderReleasedCalls(Dialect::kOpenAiChat, delivery, Frame(), {&call, 1});
      ASSERT_TRUE(answer);
      const auto played = ReadBack(Dialect::kOpenAiChat, delivery, *answer);
      ASSERT_EQ(played.calls.size(), 1U) << *answer;
      EXPECT_EQ(played.calls[0], call);
    }
  }
}

TEST(ReleasedCalls, GetIdsWhereTheProviderGaveNoneOrOnesThatDoNotFit) {
  const std::string long_id(100, '~');
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      for (const std::string& id : {std::string(), long_id}) {
        const ToolCall call{id, "f", "{}", CallKind::kFunction, 0, 0};
        const auto answer = RenderReleasedCalls(dialect, delivery, Frame(), {&call, 1});
        ASSERT_TRUE(answer) << answer.error().message;
        const auto played = ReadBack(dialect, delivery, *answer);
        ASSERT_EQ(played.calls.size(), 1U) << *answer;
        EXPECT_TRUE(played.calls[0].id.starts_with("call_")) << *answer;
        EXPECT_LE(played.calls[0].id.size(), 40U);
        EXPECT_EQ(*answer, *RenderReleasedCalls(dialect, delivery, Frame(), {&call, 1}));
      }
    }
  }
}

TEST(ReleasedCalls, RefuseWhatTheDialectCannotCarry) {
  for (const Delivery delivery : kDeliveries) {
    for (const ToolCall& call : {ToolCall{"a", "f", "{broken", CallKind::kFunction, 0, 0},
                                 ToolCall{"a", "f", "[1]", CallKind::kFunction, 0, 0},
                                 ToolCall{"a", "sh", "{}", CallKind::kCustom, 0, 0}}) {
      EXPECT_FALSE(RenderReleasedCalls(Dialect::kAnthropicMessages, delivery, Frame(), {&call, 1}));
    }
    for (const Dialect dialect : kDialects) EXPECT_FALSE(RenderReleasedCalls(dialect, delivery, Frame(), {}));
  }
}

TEST(Notice, IsNeverTakenForTheModelsOwnFinish) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const std::string answer = RenderNotice(dialect, delivery, Frame(), "held:\n\"hold_1\"");
      const auto played = ReadBack(dialect, delivery, answer);
      EXPECT_EQ(played.error, "") << answer;
      EXPECT_TRUE(played.calls.empty());
      EXPECT_EQ(played.summary.text_bytes, 14U);
      EXPECT_EQ(played.summary.stop,
                dialect == Dialect::kOpenAiChat ? StopClass::kContentFilter : StopClass::kRefusal);
    }
  }
}

TEST(KeepAlive, MeansNothingInsideAStream) {
  for (const Dialect dialect : kDialects) {
    const std::string keep_alive(KeepAlive(dialect));
    const std::string bytes = keep_alive + RenderNotice(dialect, Delivery::kStream, Frame(), "x");
    EXPECT_EQ(ReadBack(dialect, Delivery::kStream, bytes).out, bytes);
  }
}

TEST(ModelList, HasTheFormOfItsDialect) {
  const std::vector<ModelEntry> models = {{"m-1", "acme", "Model One", 1'772'000'000},
                                          {"m-2", "acme", "", 0}};
  EXPECT_EQ(
      RenderModelList(Dialect::kOpenAiChat, models),
      R"({"object":"list","data":[{"id":"m-1","object":"model","created":1772000000,"owned_by":"acme"},)"
      R"({"id":"m-2","object":"model","created":0,"owned_by":"acme"}]})");
  EXPECT_EQ(
      RenderModelList(Dialect::kAnthropicMessages, models),
      R"({"data":[{"type":"model","id":"m-1","display_name":"Model One","created_at":"2026-02-25T06:13:20.000Z"},)"
      R"({"type":"model","id":"m-2","display_name":"m-2","created_at":"1970-01-01T00:00:00.000Z"}],)"
      R"("has_more":false,"first_id":"m-1","last_id":"m-2"})");
  EXPECT_EQ(RenderModelList(Dialect::kAnthropicMessages, {}),
            R"({"data":[],"has_more":false,"first_id":null,"last_id":null})");
}

}  // namespace
}  // namespace proviso::protocol
