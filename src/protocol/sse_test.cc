#include "protocol/sse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proviso::protocol {
namespace {

using testing::HasSubstr;

TEST(SseReader, CutsFramesAtBlankLinesWhateverTheSplit) {
  const std::string bytes = "data: a\n\n\r\n: c\r\n\r\nevent: e\ndata: b\r\n\ndata: rest\n";
  const std::vector<std::string> expected = {"data: a\n\n", "\r\n", ": c\r\n\r\n", "event: e\ndata: b\r\n\n"};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    SseReader reader(100);
    std::vector<std::string> frames;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.Append(std::string_view(bytes).substr(at, piece));
      while (true) {
        const auto frame = reader.Next();
        ASSERT_TRUE(frame);
        if (frame->empty()) break;
        frames.emplace_back(*frame);
      }
    }
    EXPECT_EQ(frames, expected) << piece;
    EXPECT_EQ(reader.Unread(), "data: rest\n");
  }
}

TEST(SseReader, HoldsItsLimitAtTheEdge) {
  SseReader exact(9);
  exact.Append("data: a\n\n");
  EXPECT_TRUE(exact.Next());
  SseReader over(8);
  over.Append("data: a\n\n");
  EXPECT_FALSE(over.Next());
  SseReader unfinished(8);
  unfinished.Append("data: abc");
  EXPECT_FALSE(unfinished.Next());
}

TEST(SseFrame, ReadsFieldsAsTheStandardSays) {
  struct Row {
    std::string_view bytes;
    std::string_view event;
    std::string_view data;
    bool has_data;
  };
  constexpr Row kRows[] = {
      {"data: a\n\n", "", "a", true},
      {"data:a\r\n\r\n", "", "a", true},
      {"data:  a\n\n", "", " a", true},
      {"data: a\ndata: b\n\n", "", "a\nb", true},
      {"event: e\nid: 1\nretry: 2\n: note\ndata: a\n\n", "e", "a", true},
      {"data:\n\n", "", "", true},
      {": keep-alive\n\n", "", "", false},
      {"\n", "", "", false},
  };
  for (const Row& row : kRows) {
    const auto frame = ParseFrame(row.bytes);
    ASSERT_TRUE(frame) << row.bytes;
    EXPECT_EQ(frame->event, row.event);
    EXPECT_EQ(frame->data, row.data);
    EXPECT_EQ(frame->has_data, row.has_data);
    EXPECT_EQ(frame->bytes, row.bytes);
  }
}

TEST(SseFrame, RefusesWhatClientsReadDifferently) {
  struct Row {
    std::string_view bytes;
    std::string_view error;
  };
  constexpr Row kRows[] = {
      {"data: a\rdata: b\n\n", "a carriage return"},
      {"data: a\r\r\n\n", "a carriage return"},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       "an unknown field"},
      {"Data: a\n\n", "an unknown field \"Data\""},
      {" data: a\n\n", "an unknown field \" data\""},
      {"data : a\n\n", "an unknown field \"data \""},
      {"<html>\n\n", "a line without a field: \"<html>\""},
      {"data\n\n", "a line without a field"},
      {"event: a\nevent: b\n\n", "a second field \"event\""},
  };
  for (const Row& row : kRows) {
    const auto frame = ParseFrame(row.bytes);
    ASSERT_FALSE(frame) << row.bytes;
    EXPECT_THAT(frame.error().message, HasSubstr(row.error));
  }
}

TEST(SseFrame, KeepsItsOtherLinesWhenItsDataChanges) {
  const auto frame = ParseFrame("event: e\r\nid: 7\r\ndata: {\r\ndata: }\r\n\r\n");
  ASSERT_TRUE(frame);
  EXPECT_EQ(WithData(*frame, "{\n}"), "event: e\r\nid: 7\r\ndata: { }\r\n\r\n");
}

}  // namespace
}  // namespace proviso::protocol
