#include "protocol/aws_event_stream.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace proviso::protocol {
namespace {

using base::ErrorCode;
using Type = AwsHeader::Type;

std::string FromHex(std::string_view hex) {
  const auto bytes = base::FromHex(hex);
  return bytes ? std::string(base::AsText(*bytes)) : "not hexadecimal";
}

std::vector<AwsHeader> OneOfEach() {
  return {{.name = "t", .type = Type::kTrue},
          {.name = "f", .type = Type::kFalse},
          {.name = "byte", .type = Type::kByte, .number = -1},
          {.name = "short", .type = Type::kShort, .number = -32768},
          {.name = "integer", .type = Type::kInteger, .number = 2147483647},
          {.name = "long", .type = Type::kLong, .number = INT64_MIN},
          {.name = "bytes", .type = Type::kBytes, .bytes = std::string_view("\0\xFF", 2)},
          {.name = "text", .type = Type::kText, .bytes = "żółw"},
          {.name = "timestamp", .type = Type::kTimestamp, .number = 1'795'000'000'000},
          {.name = "uuid", .type = Type::kUuid, .bytes = "0123456789abcdef"}};
}

TEST(AwsEventStream, HasTheChecksumOfIeee8023) {
  struct Fact {
    std::string_view text;
    std::uint32_t crc;
  };
  const Fact facts[] = {{"", 0},
                        {"a", 0xE8B7BE43},
                        {"123456789", 0xCBF43926},
                        {"The quick brown fox jumps over the lazy dog", 0x414FA339}};
  for (const Fact& fact : facts) {
    EXPECT_EQ(Crc32(fact.text), fact.crc) << fact.text;
    for (std::size_t at = 0; at <= fact.text.size(); ++at) {
      EXPECT_EQ(Crc32(fact.text.substr(at), Crc32(fact.text.substr(0, at))), fact.crc);
    }
  }
}

TEST(AwsEventStream, WritesTheBytesOfTheFormat) {
  EXPECT_EQ(MakeAwsFrame({}, ""), FromHex("000000100000000005c248eb7d98c8ff"));
  const AwsHeader header{.name = "content-type", .type = Type::kText, .bytes = "application/json"};
  EXPECT_EQ(MakeAwsFrame({&header, 1}, R"({"foo":"bar"})"),
            FromHex("0000003d0000002007fd83960c636f6e74656e742d74797065070010"
                    "6170706c69636174696f6e2f6a736f6e7b22666f6f223a22626172227d70651433"));
}

TEST(AwsEventStream, GivesBackEveryTypeOfHeader) {
  const std::vector<AwsHeader> headers = OneOfEach();
  const std::string bytes = MakeAwsFrame(headers, "payload");
  const auto frame = ParseAwsFrame(bytes);
  ASSERT_TRUE(frame) << frame.error().message;
  EXPECT_EQ(frame->headers, headers);
  EXPECT_EQ(frame->payload, "payload");
  EXPECT_EQ(frame->Text("text"), "żółw");
  EXPECT_EQ(frame->Text("bytes"), "") << "only texts are texts";
  EXPECT_EQ(frame->Text("none"), "");
  EXPECT_EQ(WithPayload(*frame, "payload"), bytes);
}

TEST(AwsEventStream, NamesEventsAndExceptions) {
  const std::string event = MakeAwsEvent("messageStop", "{}");
  EXPECT_EQ(ParseAwsFrame(event)->Text(":message-type"), "event");
  EXPECT_EQ(ParseAwsFrame(event)->Text(":event-type"), "messageStop");
  const std::string exception = MakeAwsException("validationException", "{}");
  EXPECT_EQ(ParseAwsFrame(exception)->Text(":message-type"), "exception");
  EXPECT_EQ(ParseAwsFrame(exception)->Text(":exception-type"), "validationException");
}

TEST(AwsEventStream, RefusesAFrameWithAnyChangedByte) {
  const std::string bytes = MakeAwsFrame(OneOfEach(), "payload");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    EXPECT_FALSE(ParseAwsFrame(changed)) << i;
  }
}

TEST(AwsEventStream, RefusesAFrameCutAtAnyByte) {
  const std::string bytes = MakeAwsFrame(OneOfEach(), "payload");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseAwsFrame(bytes.substr(0, size)).error().code, ErrorCode::kCorrupt) << size;
  }
  EXPECT_EQ(ParseAwsFrame(bytes + "x").error().code, ErrorCode::kCorrupt);
}

/// A frame with these header bytes and right checksums.
std::string WithHeaderBytes(std::string_view headers) {
  const AwsHeader spare{.name = "x", .type = Type::kBytes, .bytes = headers};
  const std::string donor = MakeAwsFrame({&spare, 1}, "");
  std::string out = MakeAwsFrame({}, headers);
  // The same bytes, counted as headers and not as payload.
  out[4] = 0;
  out[5] = static_cast<char>(headers.size() >> 16U);
  out[6] = static_cast<char>(headers.size() >> 8U);
  out[7] = static_cast<char>(headers.size());
  const auto put = [&](std::size_t at, std::uint32_t crc) {
    for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(crc >> (24U - 8U * i));
  };
  put(8, Crc32(std::string_view(out).substr(0, 8)));
  put(out.size() - 4, Crc32(std::string_view(out).substr(0, out.size() - 4)));
  return out;
}

TEST(AwsEventStream, RefusesHeadersThatBreakTheFormat) {
  struct Fact {
    std::string_view why;
    std::string headers;
    std::string_view message;
  };
  const Fact facts[] = {
      {"no name", FromHex("0000"), "event stream frame: a header that ends early or has no name"},
      {"name cut", FromHex("0561"), "event stream frame: a header that ends early or has no name"},
      {"no type", FromHex("0161"), "event stream frame: a header that ends early or has no name"},
      {"unknown type", FromHex("01610a"), "event stream frame: a header of an unknown type"},
      {"no size", FromHex("01610700"), "event stream frame: a header that ends early"},
      {"value cut", FromHex("016107000261"), "event stream frame: a header that ends early"},
      {"number cut", FromHex("016104000000"), "event stream frame: a header that ends early"},
      {"not UTF-8", FromHex("0161070001ff"), "event stream frame: a text header that is not UTF-8"},
      {"name not UTF-8", FromHex("01ff00"), "event stream frame: a header's name that is not UTF-8"},
      {"twice", FromHex("016100016101"), "event stream frame: one header twice"},
  };
  for (const Fact& fact : facts) {
    const auto frame = ParseAwsFrame(WithHeaderBytes(fact.headers));
    ASSERT_FALSE(frame) << fact.why;
    EXPECT_EQ(frame.error().message, fact.message) << fact.why;
    EXPECT_EQ(frame.error().code, ErrorCode::kCorrupt);
  }
}

TEST(AwsEventStream, HoldsItsLimitsAtTheirEdge) {
  std::string headers;
  for (std::size_t i = 0; i < kAwsHeadersMax; ++i) {
    headers += std::string("\x02") + static_cast<char>('a' + i / 26) + static_cast<char>('a' + i % 26);
    headers.push_back(0);
  }
  EXPECT_TRUE(ParseAwsFrame(WithHeaderBytes(headers)));
  EXPECT_EQ(ParseAwsFrame(WithHeaderBytes(headers + FromHex("015a00"))).error().code, ErrorCode::kLimit);

  const std::string frame = MakeAwsEvent("a", "{}");
  AwsFrameReader fits(frame.size());
  fits.Append(frame);
  EXPECT_EQ(fits.Next(), frame);
  AwsFrameReader small(frame.size() - 1);
  small.Append(frame.substr(0, 12));
  EXPECT_EQ(small.Next().error().code, ErrorCode::kLimit) << "before its bytes are waited for";
}

TEST(AwsEventStream, RefusesHeadersLargerThanTheLimitByTheirPrelude) {
  const auto prelude = [](std::uint32_t frame_bytes, std::uint32_t header_bytes) {
    std::string out;
    for (const std::uint32_t number : {frame_bytes, header_bytes}) {
      for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<char>(number >> (24U - 8U * i)));
    }
    const std::uint32_t crc = Crc32(out);
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<char>(crc >> (24U - 8U * i)));
    return out;
  };
  const auto next = [&](std::uint32_t frame_bytes, std::uint32_t header_bytes) {
    AwsFrameReader reader;
    reader.Append(prelude(frame_bytes, header_bytes));
    return reader.Next();
  };
  EXPECT_EQ(next(1U << 20U, kAwsHeaderBytesMax), "") << "it waits for the rest";
  EXPECT_EQ(next(1U << 20U, kAwsHeaderBytesMax + 1).error().code, ErrorCode::kLimit);
  EXPECT_EQ(next(kAwsFrameBytesMax, 0), "");
  EXPECT_EQ(next(kAwsFrameBytesMax + 1, 0).error().code, ErrorCode::kLimit);
  EXPECT_EQ(next(116, 100), "");
  EXPECT_EQ(next(115, 100).error().code, ErrorCode::kCorrupt);
}

TEST(AwsEventStream, FindsTheSameFramesUnderAnySplit) {
  const std::vector<std::string> frames = {MakeAwsEvent("a", "{}"), MakeAwsFrame({}, ""),
                                           MakeAwsEvent("b", R"({"text":"żółw"})")};
  const std::string bytes = frames[0] + frames[1] + frames[2];
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    AwsFrameReader reader;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.Append(std::string_view(bytes).substr(at, piece));
      for (auto frame = reader.Next(); !frame->empty(); frame = reader.Next()) found.emplace_back(*frame);
    }
    EXPECT_EQ(found, frames) << piece;
    EXPECT_EQ(reader.Unread(), "");
  }
}

}  // namespace
}  // namespace proviso::protocol
