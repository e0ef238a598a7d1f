#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/random.h"

namespace proviso::base {
namespace {

TEST(Bytes, HexIsStrict) {
  EXPECT_EQ(ToHex(Bytes{0x00, 0xAB, 0xFF}), "00abff");
  EXPECT_EQ(FromHex("00ABff").value(), (Bytes{0x00, 0xAB, 0xFF}));
  EXPECT_FALSE(FromHex("abc"));
  EXPECT_FALSE(FromHex("zz"));
}

TEST(Bytes, Base64FollowsRfc4648) {
  struct Row {
    std::string_view plain;
    std::string_view text;
  };
  constexpr Row kRows[] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                           {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const Row& row : kRows) {
    EXPECT_EQ(ToBase64(AsBytes(row.plain)), row.text);
    EXPECT_EQ(AsText(FromBase64(row.text).value()), row.plain);
  }
}

TEST(Bytes, Base64HasOneTextForOneValue) {
  for (const std::string_view wrong :
       {"Zg=", "Zg", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Z g=", "Zm8-"}) {
    EXPECT_FALSE(FromBase64(wrong)) << wrong;
  }
}

TEST(Clock, WritesAndReadsUtc) {
  EXPECT_EQ(FormatUtc(1772271000123), "2026-02-28T09:30:00.123Z");
  EXPECT_EQ(ParseUtc("2026-02-28T09:30:00.123Z").value(), 1772271000123);
  EXPECT_EQ(ParseUtc("2026-02-28T09:30:00Z").value(), 1772271000000);
  EXPECT_EQ(ParseUtc("1970-01-02").value(), 86'400'000);
  for (const std::string_view wrong : {"", "2026", "2026-02-30", "2026-02-28T", "2026-02-28T24:00:00Z",
                                       "2026-02-28T09:30:00", "2026-02-28 09:30:00Z"}) {
    EXPECT_FALSE(ParseUtc(wrong)) << wrong;
  }
}

TEST(Ids, SortByTimeAndDoNotRepeat) {
  const std::string early = NewId("dec", 1000);
  const std::string late = NewId("dec", 2000);
  EXPECT_EQ(early.size(), 4U + 26U);
  EXPECT_LT(early, late);
  EXPECT_NE(NewId("dec", 1000), early);
}

}  // namespace
}  // namespace proviso::base
