#include "gateway/mcp_sessions.h"

#include <gmock/gmock.h>

#include "gateway/mcp_limits.h"

namespace proviso::gateway {
namespace {

using base::ErrorCode;

const McpSessions::Owner kOwner{"stock", "key-a"};

TEST(McpSessions, BelongToOneKeyOnOneServer) {
  McpSessions sessions;
  const auto id = sessions.Open(kOwner, "theirs", 0);
  ASSERT_TRUE(id);
  EXPECT_NE(*id, "theirs");
  EXPECT_EQ(sessions.UpstreamOf(*id, kOwner, 1), "theirs");
  EXPECT_EQ(sessions.UpstreamOf(*id, {"stock", "key-b"}, 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(sessions.UpstreamOf(*id, {"other", "key-a"}, 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(sessions.UpstreamOf("theirs", kOwner, 1).error().code, ErrorCode::kNotFound);
  sessions.Close(*id);
  EXPECT_EQ(sessions.UpstreamOf(*id, kOwner, 1).error().code, ErrorCode::kNotFound);
}

TEST(McpSessions, TakeAnIdOnceUntilItIsAnswered) {
  McpSessions sessions;
  const std::string id = *sessions.Open(kOwner, "theirs", 0);
  ASSERT_TRUE(sessions.BeginRequest(id, "1"));
  EXPECT_TRUE(sessions.BeginRequest(id, "\"1\""));
  EXPECT_EQ(sessions.BeginRequest(id, "1").error().code, ErrorCode::kConflict);
  EXPECT_FALSE(sessions.IsCancelled(id, "1"));
  sessions.CancelRequest(id, "1");
  EXPECT_TRUE(sessions.IsCancelled(id, "1"));
  EXPECT_FALSE(sessions.IsCancelled(id, "\"1\""));
  sessions.EndRequest(id, "1");
  EXPECT_TRUE(sessions.BeginRequest(id, "1"));
  EXPECT_FALSE(sessions.IsCancelled(id, "1"));
  sessions.CancelRequest(id, "2");  // never began
  EXPECT_FALSE(sessions.IsCancelled(id, "2"));
}

TEST(McpSessions, RememberToolsUntilTheyChange) {
  McpSessions sessions;
  const std::string id = *sessions.Open(kOwner, "theirs", 0);
  EXPECT_EQ(sessions.SchemaOf(id, "a", 0), std::nullopt);
  sessions.RememberTool(id, "a", "{}", 0);
  sessions.RememberTool(id, "b", "{}", 0);
  sessions.RememberTool(id, "b", "{}", 0);
  EXPECT_EQ(sessions.SchemaOf(id, "a", 0), "{}");
  EXPECT_EQ(sessions.SchemaOf(id, "b", 0), "") << "listed twice, so it matches no schema";
  EXPECT_EQ(sessions.SchemaOf(id, "a", kMcpToolsFreshMax.count()), "{}");
  EXPECT_EQ(sessions.SchemaOf(id, "a", kMcpToolsFreshMax.count() + 1), std::nullopt);
  sessions.ForgetTools(id);
  EXPECT_EQ(sessions.SchemaOf(id, "a", 0), std::nullopt);
}

TEST(McpSessions, OfServersWithoutSessionsRememberNothing) {
  McpSessions sessions;
  EXPECT_TRUE(sessions.BeginRequest("", "1"));
  EXPECT_TRUE(sessions.BeginRequest("", "1")) << "one key may serve many clients, which number alike";
  sessions.RememberTool("", "a", "{}", 0);
  EXPECT_EQ(sessions.SchemaOf("", "a", 0), std::nullopt);
}

TEST(McpSessions, HaveBounds) {
  McpSessions sessions;
  std::string id;
  for (std::size_t i = 0; i < kMcpSessionsPerCallerMax; ++i) id = *sessions.Open(kOwner, "theirs", 0);
  EXPECT_EQ(sessions.Open(kOwner, "theirs", 1).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(sessions.Open({"stock", "key-b"}, "theirs", 1));
  sessions.Close(id);
  EXPECT_TRUE(sessions.Open(kOwner, "theirs", 1));
  EXPECT_EQ(sessions.Open(kOwner, "theirs", kMcpSessionIdleMax.count()).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(sessions.Open(kOwner, "theirs", kMcpSessionIdleMax.count() + 1))
      << "the idle ones are forgotten";

  const std::string open = *sessions.Open(kOwner, "theirs", kMcpSessionIdleMax.count() + 1);
  for (std::size_t i = 0; i < kMcpRequestsInFlightMax; ++i)
    ASSERT_TRUE(sessions.BeginRequest(open, std::to_string(i)));
  EXPECT_EQ(sessions.BeginRequest(open, "one more").error().code, ErrorCode::kLimit);
  for (std::size_t i = 0; i <= kMcpToolsRememberedMax; ++i)
    sessions.RememberTool(open, std::to_string(i), "{}", 0);
  EXPECT_TRUE(sessions.SchemaOf(open, std::to_string(kMcpToolsRememberedMax - 1), 0));
  EXPECT_FALSE(sessions.SchemaOf(open, std::to_string(kMcpToolsRememberedMax), 0));
  for (std::size_t i = 0; i < kMcpStreamsPerCallerMax; ++i) ASSERT_TRUE(sessions.BeginStream("key-a"));
  EXPECT_EQ(sessions.BeginStream("key-a").error().code, ErrorCode::kLimit);
  EXPECT_TRUE(sessions.BeginStream("key-b"));
  sessions.EndStream("key-a");
  EXPECT_TRUE(sessions.BeginStream("key-a"));
}

}  // namespace
}  // namespace proviso::gateway
