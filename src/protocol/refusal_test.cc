#include "protocol/refusal.h"

#include <gtest/gtest.h>

namespace proviso::protocol {
namespace {

Refusal Held() {
  return {.kind = RefusalKind::kHeld,
          .message = "A person must \"decide\".",
          .decision_id = "dec_1",
          .clauses = {"c-1", "c-2"},
          .hold_id = "hold_1"};
}

TEST(Refusal, SpeaksTheCallersDialect) {
  EXPECT_EQ(
      RenderRefusal(Dialect::kOpenAiChat, Held()),
      R"({"error":{"message":"A person must \"decide\".","type":"permission_error","param":null,)"
      R"("code":"held_for_approval","proviso":{"decision":"dec_1","clauses":["c-1","c-2"],"hold":"hold_1"}}})");
  EXPECT_EQ(RenderRefusal(Dialect::kAnthropicMessages, Held()),
            R"({"type":"error","error":{"type":"permission_error","message":"A person must \"decide\".",)"
            R"("proviso":{"decision":"dec_1","clauses":["c-1","c-2"],"hold":"hold_1"}}})");
}

TEST(Refusal, LeavesOutWhatThereIsNot) {
  EXPECT_EQ(RenderRefusal(Dialect::kAnthropicMessages, {.kind = RefusalKind::kTooLarge,
                                                        .message = "too large",
                                                        .decision_id = "",
                                                        .clauses = {},
                                                        .hold_id = ""}),
            R"({"type":"error","error":{"type":"request_too_large","message":"too large",)"
            R"("proviso":{"decision":null,"clauses":[]}}})");
}

TEST(Refusal, IsOneEventInMidStream) {
  EXPECT_EQ(RenderStreamError(Dialect::kOpenAiChat, Held()),
            "data: " + RenderRefusal(Dialect::kOpenAiChat, Held()) + "\n\n");
  EXPECT_EQ(RenderStreamError(Dialect::kOpenAiResponses, Held()),
            R"(event: error
data: {"type":"error","sequence_number":0,"code":"held_for_approval","message":"A person must \"decide\".","param":null,)" +
                RenderRefusal(Dialect::kOpenAiResponses, Held()).substr(1) + "\n\n");
  EXPECT_EQ(RenderStreamError(Dialect::kAnthropicMessages, Held()),
            "event: error\ndata: " + RenderRefusal(Dialect::kAnthropicMessages, Held()) + "\n\n");
}

TEST(Refusal, HasAStatusThatSdksMapToTheRightException) {
  struct Row {
    RefusalKind kind;
    int status;
    Retry retry;
  };
  constexpr Row kRows[] = {
      {RefusalKind::kMalformed, 400, Retry::kNo},
      {RefusalKind::kUnauthenticated, 401, Retry::kNo},
      {RefusalKind::kForbidden, 403, Retry::kNo},
      {RefusalKind::kHeld, 403, Retry::kNo},
      {RefusalKind::kNotFound, 404, Retry::kNo},
      {RefusalKind::kTimeout, 408, Retry::kMayHelp},
      {RefusalKind::kConflict, 409, Retry::kNo},
      {RefusalKind::kTooLarge, 413, Retry::kNo},
      {RefusalKind::kRateLimited, 429, Retry::kMayHelp},
      {RefusalKind::kHeadersTooLarge, 431, Retry::kNo},
      {RefusalKind::kInternal, 500, Retry::kMayHelp},
      {RefusalKind::kUpstreamError, 502, Retry::kMayHelp},
      {RefusalKind::kOverloaded, 503, Retry::kMayHelp},
      {RefusalKind::kUpstreamTimeout, 504, Retry::kMayHelp},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(StatusOf(row.kind), row.status);
    EXPECT_EQ(RetryOf(row.kind), row.retry) << row.status;
  }
}

}  // namespace
}  // namespace proviso::protocol
