#include <gtest/gtest.h>

#include <set>

#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {

TEST(CallId, StandsWhereItMay) {
  const std::tuple<Dialect, Profile, std::string> table[] = {
      {Dialect::kOpenAiChat, Profile::kNone, "toolu_01A09q90qw90lq917835lq9"},
      {Dialect::kOpenAiChat, Profile::kNone, std::string(40, 'a')},
      {Dialect::kOpenAiChat, Profile::kMistral, "gSIMJiOkT"},
      {Dialect::kOpenAiResponses, Profile::kNone, std::string(64, 'a')},
      {Dialect::kAnthropicMessages, Profile::kNone, "call_abc-DEF_123"},
      {Dialect::kBedrockConverse, Profile::kNone, "tooluse_abc-DEF_123"},
      {Dialect::kGemini, Profile::kNone, "what:ever it/is"},
  };
  for (const auto& [target, profile, id] : table) EXPECT_EQ(CallIdFor(target, profile, id), id);
}

TEST(CallId, IsRenamedTheSameEachTimeWhereItMayNotStand) {
  const std::tuple<Dialect, Profile, std::string, std::size_t> table[] = {
      {Dialect::kOpenAiChat, Profile::kNone, std::string(41, 'a'), 29},
      {Dialect::kOpenAiChat, Profile::kMistral, "call_0123456789", 9},
      {Dialect::kOpenAiChat, Profile::kMistral, "12345678_", 9},
      {Dialect::kOpenAiChat, Profile::kNone, "", 29},
      {Dialect::kOpenAiResponses, Profile::kNone, std::string(65, 'a'), 29},
      {Dialect::kAnthropicMessages, Profile::kNone, "functions.f:0", 29},
      {Dialect::kBedrockConverse, Profile::kNone, "functions.f:0", 29},
  };
  for (const auto& [target, profile, id, size] : table) {
    const std::string renamed = CallIdFor(target, profile, id);
    EXPECT_EQ(renamed.size(), size) << id;
    EXPECT_EQ(CallIdFor(target, profile, id), renamed);
    EXPECT_EQ(CallIdFor(target, profile, renamed), renamed) << "a name that was given stands";
    EXPECT_NE(CallIdFor(target, profile, id + "x"), renamed);
  }
}

TEST(CallId, IsOneOfManyEvenWithNineLetters) {
  std::set<std::string> ids;
  for (int i = 0; i < 20'000; ++i)
    ids.insert(CallIdFor(Dialect::kOpenAiChat, Profile::kMistral, "call_" + std::to_string(i)));
  EXPECT_EQ(ids.size(), 20'000U);
}

TEST(CallId, IsInventedFromAllThatTheCallSays) {
  const std::string id = InventCallId("resp_1", 0, "f", "{}");
  EXPECT_EQ(InventCallId("resp_1", 0, "f", "{}"), id);
  for (const Dialect dialect : kDialects) EXPECT_EQ(CallIdFor(dialect, Profile::kNone, id), id);
  EXPECT_NE(InventCallId("resp_2", 0, "f", "{}"), id);
  EXPECT_NE(InventCallId("resp_1", 1, "f", "{}"), id);
  EXPECT_NE(InventCallId("resp_1", 0, "f{", "}"), id);
}

}  // namespace
}  // namespace proviso::protocol::internal
