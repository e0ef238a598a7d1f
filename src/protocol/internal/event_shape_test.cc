#include "protocol/internal/event_shape.h"

#include <gtest/gtest.h>

namespace proviso::protocol::internal {
namespace {

/// Learns `event` with holes at the two places marked by `#…#`; the marks are not part of it.
EventShape Learnt(std::string marked) {
  std::vector<EventShape::Hole> holes;
  for (std::size_t at = marked.find('#'); at != std::string::npos; at = marked.find('#')) {
    marked.erase(at, 1);
    const std::size_t end = marked.find('#');
    marked.erase(end, 1);
    const bool number = marked.find_first_not_of("0123456789", at) >= end && end > at;
    const auto content = number          ? EventShape::Content::kNumber
                         : holes.empty() ? EventShape::Content::kText
                                         : EventShape::Content::kPadding;
    holes.push_back({.begin = at, .end = end, .content = content});
  }
  EventShape shape;
  shape.Learn(marked, holes);
  return shape;
}

TEST(EventShape, AcceptsOnlyOtherTextInTheHoles) {
  const EventShape shape = Learnt(R"(data: {"t":"#a#","p":"#xyz#","n":1})");
  struct Row {
    std::string_view bytes;
    int text_bytes;  // -1: no match
  };
  constexpr Row kRows[] = {
      {R"(data: {"t":"a","p":"xyz","n":1})", 1},
      {R"(data: {"t":"","p":"","n":1})", 0},
      {R"(data: {"t":"\"\\\n","p":"pad","n":1}data: next)", 3},
      {"data: {\"t\":\"\xC3\xA9\",\"p\":\"\",\"n\":1}", 2},
      {"data: {\"t\":\"\xC3\",\"p\":\"\",\"n\":1}", -1},
      {R"(data: {"t":"\u0041","p":"","n":1})", -1},
      {R"(data: {"t":"\x","p":"","n":1})", -1},
      {"data: {\"t\":\"\n\",\"p\":\"\",\"n\":1}", -1},
      {R"(data: {"t":"a","tool_calls":[],"p":"","n":1})", -1},
      {R"(data: {"t": "a","p":"","n":1})", -1},
      {R"(data: {"t":"a","p":"","n":12})", -1},
      {R"(data: {"t":"a","p":"","n":1)", -1},
      {R"(data: {"t":"a)", -1},
      {R"(data: {"t":"a\)", -1},
      {"", -1},
  };
  for (const Row& row : kRows) {
    const auto match = shape.Find(row.bytes);
    EXPECT_EQ(match ? static_cast<int>(match->text_bytes) : -1, row.text_bytes) << row.bytes;
  }
  EXPECT_EQ(shape.Find(kRows[0].bytes)->bytes, kRows[0].bytes.size());
}

TEST(EventShape, MatchesNothingBeforeItLearnsAndAfterItForgets) {
  EventShape shape;
  EXPECT_FALSE(shape.Find("data: a"));
  shape = Learnt("data: #a#\"");
  EXPECT_TRUE(shape.Find("data: b\""));
  shape.Forget();
  EXPECT_FALSE(shape.Find("data: b\""));
}

TEST(EventShape, AcceptsAnotherNumberWhereAnEventCountsItself) {
  const EventShape shape = Learnt(R"(data: {"t":"#a#","n":#7#})");
  for (const char* good :
       {R"(data: {"t":"b","n":8})", R"(data: {"t":"b","n":0})", R"(data: {"t":"b","n":123456789012345})"}) {
    EXPECT_TRUE(shape.Find(good)) << good;
  }
  for (const char* bad :
       {R"(data: {"t":"b","n":08})", R"(data: {"t":"b","n":-8})", R"(data: {"t":"b","n":8.5})",
        R"(data: {"t":"b","n":})", R"(data: {"t":"b","n":"8"})", R"(data: {"t":"b","n":8)",
        R"(data: {"t":"b","n":1234567890123456})", R"(data: {"t":"b","n":8,"m":1})"}) {
    EXPECT_FALSE(shape.Find(bad)) << bad;
  }
}

}  // namespace
}  // namespace proviso::protocol::internal
