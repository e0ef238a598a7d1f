#include "oversight/visible_text.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace proviso::oversight {
namespace {

TEST(VisibleText, EscapesWhatHasNoInkOrMovesTheInk) {
  const struct {
    std::string_view text;
    std::string_view visible;
  } rows[] = {
      {"plain text, 100%", "plain text, 100%"},
      {"日本語 עברית العربية é ß", "日本語 עברית العربية é ß"},
      {"a\x1B[2Jb", "a\\u001b[2Jb"},            // clears a terminal
      {"a\r\n\tb", "a\\u000d\\u000a\\u0009b"},  // starts lines of its own
      {std::string_view("a\0b", 3), "a\\u0000b"},
      {"\x7F", "\\u007f"},
      {"\xC2\x9B"
       "31m",
       "\\u009b31m"},  // the one-character control sequence introducer
      {"\xE2\x80\xAE"
       "gpj",
       "\\u202egpj"},               // right-to-left override
      {"\xE2\x81\xA6", "\\u2066"},  // isolate
      {"\xD8\x9C", "\\u061c"},      // Arabic letter mark
      {"a\xE2\x80\x8B"
       "b",
       "a\\u200bb"},  // zero width space
      {"a\xC2\xAD"
       "b",
       "a\\u00adb"},  // soft hyphen
      {"a\xC2\xA0"
       "b",
       "a\\u00a0b"},  // no-break space
      {"a\xE3\x80\x80"
       "b",
       "a\\u3000b"},                              // ideographic space
      {"\xE3\x85\xA4", "\\u3164"},                // Hangul filler
      {"\xE2\xA0\x80", "\\u2800"},                // blank Braille
      {"\xE2\x80\xA8", "\\u2028"},                // line separator
      {"\xEF\xBB\xBF", "\\ufeff"},                // byte order mark
      {"\xEF\xB8\x8F", "\\ufe0f"},                // variation selector
      {"\xF3\xA0\x81\xA1", "\\udb40\\udc61"},     // tag letter, invisible ASCII
      {"\xF3\xA0\x84\x80", "\\udb40\\udd00"},     // variation selector 17
      {"\xEE\x80\x80", "\\ue000"},                // private use
      {"\xFF", "\\ufffd"},                        // not UTF-8
      {"\xC0\xAF", "\\ufffd\\ufffd"},             // overlong
      {"\xED\xA0\x80", "\\ufffd\\ufffd\\ufffd"},  // a surrogate
      {"\xF4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
      {"\xE2\x82", "\\ufffd\\ufffd"},  // cut short
  };
  for (const auto& row : rows) EXPECT_EQ(MakeVisible(row.text, Backslashes::kKeep), row.visible);
}

TEST(VisibleText, KeepsTypedEscapesApartFromOurs) {
  EXPECT_EQ(MakeVisible("a\\u202e\xE2\x80\xAE", Backslashes::kDouble), "a\\\\u202e\\u202e");
}

TEST(VisibleText, AJsonStringStaysTheSameString) {
  const std::string text = "q\" b\\ \x1B n\n \xE2\x80\xAE \xF3\xA0\x81\xA1 é";
  const std::string literal = VisibleJsonString(text);
  EXPECT_EQ(base::JsonDocument::Parse(literal).value().root().text(), text);
}

// Were the table out of order, the search would stop too early and miss some of these.
TEST(VisibleText, FindsTheFirstAndLastOfEachPartOfTheTable) {
  for (const std::uint32_t deceptive :
       {0x0U, 0x9FU, 0x34FU, 0x61CU, 0x180EU, 0x200BU, 0x206FU, 0xFFF9U, 0xFFFEU, 0x110BDU, 0x1BCA0U,
        0x1D173U, 0xE0001U, 0xE01EFU, 0xF0000U, 0x10FFFFU}) {
    EXPECT_TRUE(IsDeceptive(deceptive)) << std::hex << deceptive;
  }
  for (const std::uint32_t shown :
       {0x20U, 0x7EU, 0xA1U, 0xAEU, 0x3B1U, 0x627U, 0x1100U, 0x2010U, 0x3042U, 0xAC00U, 0x1F600U}) {
    EXPECT_FALSE(IsDeceptive(shown)) << std::hex << shown;
  }
}

}  // namespace
}  // namespace proviso::oversight
