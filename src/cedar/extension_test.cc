#include "cedar/extension.h"

#include <gtest/gtest.h>

#include <limits>

namespace proviso::cedar {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(Decimal, ReadsOneToFourFractionDigits) {
  const struct {
    const char* text;
    std::int64_t ten_thousandths;
  } rows[] = {{"0.0", 0},
              {"1.5", 15'000},
              {"-0.5", -5'000},
              {"-0.0", 0},
              {"01.2345", 12'345},
              {"12.0001", 120'001},
              {"922337203685477.5807", kMost},
              {"-922337203685477.5808", kLeast},
              {"00000000000000000000000000001.0", 10'000}};
  for (const auto& row : rows) {
    const auto value = Decimal::Parse(row.text);
    ASSERT_TRUE(value) << row.text;
    EXPECT_EQ(value->ten_thousandths, row.ten_thousandths) << row.text;
    EXPECT_EQ(Decimal::Parse(value->Text()), *value) << row.text;
  }
  EXPECT_EQ(Decimal{15'000}.Text(), "1.5");
  EXPECT_EQ(Decimal{kLeast}.Text(), "-922337203685477.5808");
}

TEST(Decimal, RefusesOtherShapesAndSizes) {
  for (const char* text :
       {"", "1", "1.", ".5", "1.00000", "+1.0", "1,0", "--1.0", "1.0 ", "1.-1", "-.1", "1.0.0",
        "922337203685477.5808", "-922337203685477.5809", "99999999999999999999.0", "1e3.0"}) {
    EXPECT_FALSE(Decimal::Parse(text)) << text;
  }
}

TEST(IpAddress, ReadsBothFamiliesAndRanges) {
  const struct {
    const char* text;
    const char* printed;
  } rows[] = {{"10.0.0.1", "10.0.0.1"},
              {"10.0.0.1/32", "10.0.0.1"},
              {"10.0.0.0/8", "10.0.0.0/8"},
              {"0.0.0.0/0", "0.0.0.0/0"},
              {"::", "0:0:0:0:0:0:0:0"},
              {"::1", "0:0:0:0:0:0:0:1"},
              {"FFEE::/64", "ffee:0:0:0:0:0:0:0/64"},
              {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
              {"1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7:8"}};
  for (const auto& row : rows) {
    const auto value = IpAddress::Parse(row.text);
    ASSERT_TRUE(value) << row.text;
    EXPECT_EQ(value->Text(), row.printed);
    EXPECT_EQ(IpAddress::Parse(value->Text()), *value) << row.text;
  }
}

TEST(IpAddress, RefusesWhatIsNotOneAddressInOneWriting) {
  for (const char* text : {"",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "01.2.3.4",
                           "1.2.3.04",
                           "1.2.3.4/33",
                           "1.2.3.4/08",
                           "1.2.3.4/",
                           "1.2.3.4/-1",
                           "1.2.3.4/8/8",
                           "1..2.3",
                           "::ffff:1.2.3.4",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "1:2:3:4:5:6:7::8",
                           ":::",
                           ":1",
                           "1:",
                           "12345::",
                           "g::",
                           "::1%eth0",
                           "::/129",
                           "::/0128",
                           " ::1",
                           "[::1]"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
}

TEST(IpAddress, KnowsRangesLoopbackAndMulticast) {
  const auto in_range = [](const char* address, const char* range) {
    return IpAddress::Parse(address)->IsInRange(*IpAddress::Parse(range));
  };
  EXPECT_TRUE(in_range("10.1.2.3", "10.0.0.0/8"));
  EXPECT_TRUE(in_range("10.0.0.0/8", "10.0.0.0/8"));
  EXPECT_TRUE(in_range("10.0.0.7", "10.0.0.3/29"));
  EXPECT_FALSE(in_range("10.0.0.8", "10.0.0.3/29"));
  EXPECT_FALSE(in_range("10.0.0.0/8", "10.0.0.0/24"));
  EXPECT_TRUE(in_range("1.2.3.4", "0.0.0.0/0"));
  EXPECT_FALSE(in_range("::1", "0.0.0.0/0"));
  EXPECT_TRUE(in_range("ffee::1", "ffee::/127"));
  EXPECT_FALSE(in_range("ffee::2", "ffee::/127"));
  EXPECT_TRUE(IpAddress::Parse("127.9.9.9")->IsLoopback());
  EXPECT_FALSE(IpAddress::Parse("127.0.0.0/7")->IsLoopback());
  EXPECT_TRUE(IpAddress::Parse("::1")->IsLoopback());
  EXPECT_FALSE(IpAddress::Parse("::1/127")->IsLoopback());
  EXPECT_TRUE(IpAddress::Parse("239.1.1.1")->IsMulticast());
  EXPECT_FALSE(IpAddress::Parse("224.0.0.0/3")->IsMulticast());
  EXPECT_TRUE(IpAddress::Parse("ff02::1")->IsMulticast());
}

TEST(Duration, ReadsItsPartsInOrder) {
  const struct {
    const char* text;
    std::int64_t ms;
  } rows[] = {{"0ms", 0},
              {"5ms", 5},
              {"5m", 300'000},
              {"5m5ms", 300'005},
              {"1d2h3m4s5ms", 93'784'005},
              {"-1d", -86'400'000},
              {"-0d0h0m0s0ms", 0},
              {"9223372036854775807ms", kMost},
              {"-9223372036854775808ms", kLeast},
              {"0000000000000000000000000000001s", 1'000}};
  for (const auto& row : rows) {
    const auto value = Duration::Parse(row.text);
    ASSERT_TRUE(value) << row.text;
    EXPECT_EQ(value->ms, row.ms) << row.text;
    EXPECT_EQ(Duration::Parse(value->Text()), *value);
  }
}

TEST(Duration, RefusesOtherShapesAndOverflow) {
  for (const char* text : {"", "-", "1", "d", "1x", "1h1d", "1d1d", "1 d", "+1d", "--1d", "1.5s", "1ms1s",
                           "1D", "9223372036854775808ms", "-9223372036854775809ms", "106751991168d", "1d-1h",
                           "-361700864196609285d289361795175744773h", "99999999999999999999999999999999ms"}) {
    EXPECT_FALSE(Duration::Parse(text)) << text;
  }
}

TEST(Datetime, ReadsDatesTimesAndOffsets) {
  const struct {
    const char* text;
    std::int64_t epoch_ms;
  } rows[] = {{"1970-01-01", 0},
              {"2024-10-15", 1'728'950'400'000},
              {"2024-10-15T11:35:00Z", 1'728'992'100'000},
              {"2024-10-15T11:35:00.007Z", 1'728'992'100'007},
              {"2024-10-15T11:35:00+0100", 1'728'988'500'000},
              {"2024-10-15T11:35:00.000-0130", 1'728'997'500'000},
              {"2024-02-29", 1'709'164'800'000},
              {"0000-01-01", -62'167'219'200'000},
              {"9999-12-31T23:59:59.999Z", 253'402'300'799'999},
              {"0000-01-01T00:00:00+2359", -62'167'305'540'000}};
  for (const auto& row : rows) {
    const auto value = Datetime::Parse(row.text);
    ASSERT_TRUE(value) << row.text;
    EXPECT_EQ(value->epoch_ms, row.epoch_ms) << row.text;
    if (const auto text = value->Text()) EXPECT_EQ(Datetime::Parse(*text), *value) << *text;
  }
  EXPECT_EQ(Datetime{-1}.Text(), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Datetime{253'402'300'800'000}.Text(), std::nullopt);
  EXPECT_EQ(Datetime{kLeast}.Text(), std::nullopt);
}

TEST(Datetime, RefusesWhatIsNotADate) {
  for (const char* text : {"",
                           "2024",
                           "2024-1-1",
                           "2024-13-01",
                           "2024-00-01",
                           "2024-01-00",
                           "2023-02-29",
                           "2024-04-31",
                           "2024-10-15T",
                           "2024-10-15Z",
                           "2024-10-15T11:35Z",
                           "2024-10-15T11:35:00",
                           "2024-10-15T24:00:00Z",
                           "2024-10-15T11:60:00Z",
                           "2024-10-15T11:35:60Z",
                           "2024-10-15T11:35:00.1Z",
                           "2024-10-15T11:35:00.0000Z",
                           "2024-10-15T11:35:00+01:00",
                           "2024-10-15T11:35:00+2400",
                           "2024-10-15T11:35:00+0060",
                           "2024-10-15t11:35:00z",
                           "-2024-10-15",
                           "20240-10-15",
                           " 2024-10-15",
                           "2024-10-15T11:35:00Z "}) {
    EXPECT_FALSE(Datetime::Parse(text)) << text;
  }
}

TEST(Datetime, SplitsIntoDateAndTimeAlsoBeforeTheEpoch) {
  constexpr std::int64_t kDayMs = 86'400'000;
  EXPECT_EQ(Datetime{-1}.ToDate(), Datetime{-kDayMs});
  EXPECT_EQ(Datetime{-1}.ToTime(), Duration{kDayMs - 1});
  EXPECT_EQ(Datetime{-kDayMs}.ToDate(), Datetime{-kDayMs});
  EXPECT_EQ(Datetime{kDayMs + 7}.ToDate(), Datetime{kDayMs});
  EXPECT_EQ(Datetime{kLeast}.ToDate(), std::nullopt);
  EXPECT_TRUE(Datetime{kMost}.ToDate());
  EXPECT_EQ(Datetime{kMost}.Offset(Duration{1}), std::nullopt);
  EXPECT_EQ(Datetime{kLeast}.DurationSince(Datetime{1}), std::nullopt);
  EXPECT_EQ(Datetime{5}.DurationSince(Datetime{7}), Duration{-2});
}

}  // namespace
}  // namespace proviso::cedar
