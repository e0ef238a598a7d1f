#include "terms/internal/plain_text.h"

#include <gtest/gtest.h>

namespace proviso::terms::internal {
namespace {

TEST(PlainText, ShowsNothingThatChangesWhatStandsAroundIt) {
  struct Row {
    std::string text;
    std::string plain;
  };
  for (const Row& row : std::vector<Row>{{"clause 4.2, “§ 7”", "clause 4.2, “§ 7”"},
                                         {"\x1b[31mred", "\xef\xbf\xbd[31mred"},
                                         {"two\nlines\t", "two\xef\xbf\xbdlines\xef\xbf\xbd"},
                                         {"\xe2\x80\xae"
                                          "drawkcab",
                                          "\xef\xbf\xbd"
                                          "drawkcab"},
                                         {"a\xe2\x80\x8b"
                                          "b",
                                          "a\xef\xbf\xbd"
                                          "b"},
                                         {"\xff"
                                          "bad\xc3",
                                          "\xef\xbf\xbd"
                                          "bad\xef\xbf\xbd"},
                                         {"\xc2\x9b"
                                          "31m",
                                          "\xef\xbf\xbd"
                                          "31m"},
                                         {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
                                         {"日本 🙂", "日本 🙂"}}) {
    EXPECT_EQ(Plain(row.text), row.plain);
  }
  EXPECT_EQ(PlainLines("two\nlines\r"), "two\nlines\xef\xbf\xbd");
}

TEST(PlainText, BreaksLinesAtSpacesOnly) {
  EXPECT_EQ(Wrapped("one two three", "- ", "  ", 9), "- one two\n  three\n");
  EXPECT_EQ(Wrapped("averyveryverylongword so", "- ", "  ", 8), "- averyveryverylongword\n  so\n");
  EXPECT_EQ(Wrapped("äöü äöü", "", "", 7), "äöü äöü\n");
  EXPECT_EQ(Wrapped("", "x: ", "", 7), "x: \n");
}

TEST(PlainText, IndentsLinesAndLeavesEmptyOnesEmpty) {
  EXPECT_EQ(Indented("a\n\nb", "  "), "  a\n\n  b\n");
  EXPECT_EQ(Indented("a\n", "  "), "  a\n");
}

}  // namespace
}  // namespace proviso::terms::internal
