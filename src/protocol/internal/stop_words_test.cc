#include "protocol/internal/stop_words.h"

#include <gtest/gtest.h>

namespace proviso::protocol::internal {
namespace {

struct Row {
  StopClass stop;
  const char* words[kDialects.size()];  // in the order of kDialects
};

constexpr Row kRows[] = {
    {StopClass::kEnd, {"stop", "completed", "end_turn", "STOP", "end_turn"}},
    {StopClass::kLength, {"length", "max_output_tokens", "max_tokens", "MAX_TOKENS", "max_tokens"}},
    {StopClass::kStopSequence, {"stop", "completed", "stop_sequence", "STOP", "stop_sequence"}},
    {StopClass::kToolCall, {"tool_calls", "completed", "tool_use", "STOP", "tool_use"}},
    {StopClass::kContentFilter,
     {"content_filter", "content_filter", "refusal", "SAFETY", "content_filtered"}},
    {StopClass::kRefusal, {"content_filter", "content_filter", "refusal", "SAFETY", "content_filtered"}},
    {StopClass::kPause, {"stop", "completed", "pause_turn", "STOP", "end_turn"}},
    {StopClass::kOther, {"stop", "completed", "end_turn", "OTHER", "end_turn"}},
    {StopClass::kNone, {"stop", "completed", "end_turn", "STOP", "end_turn"}},
};

TEST(StopWord, IsTheNearestThatTheDialectHas) {
  for (const Row& row : kRows) {
    for (std::size_t i = 0; i < kDialects.size(); ++i)
      EXPECT_EQ(StopWord(kDialects[i], row.stop), row.words[i]) << NameOf(kDialects[i]);
  }
}

TEST(StopWord, IsReadAsItIsWrittenWhereTheDialectHasOne) {
  for (const Dialect dialect : kDialects) {
    for (const StopClass stop : {StopClass::kEnd, StopClass::kLength})
      EXPECT_EQ(StopOf(dialect, StopWord(dialect, stop)), stop);
    EXPECT_EQ(StopOf(dialect, ""), StopClass::kNone);
    EXPECT_EQ(StopOf(dialect, "a word of next year"), StopClass::kOther);
  }
}

}  // namespace
}  // namespace proviso::protocol::internal
