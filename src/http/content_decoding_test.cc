#include "http/content_decoding.h"

#include <brotli/encode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "http/limits.h"

namespace proviso::http {
namespace {

std::string Deflated(std::string_view text, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Gzipped(std::string_view text) {
  return Deflated(text, 15 + 16);
}

std::string Brotlied(std::string_view text) {
  std::size_t bytes = BrotliEncoderMaxCompressedSize(text.size()) + 64;
  std::string out(bytes, '\0');
  BrotliEncoderCompress(9, 22, BROTLI_MODE_TEXT, text.size(),
                        reinterpret_cast<const std::uint8_t*>(text.data()), &bytes,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(bytes);
  return out;
}

struct Coded {
  ContentCoding coding;
  std::string bytes;
};

/// `text` in every coding, and in both readings of "deflate".
std::vector<Coded> InEveryCoding(const std::string& text) {
  return {{ContentCoding::kIdentity, text},
          {ContentCoding::kGzip, Gzipped(text)},
          {ContentCoding::kDeflate, Deflated(text, 15)},
          {ContentCoding::kDeflate, Deflated(text, -15)},
          {ContentCoding::kBrotli, Brotlied(text)}};
}

std::string Events(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += "data: {\"index\":" + std::to_string(i * 7919 % 10'007) + ",\"delta\":\"word\"}\n\n";
  }
  return text;
}

TEST(ContentDecoding, KnowsTheCodingsByTheirNames) {
  struct Row {
    std::string value;
    ContentCoding coding;
  };
  for (const Row& row : {Row{"gzip", ContentCoding::kGzip}, Row{"GZip", ContentCoding::kGzip},
                         Row{"x-gzip", ContentCoding::kGzip}, Row{"deflate", ContentCoding::kDeflate},
                         Row{"br", ContentCoding::kBrotli}, Row{"identity", ContentCoding::kIdentity}}) {
    const std::vector<Header> headers{{"Content-Encoding", row.value}};
    const auto coding = ReadContentCoding(headers);
    ASSERT_TRUE(coding) << row.value;
    EXPECT_EQ(*coding, row.coding);
  }
  EXPECT_EQ(*ReadContentCoding({}), ContentCoding::kIdentity);
}

TEST(ContentDecoding, RefusesCodingsThatAreUnknownOrSeveral) {
  const std::vector<std::vector<Header>> rows = {
      {{"Content-Encoding", "zstd"}},
      {{"Content-Encoding", ""}},
      {{"Content-Encoding", "gzip, br"}},
      {{"Content-Encoding", "gzip, gzip"}},
      {{"Content-Encoding", "gzip"}, {"content-encoding", "gzip"}},
  };
  for (const auto& headers : rows) {
    const auto coding = ReadContentCoding(headers);
    ASSERT_FALSE(coding) << headers.front().value;
    EXPECT_EQ(coding.error().code, base::ErrorCode::kInvalid);
  }
}

TEST(ContentDecoding, GivesTheSameTextForAnyCut) {
  const std::string text = Events(60);
  for (const Coded& coded : InEveryCoding(text)) {
    for (std::size_t piece = 1; piece <= coded.bytes.size(); piece += piece < 8 ? 1 : 37) {
      ContentDecoder decoder(coded.coding);
      std::string got;
      for (std::size_t at = 0; at < coded.bytes.size(); at += piece) {
        ASSERT_TRUE(decoder.Feed(std::string_view(coded.bytes).substr(at, piece), got));
      }
      EXPECT_TRUE(decoder.Finish());
      EXPECT_EQ(got, text) << piece;
    }
  }
}

TEST(ContentDecoding, DecodesShortAndLongTexts) {
  for (const std::string& text : {std::string("a"), std::string("{}"), Events(20'000)}) {
    for (const Coded& coded : InEveryCoding(text)) {
      ContentDecoder decoder(coded.coding);
      std::string got;
      ASSERT_TRUE(decoder.Feed(coded.bytes, got));
      EXPECT_TRUE(decoder.Finish());
      EXPECT_EQ(got, text);
    }
  }
}

TEST(ContentDecoding, NeverTakesACutOffContentForWhole) {
  for (const Coded& coded : InEveryCoding(Events(60))) {
    if (coded.coding == ContentCoding::kIdentity) continue;
    for (std::size_t bytes = 0; bytes < coded.bytes.size(); ++bytes) {
      ContentDecoder decoder(coded.coding);
      std::string got;
      ASSERT_TRUE(decoder.Feed(std::string_view(coded.bytes).substr(0, bytes), got)) << bytes;
      const base::Status finished = decoder.Finish();
      ASSERT_FALSE(finished) << bytes;
      EXPECT_EQ(finished.error().code, base::ErrorCode::kUnavailable);
    }
  }
}

TEST(ContentDecoding, RefusesBytesThatAreNotOfTheirCodingOrFollowItsEnd) {
  for (const Coded& coded : InEveryCoding(Events(60))) {
    if (coded.coding == ContentCoding::kIdentity) continue;
    for (const std::string& bytes : {coded.bytes + "x", "<html>no</html>" + coded.bytes}) {
      ContentDecoder decoder(coded.coding);
      std::string got;
      const base::Status fed = decoder.Feed(bytes, got);
      // Some bytes may begin a coding; then its end never comes.
      ASSERT_FALSE(fed && decoder.Finish());
      if (!fed) EXPECT_EQ(fed.error().code, base::ErrorCode::kInvalid);
      EXPECT_FALSE(decoder.Finish());
    }
  }
}

TEST(ContentDecoding, ChecksAGzipsChecksum) {
  std::string bytes = Gzipped(Events(10));
  bytes[bytes.size() - 6] ^= 1;
  ContentDecoder decoder(ContentCoding::kGzip);
  std::string got;
  EXPECT_EQ(decoder.Feed(bytes, got).error().code, base::ErrorCode::kInvalid);
}

TEST(ContentDecoding, ReadsAGzipOfSeveralMembers) {
  const std::string bytes = Gzipped("one ") + Gzipped("") + Gzipped("two");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    ContentDecoder decoder(ContentCoding::kGzip);
    std::string got;
    ASSERT_TRUE(decoder.Feed(bytes.substr(0, cut), got));
    ASSERT_TRUE(decoder.Feed(bytes.substr(cut), got));
    EXPECT_TRUE(decoder.Finish());
    EXPECT_EQ(got, "one two");
  }
}

TEST(ContentDecoding, BoundsTheText) {
  const std::string text = Events(1'000);
  for (const Coded& coded : InEveryCoding(text)) {
    ContentDecoder edge(coded.coding, text.size());
    std::string got;
    EXPECT_TRUE(edge.Feed(coded.bytes, got));
    ContentDecoder over(coded.coding, text.size() - 1);
    got.clear();
    const base::Status fed = over.Feed(coded.bytes, got);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().code, base::ErrorCode::kLimit);
    EXPECT_LT(got.size(), text.size());
    EXPECT_FALSE(over.Feed("", got)) << "after an error it takes no more";
  }
}

TEST(ContentDecoding, RefusesABombBeforeItUnfolds) {
  const std::string text(64U << 20U, '\0');
  for (const Coded& coded : InEveryCoding(text)) {
    if (coded.coding == ContentCoding::kIdentity) continue;
    ContentDecoder decoder(coded.coding);
    std::string got;
    const base::Status fed = decoder.Feed(coded.bytes, got);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().code, base::ErrorCode::kLimit);
    EXPECT_LE(got.size(), kDecodedFreeBytes + (coded.bytes.size() + 1) * kDecodedRatioMax);
  }
}

TEST(ContentDecoding, TakesAnyRatioUpToTheFreeBytes) {
  for (const Coded& coded : InEveryCoding(std::string(kDecodedFreeBytes, ' '))) {
    ContentDecoder decoder(coded.coding);
    std::string got;
    EXPECT_TRUE(decoder.Feed(coded.bytes, got));
    EXPECT_EQ(got.size(), kDecodedFreeBytes);
  }
}

}  // namespace
}  // namespace proviso::http
